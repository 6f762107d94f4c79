"""What a public page costs: its queries, and its time against a view that does nothing."""

import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic import memory, page_cache
from tests.benchmarks.conftest import Measured
from tests.booking.racing import run_python, track
from tests.faults.web import web_server

pytestmark = [pytest.mark.race, pytest.mark.django_db]

SLUG = "pressure-points-upper-back-pain"
ARTICLE = f"/articles/{SLUG}/"
ROUNDS, WARM_UP = 400, 40
PAGES = ("/", ARTICLE, "/points/", "/points/gb-21/", "/team/", "/visit/")


@pytest.fixture(autouse=True)
def _starter_clinic() -> None:
    call_command("load_starter", verbosity=0)
    memory.forget_everything()


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_queries(measured: Measured) -> None:
    client = Client()
    # The content is read whole, once for every version of the site, and at the start already.
    measured("Queries of the first page after publishing", queries(lambda: client.get(ARTICLE)))
    for page in PAGES:
        client.get(page)
        page_cache._pages.clear()
        look = partial(client.get, page)
        measured(f"Queries of {page}, not in the page cache", queries(look), at_most=8)
        measured(f"Queries of {page}, cached", queries(look), at_most=0)


def pages_a_second(port: int, paths: list[str]) -> dict[str, float]:
    """Of each path, asked in turn over one connection, as browsers ask: compressed."""
    connection = HTTPConnection("127.0.0.1", port)
    spent: dict[str, list[float]] = {path: [] for path in paths}
    for _round in range(ROUNDS):
        for path in paths:
            started = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            spent[path].append(time.perf_counter() - started)
            assert answer.status == 200, path
    connection.close()
    return {path: 1 / median(taken[WARM_UP:]) for path, taken in spent.items()}


def test_pages_a_second_against_a_bare_view(tmp_path: Path, measured: Measured) -> None:
    """The same server, middleware and bytes; the bare view does nothing for them."""
    with track(tmp_path) as migrated, migrated.copy() as url:
        run_python(url, "tests.benchmarks.reading")
        with web_server(url, tmp_path / "log", "tests.benchmarks.reading:application", 1) as server:
            paths = [ARTICLE, f"/anew/{SLUG}/", f"/bare/{SLUG}/"]
            cached, anew, bare = pages_a_second(server.port, paths).values()
    measured("Article pages a second, from the cache", cached, "a second")
    measured("Article pages a second, built anew", anew, "a second")
    measured("The same bytes from a bare view", bare, "a second")
    measured("From the cache, for each bare one", cached / bare, "×", at_least=0.8)
    measured("Built anew, for each bare one", anew / bare, "×", at_least=0.15)
