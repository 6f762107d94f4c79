"""Hours − closures − taken = openings. Pure: no database, no clock; `now` is passed in."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from booking.walltime import DAY, Interval, days, end_instant, instant, without


@dataclass(frozen=True, slots=True)
class Rules:
    """What a service asks of the calendar, and who asks.

    Staff may pass notice, horizon and the ceiling on what nobody has confirmed.
    """

    duration: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    step: timedelta
    minimum_notice: timedelta
    horizon: timedelta
    needs_room: bool = False
    for_staff: bool = False

    def blocked(self, start: datetime) -> Interval:
        """What an appointment that starts at `start` keeps others out of."""
        return Interval(start - self.buffer_before, start + self.duration + self.buffer_after)


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a weekday (Monday is 0), open from `starts` until `ends`.

    `despite_closures`: an exception that opens what the clinic or the location has closed.
    """

    weekday: int
    starts: time
    ends: time
    valid_from: date | None = None
    valid_until: date | None = None
    despite_closures: bool = False

    def hold_on(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """What stands on a practitioner's calendar, as the caps count it."""

    starts_at: datetime
    length: timedelta
    is_unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """One practitioner at one location: when they work, and what stands in the way.

    `taken` and the rooms' intervals are blocked intervals, buffers included. `closed` are the
    closures of the clinic and the location, `away` those of the practitioner. Caps: so many visits
    `most_a_day`, and so many percent of a day's hours for visits that nobody has confirmed.
    """

    practitioner_id: int
    location_id: int
    zone: ZoneInfo
    hours: tuple[Hours, ...]
    closed: tuple[Interval, ...] = ()
    away: tuple[Interval, ...] = ()
    taken: tuple[Interval, ...] = ()
    rooms: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)
    visits: tuple[Visit, ...] = ()
    most_a_day: int | None = None
    unconfirmed_share: int = 100


@dataclass(frozen=True, slots=True)
class Opening:
    """A time that can be booked, with whom, where and in which room."""

    starts_at: datetime
    ends_at: datetime
    practitioner_id: int
    location_id: int
    room_id: int | None
    zone: ZoneInfo

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(self.zone)

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(self.zone)


def bookable_window(rules: Rules, zone: ZoneInfo, now: datetime) -> Interval:
    """Starts may lie in here: from the minimum notice to the end of the horizon's last day."""
    if rules.for_staff:
        return Interval(now, datetime.max.replace(tzinfo=UTC))
    last_day = (now + rules.horizon).astimezone(zone).date()
    return Interval(now + rules.minimum_notice, instant(last_day + DAY, time(), zone))


def openings(
    calendar: Calendar, rules: Rules, *, first_day: date, last_day: date, now: datetime
) -> Iterator[Opening]:
    """The free times of one practitioner from `first_day` to `last_day`, in order."""
    return search([calendar], rules, first_day=first_day, last_day=last_day, now=now)


def search(
    calendars: Iterable[Calendar],
    rules: Rules,
    *,
    first_day: date,
    last_day: date,
    now: datetime,
) -> Iterator[Opening]:
    """The free times of several, a day after the other; at one time the least busy first."""
    planners = [Planner(calendar, rules, now) for calendar in calendars]
    for day in days(first_day, last_day):
        of_day = [
            opening for planner in least_busy_first(planners, day) for opening in planner.on(day)
        ]
        yield from sorted(of_day, key=lambda opening: opening.starts_at)


def least_busy_first(planners: Iterable["Planner"], day: date) -> list["Planner"]:
    """Whom "any practitioner" asks first on a day: who has least on it."""
    return sorted(planners, key=lambda p: (len(p.visits_on[day]), p.calendar.practitioner_id))


class Forbidden:
    """The starts that some intervals rule out: sorted open intervals that do not overlap."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        self.begins: list[datetime] = []
        self.ends: list[datetime] = []
        for begin, end in sorted(spans):
            if self.ends and begin < self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.begins.append(begin)
                self.ends.append(end)

    def until(self, start: datetime) -> datetime | None:
        """Until when a start at `start` is ruled out; None if it is not."""
        place = bisect_right(self.ends, start)
        if place < len(self.ends) and self.begins[place] < start:
            return self.ends[place]
        return None


class Planner:
    """The free times of one calendar under the rules of one service."""

    def __init__(self, calendar: Calendar, rules: Rules, now: datetime) -> None:
        self.calendar, self.rules = calendar, rules
        self.window = bookable_window(rules, calendar.zone, now)

    @cached_property
    def visits_on(self) -> dict[date, list[Visit]]:
        """By the day on the wall of the location: no UTC day decides."""
        by_day: dict[date, list[Visit]] = defaultdict(list)
        for visit in self.calendar.visits:
            by_day[visit.starts_at.astimezone(self.calendar.zone).date()].append(visit)
        return by_day

    def on(self, day: date) -> Iterator[Opening]:
        rows = [hours for hours in self.calendar.hours if hours.hold_on(day)]
        if not rows or self.is_full(day, rows):
            return
        for hours in rows:
            for start in self.starts(hours, day):
                if self.window.start <= start < self.window.end:
                    is_possible, room = self.room_at(start)
                    if is_possible:
                        yield self.opening(start, room)

    def starts(self, hours: Hours, day: date) -> Iterator[datetime]:
        """The grid of a stretch of hours where a whole visit fits; what is in the way is jumped."""
        stretch, rules = self.stretch(hours, day), self.rules
        forbidden = self.forbidden_despite if hours.despite_closures else self.forbidden
        start, last = stretch.start, stretch.end - rules.duration
        while start <= last:
            until = forbidden.until(start)
            if until is None:
                yield start
                start += rules.step
            else:
                start += -((start - until) // rules.step) * rules.step

    def stretch(self, hours: Hours, day: date) -> Interval:
        zone = self.calendar.zone
        return Interval(instant(day, hours.starts, zone), end_instant(day, hours.ends, zone))

    def around(self, intervals: Iterable[Interval]) -> Iterator[tuple[datetime, datetime]]:
        """The starts whose blocked interval would meet one of these."""
        after = self.rules.duration + self.rules.buffer_after
        for interval in intervals:
            yield interval.start - after, interval.end + self.rules.buffer_before

    def within(self, intervals: Iterable[Interval]) -> Iterator[tuple[datetime, datetime]]:
        """The starts whose visit, without its buffers, would meet one of these."""
        for interval in intervals:
            yield interval.start - self.rules.duration, interval.end

    @cached_property
    def forbidden_despite(self) -> Forbidden:
        return Forbidden([*self.around(self.calendar.taken), *self.within(self.calendar.away)])

    @cached_property
    def forbidden(self) -> Forbidden:
        closures = [*self.calendar.away, *self.calendar.closed]
        return Forbidden([*self.around(self.calendar.taken), *self.within(closures)])

    @cached_property
    def rooms(self) -> dict[int, Forbidden]:
        return {key: Forbidden(self.around(taken)) for key, taken in self.calendar.rooms.items()}

    def room_at(self, start: datetime) -> tuple[bool, int | None]:
        if not self.rules.needs_room:
            return True, None
        free = (key for key, taken in self.rooms.items() if taken.until(start) is None)
        room = next(free, None)
        return room is not None, room

    def is_full(self, day: date, rows: Iterable[Hours]) -> bool:
        """Whether the practitioner's own cap is reached, or the ceiling for the unconfirmed."""
        visits, most = self.visits_on[day], self.calendar.most_a_day
        if most is not None and len(visits) >= most:
            return True
        unconfirmed = [visit.length for visit in visits if visit.is_unconfirmed]
        if self.rules.for_staff or not unconfirmed or self.calendar.unconfirmed_share >= 100:
            return False
        ceiling = self.open_time(day, rows) * self.calendar.unconfirmed_share / 100
        return sum(unconfirmed, self.rules.duration) > ceiling

    def open_time(self, day: date, rows: Iterable[Hours]) -> timedelta:
        """How long the practitioner works on a day, closures taken off."""
        away, closed = self.calendar.away, (*self.calendar.away, *self.calendar.closed)
        left = timedelta()
        for hours in rows:
            stretch = self.stretch(hours, day)
            for piece in without(stretch, away if hours.despite_closures else closed):
                left += piece.end - piece.start
        return left

    def opening(self, start: datetime, room: int | None) -> Opening:
        return Opening(
            starts_at=start,
            ends_at=start + self.rules.duration,
            practitioner_id=self.calendar.practitioner_id,
            location_id=self.calendar.location_id,
            room_id=room,
            zone=self.calendar.zone,
        )
