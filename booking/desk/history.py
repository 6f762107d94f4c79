"""What became of an appointment and who did it, in words for staff."""

from collections.abc import Iterable
from dataclasses import dataclass

from booking.models import Appointment, AppointmentEvent, Status
from booking.models.appointments import Reason
from clinic import times
from clinic.models import User

Kind = AppointmentEvent.ActorKind


@dataclass(frozen=True)
class Change:
    """One event with the name of who made it; the event itself holds only a UUID."""

    event: AppointmentEvent
    who: str

    @property
    def before(self) -> str:
        status = self.event.from_status
        return str(Status(status).label) if status else "New"

    @property
    def after(self) -> str:
        return str(Status(self.event.to_status).label)

    @property
    def reason(self) -> str:
        """Why, in the words that the patient reads; what moved says so."""
        if self.event.reason_code:
            return str(Reason(self.event.reason_code).label)
        return "Moved" if self.event.from_status == self.event.to_status else ""


def with_names(events: Iterable[AppointmentEvent]) -> list[Change]:
    """The changes in their order; names come from one query, and only for staff."""
    rows = list(events)
    staff = User.objects.in_bulk([row.actor for row in rows if row.actor])
    others = {Kind.PATIENT: "The patient", Kind.SYSTEM: "The clock"}

    def name(row: AppointmentEvent) -> str:
        if row.actor_kind in others:
            return others[Kind(row.actor_kind)]
        return str(staff.get(row.actor, "Somebody who is gone")) if row.actor else "Staff"

    return [Change(row, name(row)) for row in rows]


def changes_of(appointment: Appointment) -> list[Change]:
    return with_names(AppointmentEvent.objects.filter(appointment=appointment.pk))


def last_change(appointment: Appointment) -> str:
    """“By Ana Reyes, 9:12 am.”, for whoever comes second."""
    last = (
        AppointmentEvent.objects.filter(appointment=appointment.pk).order_by("at", "number").last()
    )
    if last is None:
        return ""
    [change] = with_names([last])
    return f"By {change.who}, {times.clock(last.at.astimezone(appointment.location.zone))}."
