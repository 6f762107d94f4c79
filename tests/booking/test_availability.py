"""Hours − closures − taken = openings: the pure rules, at their edges."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.availability import Calendar, Hours, Opening, Rules, Visit
from booking.search import search
from booking.walltime import Interval, closure_intervals, end_instant, instant
from tests.booking.calendars import (
    ADELAIDE,
    DAY,
    DAYS_TO_TRY,
    FALL_BACK,
    HALF_HOUR,
    HAVANA,
    HOUR,
    KOLKATA,
    LONG_BEFORE,
    LORD_HOWE,
    MINUTE,
    NEW_YORK,
    SPRING_FORWARD,
    TUESDAY,
    at,
    between,
    clock,
    maybe,
    open_on,
)


def found(
    calendar: Calendar, rules: Rules, day: date, *, now: datetime = LONG_BEFORE
) -> list[Opening]:
    return list(search([calendar], rules, first_day=day, last_day=day, now=now))


def starts(
    calendar: Calendar,
    rules: Rules = HALF_HOUR,
    day: date = TUESDAY,
    *,
    now: datetime = LONG_BEFORE,
) -> list[str]:
    """The openings of a day as the clock on the wall says them."""
    return [f"{opening.local_start:%H:%M}" for opening in found(calendar, rules, day, now=now)]


# Hours


def test_a_stretch_is_cut_into_steps_and_the_last_visit_ends_with_it() -> None:
    assert starts(open_on(TUESDAY, ("09:00", "10:30"))) == ["09:00", "09:30", "10:00"]


def test_a_visit_that_would_end_after_the_hours_is_not_offered() -> None:
    rules = replace(HALF_HOUR, duration=45 * MINUTE)
    assert starts(open_on(TUESDAY, ("09:00", "10:30")), rules) == ["09:00", "09:30"]


def test_hours_shorter_than_the_visit_offer_nothing() -> None:
    assert starts(open_on(TUESDAY, ("09:00", "09:29"))) == []


def test_the_grid_begins_with_the_hours_not_with_the_full_hour() -> None:
    assert starts(open_on(TUESDAY, ("09:10", "10:10"))) == ["09:10", "09:40"]


def test_the_lunch_break_is_kept_and_the_grid_begins_anew_after_it() -> None:
    calendar = open_on(TUESDAY, ("13:15", "14:15"), ("11:00", "12:10"))
    assert starts(calendar) == ["11:00", "11:30", "13:15", "13:45"]


def test_other_weekdays_are_free_of_openings() -> None:
    calendar = open_on(TUESDAY, ("09:00", "10:00"))
    week = search(
        [calendar],
        HALF_HOUR,
        first_day=TUESDAY - 3 * DAY,
        last_day=TUESDAY + 3 * DAY,
        now=LONG_BEFORE,
    )
    assert {opening.local_start.date() for opening in week} == {TUESDAY}


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_open"),
    [
        (TUESDAY, TUESDAY, True),
        (TUESDAY + DAY, None, False),
        (None, TUESDAY - DAY, False),
        (TUESDAY - 7 * DAY, TUESDAY + 7 * DAY, True),
    ],
)
def test_hours_hold_from_their_first_to_their_last_day(
    valid_from: date | None, valid_until: date | None, is_open: bool
) -> None:
    hours = Hours(TUESDAY.weekday(), clock("09:00"), clock("09:30"), valid_from, valid_until)
    calendar = replace(open_on(TUESDAY), hours=(hours,))
    assert starts(calendar) == (["09:00"] if is_open else [])


def test_an_opening_says_with_whom_where_and_until_when() -> None:
    (opening,) = found(open_on(TUESDAY, ("09:00", "09:30")), HALF_HOUR, TUESDAY)
    assert (opening.practitioner_id, opening.location_id, opening.room_id) == (1, 1, None)
    assert f"{opening.local_start:%H:%M}–{opening.local_end:%H:%M}" == "09:00–09:30"
    assert opening.starts_at == datetime(2026, 6, 16, 13, 0, tzinfo=UTC)


# Closures


def test_a_day_that_is_closed_has_no_openings_and_its_neighbours_have() -> None:
    hours = tuple(Hours(weekday, clock("09:00"), clock("10:00")) for weekday in range(7))
    closed = tuple(closure_intervals(TUESDAY, TUESDAY, None, None, NEW_YORK))
    calendar = replace(open_on(TUESDAY), hours=hours, closed=closed)
    assert starts(calendar, day=TUESDAY) == []
    assert starts(calendar, day=TUESDAY - DAY) == starts(calendar, day=TUESDAY + DAY) != []


@pytest.mark.parametrize(
    ("begins", "ends", "left"),
    [
        ("10:00", "11:00", ["09:00", "09:30", "11:00", "11:30"]),
        ("10:01", "10:02", ["09:00", "09:30", "10:30", "11:00", "11:30"]),
        (None, "10:00", ["10:00", "10:30", "11:00", "11:30"]),
        ("10:00", None, ["09:00", "09:30"]),
        ("09:00", "12:00", []),
    ],
)
def test_hours_of_a_day_that_are_closed_take_what_touches_them(
    begins: str | None, ends: str | None, left: list[str]
) -> None:
    closed = closure_intervals(TUESDAY, TUESDAY, maybe(begins), maybe(ends), NEW_YORK)
    calendar = replace(open_on(TUESDAY, ("09:00", "12:00")), closed=tuple(closed))
    assert starts(calendar) == left


def test_hours_closed_on_several_days_are_closed_on_each_of_them_alone() -> None:
    days = list(
        closure_intervals(TUESDAY, TUESDAY + 2 * DAY, clock("12:00"), clock("13:00"), NEW_YORK)
    )
    assert days == [between(TUESDAY + n * DAY, "12:00", "13:00") for n in range(3)]


def test_a_closure_does_not_keep_buffers_out() -> None:
    """Nobody is treated while it is closed; tidying up after the visit may reach into it."""
    rules = replace(HALF_HOUR, buffer_after=15 * MINUTE)
    closed = (between(TUESDAY, "09:30", "10:00"),)
    calendar = replace(open_on(TUESDAY, ("09:00", "10:00")), closed=closed)
    assert starts(calendar, rules) == ["09:00"]


# Taken times and buffers


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        (("10:00", "10:30"), ["09:00", "09:30", "10:30"]),  # half-open: back to back is allowed
        (("10:00", "10:31"), ["09:00", "09:30"]),
        (("09:59", "10:30"), ["09:00", "10:30"]),
        (("08:00", "09:00"), ["09:00", "09:30", "10:00", "10:30"]),
        (("08:00", "09:01"), ["09:30", "10:00", "10:30"]),
        (("11:00", "12:00"), ["09:00", "09:30", "10:00", "10:30"]),
        (("00:00", "23:00"), []),
    ],
)
def test_what_is_taken_is_not_offered_and_its_neighbours_are(
    taken: tuple[str, str], left: list[str]
) -> None:
    calendar = replace(open_on(TUESDAY, ("09:00", "11:00")), taken=(between(TUESDAY, *taken),))
    assert starts(calendar) == left


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (0, 0, ["09:00", "09:30", "10:30", "11:00", "11:30"]),
        (10, 0, ["09:00", "09:30", "11:00", "11:30"]),
        (0, 10, ["09:00", "10:30", "11:00", "11:30"]),
        (30, 30, ["09:00", "11:00", "11:30"]),
        (31, 31, ["11:30"]),
    ],
)
def test_buffers_keep_their_distance_from_what_is_taken(
    before: int, after: int, left: list[str]
) -> None:
    rules = replace(HALF_HOUR, buffer_before=before * MINUTE, buffer_after=after * MINUTE)
    taken = (between(TUESDAY, "10:00", "10:30"),)
    calendar = replace(open_on(TUESDAY, ("09:00", "12:00")), taken=taken)
    assert starts(calendar, rules) == left


def test_buffers_may_reach_beyond_the_hours() -> None:
    rules = replace(HALF_HOUR, buffer_before=15 * MINUTE, buffer_after=15 * MINUTE)
    assert starts(open_on(TUESDAY, ("09:00", "10:00")), rules) == ["09:00", "09:30"]


def test_what_was_taken_the_day_before_may_reach_over_midnight() -> None:
    taken = (Interval(at(TUESDAY - DAY, "23:00"), at(TUESDAY, "00:40")),)
    calendar = replace(open_on(TUESDAY, ("00:00", "02:00")), taken=taken)
    assert starts(calendar) == ["01:00", "01:30"]


def test_a_buffer_reaches_over_midnight_into_what_is_taken_there() -> None:
    rules = replace(HALF_HOUR, buffer_after=45 * MINUTE)
    taken = (Interval(at(TUESDAY + DAY, "00:10"), at(TUESDAY + DAY, "01:00")),)
    calendar = replace(open_on(TUESDAY, ("22:00", "23:30")), taken=taken)
    assert starts(calendar, rules) == ["22:00", "22:30"]


# Rooms


IN_A_ROOM = replace(HALF_HOUR, needs_room=True)


def test_a_service_that_needs_a_room_gets_the_first_free_one() -> None:
    rooms: dict[int, tuple[Interval, ...]] = {7: (between(TUESDAY, "09:00", "09:30"),), 8: ()}
    calendar = replace(open_on(TUESDAY, ("09:00", "10:00")), rooms=rooms)
    assert [opening.room_id for opening in found(calendar, IN_A_ROOM, TUESDAY)] == [8, 7]


@pytest.mark.parametrize("rooms", [{}, {7: (Interval(LONG_BEFORE, LONG_BEFORE + 365 * DAY),)}])
def test_without_a_free_room_there_is_no_opening(rooms: dict[int, tuple[Interval, ...]]) -> None:
    calendar = replace(open_on(TUESDAY, ("09:00", "10:00")), rooms=rooms)
    assert starts(calendar, IN_A_ROOM) == []
    assert starts(calendar, HALF_HOUR) == ["09:00", "09:30"]


# Minimum notice and horizon


@pytest.mark.parametrize(
    ("minutes", "is_offered"), [(-1, True), (0, True), (1, False)], ids=["before", "edge", "after"]
)
def test_the_minimum_notice_is_enough_at_its_edge_and_too_short_a_minute_later(
    minutes: int, is_offered: bool
) -> None:
    rules = replace(HALF_HOUR, minimum_notice=24 * HOUR)
    now = at(TUESDAY, "09:00") - 24 * HOUR + minutes * MINUTE
    assert (starts(open_on(TUESDAY, ("09:00", "09:30")), rules, now=now) == ["09:00"]) is is_offered


@pytest.mark.parametrize(
    ("minutes", "is_offered"), [(-1, False), (0, True), (1, True)], ids=["before", "edge", "after"]
)
def test_the_horizon_opens_a_whole_day_at_the_clinics_midnight(
    minutes: int, is_offered: bool
) -> None:
    rules = replace(HALF_HOUR, horizon=60 * DAY)
    now = at(TUESDAY - 60 * DAY, "00:00") + minutes * MINUTE
    calendar = open_on(TUESDAY, ("00:00", "00:30"), ("23:00", "23:30"))
    assert starts(calendar, rules, now=now) == (["00:00", "23:00"] if is_offered else [])


def test_what_has_begun_is_not_offered_even_without_a_minimum_notice() -> None:
    now = at(TUESDAY, "09:30") + timedelta(seconds=1)
    assert starts(open_on(TUESDAY, ("09:00", "11:00")), now=now) == ["10:00", "10:30"]


# The changes of clock


def test_opening_hours_keep_their_wall_time_across_the_change() -> None:
    calendar = open_on(SPRING_FORWARD, ("09:00", "10:00"))
    before, after = SPRING_FORWARD - 7 * DAY, SPRING_FORWARD
    assert starts(calendar, day=before) == starts(calendar, day=after) == ["09:00", "09:30"]
    assert found(calendar, HALF_HOUR, before)[0].starts_at.hour == 14
    assert found(calendar, HALF_HOUR, after)[0].starts_at.hour == 13


def test_the_night_that_has_no_half_past_two_offers_none() -> None:
    offered = starts(open_on(SPRING_FORWARD, ("00:00", "05:00")), day=SPRING_FORWARD)
    assert offered == ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]


@pytest.mark.parametrize(
    ("begins", "ends", "offered"),
    [
        ("02:30", "04:00", ["03:00", "03:30"]),
        ("01:00", "02:30", ["01:00", "01:30"]),
        ("02:00", "03:00", []),
        ("02:10", "02:50", []),
    ],
)
def test_hours_that_begin_or_end_in_the_skipped_hour_begin_or_end_where_it_is_skipped(
    begins: str, ends: str, offered: list[str]
) -> None:
    assert starts(open_on(SPRING_FORWARD, (begins, ends)), day=SPRING_FORWARD) == offered


def test_a_visit_over_the_skipped_hour_lasts_as_long_as_any_other() -> None:
    rules = replace(HALF_HOUR, duration=HOUR, step=HOUR)
    calendar = open_on(SPRING_FORWARD, ("01:30", "05:00"))
    offered = found(calendar, rules, SPRING_FORWARD)
    assert f"{offered[0].local_start:%H:%M}–{offered[0].local_end:%H:%M}" == "01:30–03:30"
    assert all(opening.ends_at - opening.starts_at == HOUR for opening in offered)


def test_the_two_half_past_ones_of_autumn_are_two_instants() -> None:
    offered = found(open_on(FALL_BACK, ("01:00", "03:00")), HALF_HOUR, FALL_BACK)
    assert [f"{opening.local_start:%H:%M %Z}" for opening in offered] == [
        *("01:00 EDT", "01:30 EDT"),
        *("01:00 EST", "01:30 EST"),
        *("02:00 EST", "02:30 EST"),
    ]
    assert len({opening.starts_at for opening in offered}) == 6


def test_one_of_the_two_can_be_taken_while_the_other_is_free() -> None:
    second = at(FALL_BACK, "01:30", fold=1)
    calendar = replace(
        open_on(FALL_BACK, ("01:00", "02:00")), taken=(Interval(second, second + 30 * MINUTE),)
    )
    assert [opening.starts_at for opening in found(calendar, HALF_HOUR, FALL_BACK)] == [
        at(FALL_BACK, "01:00"),
        at(FALL_BACK, "01:30"),
        at(FALL_BACK, "01:00", fold=1),
    ]


def test_a_closed_day_is_as_long_as_the_day() -> None:
    (short,) = closure_intervals(SPRING_FORWARD, SPRING_FORWARD, None, None, NEW_YORK)
    (long,) = closure_intervals(FALL_BACK, FALL_BACK, None, None, NEW_YORK)
    assert short.end - short.start == 23 * HOUR
    assert long.end - long.start == 25 * HOUR


def test_hours_closed_in_the_doubled_hour_are_closed_both_times() -> None:
    (closed,) = closure_intervals(FALL_BACK, FALL_BACK, clock("01:00"), clock("01:30"), NEW_YORK)
    assert closed == Interval(at(FALL_BACK, "01:00"), at(FALL_BACK, "01:30", fold=1))


@pytest.mark.parametrize(
    ("day", "zone", "minutes"),
    [
        (date(2026, 10, 4), LORD_HOWE, 23 * 60 + 30),  # half an hour forward
        (date(2027, 4, 4), LORD_HOWE, 24 * 60 + 30),
        (date(2026, 10, 4), ADELAIDE, 23 * 60),
        (date(2027, 4, 4), ADELAIDE, 25 * 60),
        (date(2026, 10, 4), KOLKATA, 24 * 60),
        (date(2026, 3, 8), HAVANA, 23 * 60),  # there is no midnight on this day
        (date(2026, 11, 1), HAVANA, 25 * 60),
    ],
    ids=str,
)
def test_a_day_is_open_as_long_as_its_zone_says(day: date, zone: ZoneInfo, minutes: int) -> None:
    offered = found(open_on(day, ("00:00", "23:30"), zone=zone), HALF_HOUR, day)
    assert len(offered) == (minutes - 30) // 30
    assert {opening.local_start.date() for opening in offered} == {day}


@pytest.mark.parametrize("zone", [KOLKATA, ADELAIDE, LORD_HOWE], ids=str)
def test_zones_at_half_hours_open_at_their_own_wall_time(zone: ZoneInfo) -> None:
    calendar = open_on(TUESDAY, ("09:00", "10:00"), zone=zone)
    assert starts(calendar) == ["09:00", "09:30"]
    assert found(calendar, HALF_HOUR, TUESDAY)[0].starts_at.minute in {0, 30}
    assert found(calendar, HALF_HOUR, TUESDAY)[0].starts_at == at(TUESDAY, "09:00", zone)


def test_hours_that_end_where_the_repeated_hour_begins_do_not_last_through_it() -> None:
    assert starts(open_on(FALL_BACK, ("00:00", "01:00")), day=FALL_BACK) == ["00:00", "00:30"]


# Whom "anyone" asks first


def busy(practitioner_id: int, *starts: datetime) -> Calendar:
    visits = tuple(Visit(start, HOUR, NEW_YORK) for start in starts)
    return replace(open_on(TUESDAY), practitioner_id=practitioner_id, visits=visits)


def asked_in_order(*calendars: Calendar) -> list[int]:
    """Who is offered for one time at which all of them are free."""
    hours = open_on(TUESDAY, ("07:00", "07:30")).hours
    there = [replace(calendar, hours=hours) for calendar in calendars]
    found = search(there, HALF_HOUR, first_day=TUESDAY, last_day=TUESDAY, now=LONG_BEFORE)
    return [opening.practitioner_id for opening in found]


def test_whoever_has_least_on_the_day_is_asked_first() -> None:
    morning, noon = at(TUESDAY, "09:00"), at(TUESDAY, "12:00")
    tomorrow = at(TUESDAY + DAY, "09:00")
    third = busy(3, tomorrow, tomorrow, tomorrow)
    assert asked_in_order(busy(1, morning, noon), busy(2, morning), third) == [3, 2, 1]


def test_the_equally_busy_are_asked_in_a_fixed_order() -> None:
    assert asked_in_order(busy(2), busy(1)) == [1, 2]


# Exceptions


def test_an_exception_opens_what_the_clinic_has_closed() -> None:
    closed = tuple(closure_intervals(TUESDAY, TUESDAY, None, None, NEW_YORK))
    normal = open_on(TUESDAY, ("09:00", "10:00")).hours[0]
    extra = replace(normal, starts=clock("14:00"), ends=clock("15:00"), despite_closures=True)
    calendar = replace(open_on(TUESDAY), hours=(normal, extra), closed=closed)
    assert starts(calendar) == ["14:00", "14:30"]


def test_who_is_away_is_away_in_spite_of_it() -> None:
    away = tuple(closure_intervals(TUESDAY, TUESDAY, None, clock("14:30"), NEW_YORK))
    extra = Hours(TUESDAY.weekday(), clock("14:00"), clock("15:00"), despite_closures=True)
    assert starts(replace(open_on(TUESDAY), hours=(extra,), away=away)) == ["14:30"]


# Caps


def with_visits(count: int, *, share: int = 100, most: int | None = None) -> Calendar:
    """Eight hours, and so many visits of an hour in the evening, that nobody has confirmed."""
    visits = tuple(
        Visit(at(TUESDAY, "18:00") + n * HOUR, HOUR, NEW_YORK, is_unconfirmed=True)
        for n in range(count)
    )
    calendar = open_on(TUESDAY, ("09:00", "12:00"), ("13:00", "18:00"))
    return replace(calendar, visits=visits, unconfirmed_share=share, most_a_day=most)


@pytest.mark.parametrize(("count", "is_open"), [(0, True), (3, True), (4, False), (5, False)])
def test_so_many_visits_a_day_and_no_more(count: int, is_open: bool) -> None:
    assert bool(starts(with_visits(count, most=4))) is is_open
    for_staff = replace(HALF_HOUR, for_staff=True)
    assert bool(starts(with_visits(count, most=4), for_staff)) is is_open


@pytest.mark.parametrize("zone", [NEW_YORK, KOLKATA])
def test_a_visit_late_in_the_evening_counts_on_its_own_day(zone: ZoneInfo) -> None:
    """Whose UTC day is another one."""
    hours = tuple(Hours(weekday, clock("22:00"), clock("23:59")) for weekday in range(7))
    late = Visit(at(TUESDAY, "22:30", zone), HOUR, zone)
    early = Visit(at(TUESDAY, "00:30", zone), HOUR, zone)
    for visit in (late, early):
        calendar = replace(open_on(TUESDAY, zone=zone), hours=hours, visits=(visit,), most_a_day=1)
        assert starts(calendar) == []
        assert starts(calendar, day=TUESDAY + DAY) != []
        assert starts(calendar, day=TUESDAY - DAY) != []


@pytest.mark.parametrize(
    ("count", "minutes", "is_open"),
    [(3, 60, True), (3, 61, False), (4, 5, False), (0, 480, False), (0, 180, True)],
)
def test_what_nobody_has_confirmed_takes_half_of_the_day_and_no_more(
    count: int, minutes: int, is_open: bool
) -> None:
    """Four hours of eight; a visit of eight hours fits into no stretch of this day."""
    rules = replace(HALF_HOUR, duration=minutes * MINUTE, step=5 * MINUTE)
    assert bool(starts(with_visits(count, share=50), rules)) is is_open


def test_one_unconfirmed_visit_is_always_possible_and_staff_may_always_book() -> None:
    rules = replace(HALF_HOUR, duration=3 * HOUR)
    assert starts(with_visits(0, share=10), rules)
    assert not starts(with_visits(1, share=10), rules)
    assert starts(with_visits(1, share=10), replace(rules, for_staff=True))


def test_hours_that_overlap_count_once_towards_the_share() -> None:
    """Two hours from nine to eleven, however they are entered: an hour is half of them."""
    visit = Visit(at(TUESDAY, "09:00"), 30 * MINUTE, NEW_YORK, is_unconfirmed=True)
    calendar = open_on(TUESDAY, ("09:00", "11:00"), ("09:30", "11:00"), ("10:00", "11:00"))
    calendar = replace(calendar, visits=(visit,), unconfirmed_share=50)
    assert starts(calendar)
    assert not starts(replace(calendar, unconfirmed_share=49))


def test_the_share_is_that_of_the_hours_that_are_not_closed() -> None:
    visit = Visit(at(TUESDAY, "09:00"), 30 * MINUTE, NEW_YORK, is_unconfirmed=True)
    calendar = open_on(TUESDAY, ("09:00", "13:00"))
    calendar = replace(calendar, visits=(visit,), unconfirmed_share=50)
    for open_until, is_open in (("11:00", True), ("10:59", False)):
        closed = (between(TUESDAY, open_until, "13:00"),)
        assert bool(starts(replace(calendar, closed=closed))) is is_open
        assert bool(starts(replace(calendar, away=closed))) is is_open


def test_hours_in_spite_of_a_closure_belong_to_the_day() -> None:
    visit = Visit(at(TUESDAY, "09:00"), 30 * MINUTE, NEW_YORK, is_unconfirmed=True)
    closed = tuple(closure_intervals(TUESDAY, TUESDAY, None, None, NEW_YORK))
    extra = Hours(TUESDAY.weekday(), clock("10:00"), clock("12:00"), despite_closures=True)
    calendar = replace(open_on(TUESDAY), hours=(extra,), closed=closed, visits=(visit,))
    assert starts(replace(calendar, unconfirmed_share=50))
    assert not starts(replace(calendar, unconfirmed_share=49))


def test_what_is_confirmed_does_not_count_towards_the_share() -> None:
    calendar = with_visits(5, share=50)
    confirmed = tuple(visit._replace(is_unconfirmed=False) for visit in calendar.visits)
    assert starts(replace(calendar, visits=confirmed))


def test_staff_pass_notice_and_horizon_but_not_the_present() -> None:
    calendar = open_on(TUESDAY, ("09:00", "11:00"))
    rules = replace(HALF_HOUR, minimum_notice=DAY, horizon=timedelta(), for_staff=True)
    assert starts(calendar, rules, now=at(TUESDAY, "09:45")) == ["10:00", "10:30"]
    assert starts(calendar, rules, now=LONG_BEFORE - 400 * DAY) != []


@settings(deadline=None)
@given(
    place=st.sampled_from(DAYS_TO_TRY),
    wall=st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60)),
)
def test_a_wall_time_begins_and_ends_at_instants_that_show_it_wherever_it_exists(
    place: tuple[date, ZoneInfo], wall: time
) -> None:
    day, zone = place
    first, last = instant(day, wall, zone), end_instant(day, wall, zone)
    exists = at(day, f"{wall:%H:%M}", zone).astimezone(zone).time() == wall
    assert first <= last
    assert first.astimezone(zone).date() == day
    assert not exists or {m.astimezone(zone).time() for m in (first, last)} == {wall}
    assert (first - MINUTE).astimezone(zone).replace(tzinfo=None) < datetime.combine(day, wall)
