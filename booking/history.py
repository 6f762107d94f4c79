"""What became of a request, in the patient's words: for their own page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from booking.models.appointments import AppointmentEvent, Reason, Status
from booking.models.requests import AppointmentRequest
from clinic import times

Kind = AppointmentEvent.ActorKind
# Told by another line of the same moment.
UNSAID = {Reason.OTHER_OFFER_TAKEN, Reason.OTHER_TIMES_OFFERED, Reason.OTHER_TIME_CHOSEN}


@dataclass(frozen=True)
class Line:
    at: datetime
    text: str


def history_of(request: AppointmentRequest, zone: tzinfo) -> list[Line]:
    """Each thing once, in order; who of the staff did it is not said."""
    lines: dict[tuple[datetime, str], Line] = {}
    for event in AppointmentEvent.objects.filter(request=request.id):
        for text in said_of(event, zone):
            lines.setdefault((event.at, text), Line(event.at.astimezone(zone), text))
    return list(lines.values())


def said_of(event: AppointmentEvent, zone: tzinfo) -> Iterator[str]:
    """One sentence for what concerns the patient, none for the rest."""
    when = times.moment(event.starts_at, zone) if event.starts_at else ""
    if event.to_status == Status.CANCELLED:
        if event.from_status != Status.HELD and event.reason_code not in UNSAID:
            yield str(Reason(event.reason_code).label)
    elif event.to_status == event.from_status:
        yield _moved(event, when)
    elif event.to_status != Status.HELD:
        sentence = _reached(event, when)
        if sentence:
            yield sentence


def _moved(event: AppointmentEvent, when: str) -> str:
    if event.reason_code == Reason.COMING:
        return str(Reason.COMING.label)
    if event.actor_kind == Kind.PATIENT:
        return _("You moved it to %(when)s.") % {"when": when}
    return _("The clinic moved it to %(when)s.") % {"when": when}


def _reached(event: AppointmentEvent, when: str) -> str:
    before, after = event.from_status, event.to_status
    sentences: dict[tuple[str, str], str] = {
        (Status.HELD, Status.PENDING): _("You asked for %(when)s."),
        ("", Status.PROPOSED): _("The clinic offered you %(when)s."),
        (Status.PENDING, Status.BOOKED): _("The clinic confirmed %(when)s."),
        (Status.PROPOSED, Status.BOOKED): _("You took %(when)s."),
        ("", Status.BOOKED): _("The clinic booked %(when)s for you."),
        (Status.BOOKED, Status.ARRIVED): _("You arrived."),
        (Status.ARRIVED, Status.FULFILLED): _("The visit is over."),
        (Status.BOOKED, Status.NOSHOW): _("You did not come."),
    }
    return sentences.get((before, after), "") % {"when": when}
