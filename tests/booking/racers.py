"""What the processes of a race do: each its task, all at once; then what is in the database.

Runs in a program of its own (tests/booking/racing.py starts it), forked once Django is set up and
the rows are there, so that 32 processes stand at the line together. To take away the lock or the
constraint is done here, to these processes and this database: the site's code has no switch for it.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.synchronize import Barrier
from types import SimpleNamespace
from typing import Any
from unittest import mock
from uuid import UUID

from django.db import connection
from django.utils import timezone

from booking import actions, changes, openings, transactions, worker
from booking.actions import answers, drafts, upkeep, visits
from booking.actors import Actor
from booking.errors import BookingError
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Message, Status
from booking.models.appointments import BLOCKING, Reason
from booking.transactions import OVERLAP_CONSTRAINTS
from clinic.models import Clinic, Service
from tests.booking import builders
from tests.booking.racing import Result, Rules

Task = Callable[[], str]
PATIENCE = 60  # seconds at the line


# The races: each prepares its rows and says what every process does.


def one_slot(racers: int) -> list[Task]:
    """Everybody wants the first free time."""
    service = builders.a_service()
    builders.a_practitioner(service, weekdays=range(7))
    [first] = openings.next_openings(service, now=timezone.now()).first()
    return [partial(book, builders.a_draft(service), first.starts_at) for _ in range(racers)]


def overlapping(racers: int) -> list[Task]:
    """Long and short visits with buffers, of two practitioners, in the only room."""
    builders.a_room()
    common = {"needs_room": True, "slot_step": 10, "buffer_after": 10}
    services = [builders.a_service(duration=minutes, **common) for minutes in (30, 50)]
    for _ in range(2):
        builders.a_practitioner(*services, weekdays=range(7))
    tasks: list[Task] = []
    for number in range(racers):
        service = services[number % 2]
        times = openings.next_openings(service, now=timezone.now()).first(8)
        tasks.append(partial(book, builders.a_draft(service), times[number % 8].starts_at))
    return tasks


def one_form(racers: int) -> list[Task]:
    """The same form is sent again and again."""
    service = builders.a_service()
    builders.a_practitioner(service, weekdays=range(7))
    now = timezone.now()
    [first] = openings.next_openings(service, now=now).first()
    draft = builders.a_draft(service)
    actions.hold(request_id=draft.id, starts_at=first.starts_at, by=Actor.patient(), now=now)
    return [partial(send, draft.id, draft.submission_token)] * racers


def decisions(racers: int) -> list[Task]:
    """One request is confirmed, declined, withdrawn and ended by the clock, all at once."""
    pending = builders.an_appointment(
        Status.PENDING, starts_at=timezone.now() + timedelta(days=3), service=a_lasting_service()
    )
    assert pending.expires_at
    deadline, key = pending.expires_at, pending.id
    before, after = deadline - timedelta(seconds=1), deadline + timedelta(seconds=1)
    staff = Actor.system()
    ways: list[Task] = [
        lambda: done(actions.confirm(appointment_id=key, by=staff, now=before)),
        lambda: done(
            actions.decline(appointment_id=key, reason=Reason.NOT_POSSIBLE, by=staff, now=before)
        ),
        lambda: done(actions.cancel(appointment_id=key, by=Actor.patient(), now=before)),
        lambda: "won" if actions.expire_lapsed(now=after, appointment_id=key) else "NotPossible",
    ]
    return [ways[number % len(ways)] for number in range(racers)]


def claims(racers: int) -> list[Task]:
    """Several workers come round at once, and each finds every message due."""
    for number in range(4):
        start = timezone.now() + timedelta(days=3, hours=number)
        pending = builders.an_appointment(Status.PENDING, start, service=a_lasting_service())
        actions.confirm(appointment_id=pending.id, by=Actor.system(), now=timezone.now())
    keys = list(Message.objects.values_list("id", flat=True))
    return [partial(claim_all, keys)] * racers


def a_lasting_service() -> Service:
    return builders.a_service(answer_within_open_hours=48, cancel_cutoff_hours=1)


# What one process does.


def book(draft: AppointmentRequest, starts_at: datetime) -> str:
    actions.hold(request_id=draft.id, starts_at=starts_at, by=Actor.patient(), now=timezone.now())
    return send(draft.id, draft.submission_token)


def send(request_id: UUID, token: UUID) -> str:
    return done(
        actions.send(
            request_id=request_id,
            submission_token=token,
            details=builders.details(email=f"{request_id}@patients.test"),
            by=Actor.patient(),
            now=timezone.now(),
        )
    )


def done(_written: object) -> str:
    return "won"


def claim_all(keys: list[UUID]) -> str:
    return str(sum(worker.claim(key, now=timezone.now()) is not None for key in keys))


# The rules of the race.


def drop_constraints() -> None:
    with connection.cursor() as cursor:
        for name in OVERLAP_CONSTRAINTS:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE booking_appointment DROP CONSTRAINT {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name}_insert")
                cursor.execute(f"DROP TRIGGER {name}_update")


def take_the_lock_away() -> None:
    """PostgreSQL: the row is read without locking it.

    SQLite: BEGIN IMMEDIATE is the lock, so every statement gets a transaction of its own. (A
    deferred one would not do: it fails where another has written since it began to read.)
    """
    for module in (answers, drafts, upkeep, visits):
        mock.patch.object(module, "lock_calendar", Clinic.objects.get).start()
    if connection.vendor == "sqlite":
        free = SimpleNamespace(atomic=nullcontext)
        mock.patch.object(transactions, "transaction", free).start()


def pause_before_writing(wait: Callable[[], object]) -> None:
    """Once a process, between the look at the calendar and the writing."""
    write = changes.take
    waits = [wait]

    def take(*args: Any, **options: Any) -> Appointment:
        while waits:
            waits.pop()()
        return write(*args, **options)

    mock.patch.object(changes, "take", take).start()


def run(task: Task, rules: Rules, start: Barrier, checked: Barrier, outcomes: Any) -> None:
    if not rules.lock:
        take_the_lock_away()
    if not rules.lock:
        pause_before_writing(partial(checked.wait, PATIENCE))
    elif rules.pause:
        pause_before_writing(partial(time.sleep, rules.pause))
    connection.ensure_connection()
    start.wait(PATIENCE)
    try:
        outcomes.put(task())
    except BookingError as error:
        outcomes.put(type(error).__name__)
    except Exception as error:  # whatever else: the test looks at it
        outcomes.put(repr(error))
    finally:
        close_database()


def close_database() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


def run_all(tasks: list[Task], rules: Rules) -> list[str]:
    context = multiprocessing.get_context("fork")
    start, checked = context.Barrier(len(tasks)), context.Barrier(len(tasks))
    outcomes: Any = context.SimpleQueue()
    close_database()
    processes = [
        context.Process(target=run, args=(task, rules, start, checked, outcomes), daemon=True)
        for task in tasks
    ]
    for process in processes:
        process.start()
    told = [outcomes.get() for _ in processes]
    for process in processes:
        process.join()
    return told


# What is in the database afterwards.


def overlaps() -> int:
    """Pairs of active appointments of one practitioner, or in one room, at one time."""
    statuses = ", ".join(f"'{status.value}'" for status in BLOCKING)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM booking_appointment a JOIN booking_appointment b ON a.id < b.id "
            "AND (a.practitioner_id = b.practitioner_id OR a.room_id = b.room_id) "
            "AND a.blocks_from < b.blocks_until AND b.blocks_from < a.blocks_until "
            f"WHERE a.status IN ({statuses}) AND b.status IN ({statuses})"
        )
        return int(cursor.fetchone()[0])


def result(outcomes: list[str]) -> Result:
    return Result(
        outcomes=sorted(outcomes),
        overlaps=overlaps(),
        appointments=sorted(Appointment.objects.values_list("status", flat=True)),
        changes=list(AppointmentEvent.objects.values_list("from_status", "to_status")),
        messages=sorted(Message.objects.values_list("kind", flat=True)),
        sent_requests=AppointmentRequest.objects.filter(sent_at__isnull=False).count(),
    )


RACES = {race.__name__: race for race in (one_slot, overlapping, one_form, decisions, claims)}


def main() -> None:
    rules = Rules(**json.loads(sys.argv[1]))
    builders.a_clinic()
    if not rules.constraint:
        drop_constraints()
    outcomes = run_all(RACES[rules.race](rules.racers), rules)
    sys.stdout.write(json.dumps(result(outcomes)._asdict()))
