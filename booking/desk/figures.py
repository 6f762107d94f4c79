"""What the reports are made of: a few reads, whatever the numbers, and no patient's name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Least

from booking.desk.period import Period
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Status
from booking.models.appointments import VISITS, Reason
from booking.team import team_of, zone_named
from booking.walltime import Interval, days, merged
from clinic.models import Practitioner, User

Staff = AppointmentEvent.ActorKind.STAFF
ALIVE = (Status.PENDING, Status.PROPOSED, *VISITS)
CONFIRMED, OFFERED, DECLINED, LATE = "confirmed", "offered", "declined", "late"


class Asked(NamedTuple):
    """A request that was sent in the period, and the time of the visit that it came to."""

    id: UUID
    sent_at: datetime
    source: str
    article: str | None
    language: str | None
    visit: datetime | None


class Answer(NamedTuple):
    """What ended the waiting of a request in the period: an answer, or that none came in time."""

    at: datetime
    kind: str
    waited: timedelta | None


class Visit(NamedTuple):
    """A time in the period that was agreed."""

    service: str
    practitioner_id: int
    practitioner: str
    starts_at: datetime
    ends_at: datetime
    status: str
    zone: str

    @property
    def weekday(self) -> int:
        """On the wall where it takes place."""
        return self.starts_at.astimezone(zone_named(self.zone)).weekday()


@dataclass(frozen=True)
class Hours:
    """One practitioner's time in the period."""

    name: str
    booked: timedelta
    open: timedelta


@dataclass(frozen=True)
class Figures:
    period: Period
    now: datetime
    asked: list[Asked]
    answers: list[Answer]
    visits: list[Visit]
    hours: list[Hours]

    @classmethod
    def read(cls, user: User, period: Period, *, now: datetime) -> Self:
        """Of everybody, or of the times of the practitioner who signed in."""
        visits = visits_for(user, period)
        return cls(
            period=period,
            now=now,
            asked=asked_of(user, period),
            answers=list(answers_for(user, period)),
            visits=visits,
            hours=hours_for(user, period, visits),
        )


def asked_of(user: User, period: Period) -> list[Asked]:
    """What staff removed, be it a flood or a slip of their own, is nothing that came in."""
    rows = AppointmentRequest.objects.within_reach_of(user).sent_between(period.start, period.end)
    standing = Appointment.objects.filter(request=OuterRef("request"), status__in=ALIVE)
    removed = Appointment.objects.filter(~Exists(standing), status=Status.ENTERED_IN_ERROR)
    rows = rows.exclude(pk__in=removed.values("request"))
    visits = Appointment.objects.within_reach_of(user).agreed().order_by("-starts_at")
    first = dict(visits.filter(request__in=rows).values_list("request", "starts_at"))
    named = rows.order_by("sent_at").values_list(
        "id", "sent_at", "source", "article__title", "article__language"
    )
    return [Asked._make((*row, first.get(row[0]))) for row in named]


def answers_for(user: User, period: Period) -> Iterator[Answer]:
    """A request waits once, and so it is answered once, or withdrawn by its patient."""
    asked = AppointmentRequest.objects.filter(pk=OuterRef("request"))
    events = AppointmentEvent.objects.filter(
        from_status=Status.PENDING,
        to_status__in=(Status.BOOKED, Status.CANCELLED),
        at__gte=period.start,
        at__lt=period.end,
    )
    if not user.has_perm("booking.reach_everyone"):
        own = Appointment.objects.within_reach_of(user)
        events = events.filter(appointment__in=own.values("pk"))
    rows = events.values_list(
        "at", "to_status", "reason_code", "actor_kind", Subquery(asked.values("sent_at"))
    )
    for at, status, reason, actor, sent_at in rows:
        if kind := kind_of(status, reason, actor):
            yield Answer(at, kind, at - sent_at if sent_at else None)


def kind_of(status: str, reason: str, actor: str) -> str:
    if status == Status.BOOKED:
        return CONFIRMED
    if reason == Reason.NOT_ANSWERED:
        return LATE
    if reason == Reason.OTHER_TIMES_OFFERED:
        return OFFERED
    return DECLINED if actor == Staff else ""


def visits_for(user: User, period: Period) -> list[Visit]:
    rows = Appointment.objects.within_reach_of(user).on_the_books(period.start, period.end)
    named = rows.order_by("starts_at").values_list(
        "request__service__name_en",
        "practitioner_id",
        "practitioner__name",
        "starts_at",
        Least("ends_at", "blocks_until"),  # the rest of what was completed early is another's
        "status",
        "location__time_zone",
    )
    return [Visit._make(row) for row in named]


def hours_for(user: User, period: Period, visits: list[Visit]) -> list[Hours]:
    """Of everybody who works or has visits in the period; who did not come took no time."""
    names, there = open_times(user, period)
    booked: dict[int, timedelta] = {}
    for visit in visits:
        names[visit.practitioner_id] = visit.practitioner
        length = timedelta() if visit.status == Status.NOSHOW else visit.ends_at - visit.starts_at
        booked[visit.practitioner_id] = booked.get(visit.practitioner_id, timedelta()) + length
    nothing = timedelta()
    people = sorted((name, key) for key, name in names.items())
    return [Hours(name, booked.get(key, nothing), there.get(key, nothing)) for name, key in people]


def open_times(user: User, period: Period) -> tuple[dict[int, str], dict[int, timedelta]]:
    """The names of who works in the period, and how long: wherever it is, closures taken off."""
    own = None
    if not user.has_perm("booking.reach_everyone"):
        own = Practitioner.objects.filter(user=user).first()
        if own is None:
            return {}, {}
    first, last = period.days.first, period.days.last
    team = team_of(None, first, last, practitioner=own)
    pieces: dict[int, list[Interval]] = {key: [] for key in team.people}
    for calendar in team.calendars:
        for day in days(first, last):
            pieces[calendar.practitioner_id].extend(calendar.open_on(day))
    return {key: person.name for key, person in team.people.items()}, {
        key: sum((piece.end - piece.start for piece in merged(mine)), timedelta())
        for key, mine in pieces.items()
    }
