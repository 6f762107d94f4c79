"""Free times from the database: at most four queries, then the pure rules of availability."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from booking import availability
from booking.availability import DAY, Calendar, Hours, Interval, Opening, Rules
from booking.models.appointments import Appointment
from clinic.models import Closure, Location, Practitioner, Room, Service, WorkingHours

DAYS_A_PAGE = 7


def rules_of(service: Service) -> Rules:
    return Rules(
        duration=timedelta(minutes=service.duration),
        buffer_before=timedelta(minutes=service.buffer_before),
        buffer_after=timedelta(minutes=service.buffer_after),
        step=timedelta(minutes=service.slot_step),
        minimum_notice=service.minimum_notice,
        horizon=timedelta(days=service.horizon_days),
        needs_room=service.needs_room,
    )


@dataclass(frozen=True)
class FreeTimes:
    """The free times of one service over some days, with the people they are with."""

    service: Service
    practitioners: dict[int, Practitioner]
    locations: dict[int, Location]
    openings: list[Opening]

    def by_day(self, first_day: date, last_day: date) -> list[tuple[date, list[Opening]]]:
        """Each day with its openings, one for each time: whoever is least busy that day."""
        days: dict[date, list[Opening]] = {
            first_day + timedelta(days=n): [] for n in range((last_day - first_day).days + 1)
        }
        for opening in self.openings:
            times = days.get(opening.local_start.date())
            if times is not None and all(o.starts_at != opening.starts_at for o in times):
                times.append(opening)
        return list(days.items())

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

    `besides` is a request whose own held time counts as free; `as_if_empty` asks what would be
    offered if nothing were taken.
    """
    hours = list(_working_hours(service, practitioner))
    people = {row.practitioner_id: row.practitioner for row in hours}
    places = {row.location_id: row.location for row in hours}
    whole = _reach(first_day, last_day)
    taken = Taken() if as_if_empty or not hours else _taken(whole, now, besides)
    closures = list(Closure.objects.between(first_day, last_day)) if hours else []
    rooms = _rooms(places) if service.needs_room else {}
    calendars = list(_calendars(hours, closures, rooms, taken, (first_day, last_day)))
    rules = rules_of(service)
    if for_staff:
        rules = replace(rules, minimum_notice=timedelta(), horizon=timedelta(days=3650))
    found: list[Opening] = []
    for day, on_that_day in _day_by_day(calendars, first_day, last_day):
        for calendar in on_that_day:
            found += availability.openings(calendar, rules, first_day=day, last_day=day, now=now)
    found.sort(key=lambda opening: opening.starts_at)
    return FreeTimes(service, people, places, found)


def around(
    service: Service,
    moment: datetime,
    *,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
) -> FreeTimes:
    """The free times within a week of a moment: where to look for the nearest."""
    day = max(moment, now).date()
    week = timedelta(days=7)
    return free_times(
        service,
        first_day=max(day - week, now.date() - timedelta(days=1)),
        last_day=day + week,
        now=now,
        practitioner=practitioner,
        besides=besides,
    )


def next_openings(
    service: Service, *, now: datetime, practitioner: Practitioner | None = None, limit: int = 3
) -> FreeTimes:
    """The first free times; the search ends at the horizon of the service."""
    today = (now - timedelta(days=1)).date()
    last = (now + timedelta(days=service.horizon_days + 1)).date()
    fortnight = min(today + timedelta(days=15), last)
    soon = free_times(
        service, first_day=today, last_day=fortnight, now=now, practitioner=practitioner
    )
    if len(soon.spread(limit)) >= limit or fortnight == last:
        return soon
    return free_times(service, first_day=today, last_day=last, now=now, practitioner=practitioner)


def _reach(first_day: date, last_day: date) -> Interval:
    """The days in every zone of the earth, and what their buffers touch."""
    return Interval(
        datetime.combine(first_day - DAY, time(), UTC),
        datetime.combine(last_day + 2 * DAY, time(), UTC),
    )


def _day_by_day(
    calendars: list[Calendar], first_day: date, last_day: date
) -> Iterator[tuple[date, list[Calendar]]]:
    """Each day with its calendars, the least busy first; cut by weeks, so that a day looks
    through what is taken in one week and not in a year.
    """
    week = first_day
    while week <= last_day:
        end = min(week + 6 * DAY, last_day)
        nearby = [availability.near(calendar, _reach(week, end)) for calendar in calendars]
        for day in availability.days(week, end):
            yield day, availability.least_busy_first(nearby, day)
        week = end + DAY


def _working_hours(service: Service, practitioner: Practitioner | None) -> Iterable[WorkingHours]:
    rows = WorkingHours.objects.filter(
        practitioner__services=service, practitioner__is_active=True, location__is_active=True
    ).select_related("practitioner", "location")
    return rows.filter(practitioner=practitioner) if practitioner else rows


@dataclass
class Taken:
    """Blocked intervals, by practitioner and by room."""

    people: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))


def _taken(whole: Interval, now: datetime, besides: UUID | None) -> Taken:
    """What blocks the calendar within `whole`; what has lapsed blocks nothing."""
    rows = Appointment.objects.blocking_at(now=now).touching(whole.start, whole.end)
    if besides:
        rows = rows.exclude(request_id=besides)
    taken = Taken()
    columns = ("practitioner_id", "room_id", "blocks_from", "blocks_until")
    for person, room, start, end in rows.values_list(*columns):
        taken.people[person].append(Interval(start, end))
        if room:
            taken.rooms[room].append(Interval(start, end))
    return taken


def _rooms(places: Iterable[int]) -> dict[int, list[int]]:
    rooms: dict[int, list[int]] = defaultdict(list)
    active = Room.objects.filter(location__in=places, is_active=True)
    for key, place in active.values_list("id", "location_id"):
        rooms[place].append(key)
    return rooms


def _calendars(
    hours: list[WorkingHours],
    closures: list[Closure],
    rooms: dict[int, list[int]],
    taken: Taken,
    days: tuple[date, date],
) -> Iterator[Calendar]:
    """One calendar for each practitioner at each location."""
    stretches: dict[tuple[int, int], list[WorkingHours]] = defaultdict(list)
    for row in hours:
        stretches[row.practitioner_id, row.location_id].append(row)
    for (person, place), rows in stretches.items():
        zone = rows[0].location.zone
        yield Calendar(
            practitioner_id=person,
            location_id=place,
            zone=zone,
            hours=tuple(
                Hours(r.weekday, r.starts, r.ends, r.valid_from, r.valid_until) for r in rows
            ),
            closed=tuple(_closed(closures, person, place, zone, days)),
            taken=tuple(taken.people[person]),
            rooms={room: tuple(taken.rooms[room]) for room in rooms.get(place, [])},
        )


def _closed(
    closures: list[Closure], person: int, place: int, zone: ZoneInfo, days: tuple[date, date]
) -> Iterator[Interval]:
    """What closures take of the days asked for; one that lasts for years costs no more."""
    for closure in closures:
        if closure.practitioner_id in {None, person} and closure.location_id in {None, place}:
            yield from availability.closure_intervals(
                max(closure.first_day, days[0]),
                min(closure.last_day, days[1]),
                closure.starts,
                closure.ends,
                zone,
            )


def open_hours(location: Location, first_day: date, last_day: date) -> list[Interval]:
    """When a location is open."""
    rows = WorkingHours.objects.filter(location=location, practitioner__is_active=True)
    found = sorted(
        (
            availability.instant(day, row.starts, location.zone),
            availability.end_instant(day, row.ends, location.zone),
        )
        for row in rows
        for day in availability.days(first_day, last_day)
        if Hours(row.weekday, row.starts, row.ends, row.valid_from, row.valid_until).hold_on(day)
    )
    merged: list[Interval] = []
    for start, end in found:
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Interval(start, end))
    return merged
