"""Free times, holding and sending, with a little and with a lot of history."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import actions, openings
from booking.actors import Actor
from booking.models import Appointment, AppointmentRequest, Status
from clinic.models import Practitioner, Service
from tests.benchmarks.conftest import Measured
from tests.booking.builders import (
    a_clinic,
    a_draft,
    a_location,
    a_practitioner,
    a_request,
    a_service,
    details,
)

pytestmark = [pytest.mark.race, pytest.mark.django_db]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TEAM = 10
REPEATS = 15
PATIENT = Actor.patient()


def milliseconds(act: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median of some runs, after one to warm up."""
    act()
    taken = []
    for _run in range(repeats):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


def a_team(service: Service) -> list[Practitioner]:
    return [a_practitioner(service) for _person in range(TEAM)]


def fill(team: list[Practitioner], request: AppointmentRequest, number: int) -> None:
    """Have so many confirmed, five a person and day: 30 days of them ahead, the others past."""
    there = Appointment.objects.filter(request=request).count()
    first = timezone.now().replace(hour=13, minute=0, second=0, microsecond=0) + 30 * DAY
    place = a_location()
    times = (first - day * DAY + hour * HOUR for day in count() for hour in range(0, 10, 2))
    rows = (
        Appointment(
            request=request,
            practitioner=person,
            location=place,
            starts_at=start,
            ends_at=start + HOUR / 2,
            blocks_from=start,
            blocks_until=start + HOUR / 2,
            status=Status.BOOKED,
        )
        for start in times
        for person in team
    )
    Appointment.objects.bulk_create(islice(rows, there, number), batch_size=2_000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE booking_appointment")


def a_booking(service: Service) -> None:
    """Hold the first free time and send the request: what the last two steps write."""
    now = datetime.now(UTC)
    free = openings.next_openings(service, now=now).first()
    draft = a_draft(service)
    actions.hold(request_id=draft.id, starts_at=free[0].starts_at, by=PATIENT, now=now)
    actions.send(
        request_id=draft.id,
        submission_token=draft.submission_token,
        details=details(),
        by=PATIENT,
        now=now,
    )


def test_free_times_and_sending(measured: Measured) -> None:
    a_clinic()
    service = a_service()
    team = a_team(service)
    request = a_request(service)
    spent: dict[int, tuple[float, float]] = {}
    for history in (5_000, 500_000):
        fill(team, request, history)
        now = datetime.now(UTC)

        def look(now: datetime = now) -> object:
            last = now.date() + 29 * DAY
            return openings.free_times(service, first_day=now.date(), last_day=last, now=now)

        with CaptureQueriesContext(connection) as captured:
            look()
        what = f"{history:,} appointments"
        spent[history] = milliseconds(look), milliseconds(lambda: a_booking(service))
        measured(f"Queries of 30 days of free times, {what}", len(captured), at_most=4)
        measured(f"30 days × {TEAM} practitioners, {what}", spent[history][0], "ms")
        measured(f"Finding, holding and sending, {what}", spent[history][1], "ms")
    (look_less, send_less), (look_more, send_more) = spent.values()
    measured("Free times, a hundred times the history", look_more / look_less, "×")
    measured("Sending, a hundred times the history", send_more / send_less, "×")


def test_the_next_opening_when_everything_is_full(measured: Measured) -> None:
    a_clinic()
    service = a_service()
    a_team(service)

    def look() -> object:
        return openings.next_openings(service, now=datetime.now(UTC))

    free = milliseconds(look)
    Practitioner.objects.all().delete()
    for person in a_team(service):
        block_everything(person, a_request(service))
    full = milliseconds(look)
    measured("The next opening, tomorrow is free", free, "ms")
    measured("The next opening, full to the horizon", full, "ms")
    measured("Full against free", full / free, "×")


def block_everything(person: Practitioner, request: AppointmentRequest) -> None:
    first = timezone.now().replace(hour=13, minute=0, second=0, microsecond=0)
    place = a_location()
    starts = [first + day * DAY for day in range(request.service.horizon_days + 2)]
    Appointment.objects.bulk_create(
        Appointment(
            request=request,
            practitioner=person,
            location=place,
            starts_at=start,
            ends_at=start + 9 * HOUR,
            blocks_from=start,
            blocks_until=start + 9 * HOUR,
            status=Status.BOOKED,
        )
        for start in starts
    )
