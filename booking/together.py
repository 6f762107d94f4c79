"""A visit of several services: its parts, each a request of its own, and what each has come to.

What was booked together carries one `visit`; nothing else makes appointments one, be the name or
the address the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.models.appointments import Appointment, AppointmentEvent, Reason, Status
from booking.models.messages import Message
from booking.models.requests import AppointmentRequest

Kind = Message.Kind

STANDING = (Status.PENDING, Status.PROPOSED, Status.BOOKED)
HERE = (Status.ARRIVED, Status.FULFILLED)
WENT_AHEAD = (Status.BOOKED, *HERE)
REMINDERS = (Kind.REMINDER_DAYS, Kind.REMINDER_HOURS)
# What is said once for all parts of a visit.
OF_THE_WHOLE = (Kind.CONFIRMED, Kind.CANCELLED, *REMINDERS)
# Of a time for which staff look for another one, these are not said.
OF_WHAT_STAYS = (Kind.CONFIRMED, *REMINDERS)
# What becomes of one of them: whoever hears of it hears what stays, too.
OF_A_PART = (
    *(Kind.CANCELLED, Kind.MOVED, Kind.OFFERED, Kind.OFFER_ENDED),
    *(Kind.STAFF_CANCELLED, Kind.STAFF_MOVED, Kind.STAFF_OFFER_ENDED, Kind.STAFF_OFFER_DECLINED),
)

Visits = dict[UUID | None, list[Appointment]]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Of which appointments a message speaks, as they are now: of none, if nothing is left to
    say. Of a visit also what stays of it, where the message tells what became of a part.
    """

    of: list[Appointment]
    stays: list[Appointment]


def parts_of(request: AppointmentRequest) -> list[Appointment]:
    """What each part of a visit has come to, in the order of their times."""
    return _parts_in(Appointment.objects.of_the_visit(request))


def others_of(appointment: Appointment) -> list[Appointment]:
    """The other parts of its visit; nothing of what was entered by mistake."""
    if not appointment.request.visit:
        return []
    parts = parts_of(appointment.request)
    others = (part for part in parts if part.request_id != appointment.request_id)
    return [part for part in others if part.status != Status.ENTERED_IN_ERROR]


def staying(parts: Iterable[Appointment], *, now: datetime) -> list[Appointment]:
    """Those that are agreed and not over: what stays, whatever becomes of another part."""
    agreed = (Status.BOOKED, Status.ARRIVED)
    return [part for part in parts if part.status in agreed and part.ends_at > now]


def coming_with(
    appointment: Appointment, others: Iterable[Appointment], *, now: datetime
) -> list[Appointment]:
    """It, and what else of its visit is to come that day: who comes for one comes for all."""
    coming = [
        part
        for part in others
        if part.status == Status.BOOKED and part.starts_at > now and _day(part) == _day(appointment)
    ]
    return sorted([appointment, *coming], key=_start)


def standing_of(request: AppointmentRequest) -> list[Appointment]:
    """All that can be cancelled of a visit, each of the times that are offered among it."""
    return list(Appointment.objects.of_the_visit(request).filter(status__in=STANDING))


def shown_together(rows: Iterable[Appointment]) -> str:
    """What a page showed of several at once, for its form to say."""
    return " ".join(row.shown for row in sorted(rows, key=lambda row: (row.starts_at, row.pk)))


def on_one_day(rows: Iterable[Appointment]) -> list[list[Appointment]]:
    """What was booked together and is on one day, as one; everything else by itself."""
    days: dict[tuple[object, object], list[Appointment]] = defaultdict(list)
    for row in sorted(rows, key=_start):
        days[row.request.visit or row.pk, _day(row)].append(row)
    return list(days.values())


def spoken_in(message: Message, *, now: datetime) -> Spoken:
    return spoken_in_each([message], now=now)[message.pk]


def spoken_in_each(messages: Collection[Message], *, now: datetime) -> dict[UUID, Spoken]:
    """Of many messages, in at most two questions."""
    visits = _visits_of(messages)
    presses = _presses(each for each in messages if each.kind == Kind.CANCELLED)
    spoken = {}
    for each in messages:
        about, parts = each.appointment, visits.get(each.request.visit, [])
        if about is None or not parts:
            spoken[each.pk] = Spoken([about] if about and _is_said_of(about, each.kind) else [], [])
            continue
        is_of_all = each.kind in OF_THE_WHOLE
        named = _named(each, about, parts, presses, now) if is_of_all else [about]
        named = [part for part in named if _is_said_of(part, each.kind)]
        gone = {row.request_id for row in named}
        others = [part for part in parts if part.request_id not in gone]
        stays = staying(others, now=now) if each.kind in OF_A_PART else []
        spoken[each.pk] = Spoken(named, stays)
    return spoken


def _is_said_of(appointment: Appointment, kind: str) -> bool:
    return not (appointment.needs_other_time and kind in OF_WHAT_STAYS)


def _visits_of(messages: Iterable[Message]) -> Visits:
    """The parts of the visits that they are about; what was booked alone is of none."""
    keys = {each.request.visit for each in messages} - {None}
    if not keys:
        return {}
    rows: Visits = defaultdict(list)
    for row in Appointment.objects.filter(request__visit__in=keys).with_people():
        rows[row.request.visit].append(row)
    return {key: _parts_in(of_the_visit) for key, of_the_visit in rows.items()}


def _named(
    message: Message,
    about: Appointment,
    parts: list[Appointment],
    presses: dict[UUID, UUID],
    now: datetime,
) -> list[Appointment]:
    if message.kind == Kind.CANCELLED:
        press = presses.get(about.pk)
        told = [each for each in parts if each.reason_code != Reason.OFFER_WITHDRAWN]
        return [each for each in told if each.pk == about.pk or presses.get(each.pk, 0) == press]
    if message.kind == Kind.CONFIRMED:
        # Of what is past, only what was confirmed just now.
        is_said = {about.pk: WENT_AHEAD}
        return [each for each in parts if each.status in is_said.get(each.pk, (Status.BOOKED,))]
    # A reminder is of a day, and stays with it wherever the part is moved that it began with.
    begins = message.useless_after or about.starts_at
    day = begins.astimezone(about.location.zone).date()
    that_day = [each for each in parts if _day(each) == day]
    if any(each.status in HERE for each in that_day):
        return []
    to_come = (each for each in that_day if each.starts_at > now or each.starts_at >= begins)
    return [each for each in to_come if each.status == Status.BOOKED]


def _presses(messages: Iterable[Message]) -> dict[UUID, UUID]:
    """With which form each part of these visits was cancelled, where it was with one."""
    visits = [each.request.visit for each in messages if each.request.visit]
    if not visits:
        return {}
    requests = AppointmentRequest.objects.filter(visit__in=visits)
    ended = AppointmentEvent.objects.filter(request__in=requests, to_status=Status.CANCELLED)
    rows = ended.values_list("appointment", "submission")
    return {appointment: press for appointment, press in rows if press}


def _parts_in(rows: Iterable[Appointment]) -> list[Appointment]:
    """One a request, as `current_of` chooses it."""
    of_request: dict[UUID, list[Appointment]] = defaultdict(list)
    for row in sorted(rows, key=_start):
        if row.status != Status.HELD and row.reason_code != Reason.OTHER_OFFER_TAKEN:
            of_request[row.request_id].append(row)
    return sorted((_current(each) for each in of_request.values()), key=_start)


def _current(rows: list[Appointment]) -> Appointment:
    newest = sorted(rows, key=lambda row: row.created_at, reverse=True)
    return next((row for row in newest if row.status != Status.CANCELLED), newest[0])


def _start(row: Appointment) -> datetime:
    return row.starts_at


def _day(row: Appointment) -> object:
    return row.local_start.date()
