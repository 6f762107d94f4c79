"""A worker in a program of its own, for tests that kill it (see tests/booking/racing.py)."""

import json
import sys
from datetime import timedelta

from django.utils import timezone

from booking import actions, worker
from booking.actors import Actor
from booking.models import Message, Status
from tests.booking import builders


def prepare(count: int) -> None:
    """Confirmed appointments, each with a message to its patient that waits."""
    builders.a_clinic()
    service = builders.a_service(answer_within_open_hours=48)
    for number in range(count):
        start = timezone.now() + timedelta(days=3, hours=number)
        pending = builders.an_appointment(Status.PENDING, start, service=service)
        actions.confirm(appointment_id=pending.id, by=Actor.system(), now=timezone.now())


def main() -> None:
    """Arguments: how many messages to make first, and in how many minutes the worker comes."""
    count, minutes = (int(text) for text in sys.argv[1:])
    if count:
        prepare(count)
    worker.run_once(now=timezone.now() + timedelta(minutes=minutes))
    rows = Message.objects.values_list("id", "state", "attempts", "last_error")
    sys.stdout.write(json.dumps([[str(key), *others] for key, *others in rows]))
