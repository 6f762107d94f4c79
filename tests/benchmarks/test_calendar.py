"""Free times, holding and sending, with a little and with a lot of history.

What is compared is measured in one run, in turns where it can be.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count, islice
from statistics import median

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from booking import actions, openings, team
from booking.actors import Actor
from booking.models import Appointment, AppointmentRequest, Status
from booking.wishes import write_instant
from clinic.models import Closure, Practitioner, Service
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


def fastest(*acts: Callable[[], object], repeats: int = 60) -> list[float]:
    """The best of some runs of each, in turns: what else the machine does favours none."""
    best = [float("inf")] * len(acts)
    for _run in range(repeats):
        for place, act in enumerate(acts):
            started = time.perf_counter()
            act()
            best[place] = min(best[place], (time.perf_counter() - started) * 1000)
    return best


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
    people = a_team(service)
    request = a_request(service)
    spent: dict[int, tuple[float, float]] = {}
    for history in (5_000, 500_000):
        fill(people, request, history)
        now = datetime.now(UTC)

        def look(now: datetime = now) -> object:
            last = now.date() + 29 * DAY
            return openings.free_times(service, first_day=now.date(), last_day=last, now=now)

        with CaptureQueriesContext(connection) as captured:
            look()
        what = f"{history:,} appointments"
        [looking] = fastest(look)
        spent[history] = looking, milliseconds(lambda: a_booking(service))
        measured(f"Queries of 30 days of free times, {what}", len(captured), at_most=4)
        measured(f"30 days × {TEAM} practitioners, {what}", spent[history][0], "ms")
        measured(f"Finding, holding and sending, {what}", spent[history][1], "ms")
    (look_less, send_less), (look_more, send_more) = spent.values()
    measured("Free times, a hundred times the history", look_more / look_less, "×", at_most=1.2)
    measured("Sending, a hundred times the history", send_more / send_less, "×")


def test_the_next_opening_when_everything_is_full(measured: Measured) -> None:
    a_clinic()
    busy, idle = a_service(), a_service()
    a_team(idle)
    for person in a_team(busy):
        block_everything(person, a_request(busy))

    def look(service: Service) -> object:
        return openings.next_openings(service, now=datetime.now(UTC))

    free, full = fastest(partial(look, idle), partial(look, busy))
    measured("The next opening, tomorrow is free", free, "ms")
    measured("The next opening, full to the horizon", full, "ms")
    measured("Full against free", full / free, "×", at_most=3)


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


@dataclass(frozen=True)
class Asked:
    """What both views answer: one day of a service, asked at one moment."""

    service: Service
    people: list[int]
    day: date
    now: datetime


def a_days_times(request: HttpRequest) -> HttpResponse:
    [asked] = questions
    free = openings.free_times(
        asked.service, first_day=asked.day, last_day=asked.day, now=asked.now
    )
    lines = (f"{write_instant(o.starts_at)} {o.practitioner_id}" for o in free.openings)
    return HttpResponse("\n".join(lines))


def bare(request: HttpRequest) -> HttpResponse:
    """The same statements, as many bytes, and nothing done with the rows."""
    [asked] = questions
    day = asked.day
    list(team.hours_rows(asked.service, day, day, None))
    list(Closure.objects.between(day, day))
    list(team.taken_rows(asked.people, (), day, day, now=asked.now, besides=None))
    return HttpResponse(answers[0])


questions: list[Asked] = []
answers: list[bytes] = []
urlpatterns = [path("times/", a_days_times), path("bare/", bare)]


def test_a_day_against_a_bare_view(measured: Measured) -> None:
    a_clinic()
    service = a_service()
    people = a_team(service)
    now = datetime.now(UTC)
    day = next(d for d in (now.date() + n * DAY for n in range(7, 10)) if d.weekday() < 5)
    fill(people, a_request(service), 3_000)
    questions[:] = [Asked(service, sorted(person.pk for person in people), day, now)]
    client = Client()
    with override_settings(ROOT_URLCONF=__name__):
        with CaptureQueriesContext(connection) as of_times:
            answers[:] = [client.get("/times/").content]
        with CaptureQueriesContext(connection) as of_bare:
            assert client.get("/bare/").content == answers[0]
        assert [q["sql"] for q in of_times] == [q["sql"] for q in of_bare]
        times, plain = fastest(
            lambda: client.get("/times/"), lambda: client.get("/bare/"), repeats=200
        )
    measured(f"A day of {len(answers[0].splitlines())} free times, through a view", times, "ms")
    measured("The same rows and bytes, bare", plain, "ms")
    measured("A day against the bare view", times / plain, "×", at_most=2)
