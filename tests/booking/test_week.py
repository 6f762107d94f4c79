"""The page of times: which week it shows, and the ways to others."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.http import QueryDict

from booking.models import Appointment, Status
from booking.week import Week
from booking.wishes import write_instant
from clinic.models import Closure, Practitioner, Service
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_practitioner, an_appointment
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

MONDAY, DAY, HOUR = date(2026, 6, 15), timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def robin(service: Service) -> Practitioner:
    a_clinic()
    return a_practitioner(service)


@pytest.fixture
def alex(service: Service) -> Practitioner:
    return a_practitioner(service)


def read(
    service: Service, now: datetime, query: str = "", current: Appointment | None = None
) -> Week:
    key = current.request_id if current else uuid4()
    return Week.read(QueryDict(query), service=service, request_id=key, now=now, current=current)


def test_it_begins_with_the_week_of_the_first_opening(
    service: Service, robin: Practitioner, now: datetime
) -> None:
    Closure.objects.create(first_day=MONDAY, last_day=MONDAY + 30 * DAY)
    week = read(service, now)
    assert week.first
    assert week.first.local_start.date() == MONDAY + 31 * DAY
    assert (week.first_day, week.last_day) == (MONDAY + 28 * DAY, MONDAY + 34 * DAY)


@pytest.mark.usefixtures("robin")
@pytest.mark.parametrize("text", ["2026-07-01", "2026-06-29", "2026-07-05"])
def test_any_day_of_a_week_stands_for_it(service: Service, now: datetime, text: str) -> None:
    week = read(service, now, f"week={text}")
    assert [day for day, _times in week.days] == [MONDAY + n * DAY for n in range(14, 21)]


@pytest.mark.usefixtures("robin")
def test_this_week_begins_today_and_the_last_one_is_that_of_the_horizon(
    service: Service, now: datetime
) -> None:
    friday = now + 4 * DAY
    this, last = read(service, friday, "week=2020-01-01"), read(service, friday, "week=2030-01-01")
    assert (this.first_day, this.last_day) == (MONDAY + 4 * DAY, MONDAY + 6 * DAY)
    assert (this.previous_query, last.next_query) == ("", "")
    assert last.first_day <= MONDAY + 64 * DAY <= last.last_day


@pytest.mark.usefixtures("alex")
def test_what_moves_begins_with_its_own_person_which_can_be_changed_to_anyone_and_stays_so(
    service: Service, robin: Practitioner, now: datetime
) -> None:
    moving = an_appointment(service=service, practitioner=robin)
    theirs = read(service, now, current=moving)
    assert theirs.practitioner == robin
    assert {o.practitioner_id for o in theirs.free.openings} == {robin.pk}
    for query in ("practitioner=", read(service, now, "practitioner=").next_query[1:]):
        assert read(service, now, query, current=moving).practitioner is None
    assert f"practitioner={robin.slug}" in theirs.next_query


def test_a_wish_that_is_free_is_shown_and_one_that_is_taken_leads_to_the_nearest(
    service: Service, robin: Practitioner, now: datetime
) -> None:
    wanted = TEN_O_CLOCK + 14 * DAY
    wish = f"at={write_instant(wanted)}"
    week = read(service, now, wish)
    assert week.wished
    assert week.wished.starts_at == wanted
    an_appointment(Status.BOOKED, wanted, practitioner=robin)
    week = read(service, now, wish)
    assert week.wished is None
    assert week.first_day == MONDAY + 14 * DAY
    assert [o.starts_at - wanted for o in week.nearest] == [-HOUR / 2, HOUR / 2, HOUR]


def test_the_nearest_may_lie_in_another_week_or_be_the_first_of_all(
    service: Service, robin: Practitioner, now: datetime
) -> None:
    friday = TEN_O_CLOCK + 2 * DAY
    closed = Closure.objects.create(first_day=MONDAY, last_day=MONDAY + 6 * DAY)
    week = read(service, now, f"at={write_instant(friday)}")
    assert week.is_empty
    assert {o.local_start.date() for o in week.nearest} == {MONDAY + 7 * DAY}
    closed.last_day = MONDAY + 29 * DAY
    closed.save()
    week = read(service, now, f"at={write_instant(friday)}")
    assert {o.local_start.date() for o in week.nearest} == {MONDAY + 30 * DAY}


def test_where_nothing_is_free_it_says_so(
    service: Service, robin: Practitioner, now: datetime
) -> None:
    robin.hours.all().delete()
    week = read(service, now)
    assert week.nothing_at_all
    assert week.nearest == []
    assert not read(service, now, "week=2026-07-01").nothing_at_all  # nobody has looked


# As the patient sees it


FIRST = "Go to the first free time"


def test_from_a_later_week_a_link_leads_back_to_the_first_time(
    english_visitor: Visitor, service: Service, robin: Practitioner
) -> None:
    english_visitor.passes_gate(service)
    begin = english_visitor.get("book-time")
    assert "First available: Tuesday, June 16, 2026, 9:00 am" in text_of(begin)
    assert FIRST not in text_of(begin)
    later = english_visitor.get("book-time", week="2026-07-01", practitioner=robin.slug)
    assert FIRST in text_of(later)
    assert f'href="/book/time/?practitioner={robin.slug}"'.encode() in later.content
    Closure.objects.create(first_day=date(2026, 6, 29), last_day=date(2026, 7, 5))
    empty = text_of(english_visitor.get("book-time", week="2026-07-01"))
    assert f"No free times this week. {FIRST}" in empty
    assert empty.count(FIRST) == 1
