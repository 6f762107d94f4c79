"""Intervals of instants, and the days and hours of walls that they come from. Pure.

Instants are aware datetimes in UTC, days and hours are wall time in a location's zone, and every
interval is half-open.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Interval(NamedTuple):
    start: datetime
    end: datetime

    def meets(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end


@lru_cache(maxsize=20_000)
def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant of `day` at which clocks in `zone` show `wall` or later.

    In autumn that is the first of two; the hour that spring skips begins where it is skipped.
    """
    moment = datetime.combine(day, wall, zone).astimezone(UTC)
    while (moment - MINUTE).astimezone(zone).replace(tzinfo=None) >= datetime.combine(day, wall):
        moment -= MINUTE
    return moment


@lru_cache(maxsize=20_000)
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
    for day in days(first_day, last_day):
        end = end_instant(day, ends, zone) if ends else instant(day + DAY, time(), zone)
        yield Interval(instant(day, starts or time(), zone), end)


def days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += DAY


def without(whole: Interval, holes: Iterable[Interval]) -> Iterator[Interval]:
    """What is left of an interval."""
    start = whole.start
    for hole in sorted(holes):
        if hole.end > start and hole.start < whole.end:
            if hole.start > start:
                yield Interval(start, hole.start)
            start = hole.end
    if start < whole.end:
        yield Interval(start, whole.end)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in sorted pieces that do not touch."""
    pieces: list[Interval] = []
    for interval in sorted(intervals):
        if pieces and interval.start <= pieces[-1].end:
            pieces[-1] = Interval(pieces[-1].start, max(interval.end, pieces[-1].end))
        else:
            pieces.append(interval)
    return pieces
