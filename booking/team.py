"""Who does a service, when they work and what is taken: the calendars, from the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet, Subquery

from booking.availability import Calendar, Hours, Visit
from booking.models.appointments import Appointment, Status
from booking.walltime import DAY, Interval, closure_intervals
from clinic.models import Clinic, Closure, Practitioner, Room, Service, WorkingHours
from clinic.recurrence import occurrences

HOURS = ("weekday", "starts", "ends", "valid_from", "valid_until", "despite_closures")
UNCONFIRMED = frozenset({Status.HELD.value, Status.PENDING.value})

zone_named = cache(ZoneInfo)


@dataclass(frozen=True)
class Team:
    """Those who do a service, where, and their calendars, at first with nothing taken."""

    people: dict[int, Practitioner]
    calendars: list[Calendar]
    closures: list[Closure] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)

    def with_taken(
        self, first_day: date, last_day: date, *, now: datetime, besides: UUID | None
    ) -> "Team":
        """The same with what blocks its people and rooms; what has lapsed blocks nothing."""
        if not self.calendars:
            return self
        rooms = {room for calendar in self.calendars for room in calendar.rooms}
        taken = Taken()
        for row in taken_rows(self.people, rooms, first_day, last_day, now=now, besides=besides):
            taken.add(*row)
        return replace(self, calendars=[taken.entered_in(calendar) for calendar in self.calendars])


def team_of(
    service: Service | None, first_day: date, last_day: date, *, practitioner: Practitioner | None
) -> Team:
    """Those who do a service; without one everybody, with all the rooms."""
    rows = [Row.read(row) for row in hours_rows(service, first_day, last_day, practitioner)]
    if not rows:
        return Team({}, [])
    closures = list(Closure.objects.between(first_day, last_day))
    needs_rooms = service is None or service.needs_room
    rooms = _rooms({row.location_id for row in rows}) if needs_rooms else {}
    calendars = list(_calendars(rows, closures, rooms, (first_day, last_day)))
    return Team(_people(rows), calendars, closures, {row.location_id: row.place for row in rows})


class Row(NamedTuple):
    """One stretch of somebody's hours, with what the calendar needs to know of them."""

    practitioner_id: int
    slug: str
    name: str
    credentials: str
    most_a_day: int | None
    unconfirmed_share: int | None
    location_id: int
    place: str
    zone: ZoneInfo
    hours: Hours

    @classmethod
    def read(cls, row: tuple[Any, ...]) -> "Row":
        *known, zone = row[: -len(HOURS)]
        return cls._make((*known, zone_named(zone), Hours(*row[-len(HOURS) :])))


def hours_rows(
    service: Service | None, first_day: date, last_day: date, practitioner: Practitioner | None
) -> QuerySet[WorkingHours, tuple[Any, ...]]:
    """As bare rows: an object for each, with its person and place, would cost more than the sum."""
    rows = WorkingHours.objects.between(first_day, last_day).filter(
        practitioner__is_active=True, location__is_active=True
    )
    if service:
        rows = rows.filter(practitioner__services=service)
    if practitioner:
        rows = rows.filter(practitioner=practitioner)
    return rows.order_by("practitioner_id", "location_id").values_list(
        "practitioner_id",
        "practitioner__slug",
        "practitioner__name",
        "practitioner__credentials",
        "practitioner__appointments_a_day",
        Subquery(Clinic.objects.values("unconfirmed_share")),
        "location_id",
        "location__name_en",
        "location__time_zone",
        *HOURS,
    )


def _people(rows: Iterable[Row]) -> dict[int, Practitioner]:
    """With as much of each as pages say of them; the rest is read if somebody asks."""
    names = ("id", "slug", "name", "credentials")
    known: dict[int, Practitioner] = {}
    for row in rows:
        if row.practitioner_id not in known:
            person = Practitioner.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])
            known[row.practitioner_id] = person
    return known


def taken_rows(
    people: Collection[int],
    rooms: Collection[int],
    first_day: date,
    last_day: date,
    *,
    now: datetime,
    besides: UUID | None,
) -> QuerySet[Appointment, tuple[Any, ...]]:
    """What blocks on these days, in whichever zone of the earth."""
    start = datetime.combine(first_day - DAY, time(), UTC)
    end = datetime.combine(last_day + 2 * DAY, time(), UTC)
    theirs = Q(practitioner__in=people)
    rows = Appointment.objects.blocking_at(now=now).touching(start, end)
    rows = rows.filter(theirs | Q(room__in=rooms) if rooms else theirs).order_by()
    if besides:
        rows = rows.exclude(request=besides)
    return rows.values_list(
        "practitioner_id",
        "room_id",
        "blocks_from",
        "blocks_until",
        "starts_at",
        "ends_at",
        "status",
        "location__time_zone",
    )


@dataclass
class Taken:
    """Blocked intervals, by practitioner and by room, and each practitioner's visits."""

    people: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    visits: dict[int, list[Visit]] = field(default_factory=lambda: defaultdict(list))

    def add(
        self,
        person: int,
        room: int | None,
        blocks_from: datetime,
        blocks_until: datetime,
        starts_at: datetime,
        ends_at: datetime,
        status: str,
        zone: str,
    ) -> None:
        blocked = Interval(blocks_from, blocks_until)
        self.people[person].append(blocked)
        if room:
            self.rooms[room].append(blocked)
        length = ends_at - starts_at
        visit = Visit(starts_at, length, zone_named(zone), status in UNCONFIRMED)
        self.visits[person].append(visit)

    def entered_in(self, calendar: Calendar) -> Calendar:
        return replace(
            calendar,
            taken=tuple(self.people[calendar.practitioner_id]),
            visits=tuple(self.visits[calendar.practitioner_id]),
            rooms={room: tuple(self.rooms[room]) for room in calendar.rooms},
        )


def _rooms(places: Iterable[int]) -> dict[int, list[int]]:
    rooms: dict[int, list[int]] = defaultdict(list)
    active = Room.objects.filter(location__in=places, is_active=True)
    for key, place in active.values_list("id", "location_id"):
        rooms[place].append(key)
    return rooms


def _calendars(
    rows: Iterable[Row],
    closures: Iterable[Closure],
    rooms: dict[int, list[int]],
    asked: tuple[date, date],
) -> Iterator[Calendar]:
    """One calendar for each practitioner at each location."""
    by_whose: dict[int | None, list[Closure]] = defaultdict(list)
    for closure in closures:
        by_whose[closure.practitioner_id].append(closure)
    stretches: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        stretches[row.practitioner_id, row.location_id].append(row)
    for (person, place), of_both in stretches.items():
        zone = of_both[0].zone
        yield Calendar(
            practitioner_id=person,
            location_id=place,
            zone=zone,
            hours=tuple(row.hours for row in of_both),
            closed=tuple(closed_times(by_whose[None], place, zone, asked)),
            away=tuple(closed_times(by_whose[person], place, zone, asked)),
            rooms=dict.fromkeys(rooms.get(place, []), ()),
            most_a_day=of_both[0].most_a_day,
            unconfirmed_share=of_both[0].unconfirmed_share,
        )


def closed_times(
    closures: Iterable[Closure], place: int, zone: ZoneInfo, asked: tuple[date, date]
) -> Iterator[Interval]:
    """What closures take of the days asked for; one that lasts for years costs no more."""
    here = (closure for closure in closures if closure.location_id in {None, place})
    for closure in here:
        of_day = closure.starts, closure.ends, zone
        for first, last in occurrences(closure.first_day, closure.last_day, closure.repeats, asked):
            yield from closure_intervals(max(first, asked[0]), min(last, asked[1]), *of_day)
