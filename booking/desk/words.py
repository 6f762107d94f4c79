"""Times as the desk says them, and the words for what became of an appointment."""

from datetime import date, datetime, tzinfo

from booking.actions.day import BACK_TO
from booking.models import Appointment, AppointmentEvent, Status
from booking.models.appointments import DECLINE_REASONS, Reason
from clinic import times

# What a reason says about a change better than the status that it led to.
BY_REASON = {
    Reason.OTHER_TIMES_OFFERED: "Other times offered instead",
    Reason.OTHER_OFFER_TAKEN: "Another offered time taken",
    Reason.OFFER_DECLINED: "Offer declined",
    Reason.OFFER_ENDED: "Offer ended, not taken in time",
    Reason.OFFER_WITHDRAWN: "Offer withdrawn",
    Reason.NOT_ANSWERED: "Expired, not answered in time",
    Reason.OTHER_TIME_NEEDED: "Another time to be found",
    Reason.TIME_KEPT: "The time stays",
    Reason.COMING: "Said to be coming",
    **dict.fromkeys(DECLINE_REASONS, "Declined"),
}


def day(on: date) -> str:
    """“Nov 24, 2026”; a moment is taken as it is, in its own zone."""
    return f"{on:%b} {on.day}, {on.year}"


def moment(at: datetime, zone: tzinfo) -> str:
    """“Tue Nov 24, 9:30 am EST”, as the clock on the location's wall shows it."""
    local = at.astimezone(zone)
    return f"{local:%a %b} {local.day}, {times.clock(local)} {local.tzname()}"


def hours(begin: datetime, end: datetime) -> str:
    """“9:30 to 10:15 am”; both halves of the day are named where they differ."""
    begins, ends = times.clock(begin), times.clock(end)
    return f"{begins.removesuffix(ends[-3:])} to {ends}"


def when(appointment: Appointment) -> str:
    return moment(appointment.starts_at, appointment.location.zone)


def is_undone(event: AppointmentEvent) -> bool:
    """Staff took back what they had noted of a visit."""
    return (event.from_status, event.to_status) in BACK_TO.items()


def is_move(event: AppointmentEvent) -> bool:
    """Only a move leaves the status as it was and has no reason."""
    return event.from_status == event.to_status and not event.reason_code


def what_happened(event: AppointmentEvent) -> str:
    if event.from_status == Status.CANCELLED:
        is_found = event.reason_code == Reason.OTHER_TIME_CHOSEN
        return "Another time booked instead" if is_found else "No other time wanted"
    if is_move(event):
        return "Moved"
    if is_undone(event):
        return f"“{Status(event.from_status).label}” taken back"
    if event.reason_code in BY_REASON:
        return BY_REASON[Reason(event.reason_code)]
    return str(Status(event.to_status).label)
