from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.formats import localize
from phonenumber_field.phonenumber import to_python

from clinic import times
from clinic.templatetags.telephone import telephone, telephone_link


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (time(0, 0), "12:00\u00a0am", "12:00\u00a0a.\u00a0m."),
        (time(9, 30), "9:30\u00a0am", "9:30\u00a0a.\u00a0m."),
        (time(12, 5), "12:05\u00a0pm", "12:05\u00a0p.\u00a0m."),
        (time(23, 59), "11:59\u00a0pm", "11:59\u00a0p.\u00a0m."),
    ],
)
def test_the_clock_has_twelve_hours(at: time, english: str, spanish: str) -> None:
    assert times.clock(at) == english
    with translation.override("es"):
        assert times.clock(at) == spanish


@pytest.mark.parametrize("at", [time(0, 0), time(9, 30), time(12, 5), time(22, 18)])
def test_the_lists_of_the_admin_write_it_alike(at: time) -> None:
    assert localize(at) == times.clock(at).replace("\u00a0", " ")
    moment = localize(datetime.combine(date(2026, 11, 24), at))
    assert moment.endswith(localize(at))


def test_the_lists_of_the_admin_have_days_without_the_weekday() -> None:
    assert localize(date(2026, 11, 25)) == "Nov 25, 2026"


def test_a_day_is_said_in_each_language() -> None:
    assert times.weekday(date(2026, 11, 24)) == "Tuesday, November 24, 2026"
    with translation.override("es"):
        assert times.weekday(date(2026, 11, 24)) == "martes, 24 de noviembre de 2026"
        assert times.day(date(2026, 11, 24)) == "24 de noviembre de 2026"


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "Sunday, November 1, 2026, 1:30\u00a0am"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "Sunday, November 1, 2026, 1:30\u00a0am"),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "Sunday, November 1, 2026, 2:30\u00a0am"),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "Sunday, March 8, 2026, 3:00\u00a0am"),
    ],
)
def test_a_moment_is_what_the_clock_on_the_wall_shows(instant: datetime, said: str) -> None:
    assert times.moment(instant, ZoneInfo("America/New_York")) == said


def test_a_telephone_number_is_read_and_dialled() -> None:
    number = to_python("+17327880349")
    assert telephone(number) == "732-788-0349"
    assert telephone_link(number) == '<a class="tel" href="tel:+17327880349">732-788-0349</a>'
    assert telephone("+525512345678") == "+52 55 1234 5678"
    assert telephone_link("") == telephone(None) == ""
