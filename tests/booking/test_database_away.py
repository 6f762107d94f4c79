"""The database goes away or cannot grow: readers read on, booking says so, and all comes back."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.booking.racing import Track, track
from tests.faults.browsers import Browser, Unavailable
from tests.faults.clerks import Clerk, House, clerk
from tests.faults.history import Told, findings
from tests.faults.lines import line_to
from tests.faults.operations import Ask
from tests.faults.races import at_once
from tests.faults.web import WebServer, web_server, worker

PATIENCE = 60  # seconds
TELEPHONE = 'href="tel:+17325550123"'

pytestmark = [pytest.mark.race, pytest.mark.slow, pytest.mark.xdist_group("race")]
on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has no line to cut"
)
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="another machine’s disk")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("away")) as found:
        yield found


@contextmanager
def opened(migrated: Track) -> Iterator[tuple[str, Clerk, House]]:
    """A clinic in a database of its own."""
    with migrated.copy() as database, clerk(database) as one:
        yield database, one, one.open_house()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def is_well(browser: Browser) -> bool:
    try:
        return browser.get("/healthz").status == 200
    except Unavailable:
        return False


def assert_not_well(browser: Browser) -> None:
    assert not is_well(browser)


def assert_refused(ask: Callable[[], object]) -> None:
    """503, with the telephone number and when to try again."""
    with pytest.raises(Unavailable) as refusal:
        ask()
    assert TELEPHONE in refusal.value.page.text
    assert int(refusal.value.page.headers["Retry-After"]) > 0


def an_ask(server: WebServer, house: House) -> Ask:
    """Everything but the last press."""
    ask = Ask(Browser(server.port, "10.0.0.1"), "alone")
    ask.prepare(house.slot(5, 0), "ada@patients.test")
    return ask


@on_postgresql
def test_the_line_is_cut_and_mended(migrated: Track, tmp_path: Path) -> None:
    with (
        opened(migrated) as (database, one, house),
        line_to(database) as line,
        web_server(line.url, tmp_path / "web.log", processes=1) as server,
        worker(line.url, tmp_path / "worker.log") as behind,
    ):
        ask = an_ask(server, house)
        reader = Browser(server.port, "10.0.0.2")
        home = reader.get("/").text
        until(lambda: is_well(reader))

        line.cut()
        at_once(
            [
                lambda: assert_refused(ask.send),
                lambda: assert_refused(lambda: reader.get("/book/?service=alone")),
                lambda: assert_refused(lambda: ask.browser.get("/book/time/")),
                lambda: assert_not_well(reader),
            ]
        )
        assert reader.get("/").text == home
        until(lambda: "did not answer" in (tmp_path / "worker.log").read_text())

        line.mend()
        until(lambda: is_well(reader))
        assert ask.send() == "ok"
        until(lambda: one("unsent") == 0)
        assert server.process.poll() is None
        assert behind.poll() is None
        assert findings([Told("ask", ask.token, "ok")], one.stored()) == []


@on_postgresql
def test_connections_are_ended(migrated: Track, tmp_path: Path) -> None:
    """By whoever looks after the server: the next request opens another."""
    with (
        opened(migrated) as (database, one, house),
        web_server(database, tmp_path / "web.log", processes=1) as server,
        worker(database, tmp_path / "worker.log") as behind,
    ):
        ask = an_ask(server, house)
        assert one("end_connections") >= 2
        assert ask.send() == "ok"
        until(lambda: one("unsent") == 0)
        assert behind.poll() is None


@on_sqlite
def test_the_disk_is_full(migrated: Track, tmp_path: Path) -> None:
    """No file may grow: a clear refusal and no part of a row; and then there is room again."""
    with (
        opened(migrated) as (database, one, house),
        web_server(database, tmp_path / "web.log", processes=1) as server,
    ):
        ask = an_ask(server, house)
        reader = Browser(server.port, "10.0.0.2")
        home = reader.get("/").text

        before = limit_files(server, 4096)
        assert_refused(ask.send)
        assert_refused(ask.send)
        assert reader.get("/").text == home
        assert findings([Told("ask", ask.token, "refused")], one.stored()) == []

        limit_files(server, before)
        assert ask.send() == "ok"
        assert findings([Told("ask", ask.token, "ok")], one.stored()) == []


def limit_files(server: WebServer, size: int) -> int:
    """How large a file of the server may become; what it was before."""
    before = resource.RLIM_INFINITY
    for process in server.workers:
        before, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))
    return before
