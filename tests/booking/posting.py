"""Messages that wait, and a worker in a program of its own, for tests that kill it."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from booking import actions, openings, worker
from booking.actions import Proposal
from booking.actors import Actor
from booking.models import AppointmentEvent, Message, Status
from tests.booking import builders

STAFF = Actor(AppointmentEvent.ActorKind.STAFF)
DAY = timedelta(days=1)


def a_confirmation(now: datetime, starts_at: datetime | None = None, **patient: str) -> Message:
    """Of a confirmed appointment."""
    builders.a_clinic()
    service = builders.a_service(answer_within_open_hours=48)
    request = builders.a_request(service, patient=builders.a_patient(**patient))
    pending = builders.an_appointment(Status.PENDING, starts_at or now + 3 * DAY, request=request)
    actions.confirm(appointment_id=pending.id, by=STAFF, now=now)
    return Message.objects.get(kind=Message.Kind.CONFIRMED, appointment=pending)


def a_reminder(now: datetime, **patient: str) -> Message:
    """Of an appointment of tomorrow, confirmed long ago."""
    confirmation = a_confirmation(now - 10 * DAY, now + DAY, **patient)
    appointment = confirmation.appointment
    confirmation.delete()  # as if it had been sent then and were no part of the test
    worker.look_ahead(now=now)
    return Message.objects.get(kind=Message.Kind.REMINDER_DAYS, appointment=appointment)


def an_offer(now: datetime, **patient: str) -> Message:
    """Of another time than the one that was asked for."""
    builders.a_clinic()
    request = builders.a_request(patient=builders.a_patient(**patient))
    who = builders.a_practitioner(request.service, weekdays=range(7))
    asked = builders.an_appointment(
        Status.PENDING, now + 3 * DAY, request=request, practitioner=who
    )
    [first] = openings.next_openings(request.service, now=now).first()
    times = [Proposal(first.starts_at)]
    [offered] = actions.offer(appointment_id=asked.id, times=times, by=STAFF, now=now)
    return Message.objects.get(kind=Message.Kind.OFFERED, appointment=offered)


WAITING: dict[str, Callable[..., Message]] = {
    "confirmation": a_confirmation,
    "reminder": a_reminder,
    "offer": an_offer,
}


def main() -> None:
    """Arguments: how many messages to make first, in how many minutes the worker comes, and of how
    many that still wait the appointment is cancelled before.
    """
    count, minutes, gone = (int(text) for text in [*sys.argv[1:], "0"][:3])
    makers = list(WAITING.values())
    now = timezone.now()
    for number in range(count):
        makers[number % len(makers)](now)
    for message in Message.objects.unsent().order_by("created_at")[:gone]:
        assert message.appointment_id
        actions.cancel(appointment_id=message.appointment_id, by=STAFF, now=now)
    worker.run_once(now=now + timedelta(minutes=minutes))
    rows = Message.objects.values_list("id", "state", "attempts", "last_error")
    sys.stdout.write(json.dumps([[str(key), *others] for key, *others in rows]))
