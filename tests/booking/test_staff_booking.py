"""Staff book on the telephone: confirmed at once, by the same rules about what is free."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from booking import actions
from booking.actors import Actor
from booking.errors import JustTaken, NotForPatients, NotOffered
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Patient, Status
from clinic.models import Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_practitioner,
    a_service,
    an_appointment,
    details,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())


@pytest.fixture
def service(db: None) -> Service:
    a_clinic()
    service = a_service()
    a_practitioner(service)
    return service


def book(service: Service, start: datetime, *, now: datetime, **more: Any) -> Appointment:
    wanted: dict[str, Any] = {"by": STAFF, "details": details()} | more
    return actions.book(service=service, starts_at=start, now=now, **wanted)


def test_it_is_confirmed_and_the_patient_is_told(service: Service, now: datetime) -> None:
    booked = book(service, TEN_O_CLOCK, now=now, details=details(full_name="Ada", reason="Back"))
    request = booked.request
    assert booked.status == Status.BOOKED
    assert request.source == AppointmentRequest.Source.TELEPHONE
    assert request.sent_at == now
    assert request.patient is not None
    assert (request.patient.full_name, request.reason) == ("Ada", "Back")
    assert changes_of(booked) == [("staff", "", "booked")]
    assert kinds() == ["confirmed"]


def test_whoever_has_no_address_hears_it_now_and_is_called_no_more(
    service: Service, now: datetime
) -> None:
    book(service, TEN_O_CLOCK, now=now, details=details(email="", telephone="+17325550199"))
    assert kinds() == []


@pytest.mark.parametrize("start", [TEN_O_CLOCK - 2 * DAY + HOUR, TEN_O_CLOCK + 91 * DAY])
def test_notice_and_horizon_are_not_for_staff(
    service: Service, start: datetime, now: datetime
) -> None:
    assert book(service, start, now=now).starts_at == start


@pytest.mark.parametrize(
    "start", [TEN_O_CLOCK + 4 * DAY, TEN_O_CLOCK + 12 * HOUR, TEN_O_CLOCK - 7 * DAY]
)
def test_out_of_hours_and_past_are_for_nobody(
    service: Service, start: datetime, now: datetime
) -> None:
    with nothing_changes(), pytest.raises(NotOffered):
        book(service, start, now=now)


def test_a_taken_time_is_for_nobody(service: Service, now: datetime) -> None:
    an_appointment(Status.PENDING, service=service, practitioner=service.practitioners.get())
    with nothing_changes(), pytest.raises(JustTaken):
        book(service, TEN_O_CLOCK, now=now)


def test_patients_cannot(service: Service, now: datetime) -> None:
    with nothing_changes(), pytest.raises(NotForPatients):
        book(service, TEN_O_CLOCK, now=now, by=Actor.patient())


def test_the_same_form_twice_is_one_appointment(service: Service, now: datetime) -> None:
    by = Actor(STAFF.kind, STAFF.id, submission=uuid4())
    first = book(service, TEN_O_CLOCK, now=now, by=by)
    with nothing_changes():
        assert book(service, TEN_O_CLOCK, now=now, by=by) == first
    assert Patient.objects.count() == 1
