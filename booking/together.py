"""A visit of several services: its parts, each a request of its own, and what each has come to.

What was booked together carries one `visit`; whatever was booked alone is a visit of one part.
"""

from collections.abc import Iterable
from datetime import datetime

from booking.models.appointments import Appointment, Reason, Status
from booking.models.messages import Message
from booking.models.requests import AppointmentRequest

Kind = Message.Kind

STANDING = (Status.PENDING, Status.PROPOSED, Status.BOOKED)
WENT_AHEAD = (Status.BOOKED, Status.ARRIVED, Status.FULFILLED)
# What is said of a visit as a whole, once for all of its parts.
REMINDERS = (Kind.VISIT_REMINDER_DAYS, Kind.VISIT_REMINDER_HOURS)
OF_THE_WHOLE = (Kind.VISIT_CONFIRMED, Kind.VISIT_CANCELLED, *REMINDERS)


def parts_of(request: AppointmentRequest) -> list[Appointment]:
    """What each part of a visit has come to, in the order of their times."""
    return parts_in(Appointment.objects.of_the_visit(request))


def parts_in(rows: Iterable[Appointment]) -> list[Appointment]:
    """The same, of rows that were read already: one a request, as `current_of` chooses it."""
    of_request: dict[object, list[Appointment]] = {}
    for row in rows:
        if row.status != Status.HELD and row.reason_code != Reason.OTHER_OFFER_TAKEN:
            of_request.setdefault(row.request_id, []).append(row)
    parts = [_current(each) for each in of_request.values()]
    return sorted(parts, key=lambda part: part.starts_at)


def _current(rows: Iterable[Appointment]) -> Appointment:
    newest = sorted(sorted(rows, key=_start), key=lambda row: row.created_at, reverse=True)
    return next((row for row in newest if row.status != Status.CANCELLED), newest[0])


def _start(row: Appointment) -> datetime:
    return row.starts_at


def others_of(appointment: Appointment) -> list[Appointment]:
    """The other parts of its visit."""
    if not appointment.request.visit:
        return []
    parts = parts_of(appointment.request)
    return [part for part in parts if part.request_id != appointment.request_id]


def staying(parts: Iterable[Appointment], *, now: datetime) -> list[Appointment]:
    """Those that are agreed and not over: what stays, whatever becomes of another part."""
    agreed = (Status.BOOKED, Status.ARRIVED)
    return [part for part in parts if part.status in agreed and part.ends_at > now]


def named_in(message: Message) -> list[Appointment]:
    """The same, of what the database holds now."""
    return spoken_of(message, Appointment.objects.of_the_visit(message.request))


def coming_with(
    appointment: Appointment, others: Iterable[Appointment], *, now: datetime
) -> list[Appointment]:
    """It, and what else of its visit is to come that day: who comes for one comes for all."""
    day = appointment.local_start.date()
    that_day = [part for part in others if part.local_start.date() == day]
    coming = [part for part in that_day if part.status == Status.BOOKED and part.starts_at > now]
    return sorted([appointment, *coming], key=_start)


def standing_of(request: AppointmentRequest) -> list[Appointment]:
    """All that can be cancelled of a visit, each of the times that are offered among it."""
    return list(Appointment.objects.of_the_visit(request).filter(status__in=STANDING))


def shown_together(rows: Iterable[Appointment]) -> str:
    """What a page showed of several at once, for its form to say; of one, its own words."""
    return " ".join(row.shown for row in sorted(rows, key=lambda row: (row.starts_at, row.pk)))


def on_one_day(rows: Iterable[Appointment]) -> list[list[Appointment]]:
    """What was booked together and is on one day, as one; everything else by itself."""
    days: dict[tuple[object, object], list[Appointment]] = {}
    for row in sorted(rows, key=_start):
        key = (row.request.visit or row.pk, row.local_start.date())
        days.setdefault(key, []).append(row)
    return list(days.values())


def spoken_of(message: Message, rows: Iterable[Appointment]) -> list[Appointment]:
    """What a message about a whole visit names of it, as it is now: where there is nothing, the
    message has nothing to say any more.
    """
    if message.kind == Kind.VISIT_CANCELLED:
        return [row for row in rows if row.reason_code == Reason.VISIT_BY_CLINIC]
    parts = parts_in(rows)
    if message.kind == Kind.VISIT_CONFIRMED:
        return [part for part in parts if part.status in WENT_AHEAD]
    about = message.appointment
    assert about is not None  # every message about a visit names its first part
    day = about.local_start.date()
    that_day = [part for part in parts if part.local_start.date() == day]
    if any(part.status in {Status.ARRIVED, Status.FULFILLED} for part in that_day):
        return []  # whoever is here needs no reminder
    return [part for part in that_day if part.status == Status.BOOKED]
