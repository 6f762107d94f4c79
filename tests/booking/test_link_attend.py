"""“Yes, I am coming”: where reminders lead."""

from datetime import datetime, timedelta

import pytest
import time_machine

from booking import actions
from booking.actors import Actor
from booking.models import Appointment, Status
from tests.booking.builders import TEN_O_CLOCK, a_practitioner, a_service, an_appointment
from tests.booking.ledger import changes_of, nothing_changes
from tests.booking.linked import Form, form_of, leads_back, opens, says, sends
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMING = "You told us that you are coming."


@pytest.fixture
def booked(db: None) -> Appointment:
    service = a_service()
    return an_appointment(service=service, practitioner=a_practitioner(service))


def form_about(appointment: Appointment) -> Form:
    """As a page showed it that was about this appointment, whatever it is."""
    return {
        "submission": "5c0a9a1e-5d0c-4c1e-9a53-0d2f3f3c7a11",
        "shown": appointment.shown,
    }


def test_the_page_has_three_ways_on(visitor: Visitor, booked: Appointment) -> None:
    page = opens(visitor, booked.request, "attend")
    for text in ("Yes, I am coming", "I need another time", "Cancel the appointment"):
        assert says(visitor, page, text)


def test_coming_is_said_and_shown(visitor: Visitor, booked: Appointment, now: datetime) -> None:
    reply = sends(visitor, booked.request, "attend")
    assert leads_back(visitor, reply, booked.request)
    booked.refresh_from_db()
    assert (booked.status, booked.attendance_confirmed_at) == (Status.BOOKED, now)
    page = opens(visitor, booked.request)
    assert says(visitor, page, COMING)
    assert not says(visitor, page, "I am coming")


def test_said_again_it_changes_nothing_and_is_the_same_page(
    visitor: Visitor, booked: Appointment
) -> None:
    form = form_of(visitor, booked.request, "attend")
    first = sends(visitor, booked.request, "attend", form)
    another = form_about(booked)
    said = changes_of(booked)
    for again in (form, another):
        reply = sends(visitor, booked.request, "attend", again)
        assert reply.headers["Location"] == first.headers["Location"]
    assert changes_of(booked) == said
    page = opens(visitor, booked.request, "attend")
    assert says(visitor, page, COMING)
    assert not says(visitor, page, "Yes, I am coming")


def test_after_coming_was_said_it_can_still_be_moved_or_cancelled(
    english_visitor: Visitor, booked: Appointment
) -> None:
    form = form_of(english_visitor, booked.request, "cancel")
    sends(english_visitor, booked.request, "attend")
    assert sends(english_visitor, booked.request, "cancel", form).status_code == 302
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED


def test_past_the_cut_off_one_can_say_it_and_call(
    visitor: Visitor, booked: Appointment, clock: time_machine.Traveller
) -> None:
    clock.move_to(TEN_O_CLOCK - HOUR, tick=False)
    page = opens(visitor, booked.request, "attend")
    assert says(visitor, page, "If you cannot come, please call us:")
    assert not says(visitor, page, "I need another time")
    assert "732-555-0123" in text_of(page)
    assert leads_back(visitor, sends(visitor, booked.request, "attend"), booked.request)


def test_once_it_has_begun_there_is_nothing_to_say(
    visitor: Visitor, booked: Appointment, clock: time_machine.Traveller
) -> None:
    form = form_of(visitor, booked.request, "attend")
    clock.move_to(TEN_O_CLOCK, tick=False)
    assert leads_back(visitor, opens(visitor, booked.request, "attend"), booked.request)
    assert sends(visitor, booked.request, "attend", form).status_code == 409
    assert changes_of(booked) == []


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.PROPOSED, Status.ARRIVED, Status.CANCELLED]
)
def test_only_a_confirmed_visit_is_come_to(english_visitor: Visitor, status: Status) -> None:
    appointment = an_appointment(status)
    request = appointment.request
    assert leads_back(english_visitor, opens(english_visitor, request, "attend"), request)
    refused = sends(english_visitor, request, "attend", form_about(appointment))
    assert refused.status_code == 409
    appointment.refresh_from_db()
    assert appointment.attendance_confirmed_at is None


def test_coming_to_another_time_than_was_shown_is_not_said(
    visitor: Visitor, booked: Appointment, now: datetime
) -> None:
    form = form_of(visitor, booked.request, "attend")
    later = TEN_O_CLOCK + DAY
    actions.move(appointment_id=booked.id, starts_at=later, by=Actor.system(), now=now)
    refused = sends(visitor, booked.request, "attend", form)
    assert refused.status_code == 409
    assert says(visitor, refused, "This has changed in the meantime. Here is how it is now.")
    booked.refresh_from_db()
    assert booked.attendance_confirmed_at is None


def test_a_form_without_its_token_says_nothing(
    english_visitor: Visitor, booked: Appointment
) -> None:
    with nothing_changes():
        assert sends(english_visitor, booked.request, "attend", {}).status_code == 200
