"""Sending: a draft with a held time becomes a request that waits for staff."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from booking import actions
from booking.actors import Actor
from booking.errors import JustTaken, NoTimeChosen, TooMany
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Patient, Status
from clinic.directory import directory
from clinic.models import Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_draft,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
    details,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

PATIENT = Actor.patient()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MARK = "zxq-mark"


@pytest.fixture(autouse=True)
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def draft(service: Service, now: datetime) -> AppointmentRequest:
    """A draft that holds ten o'clock, with something typed."""
    draft = a_draft(service)
    actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=PATIENT, now=now)
    actions.save_answers(request_id=draft.id, answers={"full_name": "Ada"}, now=now)
    draft.refresh_from_db()
    return draft


def send(draft: AppointmentRequest, now: datetime, **answers: Any) -> AppointmentRequest:
    return actions.send(
        request_id=draft.id,
        submission_token=draft.submission_token,
        details=details(**answers),
        by=PATIENT,
        now=now,
    )


def raw(model: type[AppointmentRequest | Patient], column: str) -> str:
    """A column as it lies in the database, past the model."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        (row,) = cursor.fetchall()
    return str(row[0])


def test_the_held_time_waits_for_staff(draft: AppointmentRequest, now: datetime) -> None:
    later = now + MINUTE
    request = send(draft, later)
    appointment = request.appointments.get()
    assert appointment.status == Status.PENDING
    assert appointment.expires_at == request.answer_by == later + timedelta(hours=24)
    assert request.sent_at == later
    assert changes_of(appointment) == [("patient", "", "held"), ("patient", "held", "pending")]
    assert kinds() == ["requested", "staff_new_request"]


def test_the_patient_is_who_the_form_says(draft: AppointmentRequest, now: datetime) -> None:
    request = send(
        draft,
        now,
        full_name="Bo Example",
        email="bo@patients.test",
        telephone="+17325550199",
        booked_by="Ada Example",
        prefers=Patient.Contact.TELEPHONE,
        may_leave_voicemail=True,
        language="es",
        needs="A ramp",
        payment="auto",
    )
    patient = request.patient
    assert patient is not None
    assert (patient.full_name, patient.email) == ("Bo Example", "bo@patients.test")
    assert patient.telephone == "+17325550199"
    assert (patient.booked_by, patient.prefers) == ("Ada Example", "telephone")
    assert patient.may_leave_voicemail
    assert (patient.language, request.language) == ("es", "es")
    assert (patient.needs, request.payment) == ("A ramp", "auto")


def test_an_equal_address_makes_no_patient_the_same(
    draft: AppointmentRequest, now: datetime
) -> None:
    """Families share addresses: nothing is merged, and nothing of the other is changed."""
    mother = a_patient(full_name="Mother Example", email="family@patients.test")
    request = send(draft, now, full_name="Child Example", email=mother.email)
    mother.refresh_from_db()
    assert request.patient != mother
    assert mother.full_name == "Mother Example"
    assert mother.requests.count() == 0


def test_what_was_typed_is_no_longer_kept_twice(draft: AppointmentRequest, now: datetime) -> None:
    assert send(draft, now).answers == ""


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (AppointmentRequest, "reason"),
        (AppointmentRequest, "screening"),
        (Patient, "needs"),
    ],
)
def test_health_lies_encrypted_in_the_database(
    model: type[AppointmentRequest | Patient],
    column: str,
    draft: AppointmentRequest,
    now: datetime,
) -> None:
    sent = send(draft, now, reason=MARK, screening=json.dumps([MARK]), needs=MARK)
    sent.refresh_from_db()
    assert MARK in sent.reason
    assert MARK in sent.screening
    stored = raw(model, column)
    assert stored.startswith("gAAAA")
    assert MARK not in stored


def test_what_was_typed_so_far_lies_encrypted_too(draft: AppointmentRequest, now: datetime) -> None:
    actions.save_answers(request_id=draft.id, answers={"reason": MARK}, now=now)
    draft.refresh_from_db()
    assert MARK in draft.answers
    assert MARK not in raw(AppointmentRequest, "answers")


# By when staff answer


def test_the_answer_comes_within_the_services_open_hours(now: datetime) -> None:
    """Monday, nine to five; asked for at nine for Wednesday: eight open hours end at five."""
    service = a_service(answer_within_open_hours=8)
    a_practitioner(service)
    appointment = an_appointment(Status.HELD, service=service)
    assert actions.answer_by(appointment, directory(), now=now) == now + timedelta(hours=8)


def test_the_answer_comes_before_the_visit_less_the_cut_off(now: datetime) -> None:
    """Even where nobody works: nine on Wednesday less a night, at eight on Tuesday evening."""
    service = a_service(answer_within_open_hours=80, cancel_cutoff_hours=12)
    appointment = an_appointment(Status.HELD, service=service)
    answer = actions.answer_by(appointment, directory(), now=now)
    assert answer == TEN_O_CLOCK - timedelta(hours=14)


# Twice, and too often


def test_the_same_form_twice_is_one_request(draft: AppointmentRequest, now: datetime) -> None:
    first = send(draft, now)
    with nothing_changes():
        again = send(draft, now + MINUTE, full_name="Somebody Else")
    assert again == first
    assert Patient.objects.count() == 1


def test_the_form_of_another_draft_sends_nothing(draft: AppointmentRequest, now: datetime) -> None:
    draft.submission_token = uuid4()
    with nothing_changes(), pytest.raises(AppointmentRequest.DoesNotExist):
        send(draft, now)


def test_without_a_chosen_time_nothing_is_sent(service: Service, now: datetime) -> None:
    draft = a_draft(service)
    with nothing_changes(), pytest.raises(NoTimeChosen):
        send(draft, now)


def with_waiting_requests(count: int, **contact: str) -> None:
    for number in range(count):
        request = a_request(patient=a_patient(**contact))
        an_appointment(Status.PENDING, TEN_O_CLOCK + number * HOUR, request=request)


@pytest.mark.parametrize(
    ("known", "given"),
    [
        ({"email": "ada@patients.test"}, {"email": "ADA@patients.test"}),
        ({"telephone": "+17325550199"}, {"email": "", "telephone": "(732) 555-0199"}),
        ({"telephone": "+17325550199"}, {"telephone": "+17325550199"}),
    ],
    ids=["e-mail, however written", "telephone, however written", "either of both"],
)
def test_a_fourth_open_request_of_one_person_is_too_many(
    known: dict[str, str], given: dict[str, str], draft: AppointmentRequest, now: datetime
) -> None:
    with_waiting_requests(2, **known)
    with_waiting_requests(1, **known)
    with nothing_changes(), pytest.raises(TooMany):
        send(draft, now, **given)


def test_a_third_open_request_is_not_too_many(draft: AppointmentRequest, now: datetime) -> None:
    with_waiting_requests(2, email="ada@patients.test")
    assert send(draft, now, email="ada@patients.test").sent_at == now


def test_requests_that_were_answered_do_not_count(draft: AppointmentRequest, now: datetime) -> None:
    with_waiting_requests(3, email="ada@patients.test")
    Appointment.objects.filter(status=Status.PENDING).update(status=Status.BOOKED, expires_at=None)
    assert send(draft, now, email="ada@patients.test").sent_at == now


def test_nor_do_those_that_nobody_answered_in_time(
    draft: AppointmentRequest, now: datetime
) -> None:
    """Whether the worker has come round to end them or not."""
    with_waiting_requests(3, email="ada@patients.test")
    Appointment.objects.filter(status=Status.PENDING).update(expires_at=now)
    assert send(draft, now, email="ada@patients.test").sent_at == now


# The hold ran out meanwhile


def test_an_expired_hold_is_quietly_taken_again_if_still_free(
    draft: AppointmentRequest, now: datetime
) -> None:
    later = now + HOUR
    actions.expire_lapsed(now=later)
    request = send(draft, later)
    appointment = request.appointments.get(status=Status.PENDING)
    assert appointment.starts_at == TEN_O_CLOCK
    assert request.appointments.get() == appointment  # the hold that ran out is gone


def test_a_practitioner_whose_time_was_only_held_on_the_way_sees_nothing(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    first = Appointment.objects.get(request=draft).practitioner
    other = a_practitioner(service)
    actions.hold(
        request_id=draft.id, starts_at=TEN_O_CLOCK, practitioner=other, by=PATIENT, now=now
    )
    request = send(draft, now)
    assert [row.practitioner for row in request.appointments.all()] == [other]
    assert first != other
    assert AppointmentEvent.objects.filter(request=request.id, to_status="cancelled").exists()


def test_a_time_that_another_took_meanwhile_is_gone_and_the_answers_are_kept(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    later = now + HOUR
    faster = a_draft(service)
    actions.hold(request_id=faster.id, starts_at=TEN_O_CLOCK, by=PATIENT, now=later)
    with nothing_changes(), pytest.raises(JustTaken):
        send(draft, later)
    draft.refresh_from_db()
    assert draft.is_draft
    assert draft.answers == '{"full_name": "Ada"}'
