"""When something ends or is due: opening hours, waking hours, and the wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking import deadlines
from booking.walltime import Interval, instant

NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY, MONDAY = date(2026, 6, 19), date(2026, 6, 22)


def at(day: date, text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return instant(day, time.fromisoformat(text), zone)


def wall(moment: datetime, zone: ZoneInfo = NEW_YORK) -> str:
    return f"{moment.astimezone(zone):%a %H:%M}"


def open_days(*days: date) -> list[Interval]:
    """Nine to twelve and one to five."""
    return [
        Interval(at(day, start), at(day, end))
        for day in days
        for start, end in (("09:00", "12:00"), ("13:00", "17:00"))
    ]


# The clock on a request


@pytest.mark.parametrize(
    ("asked", "hours", "answered"),
    [
        ("09:00", 3, "Fri 12:00"),
        ("10:30", 2, "Fri 13:30"),  # lunch does not count
        ("07:00", 1, "Fri 10:00"),  # nor what is before the hours
        ("16:30", 1, "Mon 09:30"),  # nor the night, nor the weekend
        ("18:00", 7, "Mon 17:00"),
    ],
)
def test_the_clock_runs_while_the_location_is_open(asked: str, hours: int, answered: str) -> None:
    ends = deadlines.after_open_time(open_days(FRIDAY, MONDAY), hours * HOUR, at(FRIDAY, asked))
    assert ends is not None
    assert wall(ends) == answered


def test_without_enough_open_time_there_is_no_end() -> None:
    assert deadlines.after_open_time(open_days(FRIDAY), 8 * HOUR, at(FRIDAY, "09:00")) is None


def answer_by(starts_at: datetime, *, cutoff: int = 12, now: datetime) -> datetime:
    return deadlines.answer_by(
        open_hours=open_days(FRIDAY, MONDAY),
        within=7 * HOUR,
        starts_at=starts_at,
        cutoff=cutoff * HOUR,
        zone=NEW_YORK,
        now=now,
    )


def test_a_request_is_answered_within_the_open_hours_of_its_service() -> None:
    assert wall(answer_by(at(MONDAY + DAY, "15:00"), now=at(FRIDAY, "11:00"))) == "Mon 11:00"


@pytest.mark.parametrize(
    ("starts", "cutoff", "answered"),
    [
        ("10:30", 2, "Mon 08:30"),  # the start less the cut-off
        ("09:00", 12, "Sun 20:00"),  # which would be at nine on Sunday evening: people sleep
        ("09:00", 2, "Sun 20:00"),
    ],
)
def test_and_never_later_than_the_start_less_the_cut_off(
    starts: str, cutoff: int, answered: str
) -> None:
    starts_at = at(MONDAY, starts)
    assert wall(answer_by(starts_at, cutoff=cutoff, now=at(FRIDAY, "16:00"))) == answered


def test_where_the_cut_off_has_passed_half_of_what_is_left() -> None:
    now = at(FRIDAY, "16:00")
    assert answer_by(now + 2 * HOUR, now=now) == now + HOUR


@pytest.mark.parametrize("minutes", [1, 5, 119])
def test_nobody_has_to_answer_within_minutes(minutes: int) -> None:
    """Whoever asks for the first time that the notice allows, where the cut-off is as long."""
    now = at(FRIDAY, "09:00")
    starts_at = now + 24 * HOUR + timedelta(minutes=minutes)
    assert wall(answer_by(starts_at, cutoff=24, now=now)) == "Fri 17:00"  # seven open hours


def test_nor_sooner_than_the_cut_off_asks() -> None:
    now = at(FRIDAY, "16:00")
    assert answer_by(now + 2.5 * HOUR, cutoff=1, now=now) == now + 1.5 * HOUR


def test_two_hours_before_the_cut_off_are_enough() -> None:
    now = at(FRIDAY, "09:00")
    assert answer_by(now + 26 * HOUR, cutoff=24, now=now) == now + 2 * HOUR


def test_staff_are_warned_two_hours_before_or_in_the_last_quarter() -> None:
    asked = at(FRIDAY, "09:00")
    assert deadlines.warn_staff_at(asked_at=asked, deadline=asked + 24 * HOUR) == asked + 22 * HOUR
    assert deadlines.warn_staff_at(asked_at=asked, deadline=asked + 4 * HOUR) == asked + 3 * HOUR


# Waking hours


@pytest.mark.parametrize(
    ("clock", "awake"),
    [
        ("08:00", "Fri 08:00"),
        ("20:00", "Fri 20:00"),
        ("20:01", "Fri 20:00"),
        ("23:59", "Fri 20:00"),
        ("00:00", "Thu 20:00"),
        ("07:59", "Thu 20:00"),
    ],
)
def test_a_deadline_at_night_is_the_evening_before(clock: str, awake: str) -> None:
    assert wall(deadlines.awake(at(FRIDAY, clock), NEW_YORK)) == awake


@pytest.mark.parametrize(
    ("offered", "first", "until"),
    [
        ("10:00", "15:00", "Sat 10:00"),  # a day
        ("22:00", "15:00", "Sat 20:00"),  # not at ten in the evening
        ("06:00", "15:00", "Fri 20:00"),
    ],
)
def test_an_offer_is_good_for_a_day_and_ends_while_people_are_awake(
    offered: str, first: str, until: str
) -> None:
    ends = deadlines.offer_until(
        first_start=at(MONDAY, first), zone=NEW_YORK, now=at(FRIDAY, offered)
    )
    assert wall(ends) == until


@pytest.mark.parametrize(
    ("offered", "first", "until"),
    [
        ("10:00", "15:00", "Fri 14:00"),  # an hour before the visit
        ("10:00", "10:30", "Fri 10:15"),  # half of what is left
    ],
)
def test_an_offer_ends_before_its_first_time(offered: str, first: str, until: str) -> None:
    ends = deadlines.offer_until(
        first_start=at(FRIDAY, first), zone=NEW_YORK, now=at(FRIDAY, offered)
    )
    assert wall(ends) == until


def test_who_is_asked_in_the_evening_for_the_morning_has_until_the_morning() -> None:
    ends = deadlines.offer_until(
        first_start=at(FRIDAY + DAY, "08:30"), zone=NEW_YORK, now=at(FRIDAY, "19:50")
    )
    assert wall(ends) == "Sat 08:00"


moments = st.integers(0, 60 * 24 * 400).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(now=moments, lead=st.integers(1, 60 * 24 * 30), zone=st.sampled_from([NEW_YORK, KOLKATA]))
def test_an_offer_always_ends_between_now_and_the_visit(
    now: datetime, lead: int, zone: ZoneInfo
) -> None:
    first = now + timedelta(minutes=lead)
    ends = deadlines.offer_until(first_start=first, zone=zone, now=now)
    assert now < ends < first
    if first - now > 26 * HOUR:
        assert time(8) <= ends.astimezone(zone).time() <= time(20)


# Reminders


@pytest.mark.parametrize(
    ("visit", "hours", "due"),
    [
        ("15:00", 48, "Wed 15:00"),
        ("15:00", 3, "Fri 12:00"),
        ("11:00", 3, "Fri 08:00"),
        ("10:59", 3, "Thu 18:00"),  # at one minute to eight people sleep
        ("07:00", 48, "Tue 18:00"),
        ("23:30", 3, "Fri 18:00"),
    ],
)
def test_a_reminder_never_comes_at_night(visit: str, hours: int, due: str) -> None:
    assert wall(deadlines.reminder_at(at(FRIDAY, visit), hours * HOUR, NEW_YORK)) == due


@pytest.mark.parametrize("change", [date(2027, 3, 14), date(2026, 11, 1)])
def test_two_days_before_is_the_same_time_of_day_across_a_change_of_the_clock(
    change: date,
) -> None:
    visit = at(change + DAY, "10:00")
    due = deadlines.reminder_at(visit, 48 * HOUR, NEW_YORK)
    assert due.astimezone(NEW_YORK).replace(tzinfo=None) == datetime.combine(change - DAY, time(10))
    assert visit - due != 48 * HOUR
