"""`manage.py reseal` on a real database: beside writers.

Without the check the first test must fail.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.booking.racing import Track, run_python, track
from tests.clinic.reseal_racers import CHECKED, FREE, LAST, PATIENTS, TIMES, WRITERS

pytestmark = [pytest.mark.race, pytest.mark.slow, pytest.mark.xdist_group("race")]


@pytest.fixture(scope="module")
def races(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("reseal")) as found:
        yield found


def race(races: Track, rules: str) -> dict[str, Any]:
    with races.copy() as url:
        found: dict[str, Any] = json.loads(run_python(url, "tests.clinic.reseal_racers", rules))
    return found


def test_what_others_write_meanwhile_stays_as_they_wrote_it(races: Track) -> None:
    found = race(races, CHECKED)
    assert found["needs"] == [LAST] * PATIENTS
    assert len(found["notes"]) == PATIENTS + WRITERS * TIMES
    assert found["notes"].count("before") == PATIENTS
    assert found["old"] == 0
    assert found["resealed"] >= PATIENTS, "there was something to do meanwhile"


def test_without_the_check_the_old_text_comes_back(races: Track) -> None:
    """The negative control."""
    assert race(races, FREE)["needs"] == ["before"] * PATIENTS
