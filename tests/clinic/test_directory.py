from datetime import date, time

import pytest

from clinic import memory
from clinic.directory import directory, merged
from clinic.models import Closure, Practitioner, WorkingHours
from tests.public import text

pytestmark = pytest.mark.usefixtures("starter")
MONDAY = date(2026, 6, 15)


def test_stretches_that_meet_or_overlap_are_one() -> None:
    nine, ten, noon, one = time(9), time(10), time(12), time(13)
    assert merged([(ten, noon), (nine, ten), (nine, time(11))]) == [(nine, noon)]
    assert merged([(one, time(17)), (nine, noon)]) == [(nine, noon), (one, time(17))]
    assert merged([]) == []


def test_the_clinic_is_open_while_anybody_works() -> None:
    known = directory()
    week = known.hours_at(known.locations[0], MONDAY)
    assert [day.name for day in week][:2] == ["Monday", "Tuesday"]
    assert week[0].hours == [(time(8, 30), time(12, 30)), (time(13), time(17))]
    assert week[6].hours == []


def test_hours_count_only_while_they_are_valid() -> None:
    person = directory().practitioners[0]
    WorkingHours.objects.filter(practitioner=person).update(valid_until=date(2026, 6, 14))
    memory.publish()
    known = directory()
    assert not any(day.hours for day in known.hours_of(person, MONDAY))
    assert any(day.hours for day in known.hours_of(person, date(2026, 6, 14)))


def test_who_left_is_no_longer_shown() -> None:
    Practitioner.objects.filter(slug="example-acupuncturist").update(is_active=False)
    memory.publish()
    assert "Robin Example" not in text("/team/")
    assert directory().practitioner("example-acupuncturist") is None


def test_the_next_closures_of_the_whole_clinic_are_announced() -> None:
    person = Practitioner.objects.first()
    Closure.objects.create(
        first_day=MONDAY, last_day=MONDAY, practitioner=person, reason_en="A day at home"
    )
    Closure.objects.create(
        first_day=MONDAY, last_day=MONDAY, starts=time(15), reason_en="Staff meeting"
    )
    memory.publish()
    page = text("/visit/")
    assert "Juneteenth National Independence Day" in page
    assert "Friday, June 19, 2026" in page
    assert "Memorial Day" not in page.split("Labor Day")[0]
    assert "Staff meeting" in page
    assert "from 3:00\u00a0pm" in page
    assert "A day at home" not in page


def test_a_closure_that_comes_again_is_announced_for_its_next_time() -> None:
    Closure.objects.create(
        first_day=date(2020, 6, 18),
        last_day=date(2020, 6, 18),
        reason_en="Spring cleaning",
        repeats=Closure.Repeats.YEARLY,
    )
    memory.publish()
    page = text("/visit/")
    assert "Thursday, June 18, 2026" in page
    assert page.count("Spring cleaning") == 1


def closed_from(day: date) -> list[tuple[date, date]]:
    memory.publish()
    return [(days.first_day, days.last_day) for days in directory().closures_from(day)]


def test_what_has_begun_is_shown_whole_and_what_is_over_is_not() -> None:
    Closure.objects.all().delete()
    Closure.objects.create(first_day=date(2026, 6, 13), last_day=date(2026, 6, 16))
    Closure.objects.create(
        first_day=date(2026, 5, 31), last_day=date(2026, 6, 1), repeats=Closure.Repeats.MONTHLY
    )
    assert closed_from(MONDAY)[:2] == [
        (date(2026, 6, 13), date(2026, 6, 16)),
        (date(2026, 6, 30), date(2026, 7, 1)),
    ]
    assert closed_from(date(2026, 6, 17))[0] == (date(2026, 6, 30), date(2026, 7, 1))


def test_what_is_closed_for_good_is_one_closure_however_it_repeats() -> None:
    Closure.objects.all().delete()
    for repeats in Closure.Repeats:
        Closure.objects.create(first_day=MONDAY, last_day=date(9999, 12, 30), repeats=repeats)
    assert closed_from(MONDAY)[0] == (MONDAY, date(9999, 12, 30))
