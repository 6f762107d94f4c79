"""What a booking costs: its requests and writes, and its last step against a bare view.

The last step goes through the web server, on a database of its own, in turn with a view that sends
the same statements through the database's own driver and does nothing else (bare.py).
"""

import json
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from unittest import mock

import pytest
from django.http import HttpResponse

from clinic import memory
from clinic.models import Service
from tests.benchmarks.conftest import Measured
from tests.benchmarks.sending import a_busy_service, at_the_check, free_starts, recorded
from tests.benchmarks.test_calendar import fill
from tests.booking.builders import a_request
from tests.booking.racing import run_python, track
from tests.booking.visitor import Visitor
from tests.faults.browsers import Browser
from tests.faults.web import web_server

pytestmark = pytest.mark.race

WRITES = ("INSERT", "UPDATE", "DELETE")
REPEATS = 60
WARM_UP = 10
CSRF = "a" * 32


@pytest.fixture
def service(db: None, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Ten practitioners, and no limit on what one network address may do."""
    memory.forget_everything()
    for limit in ("DRAFTS_AN_HOUR", "HOLDS_AN_HOUR", "REQUESTS_A_DAY_AND_ADDRESS"):
        monkeypatch.setattr(f"booking.limits.{limit}", 10_000)
    return a_busy_service()


def test_requests_and_writes(service: Service, measured: Measured) -> None:
    visitor, starts_at = Visitor(), free_starts(service, 1)[0]
    steps: list[Callable[[], HttpResponse]] = [
        lambda: visitor.get("book"),
        lambda: visitor.get("book-safety", service=service.slug),
        lambda: visitor.passes_gate(service),
        lambda: visitor.get("book-time"),
        lambda: visitor.chooses(starts_at),
        lambda: visitor.get("book-details"),
        lambda: visitor.tells(telephone="732-555-0123"),
        lambda: visitor.get("book-check"),
        visitor.sends,
        lambda: visitor.get("book-done"),
    ]
    with recorded() as sent:
        for step in steps:
            assert step().status_code in {200, 302}
    writes = sum(sql.lstrip().startswith(WRITES) for sql, _ in sent)
    measured("HTTP requests of a booking, redirects counted", len(steps), at_most=11)
    measured("Writing statements of a booking", writes, at_most=20)


def milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def test_the_last_step_against_a_bare_view(tmp_path: Path, measured: Measured) -> None:
    scripts = tmp_path / "scripts"
    real, bare = [], []
    with track(tmp_path) as migrated, migrated.copy() as url:
        people = json.loads(run_python(url, "tests.benchmarks.sending", str(REPEATS), str(scripts)))
        with (
            mock.patch.dict(os.environ, {"BARE_SCRIPTS": str(scripts)}),
            web_server(url, tmp_path / "log", "tests.benchmarks.bare:application") as server,
        ):
            for number, (session, token) in enumerate(people):
                cookies = {"session": session, "csrftoken": CSRF}
                browser = Browser(server.port, f"2001:db8::{number:x}", cookies)

                def send(browser: Browser = browser, token: str = token) -> None:
                    page = browser.post("/book/check/", {"token": token})
                    assert page.location.endswith("/book/done/"), page.text

                def replay(browser: Browser = browser, number: int = number) -> None:
                    assert browser.post(f"/bare/{number}/", {}).status == 302

                real.append(milliseconds(send))
                bare.append(milliseconds(replay))
    fast, slow = median(bare[WARM_UP:]), median(real[WARM_UP:])
    measured("Statements of the sending POST", len(pickle.loads(scripts.read_bytes())[-1]))
    measured("The sending POST", slow, "ms")
    measured("A bare view with the same statements", fast, "ms")
    measured("Sending against the bare view", slow / fast, "×", at_most=2.5)


def test_the_last_step_with_a_lot_of_history(service: Service, measured: Measured) -> None:
    team, request = list(service.practitioners.all()), a_request(service)
    spent = {}
    for number, history in enumerate((5_000, 500_000)):
        fill(team, request, history)
        starts = free_starts(service, 2 * REPEATS)[number * REPEATS :][:REPEATS]
        people = [at_the_check(service, start) for start in starts]
        taken = [
            milliseconds(lambda v=visitor, t=token: v.post("book-check", data={"token": t}))  # type: ignore[misc]
            for visitor, token in people
        ]
        spent[history] = median(taken[WARM_UP:])
        measured(f"The sending POST beside {history:,} appointments", spent[history], "ms")
    less, more = spent.values()
    measured("Sending, a hundred times the history", more / less, "×", at_most=1.2)
