"""Free times from the database: at most four queries, then the pure rules of availability."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Subquery

from booking import availability
from booking.availability import Calendar, Hours, Opening, Rules, Visit
from booking.models.appointments import Appointment, Status
from booking.walltime import (
    DAY,
    Interval,
    closure_intervals,
    days,
    end_instant,
    instant,
    merged,
    without,
)
from clinic.models import Clinic, Closure, Location, Practitioner, Room, Service, WorkingHours
from clinic.recurrence import occurrences

FIRST_LOOK = timedelta(days=15)


def rules_of(service: Service, *, for_staff: bool = False) -> Rules:
    return Rules(
        duration=timedelta(minutes=service.duration),
        buffer_before=timedelta(minutes=service.buffer_before),
        buffer_after=timedelta(minutes=service.buffer_after),
        step=timedelta(minutes=service.slot_step),
        minimum_notice=service.minimum_notice,
        horizon=timedelta(days=service.horizon_days),
        needs_room=service.needs_room,
        for_staff=for_staff,
    )


@dataclass(frozen=True)
class FreeTimes:
    """The free times of one service over some days, in order; at one time the least busy first."""

    service: Service
    openings: list[Opening]
    practitioners: dict[int, Practitioner]

    def by_day(self, first_day: date, last_day: date) -> list[tuple[date, list[Opening]]]:
        """Each day with its openings, one for each time: whoever is least busy that day."""
        of_day: dict[date, list[Opening]] = {day: [] for day in days(first_day, last_day)}
        for opening in self.openings:
            times = of_day.get(opening.local_start.date())
            if times is not None and not (times and times[-1].starts_at == opening.starts_at):
                times.append(opening)
        return list(of_day.items())

    def at(self, starts_at: datetime) -> Opening | None:
        return next((o for o in self.openings if o.starts_at == starts_at), None)

    def nearest(self, moment: datetime, limit: int = 3) -> list[Opening]:
        """The free times closest to a moment, in order of time, each once."""
        once = {opening.starts_at: opening for opening in reversed(self.openings)}
        closest = sorted(once.values(), key=lambda o: abs(o.starts_at - moment))[:limit]
        return sorted(closest, key=lambda o: o.starts_at)

    def spread(self, limit: int) -> list[Opening]:
        """The first of each half day, so that a short list offers a real choice."""
        halves: dict[tuple[date, bool], Opening] = {}
        for opening in self.openings:
            local = opening.local_start
            halves.setdefault((local.date(), local.hour < 12), opening)
        return list(halves.values())[:limit]

    def first(self, limit: int = 1) -> list[Opening]:
        once = {opening.starts_at: opening for opening in reversed(self.openings)}
        return sorted(once.values(), key=lambda o: o.starts_at)[:limit]


def free_times(
    service: Service,
    *,
    first_day: date,
    last_day: date,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
    as_if_empty: bool = False,
    for_staff: bool = False,
) -> FreeTimes:
    """The free times of `service` on days of the locations' calendars, both included.

    `besides` is a request whose own times count as free; `as_if_empty` asks what would be offered
    if nothing were taken. Staff may pass minimum notice and horizon, and nothing else.
    """
    hours = list(_working_hours(service, practitioner))
    if not hours:
        return FreeTimes(service, [], {})
    whole = _reach(first_day, last_day)
    taken = Taken() if as_if_empty else _taken(whole, now, besides)
    closures = list(Closure.objects.between(first_day, last_day))
    rooms = _rooms({row.location_id for row in hours}) if service.needs_room else {}
    found = availability.search(
        _calendars(hours, closures, rooms, taken, (first_day, last_day)),
        rules_of(service, for_staff=for_staff),
        first_day=first_day,
        last_day=last_day,
        now=now,
    )
    # Places in several zones share a day; for one zone this is in order already.
    in_order = sorted(found, key=lambda opening: opening.starts_at)
    return FreeTimes(service, in_order, _people(hours))


def around(
    service: Service,
    moment: datetime,
    *,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
    for_staff: bool = False,
) -> FreeTimes:
    """The free times within a week of a moment: where to look for the nearest."""
    day = max(moment, now).date()
    week = timedelta(days=7)
    return free_times(
        service,
        first_day=max(day - week, now.date() - DAY),
        last_day=day + week,
        now=now,
        practitioner=practitioner,
        besides=besides,
        for_staff=for_staff,
    )


def next_openings(
    service: Service,
    *,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
    limit: int = 3,
) -> FreeTimes:
    """The first free times; the search ends at the horizon of the service."""
    look = partial(free_times, service, now=now, practitioner=practitioner, besides=besides)
    first = (now - DAY).date()
    horizon = (now + timedelta(days=service.horizon_days + 1)).date()
    found, look_ahead = FreeTimes(service, [], {}), FIRST_LOOK
    while first <= horizon and len(found.spread(limit)) < limit:
        last = min(first + look_ahead, horizon)
        more = look(first_day=first, last_day=last)
        found = FreeTimes(service, found.openings + more.openings, more.practitioners)
        first, look_ahead = last + DAY, horizon - last  # all the rest at once
    return found


def open_hours(location: Location, first_day: date, last_day: date) -> list[Interval]:
    """When a location is open: the hours of all who work there, less its closures."""
    zone = location.zone
    closures = Closure.objects.between(first_day, last_day).filter(practitioner=None)
    closed = list(_closed(closures, location.pk, zone, (first_day, last_day)))
    rows = WorkingHours.objects.filter(location=location, practitioner__is_active=True)
    columns = ("weekday", "starts", "ends", "valid_from", "valid_until", "despite_closures")
    pieces: list[Interval] = []
    for hours in {Hours(*row) for row in rows.values_list(*columns)}:
        for day in days(first_day, last_day):
            if hours.hold_on(day):
                stretch = Interval(
                    instant(day, hours.starts, zone), end_instant(day, hours.ends, zone)
                )
                pieces += without(stretch, [] if hours.despite_closures else closed)
    return merged(pieces)


def _reach(first_day: date, last_day: date) -> Interval:
    """The days in every zone of the earth, and what their buffers touch."""
    return Interval(
        datetime.combine(first_day - DAY, time(), UTC),
        datetime.combine(last_day + 2 * DAY, time(), UTC),
    )


class Row(NamedTuple):
    """One stretch of somebody's hours, with what the calendar needs to know of them."""

    practitioner_id: int
    slug: str
    name: str
    credentials: str
    location_id: int
    zone: str
    most_a_day: int | None
    unconfirmed_share: int | None
    weekday: int
    starts: time
    ends: time
    valid_from: date | None
    valid_until: date | None
    despite_closures: bool


def _working_hours(service: Service, practitioner: Practitioner | None) -> Iterator[Row]:
    rows = WorkingHours.objects.filter(
        practitioner__services=service, practitioner__is_active=True, location__is_active=True
    ).order_by("practitioner_id", "location_id")
    if practitioner:
        rows = rows.filter(practitioner=practitioner)
    columns = (
        *("practitioner_id", "practitioner__slug", "practitioner__name"),
        *("practitioner__credentials", "location_id", "location__time_zone"),
        *("practitioner__appointments_a_day", Subquery(Clinic.objects.values("unconfirmed_share"))),
        *("weekday", "starts", "ends", "valid_from", "valid_until", "despite_closures"),
    )
    return (Row(*row) for row in rows.values_list(*columns))


def _people(rows: Iterable[Row]) -> dict[int, Practitioner]:
    """With as much of each as pages say of them; the rest is read if somebody asks."""
    names = ("id", "slug", "name", "credentials")
    return {
        row.practitioner_id: Practitioner.from_db(DEFAULT_DB_ALIAS, names, row[:4]) for row in rows
    }


@dataclass
class Taken:
    """Blocked intervals, by practitioner and by room, and each practitioner's visits."""

    people: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    visits: dict[int, list[Visit]] = field(default_factory=lambda: defaultdict(list))


UNCONFIRMED = frozenset({Status.HELD.value, Status.PENDING.value})


def _taken(whole: Interval, now: datetime, besides: UUID | None) -> Taken:
    """What blocks the calendar within `whole`; what has lapsed blocks nothing."""
    rows = Appointment.objects.blocking_at(now=now).touching(whole.start, whole.end)
    if besides:
        rows = rows.exclude(request_id=besides)
    taken = Taken()
    columns = ("practitioner_id", "room_id", "blocks_from", "blocks_until")
    visit = ("starts_at", "ends_at", "status")
    for person, room, start, end, begins, ends, status in rows.values_list(*columns, *visit):
        blocked = Interval(start, end)
        taken.people[person].append(blocked)
        taken.visits[person].append(Visit(begins, ends - begins, status in UNCONFIRMED))
        if room:
            taken.rooms[room].append(blocked)
    return taken


def _rooms(places: Iterable[int]) -> dict[int, list[int]]:
    rooms: dict[int, list[int]] = defaultdict(list)
    active = Room.objects.filter(location__in=places, is_active=True)
    for key, place in active.values_list("id", "location_id"):
        rooms[place].append(key)
    return rooms


def _calendars(
    hours: list[Row],
    closures: list[Closure],
    rooms: dict[int, list[int]],
    taken: Taken,
    asked: tuple[date, date],
) -> Iterator[Calendar]:
    """One calendar for each practitioner at each location."""
    stretches: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in hours:
        stretches[row.practitioner_id, row.location_id].append(row)
    general = [closure for closure in closures if closure.practitioner_id is None]
    for (person, place), rows in stretches.items():
        zone = ZoneInfo(rows[0].zone)
        own = [closure for closure in closures if closure.practitioner_id == person]
        share = rows[0].unconfirmed_share
        yield Calendar(
            practitioner_id=person,
            location_id=place,
            zone=zone,
            hours=tuple(Hours(*row[8:]) for row in rows),
            closed=tuple(_closed(general, place, zone, asked)),
            away=tuple(_closed(own, place, zone, asked)),
            taken=tuple(taken.people[person]),
            rooms={room: tuple(taken.rooms[room]) for room in rooms.get(place, [])},
            visits=tuple(taken.visits[person]),
            most_a_day=rows[0].most_a_day,
            unconfirmed_share=100 if share is None else share,
        )


def _closed(
    closures: Iterable[Closure], place: int, zone: ZoneInfo, asked: tuple[date, date]
) -> Iterator[Interval]:
    """What closures take of the days asked for; one that lasts for years costs no more."""
    for closure in closures:
        if closure.location_id in {None, place}:
            for first, last in occurrences(
                closure.first_day, closure.last_day, closure.repeats, asked
            ):
                yield from closure_intervals(first, last, closure.starts, closure.ends, zone)
