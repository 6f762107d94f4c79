"""Cancelling by the link: a page first, then once, up to the cut-off."""

from datetime import datetime, timedelta

import pytest
import time_machine

from booking import actions
from booking.actors import Actor
from booking.models import Appointment, Status
from booking.models.appointments import Reason
from tests.booking.builders import TEN_O_CLOCK, a_practitioner, a_service, an_appointment
from tests.booking.ledger import changes_of, kinds, nothing_changes
from tests.booking.linked import form_of, leads_back, opens, says, sends
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHANGED = "This has changed in the meantime. Here is how it is now."


@pytest.fixture
def booked(db: None) -> Appointment:
    service = a_service()
    return an_appointment(service=service, practitioner=a_practitioner(service))


@pytest.mark.parametrize(
    ("status", "question", "button"),
    [
        (Status.BOOKED, "Cancel this appointment?", "Yes, cancel it"),
        (Status.PENDING, "Withdraw this request?", "Yes, withdraw it"),
    ],
)
def test_a_question_a_press_and_it_is_off(
    visitor: Visitor, status: Status, question: str, button: str
) -> None:
    appointment = an_appointment(status)
    page = opens(visitor, appointment.request, "cancel")
    assert says(visitor, page, question)
    assert says(visitor, page, button)
    reply = sends(visitor, appointment.request, "cancel")
    assert leads_back(visitor, reply, appointment.request)
    assert changes_of(appointment) == [("patient", status, "cancelled")]
    assert kinds() == ["cancelled", "staff_cancelled"]
    assert says(visitor, opens(visitor, appointment.request), "Cancelled by you.")


def test_the_same_form_twice_cancels_once_and_gets_the_same_reply(
    visitor: Visitor, booked: Appointment
) -> None:
    form = form_of(visitor, booked.request, "cancel")
    for _press in range(2):
        reply = sends(visitor, booked.request, "cancel", form)
        assert leads_back(visitor, reply, booked.request)
    assert changes_of(booked) == [("patient", "booked", "cancelled")]


def test_in_a_second_tab_it_is_cancelled_already(visitor: Visitor, booked: Appointment) -> None:
    first, second = (form_of(visitor, booked.request, "cancel") for _tab in range(2))
    sends(visitor, booked.request, "cancel", first)
    before = changes_of(booked)
    refused = sends(visitor, booked.request, "cancel", second)
    assert refused.status_code == 409
    assert says(visitor, refused, "Cancelled by you.")
    assert changes_of(booked) == before


def test_what_was_confirmed_meanwhile_is_not_withdrawn_unseen(
    visitor: Visitor, now: datetime
) -> None:
    asked = an_appointment(Status.PENDING)
    form = form_of(visitor, asked.request, "cancel")
    actions.confirm(appointment_id=asked.id, by=Actor.system(), now=now)
    refused = sends(visitor, asked.request, "cancel", form)
    assert refused.status_code == 409
    assert says(visitor, refused, CHANGED)
    assert says(visitor, refused, "Confirmed")
    asked.refresh_from_db()
    assert asked.status == Status.BOOKED


def test_a_time_that_was_never_seen_is_not_cancelled(
    visitor: Visitor, booked: Appointment, now: datetime
) -> None:
    form = form_of(visitor, booked.request, "cancel")
    later = TEN_O_CLOCK + DAY
    actions.move(appointment_id=booked.id, starts_at=later, by=Actor.system(), now=now)
    refused = sends(visitor, booked.request, "cancel", form)
    assert refused.status_code == 409
    assert says(visitor, refused, CHANGED)
    booked.refresh_from_db()
    assert (booked.status, booked.starts_at) == (Status.BOOKED, later)


def test_other_fields_are_ignored(english_visitor: Visitor, booked: Appointment) -> None:
    other = an_appointment(starts_at=TEN_O_CLOCK + 2 * HOUR)
    hostile = {"id": str(other.id), "status": "fulfilled", "reason": "by_clinic", "note": "x"}
    sends(english_visitor, booked.request, "cancel", **hostile)
    booked.refresh_from_db()
    other.refresh_from_db()
    assert (booked.status, booked.reason_code) == (Status.CANCELLED, Reason.BY_PATIENT)
    assert booked.request.note_to_patient == ""
    assert other.status == Status.BOOKED


@pytest.mark.parametrize("submission", ["", "nonsense", "0" * 400])
def test_a_form_without_its_token_shows_the_question_again(
    english_visitor: Visitor, booked: Appointment, submission: str
) -> None:
    form = form_of(english_visitor, booked.request, "cancel")
    with nothing_changes():
        page = sends(english_visitor, booked.request, "cancel", form, submission=submission)
    assert page.status_code == 200
    assert "Cancel this appointment?" in text_of(page)


@pytest.mark.parametrize("shown", ["", "nonsense", "booked 2026-06-17T15:00Z", "x" * 4000])
def test_a_form_about_something_else_cancels_nothing(
    english_visitor: Visitor, booked: Appointment, shown: str
) -> None:
    refused = sends(english_visitor, booked.request, "cancel", shown=shown)
    assert refused.status_code == 409
    assert changes_of(booked) == []


def test_past_the_cut_off_there_is_no_question(
    english_visitor: Visitor, booked: Appointment, clock: time_machine.Traveller
) -> None:
    form = form_of(english_visitor, booked.request, "cancel")
    clock.move_to(TEN_O_CLOCK - DAY + timedelta(seconds=1), tick=False)
    page = opens(english_visitor, booked.request, "cancel")
    assert leads_back(english_visitor, page, booked.request)
    refused = sends(english_visitor, booked.request, "cancel", form)
    assert refused.status_code == 409
    assert "too late to change this online" in text_of(refused)
    assert "732-555-0123" in text_of(refused)
    assert changes_of(booked) == []


def test_a_request_that_nobody_answered_in_time_has_ended(
    english_visitor: Visitor, clock: time_machine.Traveller
) -> None:
    asked = an_appointment(Status.PENDING)
    form = form_of(english_visitor, asked.request, "cancel")
    clock.shift(DAY)
    refused = sends(english_visitor, asked.request, "cancel", form)
    assert refused.status_code == 409
    assert "This request has expired, and its time is free again." in text_of(refused)
    assert changes_of(asked) == [("system", "pending", "cancelled")]
