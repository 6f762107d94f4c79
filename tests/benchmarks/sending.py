"""Visitors at the last step of the booking, in a database of their own: prepared for a benchmark.

Run as a program it prints, as JSON, whose sessions and tokens there are, and writes the statements
of as many real steps, undone, to the file that its argument names.
"""

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection, transaction
from django.test.utils import setup_test_environment
from django.utils import timezone

from booking import actions, openings
from booking.actors import Actor
from clinic.models import Service
from tests.booking import builders
from tests.booking.visitor import Visitor, answers

PATIENT = Actor.patient()
TEAM = 10

Statement = tuple[str, Any]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that are sent meanwhile, with what stands in them."""
    sent: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def a_busy_service() -> Service:
    builders.a_clinic(unconfirmed_share=100)
    service = builders.a_service(horizon_days=300)
    for _person in range(TEAM):
        builders.a_practitioner(service)
    return service


def free_starts(service: Service, count: int) -> list[datetime]:
    """So many free times, each once, from a month from now on."""
    day = (timezone.now() + timedelta(days=30)).date()
    found = openings.free_times(
        service, first_day=day, last_day=day + timedelta(days=120), now=timezone.now()
    )
    return sorted({opening.starts_at for opening in found.openings})[:count]


def at_the_check(service: Service, starts_at: datetime) -> tuple[Visitor, str]:
    """A draft with a held time and answers in the session of a new visitor, and its token."""
    now = timezone.now()
    visitor, draft = Visitor(), builders.a_draft(service)
    actions.hold(request_id=draft.id, starts_at=starts_at, by=PATIENT, now=now)
    typed: dict[str, str | list[str]] = answers()
    actions.save_answers(request_id=draft.id, answers=typed, now=now)
    session = visitor.client.session
    session["draft"] = str(draft.id)
    session.save()
    return visitor, str(draft.submission_token)


def script_of(visitor: Visitor, token: str) -> list[Statement]:
    """What the last step sends, undone: so it can be sent once more by somebody else."""
    # Every network address has a limit, and these visitors have one address.
    with mock.patch("booking.limits.REQUESTS_A_DAY_AND_ADDRESS", 10_000), transaction.atomic():
        with recorded() as sent:
            response = visitor.post("book-check", data={"token": token})
        assert response.headers["Location"].endswith("/book/done/")
        transaction.set_rollback(True)
    return [for_the_driver(sql, params) for sql, params in sent]


def for_the_driver(sql: str, params: Any) -> Statement:
    """A transaction of its own where a savepoint stood; SQLite's driver wants question marks."""
    if sql.startswith("SAVEPOINT"):
        return ("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"), ()
    if sql.startswith("RELEASE"):
        return "COMMIT", ()
    if connection.vendor == "sqlite":
        sql = sql.replace("%s", "?").replace("%%", "%")
    return sql, tuple(params or ())


def main() -> None:
    setup_test_environment()  # the test client's host is let in
    count, file = int(sys.argv[1]), Path(sys.argv[2])
    service = a_busy_service()
    people = [at_the_check(service, start) for start in free_starts(service, 2 * count)]
    file.write_bytes(pickle.dumps([script_of(*each) for each in people[count:]]))
    sessions = [
        (visitor.client.cookies["session"].value, token) for visitor, token in people[:count]
    ]
    sys.stdout.write(json.dumps(sessions))
