"""Free times cost the same few queries, however many people, days and appointments there are."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import QueryDict

from booking import openings
from booking.models import Appointment, Status
from booking.team import hours_rows, taken_rows
from booking.week import Week
from clinic.models import Practitioner, Service, WorkingHours
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_location,
    a_practitioner,
    a_request,
    a_room,
    a_service,
)

MOST = 4
AtMost = Callable[..., AbstractContextManager[Any]]

pytestmark = pytest.mark.django_db


def a_team(service: Service, count: int) -> list[Practitioner]:
    return [a_practitioner(service) for _ in range(count)]


def book_up(service: Service, team: list[Practitioner], days: int) -> None:
    """Every other half hour of everybody's days, from the middle of the week on."""
    request, place = a_request(service), a_location()
    starts = [
        TEN_O_CLOCK + timedelta(days=day, hours=hour) for day in range(days) for hour in range(6)
    ]
    Appointment.objects.bulk_create(
        Appointment(
            request=request,
            practitioner=practitioner,
            location=place,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            blocks_from=start,
            blocks_until=start + timedelta(minutes=30),
            status=Status.BOOKED,
        )
        for practitioner in team
        for start in starts
    )


@pytest.mark.parametrize("needs_room", [False, True])
@pytest.mark.parametrize(("people", "days", "booked"), [(1, 1, 0), (3, 30, 10), (10, 60, 30)])
def test_free_times(
    django_assert_max_num_queries: AtMost,
    now: datetime,
    people: int,
    days: int,
    booked: int,
    *,
    needs_room: bool,
) -> None:
    service = a_service(needs_room=needs_room)
    a_room(), a_room()
    book_up(service, a_team(service, people), booked)
    service = Service.objects.get(id=service.id)
    with django_assert_max_num_queries(MOST):
        found = openings.free_times(
            service, first_day=now.date(), last_day=(now + timedelta(days=days)).date(), now=now
        )
        for opening in found.openings:
            assert found.practitioners[opening.practitioner_id].name
    assert found.openings


def test_the_next_openings_ask_twice_for_what_is_taken_and_once_for_the_rest(
    django_assert_max_num_queries: AtMost, now: datetime
) -> None:
    """What is taken soon, and to the horizon where there is nothing soon."""
    service = a_service()
    book_up(service, a_team(service, 2), 60)
    with django_assert_max_num_queries(MOST):
        openings.next_openings(service, now=now, limit=1_000)


def test_nobody_who_does_it_costs_next_to_nothing(
    django_assert_max_num_queries: AtMost, now: datetime
) -> None:
    service = a_service()
    with django_assert_max_num_queries(1):
        found = openings.free_times(
            service, first_day=now.date(), last_day=now.date() + timedelta(days=30), now=now
        )
    assert not found.openings


def test_years_of_history_are_not_read(now: datetime) -> None:
    """Of what is past, far ahead or somebody else's the calendar loads nothing."""
    service = a_service()
    team = a_team(service, 1)
    book_up(service, [*team, *a_team(a_service(), 2)], 10)
    day = TEN_O_CLOCK.date() + timedelta(days=4)
    rows = taken_rows([team[0].pk], (), day, day, now=now, besides=None)
    found = {(row[0], row[2].date() - day) for row in rows}
    assert found == {(team[0].pk, timedelta(days=n)) for n in (-1, 0, 1)}


def test_hours_that_are_long_over_are_not_read(now: datetime) -> None:
    service = a_service()
    person = a_practitioner(service)
    WorkingHours.objects.bulk_create(
        WorkingHours(
            practitioner=person,
            location=a_location(),
            weekday=day.weekday(),
            starts=time(9),
            ends=time(17),
            valid_from=day,
            valid_until=day,
        )
        for day in (now.date() - timedelta(days=n) for n in range(1, 100))
    )
    assert len(hours_rows(service, now.date(), now.date() + timedelta(days=6), None)) == 5


def test_a_week_is_read_and_no_more(django_assert_max_num_queries: AtMost, now: datetime) -> None:
    """The page of a week that was asked for looks at no other."""
    service = a_service()
    book_up(service, a_team(service, 2), 60)
    a_clinic()
    query = QueryDict("week=2026-07-08&practitioner=")
    with django_assert_max_num_queries(MOST + 1) as captured:  # and the clinic, for its zone
        week = Week.read(query, service=service, request_id=uuid4(), now=now)
        assert len(week.days) == 7
        assert not week.nothing_at_all
    assert sum("booking_appointment" in query["sql"] for query in captured) == 1
    assert {o.local_start.date() for o in week.free.openings} <= {day for day, _times in week.days}
