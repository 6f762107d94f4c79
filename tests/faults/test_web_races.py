"""Races and kills at the web server, many of each."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.booking.racing import Track, track
from tests.faults.clerks import Clerk
from tests.faults.crowd import PATIENCE, WEIGHTS, assert_all_is_there, run_history
from tests.faults.races import run_races, stadium
from tests.faults.web import WebServer

pytestmark = [pytest.mark.race, pytest.mark.slow]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("web")) as found:
        yield found


def test_a_time_is_never_given_twice(migrated: Track, tmp_path: Path) -> None:
    with stadium(migrated, tmp_path) as place:
        run_races(place, 200)


def test_what_was_acknowledged_survives_the_server(migrated: Track, tmp_path: Path) -> None:
    """Two thousand operations of every kind, and the server killed at least ten times."""
    history = run_history(migrated, tmp_path, wanted=2_000, times=10)
    assert_all_is_there(history)
    outcomes = {(each.kind, each.outcome) for each in history.told}
    assert {(kind, "ok") for kind in WEIGHTS} <= outcomes
    assert "unknown" in history.words, "no kill hit anybody at work"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no connections to end")
def test_what_was_acknowledged_survives_its_connection(migrated: Track, tmp_path: Path) -> None:
    """All connections to the database are ended, again and again: 503 or done, and never half."""

    def end_connections(_server: WebServer, clerk: Clerk) -> None:
        """While there is none to end, the site is on its way back."""
        deadline = time.monotonic() + PATIENCE
        while not clerk("end_connections"):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    history = run_history(migrated, tmp_path, wanted=240, times=24, trouble=end_connections)
    assert_all_is_there(history)
    assert "unknown" in history.words
