"""The search against an oracle that walks through every minute and knows no arithmetic of zones.

A small clinic: two people, two places, each place in its own zone; hours and exceptions, closures
that come again, visits, buffers, rooms, caps; on days on which clocks change, and on others.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.availability import Calendar, Hours, Rules, Visit
from booking.search import search
from booking.walltime import Interval, closure_intervals
from clinic.recurrence import occurrences
from tests.booking.calendars import DAY, DAYS_TO_TRY, HOUR, MINUTE
from tests.clinic.test_recurrence import begins_on

Minutes = frozenset[datetime]
Free = tuple[datetime, int, int, int, int | None]  # start, load of the day, who, where, which room


@dataclass(frozen=True)
class Closing:
    """A closure as somebody enters it."""

    first: date
    last: date
    repeats: str
    starts: time | None
    ends: time | None

    def intervals(self, zone: ZoneInfo, asked: tuple[date, date]) -> tuple[Interval, ...]:
        return tuple(
            interval
            for days in occurrences(self.first, self.last, self.repeats, asked)
            for interval in closure_intervals(*days, self.starts, self.ends, zone)
        )

    def minutes(self, day: date, zone: ZoneInfo) -> Minutes:
        """The closed minutes of a day, if one of the times that begin before it reaches it."""
        before = (day - n * DAY for n in range((self.last - self.first).days + 1))
        if any(begins_on(on, self.first, self.repeats) for on in before):
            return open_minutes(day, zone, self.starts or time(), self.ends)
        return frozenset()


@dataclass(frozen=True)
class Desk:
    """A calendar, with its closures as they were entered."""

    calendar: Calendar
    closed: tuple[Closing, ...]
    away: tuple[Closing, ...]

    def minutes(self, hours: Hours, day: date) -> Minutes:
        """The open minutes of a stretch of hours that are not closed."""
        closings = self.away if hours.despite_closures else (*self.away, *self.closed)
        open_ones = open_minutes(day, self.calendar.zone, hours.starts, hours.ends)
        return open_ones.difference(*(c.minutes(day, self.calendar.zone) for c in closings))

    def hours_on(self, day: date) -> list[Hours]:
        return [
            hours
            for hours in self.calendar.hours
            if hours.weekday == day.weekday()
            and (hours.valid_from or date.min) <= day <= (hours.valid_until or date.max)
        ]


@dataclass(frozen=True)
class Situation:
    desks: list[Desk]
    rules: Rules
    first_day: date
    last_day: date
    now: datetime


@cache
def wall_clock(day: date, zone: ZoneInfo) -> dict[datetime, datetime]:
    """What the clock on the wall shows at each minute of a day and of the hours around it."""
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    around = (noon + n * MINUTE for n in range(-15 * 60, 15 * 60))
    return {minute: minute.astimezone(zone).replace(tzinfo=None) for minute in around}


@cache
def open_minutes(day: date, zone: ZoneInfo, starts: time, ends: time | None) -> Minutes:
    """From the first minute that shows `starts` or later to the last that shows less than `ends`.

    Without `ends` to the last of the day.
    """
    wall = wall_clock(day, zone)
    end = datetime.combine(day, ends) if ends else datetime.combine(day + DAY, time())
    begin = next(minute for minute in wall if wall[minute] >= datetime.combine(day, starts))
    last = next(minute for minute in reversed(wall) if wall[minute] < end)
    return frozenset(minute for minute in wall if begin <= minute <= last)


@cache
def minutes(start: datetime, end: datetime) -> Minutes:
    return frozenset(start + n * MINUTE for n in range((end - start) // MINUTE))


def of_all(intervals: tuple[Interval, ...]) -> Minutes:
    return frozenset().union(*(minutes(*interval) for interval in intervals))


def oracle(situation: Situation) -> list[Free]:
    """Every start on a grid whose every minute passes every rule, asked one by one."""
    days = (situation.last_day - situation.first_day).days + 1
    answer: set[Free] = set()
    for desk in situation.desks:
        for day in (situation.first_day + n * DAY for n in range(days)):
            if is_full(situation, desk, day):
                continue
            load = len(on_the_day(desk.calendar, day))
            key = load, desk.calendar.practitioner_id, desk.calendar.location_id
            for hours in desk.hours_on(day):
                for start, room in free_starts(situation, desk, hours, day):
                    answer.add((start, *key, room))
    return sorted(answer)


def free_starts(
    situation: Situation, desk: Desk, hours: Hours, day: date
) -> list[tuple[datetime, int | None]]:
    rules, calendar = situation.rules, desk.calendar
    stretch = open_minutes(day, calendar.zone, hours.starts, hours.ends)
    not_closed, taken = desk.minutes(hours, day), of_all(calendar.taken)
    found: list[tuple[datetime, int | None]] = []
    for start in sorted(stretch):
        if (start - min(stretch)) % rules.step or not in_time(situation, calendar, start):
            continue
        end = start + rules.duration
        blocked = minutes(start - rules.buffer_before, end + rules.buffer_after)
        if minutes(start, end) <= not_closed and blocked.isdisjoint(taken):
            free = [key for key, of in calendar.rooms.items() if blocked.isdisjoint(of_all(of))]
            if free or not rules.needs_room:
                found.append((start, free[0] if rules.needs_room else None))
    return found


def in_time(situation: Situation, calendar: Calendar, start: datetime) -> bool:
    now, rules = situation.now, situation.rules
    if rules.for_staff:
        return now <= start
    last_day = (now + rules.horizon).astimezone(calendar.zone).date()
    is_within = start.astimezone(calendar.zone).date() <= last_day
    return now + rules.minimum_notice <= start and is_within


def on_the_day(calendar: Calendar, day: date) -> list[Visit]:
    """What begins while the wall of its own place shows this day."""
    return [
        visit
        for visit in calendar.visits
        if f"{visit.starts_at.astimezone(visit.zone):%Y-%m-%d}" == f"{day:%Y-%m-%d}"
    ]


def is_full(situation: Situation, desk: Desk, day: date) -> bool:
    """The caps, counted minute by minute over all places of the person."""
    person, rules = desk.calendar, situation.rules
    visits = on_the_day(person, day)
    if person.most_a_day is not None and len(visits) >= person.most_a_day:
        return True
    unconfirmed = sum(visit.length // MINUTE for visit in visits if visit.is_unconfirmed)
    if rules.for_staff or not unconfirmed or person.unconfirmed_share is None:
        return False
    open_at_all: Minutes = frozenset().union(
        *(
            other.minutes(hours, day)
            for other in situation.desks
            if other.calendar.practitioner_id == person.practitioner_id
            for hours in other.hours_on(day)
        )
    )
    with_this = unconfirmed + rules.duration // MINUTE
    return with_this * 100 > person.unconfirmed_share * len(open_at_all)


# Few different minutes, and most of them in the small hours: what meets at an edge, or where the
# clock changes, has to come up often.
minutes_apart = st.integers(-12, 150).map(lambda n: n * 10 * MINUTE)
walls = (st.integers(0, 23) | st.integers(0, 95)).map(lambda n: time(n // 4, n % 4 * 15))
buffers = st.sampled_from([0, 5, 20]).map(lambda n: n * MINUTE)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


@st.composite
def stretches_around(draw: st.DrawFn, day: date) -> Hours:
    """Hours of this day or the next; some hold on one of the two alone."""
    starts, ends = sorted(draw(st.sets(walls, min_size=2, max_size=2)))
    weekday = (day + draw(st.integers(0, 1)) * DAY).weekday()
    edges = st.none() | st.sampled_from([day, day + DAY])
    return Hours(weekday, starts, ends, draw(edges), draw(edges), draw(st.booleans()))


@st.composite
def closings_around(draw: st.DrawFn, day: date) -> tuple[Closing, ...]:
    """Whole days or hours of them; some began a year or months ago."""

    def closing() -> Closing:
        repeats = draw(st.sampled_from(["", "", "monthly", "yearly"]))
        since = draw(st.integers(0, 3)) if repeats else 0
        first = day + draw(st.integers(-2, 1)) * DAY - since * 365 * DAY
        starts, ends = sorted(draw(st.sets(walls, min_size=2, max_size=2)))
        return Closing(
            first,
            first + draw(st.integers(0, 2)) * DAY,
            repeats,
            draw(st.sampled_from([None, starts])),
            draw(st.sampled_from([None, ends])),
        )

    return tuple(closing() for _ in range(draw(st.integers(0, 2))))


@st.composite
def intervals_around(draw: st.DrawFn, start: datetime) -> tuple[Interval, ...]:
    lengths = st.integers(1, 12).map(lambda n: n * 10 * MINUTE)
    pairs = draw(st.lists(st.tuples(minutes_apart, lengths), max_size=3))
    return tuple(Interval(start + after, start + after + length) for after, length in pairs)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    day, zone = draw(st.sampled_from(DAYS_TO_TRY))
    zones = [zone, draw(st.sampled_from(sorted({z for _d, z in DAYS_TO_TRY}, key=str)))]
    start = midnight(day, zone)
    asked = day, day + DAY
    closed = draw(closings_around(day))
    rooms = [
        {room: draw(intervals_around(start)) for room in range(draw(st.integers(0, 2)))}
        for _place in zones
    ]
    desks = []
    for person in range(draw(st.integers(1, 2))):
        away, booked = draw(closings_around(day)), draw(intervals_around(start))
        before, after = draw(buffers), draw(buffers)
        taken = tuple(Interval(begin - before, end + after) for begin, end in booked)
        visits = tuple(
            Visit(begin, end - begin, draw(st.sampled_from(zones)), draw(st.booleans()))
            for begin, end in booked
        )
        most, share = (
            draw(st.sampled_from([None, 1, 2])),
            draw(st.sampled_from([None, 10, 30, 50, 80])),
        )
        for place in draw(st.sampled_from([[0], [1], [0, 1]])):
            calendar = Calendar(
                practitioner_id=person,
                location_id=place,
                zone=zones[place],
                hours=tuple(draw(st.lists(stretches_around(day), min_size=1, max_size=3))),
                closed=tuple(i for c in closed for i in c.intervals(zones[place], asked)),
                away=tuple(i for c in away for i in c.intervals(zones[place], asked)),
                taken=taken,
                rooms=rooms[place],
                visits=visits,
                most_a_day=most,
                unconfirmed_share=share,
            )
            desks.append(Desk(calendar, closed, away))
    rules = Rules(
        duration=draw(st.sampled_from([20, 30, 45])) * MINUTE,
        buffer_before=draw(buffers),
        buffer_after=draw(buffers),
        step=draw(st.sampled_from([10, 15, 30])) * MINUTE,
        minimum_notice=draw(st.integers(0, 24)) * HOUR,
        horizon=draw(st.integers(0, 2)) * DAY,
        needs_room=draw(st.booleans()),
        for_staff=draw(st.booleans()),
    )
    now = start - draw(minutes_apart) + draw(st.sampled_from([0, 20, 60])) * timedelta(seconds=1)
    return Situation(desks, rules, *asked, now)


@settings(max_examples=120, deadline=None)
@given(situations())
def test_the_search_finds_what_a_walk_through_every_minute_finds(situation: Situation) -> None:
    found = search(
        [desk.calendar for desk in situation.desks],
        situation.rules,
        first_day=situation.first_day,
        last_day=situation.last_day,
        now=situation.now,
    )
    loads = {
        (desk.calendar.practitioner_id, day): len(on_the_day(desk.calendar, day))
        for desk in situation.desks
        for day in (situation.first_day, situation.last_day)
    }
    assert [
        (
            opening.starts_at,
            loads[opening.practitioner_id, opening.local_start.date()],
            opening.practitioner_id,
            opening.location_id,
            opening.room_id,
        )
        for opening in found
    ] == oracle(situation)
