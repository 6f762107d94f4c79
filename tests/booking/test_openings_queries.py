"""Free times cost the same few queries, however many people, days and appointments there are."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from booking import openings
from booking.models import Appointment, Status
from booking.team import taken_rows
from clinic.models import Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
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


def test_the_next_openings_ask_twice_at_most(
    django_assert_max_num_queries: AtMost, now: datetime
) -> None:
    """Soon, and to the horizon where there is nothing soon."""
    service = a_service()
    book_up(service, a_team(service, 2), 60)
    with django_assert_max_num_queries(2 * MOST):
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
    """Of what is past and what is far ahead the calendar loads nothing."""
    service = a_service()
    team = a_team(service, 1)
    book_up(service, team, 10)
    day = TEN_O_CLOCK.date()
    rows = taken_rows([team[0].pk], [], day, day, now=now, besides=None)
    assert rows.count() == 12  # of that day and the next, of ten
