"""Hours − closures − taken = openings. Pure: no database, no clock; `now` is passed in.

Instants are aware datetimes in UTC, days and hours are wall time in the location's zone, and
every interval is half-open.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Interval:
    start: datetime
    end: datetime

    def meets(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Rules:
    """What a service asks of the calendar."""

    duration: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    step: timedelta
    minimum_notice: timedelta
    horizon: timedelta
    needs_room: bool = False

    def blocked(self, start: datetime) -> Interval:
        """What an appointment that starts at `start` keeps others out of."""
        return Interval(start - self.buffer_before, start + self.duration + self.buffer_after)


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a weekday (Monday is 0), open from `starts` until `ends`."""

    weekday: int
    starts: time
    ends: time
    valid_from: date | None = None
    valid_until: date | None = None

    def hold_on(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """One practitioner at one location: when they work, and what stands in the way.

    `taken` and the rooms' intervals are blocked intervals, buffers included.
    """

    practitioner_id: int
    location_id: int
    zone: ZoneInfo
    hours: tuple[Hours, ...]
    closed: tuple[Interval, ...] = ()
    taken: tuple[Interval, ...] = ()
    rooms: Mapping[int, tuple[Interval, ...]] = field(default_factory=dict)


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


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant of `day` at which clocks in `zone` show `wall` or later.

    In autumn that is the first of two; the hour that spring skips begins where it is skipped.
    """
    moment = datetime.combine(day, wall, zone).astimezone(UTC)
    while (moment - MINUTE).astimezone(zone).replace(tzinfo=None) >= datetime.combine(day, wall):
        moment -= MINUTE
    return moment


def end_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant of `day` at which hours that end at `wall` end: in autumn the second one.

    Hours that end where the repeated hour begins end before it: nothing of them is repeated.
    """
    late = datetime.combine(day, wall.replace(fold=1), zone).astimezone(UTC)
    exists = late.astimezone(zone).time() == wall
    is_led_up_to = (late - MINUTE).astimezone(zone).time() < wall
    return late if exists and is_led_up_to else instant(day, wall, zone)


def closure_intervals(
    first_day: date, last_day: date, starts: time | None, ends: time | None, zone: ZoneInfo
) -> Iterator[Interval]:
    """A closure's instants: whole days, or the same hours of each day."""
    if starts is None and ends is None:
        yield Interval(instant(first_day, time(), zone), instant(last_day + DAY, time(), zone))
        return
    day = first_day
    while day <= last_day:
        end = end_instant(day, ends, zone) if ends else instant(day + DAY, time(), zone)
        yield Interval(instant(day, starts or time(), zone), end)
        day += DAY


def bookable_window(rules: Rules, zone: ZoneInfo, now: datetime) -> Interval:
    """Starts may lie in here: from the minimum notice to the end of the horizon's last day."""
    last_day = (now + rules.horizon).astimezone(zone).date()
    return Interval(now + rules.minimum_notice, instant(last_day + DAY, time(), zone))


def openings(
    calendar: Calendar, rules: Rules, *, first_day: date, last_day: date, now: datetime
) -> Iterator[Opening]:
    """The free times of one practitioner from `first_day` to `last_day`, in order."""
    window = bookable_window(rules, calendar.zone, now)
    for day in days(first_day, last_day):
        stretches = sorted(
            (instant(day, hours.starts, calendar.zone), end_instant(day, hours.ends, calendar.zone))
            for hours in calendar.hours
            if hours.hold_on(day)
        )
        for start, end in stretches:
            nearby = near(calendar, Interval(start - rules.buffer_before, end + rules.buffer_after))
            for moment in _starts(Interval(start, end), rules):
                if window.start <= moment < window.end:
                    opening = _opening(nearby, rules, moment)
                    if opening:
                        yield opening


def _starts(stretch: Interval, rules: Rules) -> Iterator[datetime]:
    """The grid of a stretch of hours: every step at which a whole visit still fits."""
    moment = stretch.start
    while moment + rules.duration <= stretch.end:
        yield moment
        moment += rules.step


def near(calendar: Calendar, reach: Interval) -> Calendar:
    """The same calendar without what lies too far away to matter."""

    def meeting(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
        return tuple(interval for interval in intervals if interval.meets(reach))

    return replace(
        calendar,
        closed=meeting(calendar.closed),
        taken=meeting(calendar.taken),
        rooms={room: meeting(taken) for room, taken in calendar.rooms.items()},
    )


def days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += DAY


def _opening(calendar: Calendar, rules: Rules, start: datetime) -> Opening | None:
    visit = Interval(start, start + rules.duration)
    blocked = rules.blocked(start)
    if _any_meets(calendar.closed, visit) or _any_meets(calendar.taken, blocked):
        return None
    room_id = None
    if rules.needs_room:
        free = (key for key, taken in calendar.rooms.items() if not _any_meets(taken, blocked))
        room_id = next(free, None)
        if room_id is None:
            return None
    return Opening(
        starts_at=visit.start,
        ends_at=visit.end,
        practitioner_id=calendar.practitioner_id,
        location_id=calendar.location_id,
        room_id=room_id,
        zone=calendar.zone,
    )


def _any_meets(intervals: Iterable[Interval], other: Interval) -> bool:
    return any(interval.meets(other) for interval in intervals)


def least_busy_first(calendars: Iterable[Calendar], day: date) -> list[Calendar]:
    """Whom "any practitioner" asks first on a day: who has least on it."""

    def load(calendar: Calendar) -> tuple[int, int]:
        whole_day = Interval(
            instant(day, time(), calendar.zone), instant(day + DAY, time(), calendar.zone)
        )
        busy = sum(1 for interval in calendar.taken if interval.meets(whole_day))
        return busy, calendar.practitioner_id

    return sorted(calendars, key=load)
