"""A database that was away for a while: once it is back, so is the site, within seconds."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.booking.racing import Track, track
from tests.booking.test_database_away import is_well, opened, until
from tests.faults.browsers import Browser
from tests.faults.lines import line_to
from tests.faults.web import web_server, worker

# Longer than the fifth pause of somebody who doubles the pauses between attempts to connect.
AWAY, BACK_WITHIN = 40, 10  # seconds

pytestmark = [
    pytest.mark.race,
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no line to cut"),
]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("outage")) as found:
        yield found


def test_the_site_is_back_soon_after_its_database(migrated: Track, tmp_path: Path) -> None:
    """However long it was away; nobody waits for an attempt that is planned for much later."""
    with (
        opened(migrated) as (database, _clerk, _house),
        line_to(database) as line,
        web_server(line.url, tmp_path / "web.log", processes=1) as server,
        worker(line.url, tmp_path / "worker.log"),
    ):
        reader = Browser(server.port, "10.0.0.1")
        until(lambda: is_well(reader))
        line.cut()
        end = time.monotonic() + AWAY
        while time.monotonic() < end:
            assert not is_well(reader)
        line.mend()
        mended = time.monotonic()
        until(lambda: is_well(reader))
        assert time.monotonic() - mended < BACK_WITHIN
