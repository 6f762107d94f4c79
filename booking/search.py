"""The search for free times: it jumps from one to the next over what stands in the way. Pure."""

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cached_property

from booking.availability import Calendar, Hours, Opening, Rules, Visit
from booking.walltime import Interval, days, merged

# What openings are sorted by: time, load of the day, practitioner, location. No two are alike.
Placed = tuple[datetime, int, int, int, Opening]


def search(
    calendars: Iterable[Calendar],
    rules: Rules,
    *,
    first_day: date,
    last_day: date,
    now: datetime,
) -> Iterator[Opening]:
    """The free times of days of the locations' calendars, both included, in order.

    At one time whoever has least on that day comes first. Nothing is worked out before somebody
    asks for it.
    """
    by_person: dict[int, list[Calendar]] = defaultdict(list)
    for calendar in calendars:
        by_person[calendar.practitioner_id].append(calendar)
    found = []
    for of_person in by_person.values():
        diary = Diary(of_person, rules)
        planners = [Planner(calendar, diary, rules, now) for calendar in of_person]
        found += [planner.between(first_day, last_day) for planner in planners]
    for *_, opening in heapq.merge(*found):
        yield opening


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


class Diary:
    """What one practitioner has on each day, at whichever place, and when that is enough."""

    def __init__(self, calendars: list[Calendar], rules: Rules) -> None:
        self.calendars, self.rules = calendars, rules

    @cached_property
    def visits_on(self) -> dict[date, list[Visit]]:
        by_day: dict[date, list[Visit]] = defaultdict(list)
        for visit in self.calendars[0].visits:
            by_day[visit.day].append(visit)
        return by_day

    def load(self, day: date) -> int:
        return len(self.visits_on[day])

    def is_full(self, day: date) -> bool:
        """Whether the practitioner's own cap is reached, or the ceiling for the unconfirmed."""
        most, share = self.calendars[0].most_a_day, self.calendars[0].unconfirmed_share
        if most is not None and self.load(day) >= most:
            return True
        unconfirmed = [visit.length for visit in self.visits_on[day] if visit.is_unconfirmed]
        if self.rules.for_staff or share is None or not unconfirmed:
            return False
        return 100 * sum(unconfirmed, self.rules.duration) > share * self.open_time(day)

    def open_time(self, day: date) -> timedelta:
        """How long the practitioner works on a day, closures taken off."""
        pieces = (piece for calendar in self.calendars for piece in calendar.open_on(day))
        return sum((piece.end - piece.start for piece in merged(pieces)), timedelta())


class Planner:
    """The free times of one calendar under the rules of one service."""

    def __init__(self, calendar: Calendar, diary: Diary, rules: Rules, now: datetime) -> None:
        self.calendar, self.diary, self.rules = calendar, diary, rules
        self.earliest = rules.earliest(now)
        self.last_day = rules.last_day(calendar.zone, now)
        self.rooms = [(key, Forbidden(self.around(taken))) for key, taken in calendar.rooms.items()]

    def between(self, first_day: date, last_day: date) -> Iterator[Placed]:
        calendar, diary = self.calendar, self.diary
        if self.rules.needs_room and not self.rooms:
            return
        first_day = max(first_day, self.earliest.astimezone(calendar.zone).date())
        for day in days(first_day, min(last_day, self.last_day)):
            free = self.free_on(day)
            if free and not diary.is_full(day):
                order = diary.load(day), calendar.practitioner_id, calendar.location_id
                for start, room in sorted(free.items()):
                    yield start, *order, self.opening(start, room)

    def free_on(self, day: date) -> dict[datetime, int | None]:
        """The free starts of a day, each with its room; hours that overlap offer a time once."""
        return {
            start: room
            for hours in self.hours_of[day.weekday()]
            if hours.hold_on(day)
            for start, room in self.free_within(hours, day)
        }

    @cached_property
    def hours_of(self) -> dict[int, list[Hours]]:
        by_weekday: dict[int, list[Hours]] = defaultdict(list)
        for hours in self.calendar.hours:
            by_weekday[hours.weekday].append(hours)
        return by_weekday

    def free_within(self, hours: Hours, day: date) -> Iterator[tuple[datetime, int | None]]:
        """The grid of a stretch of hours where a whole visit fits, and nothing is in the way."""
        begin, end = hours.on(day, self.calendar.zone)
        last, step = end - self.rules.duration, self.rules.step
        forbidden = self.forbidden_despite if hours.despite_closures else self.forbidden
        start = next_on_grid(begin, step, max(begin, self.earliest))
        while start <= last:
            room, until = None, forbidden.until(start)
            if until is None and self.rules.needs_room:
                room, until = self.room_at(start)
            if until is None:
                yield start, room
                start += step
            else:
                start = next_on_grid(begin, step, until)

    def room_at(self, start: datetime) -> tuple[int | None, datetime | None]:
        """The first free room, or until when all are taken."""
        ends = []
        for room, taken in self.rooms:
            until = taken.until(start)
            if until is None:
                return room, None
            ends.append(until)
        return None, min(ends)

    @cached_property
    def forbidden_despite(self) -> Forbidden:
        calendar = self.calendar
        return Forbidden([*self.around(calendar.taken), *self.within(calendar.away)])

    @cached_property
    def forbidden(self) -> Forbidden:
        calendar = self.calendar
        closures = [*calendar.away, *calendar.closed]
        return Forbidden([*self.around(calendar.taken), *self.within(closures)])

    def around(self, intervals: Iterable[Interval]) -> Iterator[tuple[datetime, datetime]]:
        """The starts whose blocked interval would meet one of these."""
        before, after = self.rules.buffer_before, self.rules.duration + self.rules.buffer_after
        for start, end in intervals:
            yield start - after, end + before

    def within(self, intervals: Iterable[Interval]) -> Iterator[tuple[datetime, datetime]]:
        """The starts whose visit, without its buffers, would meet one of these."""
        for start, end in intervals:
            yield start - self.rules.duration, end

    def opening(self, start: datetime, room: int | None) -> Opening:
        return Opening(
            starts_at=start,
            ends_at=start + self.rules.duration,
            practitioner_id=self.calendar.practitioner_id,
            location_id=self.calendar.location_id,
            room_id=room,
            zone=self.calendar.zone,
        )


def still_free(opening: Opening, calendar: Calendar, rules: Rules, now: datetime) -> Opening | None:
    """A time that was found, where more is taken since: in another room perhaps, or not at all.

    What it was found among, hours and closures, is as it was; only that time is looked at.
    """
    diary = Diary([calendar], rules)
    if diary.is_full(opening.local_start.date()):
        return None
    planner, start = Planner(calendar, diary, rules, now), opening.starts_at
    if Forbidden(planner.around(calendar.taken)).until(start):
        return None
    if not rules.needs_room:
        return opening
    room, _until = planner.room_at(start)
    return planner.opening(start, room) if room else None


def next_on_grid(begin: datetime, step: timedelta, moment: datetime) -> datetime:
    """The first time of a grid that is not before a moment."""
    return begin - ((begin - moment) // step) * step
