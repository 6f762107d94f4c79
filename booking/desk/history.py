"""What became of a request and who did it, in words for staff."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from booking.desk.words import is_move, moment, what_happened
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Message, Status
from booking.models.appointments import Reason
from clinic import times
from clinic.admin_site import clinic_zone
from clinic.audit import AccessLog
from clinic.models import User

Kind = AppointmentEvent.ActorKind
OTHERS = {Kind.PATIENT: "the patient", Kind.SYSTEM: "the clock"}
# What a visitor chose and gave up before the request was sent.
WHILE_CHOOSING = Q(to_status=Status.HELD) | Q(from_status=Status.HELD, to_status=Status.CANCELLED)


@dataclass(frozen=True)
class Change:
    """One event with the name of who made it, and the time it is about."""

    event: AppointmentEvent
    who: str
    time: str

    @property
    def what(self) -> str:
        return what_happened(self.event)

    @property
    def reason(self) -> str:
        return str(Reason(self.event.reason_code).label) if self.event.reason_code else ""


def history_of(appointment: Appointment) -> list[Change]:
    """Everything that its request went through, the times offered included, in order."""
    rows = AppointmentEvent.objects.filter(request=appointment.request_id).exclude(WHILE_CHOOSING)
    events = in_order(rows)
    names, zone = names_of(events), appointment.location.zone
    before: dict[UUID, datetime | None] = {}
    changes = []
    for event in events:
        old, new = before.get(event.appointment), event.starts_at
        before[event.appointment] = new
        said = [moment(at, zone) for at in ((old, new) if is_move(event) else (new,)) if at]
        changes.append(Change(event, names[event.pk], " → ".join(said)))
    return changes


def in_order(rows: Iterable[AppointmentEvent]) -> list[AppointmentEvent]:
    """By instant; within one by the appointment that began first, and then by its numbers.

    So a request comes before the times that are offered in its place.
    """
    events = sorted(rows, key=lambda event: (event.at, event.number))
    began: dict[UUID, datetime] = {}
    for event in events:
        began.setdefault(event.appointment, event.at)
    return sorted(events, key=lambda e: (e.at, began[e.appointment], e.number, e.starts_at or e.at))


def names_of(events: Iterable[AppointmentEvent]) -> dict[UUID, str]:
    """Who made each change; an event itself holds only a UUID, and names come from one query."""
    rows = list(events)
    staff = User.objects.in_bulk([row.actor for row in rows if row.actor])
    return dict(_names(rows, staff))


def _names(rows: Iterable[AppointmentEvent], staff: dict[UUID, User]) -> Iterator[tuple[UUID, str]]:
    for row in rows:
        if row.actor_kind in OTHERS:
            yield row.pk, OTHERS[Kind(row.actor_kind)]
        elif row.actor:
            yield row.pk, str(staff.get(row.actor, "somebody who is gone"))
        else:
            yield row.pk, "staff"


def who_booked(appointment: Appointment) -> str:
    """Who asked for it: somebody at the desk, for whom if that is known, or whoever filled in the
    form on the site.
    """
    request = appointment.request
    caller = (request.patient and request.patient.booked_by) or "the patient"
    if request.source == AppointmentRequest.Source.WEB:
        return caller
    rows = AppointmentEvent.objects.filter(request=request.pk, actor_kind=Kind.STAFF)
    first = rows.order_by("at", "number").first()
    return f"{names_of([first])[first.pk] if first else 'staff'}, for {caller}"


def last_change(appointment: Appointment) -> str:
    """“By Ana Reyes, 9:12 am.”, for whoever comes second; with what was done, where the status
    does not say it: “Declined, by Ana Reyes, 9:12 am.”
    """
    rows = AppointmentEvent.objects.filter(appointment=appointment.pk)
    last = rows.order_by("at", "number").last()
    if last is None:
        return ""
    what = what_happened(last)
    said = [] if what == Status(last.to_status).label else [what]
    if last.actor_kind != Kind.SYSTEM:
        said.append(f"by {names_of([last])[last.pk]}")
    said.append(times.clock(last.at.astimezone(appointment.location.zone)))
    sentence = ", ".join(said)
    return f"{sentence[0].upper()}{sentence[1:]}."


def last_handling(message: Message, what: str) -> tuple[User | None, str]:
    """Who made a call or sent a message again, and that as a sentence.

    A message keeps no name; the access log does.
    """
    entries = AccessLog.objects.filter(action=what, subject=str(message.pk))
    last = entries.order_by("at").last()
    if last is None:
        return None, ""
    by = User.objects.filter(pk=last.user).first() if last.user else None
    return (
        by,
        f"By {by or 'somebody who is gone'}, {times.clock(last.at.astimezone(clinic_zone()))}.",
    )
