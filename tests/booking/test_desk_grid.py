"""Where things stand on a calendar's page: rows, hours and lanes. Pure, but for the style sheet."""

from datetime import date
from pathlib import Path

import pytest

from booking.desk.columns import told_apart
from booking.desk.grid import Axis, hours_shown, lanes
from booking.walltime import Interval
from tests.booking.calendars import (
    FALL_BACK,
    KOLKATA,
    LORD_HOWE,
    MINUTE,
    NEW_YORK,
    SPRING_FORWARD,
    TUESDAY,
    at,
)

SHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "calendar.css"
WHOLE_DAY = 0, 24


def between(begin: str, end: str, day: date = TUESDAY) -> Interval:
    return Interval(at(day, begin), at(day, end))


class TestRows:
    @pytest.mark.parametrize(
        ("day", "hours"), [(TUESDAY, 24), (SPRING_FORWARD, 23), (FALL_BACK, 25)]
    )
    def test_are_as_many_as_the_day_is_long(self, day: date, hours: int) -> None:
        assert Axis.of(day, WHOLE_DAY, NEW_YORK).rows == hours * 12

    def test_have_a_class_in_the_style_sheet_on_the_longest_day(self) -> None:
        axis, sheet = Axis.of(FALL_BACK, WHOLE_DAY, NEW_YORK), SHEET.read_text()
        for row in range(axis.rows):
            begin = axis.shown.start + row * 5 * MINUTE
            for name in axis.place(Interval(begin, axis.shown.end)).split():
                assert f".{name} {{" in sheet, name

    @pytest.mark.parametrize(
        ("begin", "end", "place"),
        [
            ("09:00", "09:30", "at-h1 at-m0 for-h0 for-m6"),
            ("09:35", "11:05", "at-h1 at-m7 for-h1 for-m6"),
            ("09:02", "09:04", "at-h1 at-m0 for-h0 for-m1"),
            ("07:00", "08:30", "at-h0 at-m0 for-h0 for-m6"),
            ("16:30", "23:00", "at-h8 at-m6 for-h0 for-m6"),
        ],
    )
    def test_of_something_are_those_of_its_time(self, begin: str, end: str, place: str) -> None:
        """To the minute, never less than one, and within what is shown."""
        assert Axis.of(TUESDAY, (8, 17), NEW_YORK).place(between(begin, end)) == place


class TestHours:
    def test_are_whole_and_show_everything(self) -> None:
        days = [(TUESDAY, [between("09:30", "12:00"), between("13:00", "17:05")])]
        assert hours_shown(days, NEW_YORK) == (9, 18)

    def test_end_with_the_day(self) -> None:
        late = Interval(at(TUESDAY, "23:30"), at(date(2026, 6, 17), "00:30"))
        assert hours_shown([(TUESDAY, [late])], NEW_YORK) == (23, 24)
        assert hours_shown([(date(2026, 6, 17), [late])], NEW_YORK) == (0, 1)

    def test_of_nothing_are_those_of_an_office(self) -> None:
        assert hours_shown([(TUESDAY, [])], NEW_YORK) == (9, 17)

    def test_are_marked_where_the_wall_shows_them(self) -> None:
        marks = Axis.of(TUESDAY, (9, 11), KOLKATA).marks
        assert [mark.words for mark in marks] == ["9:00\u00a0am", "10:00\u00a0am"]

    def test_of_half_an_hour_more_are_marked_too(self) -> None:
        """Lord Howe Island puts its clocks back by half an hour, from two o'clock."""
        axis = Axis.of(date(2027, 4, 4), (0, 4), LORD_HOWE)
        assert axis.rows == 54
        assert axis.marks[2].words == "2:00\u00a0am +1030"
        assert axis.marks[2].place == "at-h2 at-m6"


class TestLanes:
    def test_are_for_what_overlaps(self) -> None:
        pieces = [between("09:00", "10:00"), between("10:00", "11:00"), between("10:30", "11:30")]
        assert lanes(pieces) == ["", "lane-1-of-2", "lane-2-of-2"]

    def test_are_used_again(self) -> None:
        pieces = [between("09:00", "12:00"), between("09:00", "10:00"), between("10:00", "11:00")]
        assert lanes(pieces) == ["lane-1-of-2", "lane-2-of-2", "lane-2-of-2"]

    def test_are_four_at_most(self) -> None:
        found = lanes([between("09:00", "10:00")] * 6)
        assert found[3:] == ["lane-4-of-4"] * 3
        assert all(f".{lane} {{" in SHEET.read_text() for lane in found)


def test_closures_that_overlap_are_told_apart() -> None:
    whole = Interval(at(TUESDAY, "00:00"), at(date(2026, 6, 17), "00:00"))
    found = list(told_apart([(whole, "Holiday"), (between("09:00", "10:00"), "Course")]))
    assert [words for _piece, words in found] == ["Holiday", "Holiday; Course", "Holiday"]
    assert found[1][0] == between("09:00", "10:00")
    assert list(told_apart([])) == []
    apart = [(between("09:00", "10:00"), "A"), (between("11:00", "12:00"), "A")]
    assert list(told_apart(apart)) == apart
