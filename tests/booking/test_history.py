"""What the patient's page tells of the past: each change once, in their words, without names."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from booking import actions, worker
from booking.actors import Actor
from booking.history import history_of
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Status
from booking.models.appointments import DECLINE_REASONS, Reason
from clinic.models import Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_practitioner,
    a_service,
    an_appointment,
    details,
)
from tests.booking.visitor import Visitor

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF, PATIENT = Actor(AppointmentEvent.ActorKind.STAFF, uuid4()), Actor.patient()
TEN, ELEVEN, NOON = (
    f"Wednesday, June 17, 2026, {hour}:00\u00a0{half}"
    for hour, half in ((10, "am"), (11, "am"), (12, "pm"))
)


@pytest.fixture
def service(db: None) -> Service:
    a_clinic()
    return a_service(cancel_cutoff_hours=1)


@pytest.fixture(autouse=True)
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def asked(service: Service) -> Appointment:
    """Somebody has asked for ten by the booking's pages."""
    return Visitor().books(service)


@pytest.fixture
def booked(asked: Appointment, now: datetime) -> Appointment:
    return actions.confirm(appointment_id=asked.id, by=STAFF, now=now)


def told(request: AppointmentRequest) -> list[str]:
    zone = request.appointments.all()[0].location.zone
    return [line.text for line in history_of(request, zone)]


def offer(asked: Appointment, now: datetime) -> list[Appointment]:
    """Eleven and noon, an hour after ten was asked for."""
    times = [actions.Proposal(TEN_O_CLOCK + hours * HOUR) for hours in (1, 2)]
    return actions.offer(appointment_id=asked.id, times=times, by=STAFF, now=now + HOUR)


# Every change that the actions make


def test_asking(asked: Appointment) -> None:
    """The holds before it are not told."""
    assert told(asked.request) == [f"You asked for {TEN}."]


def test_confirming(booked: Appointment) -> None:
    assert told(booked.request)[1:] == [f"The clinic confirmed {TEN}."]


@pytest.mark.parametrize("reason", DECLINE_REASONS)
def test_declining(asked: Appointment, now: datetime, reason: Reason) -> None:
    actions.decline(appointment_id=asked.id, reason=reason, note="A note.", by=STAFF, now=now)
    assert told(asked.request)[1:] == [f"The clinic could not confirm it. {reason.label}"]


def test_nobody_answered(asked: Appointment) -> None:
    assert asked.expires_at is not None
    worker.run_once(now=asked.expires_at)
    assert told(asked.request)[1:] == ["We could not answer in time, and the request ended."]


@pytest.mark.parametrize("by", [PATIENT, STAFF])
@pytest.mark.parametrize("is_booked", [False, True])
def test_moving(asked: Appointment, now: datetime, by: Actor, is_booked: bool) -> None:
    if is_booked:
        actions.confirm(appointment_id=asked.id, by=STAFF, now=now)
    later = TEN_O_CLOCK + HOUR
    actions.move(appointment_id=asked.id, starts_at=later, by=by, now=now + HOUR)
    who = "The clinic" if by.is_staff else "You"
    assert told(asked.request)[-1] == f"{who} moved it to {ELEVEN}."


@pytest.mark.parametrize(
    ("by", "text"), [(PATIENT, "You cancelled it."), (STAFF, "The clinic cancelled it.")]
)
@pytest.mark.parametrize("is_booked", [False, True])
def test_cancelling(
    asked: Appointment, now: datetime, by: Actor, text: str, is_booked: bool
) -> None:
    if is_booked:
        actions.confirm(appointment_id=asked.id, by=STAFF, now=now)
    actions.cancel(appointment_id=asked.id, by=by, now=now + HOUR)
    assert told(asked.request)[-1] == text


def test_saying_that_one_comes(booked: Appointment, now: datetime) -> None:
    actions.confirm_attendance(appointment_id=booked.id, by=PATIENT, now=now)
    assert told(booked.request)[2:] == ["You told us that you are coming."]


def test_offering_other_times(asked: Appointment, now: datetime) -> None:
    offer(asked, now)
    assert told(asked.request)[1:] == [
        f"The clinic offered you {ELEVEN}.",
        f"The clinic offered you {NOON}.",
    ]


@pytest.mark.parametrize(("number", "taken"), [(0, ELEVEN), (1, NOON)])
def test_taking_one_of_them(asked: Appointment, now: datetime, number: int, taken: str) -> None:
    """That the others are free again goes without saying."""
    offers = offer(asked, now)
    actions.accept_offer(appointment_id=offers[number].id, by=PATIENT, now=now + 2 * HOUR)
    assert told(asked.request)[3:] == [f"You took {taken}."]


def test_taking_none_of_them(asked: Appointment, now: datetime) -> None:
    offers = offer(asked, now)
    actions.decline_offers(appointment_id=offers[0].id, by=PATIENT, now=now + 2 * HOUR)
    assert told(asked.request)[3:] == ["You declined the times offered."]


def test_taking_none_in_time(asked: Appointment, now: datetime) -> None:
    offer(asked, now)
    worker.run_once(now=now + DAY + HOUR)
    assert told(asked.request)[3:] == ["The times offered were not taken in time."]


def test_taking_offers_back(asked: Appointment, now: datetime) -> None:
    offers = offer(asked, now)
    actions.cancel(appointment_id=offers[0].id, by=STAFF, now=now + 2 * HOUR)
    assert told(asked.request)[3:] == ["The clinic withdrew the times offered."]


def test_booking_by_telephone(service: Service, now: datetime) -> None:
    booked = actions.book(
        service=service, starts_at=TEN_O_CLOCK, details=details(), by=STAFF, now=now
    )
    assert told(booked.request) == [f"The clinic booked {TEN} for you."]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (Status.BOOKED, Status.ARRIVED, "You arrived."),
        (Status.ARRIVED, Status.FULFILLED, "The visit is over."),
        (Status.BOOKED, Status.NOSHOW, "You did not come."),
        (Status.ARRIVED, Status.BOOKED, "The clinic corrected its last note."),
        (Status.FULFILLED, Status.ARRIVED, "The clinic corrected its last note."),
        (Status.NOSHOW, Status.BOOKED, "The clinic corrected its last note."),
        (
            Status.BOOKED,
            Status.ENTERED_IN_ERROR,
            "The clinic removed it: it had been entered by mistake.",
        ),
    ],
)
def test_the_day_of_the_visit(before: str, after: Status, text: str, now: datetime) -> None:
    appointment = an_appointment(after)
    AppointmentEvent.objects.create(
        at=now,
        appointment=appointment.id,
        request=appointment.request_id,
        actor_kind="staff",
        from_status=before,
        to_status=after,
        starts_at=appointment.starts_at,
    )
    assert told(appointment.request) == [text]


# All of it together


def test_everything_is_told_in_its_order_at_the_clinics_time(
    asked: Appointment, now: datetime
) -> None:
    key = asked.id
    ten, eleven = TEN_O_CLOCK, TEN_O_CLOCK + HOUR
    actions.move(appointment_id=key, starts_at=eleven, by=PATIENT, now=now + HOUR)
    actions.confirm(appointment_id=key, by=STAFF, now=now + 2 * HOUR)
    actions.move(appointment_id=key, starts_at=ten, by=STAFF, now=now + 3 * HOUR)
    actions.cancel(appointment_id=key, by=PATIENT, now=now + 4 * HOUR)
    lines = history_of(asked.request, asked.location.zone)
    assert [(line.at.hour, line.text) for line in lines] == [
        (9, f"You asked for {TEN}."),
        (10, f"You moved it to {ELEVEN}."),
        (11, f"The clinic confirmed {ELEVEN}."),
        (12, f"The clinic moved it to {TEN}."),
        (13, "You cancelled it."),
    ]


def test_two_changes_of_one_moment_keep_their_order(booked: Appointment, now: datetime) -> None:
    for hours in (1, 2, 0):
        start = TEN_O_CLOCK + hours * HOUR
        actions.move(appointment_id=booked.id, starts_at=start, by=PATIENT, now=now)
    assert told(booked.request)[2:] == [f"You moved it to {when}." for when in (ELEVEN, NOON, TEN)]


def test_no_other_request_is_told_of(asked: Appointment, service: Service) -> None:
    before = told(asked.request)
    Visitor().books(service, TEN_O_CLOCK + HOUR)
    assert told(asked.request) == before


Change = Callable[[Appointment, datetime], object]
CHANGES: list[Change] = [
    lambda row, now: actions.move(
        appointment_id=row.id, starts_at=TEN_O_CLOCK + HOUR, by=PATIENT, now=now
    ),
    lambda row, now: actions.confirm(appointment_id=row.id, by=STAFF, now=now),
    lambda row, now: actions.cancel(appointment_id=row.id, by=STAFF, now=now),
    offer,
]


@pytest.mark.parametrize("change", CHANGES, ids=["moved", "confirmed", "cancelled", "offered"])
def test_in_spanish_everything_is_told_in_spanish(
    asked: Appointment, now: datetime, change: Change
) -> None:
    change(asked, now)
    english = told(asked.request)
    with translation.override("es"):
        spanish = told(asked.request)
    assert len(spanish) == len(english)
    assert "Usted pidió" in spanish[0]
    assert not any("Wednesday" in line for line in spanish)
