"""What a booking costs: its requests and writes, and its last step against a bare view.

The bare view has no middleware and no template: it sends the statements of the real step through
the database's own driver, and answers with a redirect.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from booking import actions, openings
from booking.actors import Actor
from booking.models import AppointmentRequest
from clinic import memory
from clinic.models import Service
from tests.benchmarks.conftest import Measured
from tests.benchmarks.test_calendar import a_team, fill
from tests.booking.builders import a_clinic, a_draft, a_request, a_service
from tests.booking.visitor import Visitor, answers

pytestmark = [pytest.mark.race, pytest.mark.django_db]

WRITES = ("INSERT", "UPDATE", "DELETE")
REPEATS = 40
PATIENT = Actor.patient()

Statement = tuple[str, Any]
Act = Callable[[], object]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that are sent meanwhile, with what stands in them."""
    sent: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Ten practitioners, and no limit on what one network address may do."""
    memory.forget_everything()
    for limit in ("DRAFTS_AN_HOUR", "HOLDS_AN_HOUR", "REQUESTS_A_DAY_AND_ADDRESS"):
        monkeypatch.setattr(f"booking.limits.{limit}", 10_000)
    a_clinic(unconfirmed_share=100)
    service = a_service(horizon_days=300)
    a_team(service)
    return service


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


def free_starts(service: Service, count: int) -> list[datetime]:
    """So many free times, each once, a month from now."""
    day = (timezone.now() + timedelta(days=30)).date()
    found = openings.free_times(
        service, first_day=day, last_day=day + timedelta(days=120), now=timezone.now()
    )
    return sorted({opening.starts_at for opening in found.openings})[:count]


def at_the_check(service: Service, starts_at: datetime) -> Act:
    """A draft with a held time and answers, of a new visitor; what sends it."""
    now = timezone.now()
    visitor, draft = Visitor(), a_draft(service)
    actions.hold(request_id=draft.id, starts_at=starts_at, by=PATIENT, now=now)
    typed: dict[str, str | list[str]] = answers()
    actions.save_answers(request_id=draft.id, answers=typed, now=now)
    visitor.client.cookies.clear()
    session = visitor.client.session
    session["draft"] = str(draft.id)
    session.save()
    token = AppointmentRequest.objects.get(id=draft.id).submission_token

    def send() -> None:
        response = visitor.post("book-check", data={"token": str(token)})
        assert response.headers["Location"].endswith("/book/done/")

    return send


def milliseconds_each(acts: list[Act]) -> float:
    """The median of several, each done once, after some to warm up."""
    taken = []
    for act in acts:
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken[5:])


def statements_of(act: Act) -> list[Statement]:
    """What an act sends, undone: so it can be sent once more by somebody else."""
    with transaction.atomic():
        with recorded() as sent:
            act()
        transaction.set_rollback(True)
    return sent


replayed: list[Statement] = []


def bare(request: HttpRequest) -> HttpResponse:
    with closing(connection.connection.cursor()) as cursor:
        for sql, params in replayed:
            cursor.execute(sql, params or ())
            if cursor.description:
                cursor.fetchall()
    return HttpResponse(status=302, headers={"Location": "/book/done/"})


urlpatterns = [path("bare/", bare)]


def for_the_driver(statement: Statement) -> Statement:
    """SQLite's own driver wants question marks."""
    sql, params = statement
    if connection.vendor == "sqlite":
        sql = sql.replace("%s", "?").replace("%%", "%")
    return sql, tuple(params) if params else ()


def test_the_last_step_against_a_bare_view(service: Service, measured: Measured) -> None:
    acts = [at_the_check(service, start) for start in free_starts(service, 2 * REPEATS)]
    real = milliseconds_each(acts[:REPEATS])
    scripts = [[for_the_driver(each) for each in statements_of(act)] for act in acts[REPEATS:]]
    client = Client()

    def replay(script: list[Statement]) -> Act:
        def act() -> None:
            replayed[:] = script
            assert client.get("/bare/").status_code == 302

        return act

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        plain = milliseconds_each([replay(script) for script in scripts])
    measured("Statements of the sending POST", len(scripts[0]))
    measured("The sending POST", real, "ms")
    measured("A bare view with the same statements", plain, "ms")
    measured("Sending against the bare view", real / plain, "×", at_most=2.5)


def test_the_last_step_with_a_lot_of_history(service: Service, measured: Measured) -> None:
    team, request = list(service.practitioners.all()), a_request(service)
    spent = {}
    for number, history in enumerate((5_000, 500_000)):
        fill(team, request, history)
        starts = free_starts(service, 2 * REPEATS)[number * REPEATS :][:REPEATS]
        acts = [at_the_check(service, start) for start in starts]
        spent[history] = milliseconds_each(acts)
        measured(f"The sending POST beside {history:,} appointments", spent[history], "ms")
    less, more = spent.values()
    measured("Sending, a hundred times the history", more / less, "×", at_most=1.2)
