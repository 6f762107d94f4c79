"""Races and kills at the web server itself, a few of each; tests/faults has many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.booking.racing import Track, track
from tests.faults.crowd import assert_all_is_there, run_history
from tests.faults.races import line_up, run_races, stadium

pytestmark = [pytest.mark.race, pytest.mark.slow, pytest.mark.xdist_group("race")]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("web")) as found:
        yield found


def test_a_time_is_never_given_twice(migrated: Track, tmp_path: Path) -> None:
    with stadium(migrated, tmp_path) as place:
        run_races(place, 12)


def test_without_lock_and_constraint_it_is(migrated: Track, tmp_path: Path) -> None:
    """The negative control: what the races look for is found once nothing prevents it."""
    unguarded = "tests.faults.unguarded:application"
    with stadium(migrated, tmp_path, application=unguarded, constraint=False) as place:
        race = line_up(place, 0)
        race.run()
        assert place.clerk("overlaps") > 0
        with pytest.raises(AssertionError):
            race.check()


def test_what_was_acknowledged_survives_the_server(migrated: Track, tmp_path: Path) -> None:
    assert_all_is_there(run_history(migrated, tmp_path, wanted=150, times=2))
