"""What became of a request, in the patient's words: for their own page."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.models.appointments import DECLINE_REASONS, AppointmentEvent, Reason, Status
from booking.models.requests import AppointmentRequest
from clinic import times

Kind = AppointmentEvent.ActorKind

# What was reached, and from where. A hold, and what is not here, is not told.
REACHED = {
    (Status.HELD, Status.PENDING): gettext_lazy("You asked for %(when)s."),
    ("", Status.PROPOSED): gettext_lazy("The clinic offered you %(when)s."),
    (Status.PENDING, Status.BOOKED): gettext_lazy("The clinic confirmed %(when)s."),
    (Status.PROPOSED, Status.BOOKED): gettext_lazy("You took %(when)s."),
    ("", Status.BOOKED): gettext_lazy("The clinic booked %(when)s for you."),
    (Status.BOOKED, Status.ARRIVED): gettext_lazy("You arrived."),
    (Status.ARRIVED, Status.FULFILLED): gettext_lazy("The visit is over."),
    (Status.BOOKED, Status.NOSHOW): gettext_lazy("You did not come."),
    # Staff take back what they had noted by mistake.
    (Status.ARRIVED, Status.BOOKED): gettext_lazy("The clinic corrected its last note."),
    (Status.FULFILLED, Status.ARRIVED): gettext_lazy("The clinic corrected its last note."),
    (Status.NOSHOW, Status.BOOKED): gettext_lazy("The clinic corrected its last note."),
}
# How it ended, where the reason alone would not say who did what.
ENDED = {
    Reason.NOT_ANSWERED: gettext_lazy("We could not answer in time, and the request ended."),
    Reason.OFFER_ENDED: gettext_lazy("The times offered were not taken in time."),
    Reason.OFFER_DECLINED: gettext_lazy("You declined the times offered."),
    Reason.OFFER_WITHDRAWN: gettext_lazy("The clinic withdrew the times offered."),
    Reason.BY_PATIENT: gettext_lazy("You cancelled it."),
    Reason.BY_CLINIC: gettext_lazy("The clinic cancelled it."),
}
# Told by another line of the same moment, or later with the times that are offered.
UNSAID = {
    *(Reason.OTHER_OFFER_TAKEN, Reason.OTHER_TIMES_OFFERED, Reason.OTHER_TIME_CHOSEN),
    *(Reason.OTHER_TIME_NEEDED, Reason.TIME_KEPT),
}


@dataclass(frozen=True)
class Line:
    at: datetime
    text: str


def history_of(request: AppointmentRequest, zone: tzinfo) -> list[Line]:
    """Each thing once, in order; who of the staff did it is not said."""
    lines: dict[tuple[datetime, str], Line] = {}
    for event in AppointmentEvent.objects.filter(request=request.id):
        if text := said_of(event, zone):
            lines.setdefault((event.at, text), Line(event.at.astimezone(zone), text))
    return list(lines.values())


def said_of(event: AppointmentEvent, zone: tzinfo) -> str:
    """A sentence for what concerns the patient, nothing for the rest."""
    when = {"when": times.moment(event.starts_at, zone) if event.starts_at else ""}
    if event.to_status == Status.ENTERED_IN_ERROR:
        return _("The clinic removed it: it had been entered by mistake.")
    if event.reason_code in UNSAID or event.from_status == Status.CANCELLED:
        return ""
    if event.to_status == Status.CANCELLED:
        return "" if event.from_status == Status.HELD else _ended(Reason(event.reason_code))
    if event.to_status == event.from_status:
        return _changed(event) % when
    return str(REACHED.get((event.from_status, Status(event.to_status)), "")) % when


def _ended(reason: Reason) -> str:
    if reason in DECLINE_REASONS:
        return _("The clinic could not confirm it. %(reason)s") % {"reason": reason.label}
    return str(ENDED.get(reason, reason.label))


def _changed(event: AppointmentEvent) -> str:
    if event.reason_code == Reason.COMING:
        return str(Reason.COMING.label)
    if event.actor_kind == Kind.PATIENT:
        return _("You moved it to %(when)s.")
    return _("The clinic moved it to %(when)s.")
