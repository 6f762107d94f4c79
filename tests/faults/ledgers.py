"""What is in the database after processes were killed, for a test outside of it."""

import json
import sys
from collections import Counter

from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Message, Status
from booking.models.appointments import BLOCKING
from tests.booking.racers import overlaps


def half_written() -> list[str]:
    """Where a change, its event and its message are not all there, or not all away."""
    found: list[str] = []
    rows = Appointment.objects.select_related("request")
    events = Counter(AppointmentEvent.objects.values_list("appointment", "to_status"))
    messages = Counter(Message.objects.values_list("appointment", "kind"))
    for row in rows:
        if events[row.id, row.status] != 1:
            found.append(f"{row.id} is {row.status}, and its events say otherwise")
        was_sent = row.status == Status.PENDING
        if was_sent is row.request.is_draft or was_sent is (row.request.patient_id is None):
            found.append(f"{row.id} is {row.status}, and its request is not")
        if was_sent is not (messages[row.id, "requested"] == 1):
            found.append(f"{row.id} is {row.status}, and its messages say otherwise")
    return found


def main() -> None:
    sent = AppointmentRequest.objects.filter(sent_at__isnull=False)
    ledger = {
        "sent": [str(key) for key in sent.values_list("id", flat=True)],
        "blocking": Appointment.objects.filter(status__in=BLOCKING).count(),
        "overlaps": overlaps(),
        "half_written": half_written(),
    }
    sys.stdout.write(json.dumps(ledger))
