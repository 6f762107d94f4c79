"""What stands on the admin's first page, for one member of staff."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from booking.desk.calls import offers_in, what_to_say
from booking.models import Appointment, AppointmentRequest, Message
from booking.models.appointments import AppointmentQuerySet
from clinic.admin_site import clinic_zone
from clinic.models import Practitioner, User
from content.models import Caution


@dataclass(frozen=True)
class Waiting:
    """A request that staff have not answered yet."""

    appointment: Appointment
    flags: list[str]
    is_late: bool


@dataclass(frozen=True)
class Day:
    """One practitioner's appointments of today."""

    practitioner: Practitioner
    appointments: list[Appointment]


@dataclass(frozen=True)
class Call:
    message: Message
    say: str


@dataclass(frozen=True)
class Times:
    """Several times of one request: what its patient was offered, or what came to nothing."""

    appointments: list[Appointment]
    is_late: bool

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
    may_decide: bool
    may_book: bool
    handles_messages: bool
    calls: list[Call]
    failed: list[Message]


def named_cautions(request: AppointmentRequest) -> list[str]:
    """The slugs of what the patient said yes to."""
    if not request.screening:
        return []
    return [str(slug) for slug in json.loads(request.screening)]


def caution_names(requests: Iterable[AppointmentRequest]) -> dict[str, str]:
    slugs = {slug for request in requests for slug in named_cautions(request)}
    if not slugs:
        return {}
    return dict(Caution.objects.filter(slug__in=slugs).values_list("slug", "name_en"))


def flags_of(request: AppointmentRequest, names: dict[str, str]) -> list[str]:
    """What staff should know before they answer; a caution that is gone keeps its slug."""
    seen = ["A doctor has looked at a same-day sign"] if request.seen_by_doctor else []
    return seen + [names.get(slug, slug) for slug in named_cautions(request)]


def is_late(appointment: Appointment, *, now: datetime) -> bool:
    """Past the deadline, though nobody has come round to end it."""
    return appointment.expires_at is not None and appointment.expires_at <= now


def waiting_for(user: User, *, now: datetime) -> list[Waiting]:
    rows = list(
        Appointment.objects.within_reach_of(user)
        .waiting_for_staff()
        .with_people()
        .select_related("request__article")
    )
    names = caution_names(row.request for row in rows)
    return [
        Waiting(
            row,
            flags_of(row.request, names),
            is_late(row, now=now),
        )
        for row in rows
    ]


def today_for(user: User, *, now: datetime) -> list[Day]:
    """The day as the clinic's own clock has it, which may last 23 or 25 hours."""
    zone = clinic_zone()
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time.min, tzinfo=zone)
    next_midnight = datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone)
    rows = (
        Appointment.objects.within_reach_of(user)
        .on_the_books(midnight, next_midnight)
        .with_people()
        .order_by("practitioner__order", "practitioner__name", "practitioner_id", "starts_at")
    )
    return [
        Day(practitioner, list(group))
        for practitioner, group in groupby(rows, key=lambda row: row.practitioner)
    ]


def displaced_for(user: User) -> list[Appointment]:
    """For whom another time has to be found, since hours were taken away."""
    return list(Appointment.objects.within_reach_of(user).needing_other_time().with_people())


def offered_for(user: User, *, now: datetime) -> list[Times]:
    """What waits for patients to choose, the first to end first."""
    return by_request(Appointment.objects.within_reach_of(user).waiting_for_patients(), now=now)


def expired_for(user: User, *, now: datetime) -> list[Times]:
    """Who may still be helped: what nobody answered, and the time is still to come."""
    return by_request(Appointment.objects.within_reach_of(user).expired_after(now), now=now)


def by_request(rows: AppointmentQuerySet, *, now: datetime) -> list[Times]:
    """In the order in which the requests come first."""
    found: dict[UUID, list[Appointment]] = {}
    for row in rows.with_people():
        found.setdefault(row.request_id, []).append(row)
    return [Times(times, is_late(times[0], now=now)) for times in found.values()]


def calls_to_make() -> list[Call]:
    rows = Message.objects.calls_to_make().select_related(
        "request__patient",
        "request__service",
        "appointment__practitioner",
        "appointment__location",
    )
    offers = offers_in(rows)
    return [Call(row, what_to_say(row, offers)) for row in rows]


def desk_for(user: User, *, now: datetime) -> Desk:
    sees_messages = user.has_perm("booking.view_message")
    return Desk(
        now=now,
        waiting=waiting_for(user, now=now),
        today=today_for(user, now=now),
        displaced=displaced_for(user),
        offered=offered_for(user, now=now),
        expired=expired_for(user, now=now),
        may_decide=user.has_perm("booking.decide_request"),
        may_book=user.has_perms(("booking.decide_request", "booking.reach_everyone")),
        handles_messages=sees_messages,
        calls=calls_to_make() if sees_messages else [],
        failed=list(Message.objects.failed()[:20]) if sees_messages else [],
    )
