"""The patient's page: what has become of the request, what comes next, and what can be done."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking import actions, worker
from booking.actors import Actor
from booking.models import Appointment, Patient, Status
from booking.models.appointments import DECLINE_REASONS, NOT_ONLINE, Reason
from booking.standing import NOT_BY_CLINIC
from clinic.models import User
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.ledger import nothing_changes
from tests.booking.linked import opens, says
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = Actor.system()
BUTTONS = {
    "move": "Choose another time",
    "withdraw": "Withdraw the request",
    "cancel": "Cancel the appointment",
    "attend": "I am coming",
    "calendar": "Add to calendar",
    "decline": "None of these suits me",
    "again": "Book another time",
}


def ended(reason: Reason, **fields: Any) -> Appointment:
    return an_appointment(Status.CANCELLED, reason_code=reason, **fields)


def buttons(visitor: Visitor, appointment: Appointment) -> set[str]:
    page = opens(visitor, appointment.request)
    return {name for name, text in BUTTONS.items() if says(visitor, page, text)}


# What it is


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (Status.PENDING, "Requested, not yet confirmed"),
        (Status.PROPOSED, "Other times for you"),
        (Status.BOOKED, "Confirmed"),
        (Status.ARRIVED, "You are here"),
        (Status.FULFILLED, "Over"),
        (Status.NOSHOW, "Over"),
        (Status.ENTERED_IN_ERROR, "Removed"),
    ],
)
def test_every_status_is_said_in_plain_words(
    visitor: Visitor, status: Status, heading: str
) -> None:
    page = opens(visitor, an_appointment(status).request)
    assert page.status_code == 200
    assert says(visitor, page, heading)


@pytest.mark.parametrize(
    ("reason", "heading", "text"),
    [
        (Reason.BY_PATIENT, "Cancelled", "Cancelled by you."),
        (Reason.BY_CLINIC, "Cancelled", "Cancelled by the clinic."),
        (
            Reason.NOT_ANSWERED,
            "We did not answer in time, and we are sorry",
            "Your request has ended, and its time is free again.",
        ),
        (
            Reason.OFFER_ENDED,
            "The times we kept for you are free again",
            "None of them was chosen in time.",
        ),
        (
            Reason.OFFER_DECLINED,
            "None of these times suited you",
            "They are free again, and the clinic knows.",
        ),
        (
            Reason.OFFER_WITHDRAWN,
            "The times we kept for you are free again",
            "We had to withdraw them, and we are sorry.",
        ),
        *((reason, "We cannot confirm this time", str(reason.label)) for reason in DECLINE_REASONS),
    ],
)
def test_every_ending_is_said_with_the_way_on(
    visitor: Visitor, reason: Reason, heading: str, text: str
) -> None:
    page = opens(visitor, ended(reason).request)
    assert says(visitor, page, heading)
    assert says(visitor, page, text)
    assert "732-555-0123" in text_of(page)


@pytest.mark.parametrize("reason", [Reason.BY_CLINIC, Reason.NOT_POSSIBLE])
def test_where_another_time_helps_it_can_be_booked_online(visitor: Visitor, reason: Reason) -> None:
    page = opens(visitor, ended(reason).request)
    assert says(visitor, page, "You can ask for another time online, or call us:")
    assert says(visitor, page, "Book another time")


def test_where_another_service_suits_better_all_of_them_are_offered(visitor: Visitor) -> None:
    page = opens(visitor, ended(Reason.OTHER_SERVICE).request)
    assert says(visitor, page, "Book a consultation")
    assert not says(visitor, page, "Book another time")
    assert "/book/?service=" not in page.content.decode()


@pytest.mark.parametrize("reason", NOT_ONLINE)
def test_where_no_other_time_helps_none_is_asked_for(visitor: Visitor, reason: Reason) -> None:
    page = opens(visitor, ended(reason).request)
    assert says(visitor, page, "Questions? Call us:")
    assert not says(visitor, page, "You can ask for another time online, or call us:")
    assert not says(visitor, page, "Book another time")


def test_what_is_over_is_no_longer_confirmed(
    english_visitor: Visitor, clock: time_machine.Traveller
) -> None:
    appointment = an_appointment()
    clock.move_to(appointment.ends_at - timedelta(seconds=1), tick=False)
    assert says(english_visitor, opens(english_visitor, appointment.request), "Confirmed")
    clock.move_to(appointment.ends_at, tick=False)
    assert says(english_visitor, opens(english_visitor, appointment.request), "Over")
    assert buttons(english_visitor, appointment) == {"again"}


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (Status.PENDING, "We did not answer in time, and we are sorry"),
        (Status.PROPOSED, "The times we kept for you are free again"),
    ],
)
def test_what_lapsed_says_so_before_anybody_came_round(
    visitor: Visitor, clock: time_machine.Traveller, status: Status, heading: str
) -> None:
    appointment = an_appointment(status)
    assert appointment.expires_at is not None
    clock.move_to(appointment.expires_at, tick=False)
    with nothing_changes():
        lapsed = opens(visitor, appointment.request)
    assert says(visitor, lapsed, heading)
    assert buttons(visitor, appointment) == {"again"}
    worker.run_once(now=appointment.expires_at)
    assert says(visitor, opens(visitor, appointment.request), heading)


def test_the_facts_of_the_visit(english_visitor: Visitor) -> None:
    service = a_service(name_en="Consultation")
    person = a_practitioner(service, name="Robin Example", credentials="LAc")
    appointment = an_appointment(service=service, practitioner=person)
    page = text_of(opens(english_visitor, appointment.request))
    for fact in (
        *("Consultation", "Robin Example, LAc", "Main Street", appointment.request.reference),
        "Wednesday, June 17, 2026, 10:00 am (Eastern Time)",
    ):
        assert fact in page


@pytest.mark.parametrize("reason", [Reason.OFFER_ENDED, Reason.OFFER_WITHDRAWN])
def test_a_time_of_offers_that_are_over_is_not_shown_as_one_that_was_agreed(
    english_visitor: Visitor, reason: Reason
) -> None:
    page = text_of(opens(english_visitor, ended(reason).request))
    assert "10:00" not in page


@pytest.mark.parametrize("status", [Status.BOOKED, Status.PROPOSED])
def test_a_spanish_day_at_the_beginning_of_a_line_is_written_large(status: Status) -> None:
    page = text_of(opens(Visitor("es"), an_appointment(status).request))
    assert "Miércoles, 17 de junio de 2026, 10:00" in page


# What comes next


@pytest.mark.parametrize(
    ("prefers", "text"),
    [
        (Patient.Contact.EMAIL, "The answer comes by e-mail. Look into the spam folder, too."),
        (Patient.Contact.TELEPHONE, "We call you at the number you gave."),
    ],
)
def test_a_request_says_by_when_and_how_the_answer_comes(
    visitor: Visitor, prefers: Patient.Contact, text: str
) -> None:
    patient = a_patient(prefers=prefers, telephone="+17325550199")
    page = opens(
        visitor, an_appointment(Status.PENDING, request=a_request(patient=patient)).request
    )
    assert says(visitor, page, text)
    if visitor.language == "en":
        assert "The clinic answers by Tuesday, June 16, 2026, 9:00 am." in text_of(page)


def test_a_confirmed_visit_says_until_when_it_can_be_changed(english_visitor: Visitor) -> None:
    page = text_of(opens(english_visitor, an_appointment().request))
    assert "You can move or cancel it here until Tuesday, June 16, 2026, 10:00 am;" in page


def test_past_the_cut_off_it_says_call_us_and_the_number(
    visitor: Visitor, clock: time_machine.Traveller
) -> None:
    appointment = an_appointment()
    clock.move_to(TEN_O_CLOCK - DAY, tick=False)
    assert {"move", "cancel"} <= buttons(visitor, appointment)
    clock.shift(1)
    page = opens(visitor, appointment.request)
    assert says(visitor, page, "It is too late to change this online. Please call us.")
    assert "732-555-0123" in text_of(page)
    assert buttons(visitor, appointment) == {"calendar", "attend"}


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.PENDING, {"move", "withdraw"}),
        (Status.PROPOSED, {"decline"}),
        (Status.BOOKED, {"move", "cancel", "attend", "calendar"}),
        (Status.ARRIVED, set()),
        (Status.FULFILLED, {"again"}),
        (Status.CANCELLED, {"again"}),
        (Status.ENTERED_IN_ERROR, {"again"}),
    ],
)
def test_only_what_can_be_done_is_shown(visitor: Visitor, status: Status, shown: set[str]) -> None:
    assert buttons(visitor, an_appointment(status)) == shown


def test_a_note_of_the_clinic_is_shown_as_it_was_typed(english_visitor: Visitor) -> None:
    appointment = ended(Reason.PLEASE_CALL)
    appointment.request.note_to_patient = "Please bring <b>your</b> list."
    appointment.request.save()
    page = opens(english_visitor, appointment.request).content.decode()
    assert "Please bring &lt;b&gt;your&lt;/b&gt; list." in page


def noted(visitor: Visitor, appointment: Appointment) -> bool:
    appointment.request.note_to_patient = "Please bring your list."
    appointment.request.save()
    return "Please bring your list." in text_of(opens(visitor, appointment.request))


def test_the_note_with_an_offer_is_still_there_once_a_time_is_taken(
    english_visitor: Visitor,
) -> None:
    assert noted(english_visitor, an_appointment(Status.PROPOSED))
    assert noted(english_visitor, an_appointment(Status.BOOKED))


@pytest.mark.parametrize("reason", sorted(NOT_BY_CLINIC))
def test_what_the_clinic_wrote_before_is_no_reason_for_what_it_did_not_end(
    english_visitor: Visitor, reason: Reason
) -> None:
    assert not noted(english_visitor, ended(reason))


# What happened before


def test_the_history_tells_each_moment_once_and_names_no_staff(
    english_visitor: Visitor, now: datetime
) -> None:
    a_clinic()
    service = a_service()
    a_practitioner(service)
    appointment = english_visitor.books(service)
    staff = User.objects.create_user("zoe@clinic.test", full_name="Zoe Staff")
    actions.confirm(appointment_id=appointment.id, by=Actor.staff(staff), now=now)
    page = text_of(opens(english_visitor, appointment.request))
    _facts, history = page.split("What has happened so far")
    ten = "Wednesday, June 17, 2026, 10:00 am."
    assert f"June 15, 2026, 9:00 amYou asked for {ten}The clinic confirmed {ten}" in history
    assert "Zoe" not in page
    assert "zoe" not in page


def test_the_page_asks_the_database_the_same_however_long_the_history(
    english_visitor: Visitor, now: datetime, django_assert_max_num_queries: Any
) -> None:
    appointment = an_appointment()
    for minute in range(5):
        actions.confirm_attendance(
            appointment_id=appointment.id, by=Actor.patient(), now=now + minute * HOUR / 60
        )
    opens(english_visitor, appointment.request)
    with django_assert_max_num_queries(5):
        opens(english_visitor, appointment.request)
