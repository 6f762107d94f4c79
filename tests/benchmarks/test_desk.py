"""What the pages of the desk cost in a clinic of many years: their queries, and their time beside
the admin's own list of appointments.

Whoever looks is the owner, who sees the most. All pages are looked at in turns, and what looking
writes down is part of it.
"""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Patient, Status
from clinic.audit import AccessLog
from clinic.models import Practitioner, Service
from clinic.roles import FRONT_DESK, OWNER
from tests.benchmarks.conftest import Measured
from tests.benchmarks.test_booking import milliseconds
from tests.benchmarks.test_calendar import DAY, HOUR, a_team
from tests.benchmarks.test_patients import fill as fill_with_patients
from tests.booking.builders import a_clinic, a_location, a_request, a_service
from tests.clinic.staff import a_client, a_member
from tests.queries import count_queries_of_a_warm_process

pytestmark = [pytest.mark.race, pytest.mark.django_db]

APPOINTMENTS = 50_000
WAITING = 10
LOOKS = 100_000
REPEATS = 15
# What became of the visits of the past.
PAST = (Status.FULFILLED,) * 8 + (Status.NOSHOW, Status.CANCELLED)


def some_of(team: list[Practitioner], now: datetime) -> Iterator[tuple[Practitioner, datetime]]:
    """Five times a day of everybody, from 30 days ahead back into the past."""
    first = now.replace(hour=13, minute=0, second=0, microsecond=0) + 30 * DAY
    for day in itertools.count():
        for hour in range(0, 10, 2):
            for person in team:
                yield person, first - day * DAY + hour * HOUR


def fill_with_appointments(service: Service, now: datetime) -> None:
    """Each of a request of its own, confirmed an hour after it came in; some wait for that."""
    chance, place, team = random.Random(5), a_location(), a_team(service)
    people = itertools.cycle(Patient.objects.order_by("pk"))
    like, waiting = a_request(service), 0
    requests: list[AppointmentRequest] = []
    rows: list[Appointment] = []
    events: list[AppointmentEvent] = []
    for number, (person, starts_at) in enumerate(
        itertools.islice(some_of(team, now), APPOINTMENTS)
    ):
        status = Status.BOOKED if starts_at > now else chance.choice(PAST)
        if starts_at > now + 10 * DAY and waiting < WAITING:
            status, waiting = Status.PENDING, waiting + 1
        sent_at = min(starts_at - 5 * DAY, now - HOUR)
        request = AppointmentRequest(
            service=service,
            patient=next(people),
            reference=f"{number:08}",
            gate_accepted_at=sent_at,
            gate_wording=like.gate_wording,
            created_at=sent_at,
            updated_at=sent_at,
            sent_at=sent_at,
            answer_by=sent_at + DAY,
        )
        row = Appointment(
            request=request,
            practitioner=person,
            location=place,
            starts_at=starts_at,
            ends_at=starts_at + HOUR / 2,
            blocks_from=starts_at,
            blocks_until=starts_at + HOUR / 2,
            status=status,
            expires_at=now + DAY if status == Status.PENDING else None,
            created_at=sent_at,
        )
        requests.append(request)
        rows.append(row)
        events += history(row, sent_at)
    AppointmentRequest.objects.bulk_create(requests, batch_size=2_000)
    Appointment.objects.bulk_create(rows, batch_size=2_000)
    AppointmentEvent.objects.bulk_create(events, batch_size=2_000)


def history(row: Appointment, sent_at: datetime) -> Iterator[AppointmentEvent]:
    steps = [(Status.HELD, Status.PENDING, sent_at)]
    if row.status != Status.PENDING:
        steps.append((Status.PENDING, Status.BOOKED, sent_at + HOUR))
    if row.status not in {Status.PENDING, Status.BOOKED}:
        steps.append((Status.BOOKED, Status(row.status), row.ends_at))
    for before, after, at in steps:
        yield AppointmentEvent(
            appointment=row.pk,
            request=row.request_id,
            actor_kind="staff",
            from_status=before,
            to_status=after,
            at=at,
            starts_at=row.starts_at,
        )


def fill_with_looks(now: datetime) -> None:
    people = itertools.cycle(Patient.objects.order_by("pk").values_list("pk", flat=True)[:1_000])
    staff = itertools.cycle([a_member(FRONT_DESK).pk for _person in range(3)])
    AccessLog.objects.bulk_create(
        (
            AccessLog(
                at=now - number * timedelta(minutes=3),
                user=next(staff),
                action="open",
                subject_type="patient",
                subject=str(next(people)),
            )
            for number in range(LOOKS)
        ),
        batch_size=2_000,
    )


def pages(service: Service) -> dict[str, str]:
    """Every page of the desk, by what it is."""
    pending = Appointment.objects.filter(status=Status.PENDING)[0]
    booked = Appointment.objects.filter(status=Status.BOOKED, starts_at__gt=timezone.now())[0]
    someone = Appointment.objects.filter(status=Status.FULFILLED)[0].request.patient
    assert someone is not None
    whose, search = booked.practitioner.slug, reverse("desk:patients")
    return {
        "The first page": reverse("admin:index"),
        "The calendar of a day": reverse("desk:calendar"),
        "The calendar of a week": f"{reverse('desk:calendar-week')}?practitioner={whose}",
        "Patients, searched": f"{search}?{urlencode({'q': someone.full_name})}",
        "A patient’s page": reverse("desk:patient", args=[someone.pk]),
        "Possible doubles": reverse("desk:doubles"),
        "Reports": reverse("desk:reports"),
        "Booking, the services": reverse("desk:book"),
        "Booking, the times": f"{reverse('desk:book')}?service={service.slug}",
        "Offering": reverse("desk:offer", args=[pending.pk]),
        "Moving": reverse("desk:move", args=[booked.pk]),
        "Who read what": reverse("admin:clinic_accesslog_changelist"),
    }


def look(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_every_page_of_the_desk(measured: Measured) -> None:
    now = datetime.now(UTC)
    a_clinic()
    service = a_service()
    fill_with_patients()
    fill_with_appointments(service, now)
    fill_with_looks(now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, known = a_client(OWNER), pages(service)
    looks = {what: partial(look, client, address) for what, address in known.items()}
    stock = partial(look, client, reverse("admin:booking_appointment_changelist"))
    queries = {what: count_queries_of_a_warm_process(act) for what, act in looks.items()}
    taken: dict[str, list[float]] = {what: [] for what in looks}
    beside: list[float] = []
    for _run in range(REPEATS):
        beside.append(milliseconds(stock))
        for what, act in looks.items():
            taken[what].append(milliseconds(act))
    measured(f"The admin’s list of {APPOINTMENTS:,} appointments", median(beside), "ms")
    for what in looks:
        measured(f"{what}: queries", queries[what], at_most=15)
        measured(f"{what}: time", median(taken[what]), "ms")
        ratio = median(taken[what]) / median(beside)
        measured(f"{what}: against the admin’s list", ratio, "×", at_most=1.5)
