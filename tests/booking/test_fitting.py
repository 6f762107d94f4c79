"""What fits into somebody's hours, against the same walk through every minute as the search."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from booking.fitting import fits
from booking.search import search
from booking.walltime import Interval
from tests.booking.calendars import (
    DAY,
    FALL_BACK,
    HAVANA,
    HOUR,
    LORD_HOWE,
    MINUTE,
    NEW_YORK,
    SPRING_FORWARD,
    TUESDAY,
    at,
    open_on,
)
from tests.booking.test_search import Desk, Situation, minutes, situations


@settings(max_examples=120, deadline=None)
@given(situations())
def test_whatever_the_search_offers_fits(situation: Situation) -> None:
    """Else whoever took it would be asked about with the next change of hours."""
    calendars = {
        (desk.calendar.practitioner_id, desk.calendar.location_id): desk.calendar
        for desk in situation.desks
    }
    for opening in search(
        calendars.values(),
        situation.rules,
        first_day=situation.first_day,
        last_day=situation.first_day,  # closures are known of this day and of the next
        now=situation.now,
    ):
        calendar = calendars[opening.practitioner_id, opening.location_id]
        assert fits(Interval(opening.starts_at, opening.ends_at), calendar)


def is_open_throughout(desk: Desk, visit: Interval) -> bool:
    """Asked minute by minute, of the hours of its own day and of those beside it."""
    day = visit.start.astimezone(desk.calendar.zone).date()
    open_ones = frozenset[datetime]().union(
        *(desk.minutes(hours, on) for on in (day, day + DAY) for hours in desk.hours_on(on))
    )
    return minutes(*visit) <= open_ones


@settings(max_examples=300, deadline=None)
@given(situations(), st.integers(0, 24 * 60), st.sampled_from([10, 30, 60, 90, 240, 600]))
def test_a_visit_fits_if_every_minute_of_it_is_open(
    situation: Situation, after: int, length: int
) -> None:
    for desk in situation.desks:
        zone = desk.calendar.zone
        begin = datetime.combine(situation.first_day, datetime.min.time(), zone).astimezone(UTC)
        start = begin + after * MINUTE
        assume(start.astimezone(zone).date() == situation.first_day)
        visit = Interval(start, start + length * MINUTE)
        assert fits(visit, desk.calendar) == is_open_throughout(desk, visit)


@pytest.mark.parametrize("day", [SPRING_FORWARD, FALL_BACK, TUESDAY])
@pytest.mark.parametrize("zone", [NEW_YORK, HAVANA, LORD_HOWE])
def test_the_whole_day_holds_its_own_first_and_last_hour(day: date, zone: ZoneInfo) -> None:
    calendar = open_on(day, ("00:00", "23:59"), zone=zone)
    first, last = at(day, "00:00", zone), at(day, "23:59", zone)
    assert fits(Interval(first, first + HOUR), calendar)
    assert fits(Interval(last - HOUR, last), calendar)
    assert not fits(Interval(last - HOUR, last + MINUTE), calendar)
    assert not fits(Interval(first - MINUTE, first + HOUR), calendar)


def test_the_hour_that_comes_twice_is_open_twice_and_the_one_that_is_skipped_never() -> None:
    night = open_on(FALL_BACK, ("00:30", "02:30"))
    begin = at(FALL_BACK, "00:30")
    assert fits(Interval(begin, begin + 3 * HOUR), night)
    assert not fits(Interval(begin, begin + 3 * HOUR + MINUTE), night)
    night = open_on(SPRING_FORWARD, ("01:00", "04:00"))
    begin = at(SPRING_FORWARD, "01:00")
    assert fits(Interval(begin, begin + 2 * HOUR), night)
    assert not fits(Interval(begin, begin + timedelta(hours=2, minutes=1)), night)
