"""What stands on the admin's first page, for one member of staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.utils import timezone

from booking import together
from booking.desk.calls import offers_in, what_to_say
from booking.desk.flags import flags_of
from booking.desk.forms import DeclineForm, write_choice
from booking.models import Appointment, CallNote, Message, Status
from booking.models.appointments import VISITS
from booking.walltime import DAY
from clinic.models import Practitioner, User

Notes = dict[UUID, list[CallNote]]

SOON = timedelta(hours=2)
MOST_MESSAGES = 60


@dataclass(frozen=True)
class Waiting:
    """A request that staff have not answered yet."""

    appointment: Appointment
    flags: list[str]
    is_late: bool
    notes: list[CallNote]

    @property
    def decline_form(self) -> DeclineForm:
        return DeclineForm(auto_id=f"decline-{self.appointment.pk}-%s")

    @property
    def confirm_value(self) -> str:
        return write_choice(self.appointment)


@dataclass(frozen=True)
class Day:
    """One practitioner's appointments of today."""

    practitioner: Practitioner
    appointments: list[Appointment]


@dataclass(frozen=True)
class Call:
    """Somebody to call; because it was agreed so, or because an e-mail did not arrive."""

    message: Message
    say: str
    about: Appointment | None  # whose time is not said in the sentence
    notes: list[CallNote]

    @property
    def has_failed(self) -> bool:
        return self.message.state == Message.State.FAILED


@dataclass(frozen=True)
class Times:
    """Several times of one request: what its patient was offered, or what came to nothing."""

    appointments: list[Appointment]
    is_late: bool
    ends_soon: bool
    notes: list[CallNote]

    @property
    def first(self) -> Appointment:
        return self.appointments[0]


@dataclass(frozen=True)
class Desk:
    now: datetime
    waiting: list[Waiting]
    today: list[Day]
    displaced: list[Appointment]
    offered: list[Times]
    expired: list[Times]
    lacks_calendar: bool
    may_decide: bool
    may_book: bool
    handles_messages: bool
    calls: list[Call]
    failed: list[Message]


def is_late(appointment: Appointment, *, now: datetime) -> bool:
    """Past the deadline, though nobody has come round to end it."""
    return appointment.expires_at is not None and appointment.expires_at <= now


def the_day(now: datetime) -> tuple[datetime, datetime]:
    """Its midnights, as the clinic's own clock has it: a day may last 23 or 25 hours."""
    zone = timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    midnights = (datetime.combine(day, time.min, tzinfo=zone) for day in (today, today + DAY))
    first, last = midnights
    return first, last


def waiting_in(rows: Iterable[Appointment], notes: Notes, *, now: datetime) -> list[Waiting]:
    """The longest overdue first, then those that have to be answered first."""
    waiting = sorted((row for row in rows if row.status == Status.PENDING), key=deadline_of)
    return [
        Waiting(row, flags_of(row.request), is_late(row, now=now), notes.get(row.request_id, []))
        for row in waiting
    ]


def deadline_of(appointment: Appointment) -> tuple[datetime, datetime, datetime]:
    request = appointment.request
    assert appointment.expires_at is not None  # the database says so of what waits,
    assert request.sent_at is not None  # and of every request that was sent
    return appointment.expires_at, request.sent_at, appointment.starts_at


def days_in(rows: Iterable[Appointment], *, now: datetime) -> list[Day]:
    start, end = the_day(now)
    of_the_day = (row for row in rows if row.status in VISITS and start <= row.starts_at < end)
    visits = sorted(of_the_day, key=by_whom)
    return [
        Day(practitioner, list(group))
        for practitioner, group in groupby(visits, key=lambda row: row.practitioner)
    ]


def by_whom(appointment: Appointment) -> tuple[int, str, int, datetime]:
    person = appointment.practitioner
    return person.order, person.name, person.pk, appointment.starts_at


def by_request(rows: Iterable[Appointment], notes: Notes, *, now: datetime) -> list[Times]:
    """In the order in which the requests come first."""
    found: dict[UUID, list[Appointment]] = {}
    for row in rows:
        found.setdefault(row.request_id, []).append(row)
    return [
        Times(
            times, is_late(times[0], now=now), is_late(times[0], now=now + SOON), notes.get(key, [])
        )
        for key, times in found.items()
    ]


def displaced_in(rows: Iterable[Appointment], *, now: datetime) -> list[Appointment]:
    """For whom another time has to be found, since hours were taken away; not once it is
    over, unless it was an offer that was withdrawn: who has no time at all is never let go.
    """
    found = (
        row for row in rows if row.is_without_a_time or (row.is_displaced and row.starts_at >= now)
    )
    return sorted(found, key=lambda row: row.starts_at)


def offered_in(rows: Iterable[Appointment], notes: Notes, *, now: datetime) -> list[Times]:
    """What waits for patients to choose, the first to end first."""
    offers = sorted((row for row in rows if row.status == Status.PROPOSED), key=deadline_of)
    return by_request(offers, notes, now=now)


def expired_in(rows: Iterable[Appointment], notes: Notes, *, now: datetime) -> list[Times]:
    """Who may still be helped: what nobody answered, and the time is still to come."""
    ended = (row for row in rows if row.status == Status.CANCELLED)
    expired = (row for row in ended if not row.is_without_a_time)
    return by_request(sorted(expired, key=lambda row: row.starts_at), notes, now=now)


def messages_for(user: User) -> list[Message]:
    if not user.has_perm("booking.view_message"):
        return []
    rows = Message.objects.for_the_desk().select_related(
        "request__patient",
        "request__service",
        "appointment__practitioner",
        "appointment__location",
    )
    return list(rows[:MOST_MESSAGES])


def can_be_called(message: Message) -> bool:
    patient = message.request.patient
    return message.is_to_be_called and patient is not None and bool(patient.telephone)


def calls_in(
    messages: Iterable[Message], offered: Iterable[Times] | None, notes: Notes, *, now: datetime
) -> list[Call]:
    """`offered` are all the offers there are, where whoever looks sees all."""
    to_call = [row for row in messages if can_be_called(row)]
    known = (
        None
        if offered is None
        else {times.first.request_id: times.appointments for times in offered}
    )
    offers = offers_in(to_call, known)
    spoken = together.spoken_in_each(to_call, now=now)
    return [
        Call(
            row,
            what_to_say(row, offers, spoken[row.pk]),
            None if row.kind == Message.Kind.OFFERED else alone_in(spoken[row.pk]),
            notes.get(row.request_id, []),
        )
        for row in to_call
    ]


def alone_in(spoken: together.Spoken) -> Appointment | None:
    return spoken.of[0] if len(spoken.of) == 1 else None


def notes_of(requests: Iterable[UUID]) -> Notes:
    """What was said in the calls to these patients, the newest last."""
    found: Notes = {}
    for note in CallNote.objects.filter(request__in=set(requests)).with_authors():
        found.setdefault(note.request_id, []).append(note)
    return found


def lacks_calendar(user: User) -> bool:
    """Nobody said yet which practitioner this is: an empty day would be a false calm."""
    return getattr(user, "practitioner", None) is None


def desk_for(user: User, *, now: datetime) -> Desk:
    rows = list(
        Appointment.objects.within_reach_of(user)
        .on_the_desk(*the_day(now), now=now)
        .with_people()
        .select_related("request__article")
    )
    messages = messages_for(user)
    notes = notes_of([*(row.request_id for row in rows), *(row.request_id for row in messages)])
    offered = offered_in(rows, notes, now=now)
    sees_all = user.has_perm("booking.reach_everyone")
    return Desk(
        now=now,
        waiting=waiting_in(rows, notes, now=now),
        today=days_in(rows, now=now),
        displaced=displaced_in(rows, now=now),
        offered=offered,
        expired=expired_in(rows, notes, now=now),
        lacks_calendar=not sees_all and lacks_calendar(user),
        may_decide=user.has_perm("booking.decide_request"),
        may_book=user.has_perms(("booking.decide_request", "booking.reach_everyone")),
        handles_messages=user.has_perm("booking.view_message"),
        calls=calls_in(messages, offered if sees_all else None, notes, now=now),
        failed=[row for row in messages if not can_be_called(row)],
    )
