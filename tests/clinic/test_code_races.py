"""Codes that are sent at once: each is compared under a lock, and good for one.

Without the lock the same race must show what the lock prevents.
"""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.booking.racing import Track, run_python, track
from tests.clinic.code_racers import RACERS

pytestmark = [pytest.mark.race, pytest.mark.slow, pytest.mark.xdist_group("race")]


@pytest.fixture(scope="module")
def races(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("codes")) as found:
        yield found


def outcomes(races: Track, race: str, *rules: str) -> Counter[str]:
    with races.copy() as url:
        return Counter(json.loads(run_python(url, "tests.clinic.code_racers", race, *rules)))


@pytest.mark.parametrize("race", ["the_same_code", "the_same_recovery_code"])
def test_a_code_sent_at_once_is_good_for_one(races: Track, race: str) -> None:
    """The second is wrong and counts; who comes within the pause after it is not compared."""
    found = outcomes(races, race)
    assert found["yes"] == 1
    assert sum(found.values()) == RACERS


def test_of_guesses_sent_at_once_hardly_any_is_compared(races: Track) -> None:
    """One, and on a slow machine one more after each pause of 1, 2, 4 … seconds."""
    found = outcomes(races, "guesses")
    assert 1 <= found["no"] <= 4
    assert found["TooManyWrongCodes"] == RACERS - found["no"]


def test_of_several_apps_set_up_at_once_one_is_there(races: Track) -> None:
    assert outcomes(races, "apps") == {"yes": 1, "AlreadySetUp": RACERS - 1}


@pytest.mark.parametrize(
    ("race", "everybody"),
    [
        ("the_same_code", "yes"),
        ("the_same_recovery_code", "yes"),
        ("guesses", "no"),
        ("apps", "yes"),
    ],
)
def test_without_the_lock_it_is_good_for_all(races: Track, race: str, everybody: str) -> None:
    """The negative control: a code used twice is seen, once nothing prevents it."""
    assert outcomes(races, race, "unlocked") == {everybody: RACERS}
