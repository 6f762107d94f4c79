"""The words of the calendar, and when somebody works. Pure: no database, no clock.

Hours − closures − taken = openings; booking/search.py does the sum.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.walltime import Interval, end_instant, instant, without


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

    def earliest(self, now: datetime) -> datetime:
        """No visit starts before."""
        return now if self.for_staff else now + self.minimum_notice

    def last_day(self, zone: ZoneInfo, now: datetime) -> date:
        """The last day on which a visit may start, the whole of it."""
        return date.max if self.for_staff else (now + self.horizon).astimezone(zone).date()


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

    def on(self, day: date, zone: ZoneInfo) -> Interval:
        return Interval(instant(day, self.starts, zone), end_instant(day, self.ends, zone))


def open_on(
    day: date,
    zone: ZoneInfo,
    hours: Iterable[Hours],
    *,
    closed: Iterable[Interval],
    away: Iterable[Interval] = (),
) -> Iterator[Interval]:
    """The hours of a day less the closures; hours that overlap come as they are."""
    away = tuple(away)
    both = (*away, *closed)
    for stretch in hours:
        if stretch.hold_on(day):
            yield from without(stretch.on(day, zone), away if stretch.despite_closures else both)


class Visit(NamedTuple):
    """What stands on a practitioner's calendar, as the caps count it."""

    starts_at: datetime
    length: timedelta
    zone: ZoneInfo
    is_unconfirmed: bool = False

    @property
    def day(self) -> date:
        """On the wall where it takes place: no UTC day decides."""
        return self.starts_at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Calendar:
    """One practitioner at one location: when they work, and what stands in the way.

    `taken` and the rooms' intervals are blocked intervals, buffers included. `closed` are the
    closures of the clinic and the location, `away` those of the practitioner. `taken`, `visits`
    and the caps are the practitioner's, wherever they work: so many visits `most_a_day`, and so
    many percent of a day's hours for visits that nobody has confirmed.
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
    unconfirmed_share: int | None = None

    def uncapped(self) -> "Calendar":
        return replace(self, most_a_day=None, unconfirmed_share=None)

    def open_on(self, day: date) -> Iterator[Interval]:
        return open_on(day, self.zone, self.hours, closed=self.closed, away=self.away)


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
    def half_day(self) -> tuple[date, bool]:
        return self.local_start.date(), self.local_start.hour < 12

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(self.zone)
