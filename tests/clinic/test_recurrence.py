"""On which days a closure falls that comes again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.recurrence import occurrences

DAY = timedelta(days=1)


def falls_in(first: date, last: date, repeats: str, year: int) -> list[tuple[date, date]]:
    return list(occurrences(first, last, repeats, (date(year, 1, 1), date(year, 12, 31))))


def test_a_closure_that_does_not_repeat_falls_once() -> None:
    day = date(2026, 12, 24)
    assert falls_in(day, day, "", 2026) == [(day, day)]
    assert falls_in(day, day, "", 2027) == []


def test_every_year_on_the_same_days_from_the_first_on() -> None:
    first, last = date(2026, 12, 24), date(2026, 12, 26)
    assert falls_in(first, last, "yearly", 2028) == [(date(2028, 12, 24), date(2028, 12, 26))]
    assert falls_in(first, last, "yearly", 2025) == []


def test_a_leap_day_is_the_last_of_february_in_other_years() -> None:
    leap = date(2028, 2, 29)
    assert falls_in(leap, leap, "yearly", 2029) == [(date(2029, 2, 28), date(2029, 2, 28))]
    assert falls_in(leap, leap, "yearly", 2032) == [(leap.replace(year=2032),) * 2]


def test_every_month_and_where_the_day_is_missing_on_the_last() -> None:
    end = date(2027, 1, 31)
    found = [first for first, _ in falls_in(end, end, "monthly", 2027)]
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert found == [date(2027, month, day) for month, day in enumerate(days, start=1)]


def test_one_of_several_days_keeps_its_length_where_its_first_day_is_missing() -> None:
    found = falls_in(date(2027, 1, 30), date(2027, 2, 1), "monthly", 2027)
    assert found[1] == (date(2027, 2, 28), date(2027, 3, 2))


def test_one_that_reaches_over_the_end_of_the_year_is_found_from_both_sides() -> None:
    first, last = date(2026, 12, 30), date(2027, 1, 2)
    for window in [
        (date(2028, 1, 1), date(2028, 1, 31)),
        (date(2027, 12, 1), date(2027, 12, 31)),
    ]:
        found = list(occurrences(first, last, "yearly", window))
        assert found == [(date(2027, 12, 30), date(2028, 1, 2))]


@pytest.mark.parametrize("repeats", ["", "monthly", "yearly"])
def test_one_to_the_end_of_the_calendar_closes_for_good_and_breaks_nothing(repeats: str) -> None:
    window = (date(2030, 5, 1), date(2030, 5, 31))
    found = list(occurrences(date(2026, 1, 1), date.max, repeats, window))
    assert found[0] == (date(2026, 1, 1), date.max)


def begins_on(on: date, first: date, repeats: str) -> bool:
    """The rule, asked about a single day."""
    if on < first or not repeats:
        return on == first
    is_last_of_month = (on + DAY).month != on.month
    is_its_day = on.day == first.day or (is_last_of_month and on.day < first.day)
    return is_its_day and (repeats == "monthly" or on.month == first.month)


@given(
    first=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    length=st.integers(0, 40),
    repeats=st.sampled_from(["", "monthly", "yearly"]),
    window=st.tuples(st.dates(date(2024, 1, 1), date(2034, 12, 31)), st.integers(0, 400)),
)
def test_each_time_begins_on_a_day_that_the_rule_names(
    first: date, length: int, repeats: str, window: tuple[date, int]
) -> None:
    """Asked the slow way: each day so near that a time beginning on it would reach the window."""
    start, further = window
    asked = [start + n * DAY for n in range(-length, further + 1)]
    expected = [(day, day + length * DAY) for day in asked if begins_on(day, first, repeats)]
    found = occurrences(first, first + length * DAY, repeats, (start, start + further * DAY))
    assert list(found) == expected
