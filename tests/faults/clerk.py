"""A clerk beside the web server, in a program of its own, who prepares and looks.

Asked in lines of JSON, it answers in lines of JSON (tests/faults/clerks.py holds the other end).
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django.db import connection
from django.utils import timezone

from booking import actions
from booking.actors import Actor
from booking.links import path_for
from booking.models import (
    Appointment,
    AppointmentEvent,
    AppointmentRequest,
    Message,
)
from clinic.models import Service
from tests.booking import builders, racers
from tests.clinic.staff import a_client

HOURS = ((time(8), time(20)),)


def open_house(staff: int) -> dict[str, Any]:
    """One practitioner without a room, and two who share the only one; staff who are signed in."""
    builders.a_clinic(open_requests_a_patient=1)
    builders.a_room()
    common = {"slot_step": 20, "buffer_after": 10, "horizon_days": 120}
    alone = builders.a_service(slug="alone", **common)
    shared = builders.a_service(slug="shared", needs_room=True, **common)
    people = [
        builders.a_practitioner(service, hours=HOURS, weekdays=range(7))
        for service in (alone, shared, shared)
    ]
    clients = [a_client("Front desk") for _member in range(staff)]
    return {
        "practitioners": {"alone": [people[0].pk], "shared": [each.pk for each in people[1:]]},
        "staff": [client.cookies["session"].value for client in clients],
    }


def drop_constraints() -> None:
    racers.drop_constraints()


def ask(service: str, slot: str) -> dict[str, str]:
    """A request that waits for staff, sent like any other."""
    now = timezone.now()
    draft = builders.a_draft(Service.objects.get(slug=service))
    by = Actor.patient()
    actions.hold(request_id=draft.id, starts_at=instant(slot), by=by, now=now)
    token = draft.submission_token
    details = builders.details(email=f"{token}@patients.test")
    sent = actions.send(
        request_id=draft.id, submission_token=token, details=details, by=by, now=now
    )
    appointment = Appointment.objects.get(request=sent)
    return {"token": str(token), "appointment": str(appointment.id), "link": path_for(sent)}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def overlaps() -> int:
    return racers.overlaps()


def standing(tokens: list[str]) -> dict[str, list[str]]:
    """What blocks the calendar for each of these requests: status and start."""
    rows = Appointment.objects.blocking().filter(request__submission_token__in=tokens)
    found: dict[str, list[str]] = {token: [] for token in tokens}
    for row in rows.select_related("request"):
        found[str(row.request.submission_token)].append(f"{row.status} {stamp(row.starts_at)}")
    return found


def unsent() -> int:
    """How many messages wait for the worker."""
    return Message.objects.unsent().count()


def end_connections() -> int:
    """Those of everybody else to this database, as whoever looks after the server can."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def stored() -> dict[str, list[list[Any]]]:
    """All that tests/faults/history.py looks at."""
    sent = AppointmentRequest.objects.filter(sent_at__isnull=False)
    return {
        "requests": [[str(row.id), str(row.submission_token)] for row in sent],
        "appointments": [appointment_row(row) for row in Appointment.objects.all()],
        "events": [event_row(row) for row in AppointmentEvent.objects.all()],
        "messages": [list(row) for row in {message_row(row) for row in Message.objects.all()}],
    }


def appointment_row(row: Appointment) -> list[Any]:
    times = (row.starts_at, row.blocks_from, row.blocks_until)
    owners = (str(row.id), str(row.request_id), row.practitioner_id, row.room_id)
    return [*owners, *map(stamp, times), row.status, row.calendar_sequence]


def event_row(row: AppointmentEvent) -> list[Any]:
    what = (row.actor_kind, row.from_status, row.to_status, row.reason_code, row.number)
    token = str(row.submission) if row.submission else None
    at, start = row.at.isoformat(), stamp(row.starts_at)
    return [str(row.appointment), str(row.request), at, *what, start, token]


def message_row(row: Message) -> tuple[str, str, int]:
    """Of messages that tell of a change the key says of which."""
    parts = row.unique_key.split(":")
    number = int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else -1
    return row.kind, str(row.appointment_id), number


def stamp(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}" if moment else ""


PREPARES = (open_house, drop_constraints, end_connections, ask)
LOOKS = (overlaps, standing, unsent, stored)
ERRANDS: dict[str, Callable[..., Any]] = {each.__name__: each for each in (*PREPARES, *LOOKS)}


def main() -> None:
    for line in sys.stdin:
        errand, arguments = json.loads(line)
        sys.stdout.write(json.dumps(ERRANDS[errand](**arguments)) + "\n")
        sys.stdout.flush()
