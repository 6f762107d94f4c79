"""Moving by the link: to a real free time, in one step, or nothing changes."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse

from booking import actions
from booking.actors import Actor
from booking.links import token_for
from booking.models import Appointment, Status
from booking.wishes import write_instant
from clinic.models import Practitioner, Service
from tests.booking.builders import TEN_O_CLOCK, a_practitioner, a_service, an_appointment
from tests.booking.ledger import changes_of, kinds, nothing_changes
from tests.booking.linked import Form, form_of, leads_back, opens, says, sends
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ELEVEN = TEN_O_CLOCK + HOUR
STAFF = Actor.system()


@pytest.fixture
def service(db: None) -> Service:
    return a_service(cancel_cutoff_hours=12)


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def booked(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(service=service, practitioner=practitioner)


def moves(
    visitor: Visitor,
    appointment: Appointment,
    to: datetime = ELEVEN,
    form: Form | None = None,
    /,
    **data: str,
) -> HttpResponse:
    chosen = {"slot": write_instant(to)} | data
    return sends(visitor, appointment.request, "move", form, **chosen)


def stands(appointment: Appointment) -> bool:
    appointment.refresh_from_db()
    return (appointment.starts_at, changes_of(appointment)) == (TEN_O_CLOCK, [])


# Choosing


def test_the_page_shows_real_free_times_of_the_same_person_first(
    visitor: Visitor, booked: Appointment
) -> None:
    other = a_practitioner(booked.request.service)
    taken = an_appointment(starts_at=ELEVEN + HOUR, practitioner=booked.practitioner)
    page = opens(visitor, booked.request, "move").content.decode()
    assert f'value="{booked.practitioner.slug}" selected' in page
    assert other.name in page
    assert f'value="{write_instant(ELEVEN)}"' in page
    assert f'value="{write_instant(taken.starts_at)}"' not in page


def test_the_time_it_has_is_not_offered_as_another(
    english_visitor: Visitor, booked: Appointment
) -> None:
    token = token_for(booked.request)
    page = english_visitor.get("appointment-move", token, week="2026-06-17").content.decode()
    assert f'value="{write_instant(TEN_O_CLOCK)}"' not in page
    assert f'value="{write_instant(ELEVEN)}"' in page


def test_another_person_and_another_week_can_be_looked_at(
    english_visitor: Visitor, booked: Appointment
) -> None:
    other = a_practitioner(booked.request.service)
    page = english_visitor.get(
        "appointment-move",
        token_for(booked.request),
        week="2026-07-06",
        practitioner=other.slug,
    )
    text = page.content.decode()
    assert f'value="{other.slug}" selected' in text
    assert "July 6 to July 12" in text
    assert f'name="practitioner" value="{other.slug}"' in text


def test_a_press_moves_it_and_tells_both(visitor: Visitor, booked: Appointment) -> None:
    assert leads_back(visitor, moves(visitor, booked), booked.request)
    booked.refresh_from_db()
    assert (booked.starts_at, booked.status) == (ELEVEN, Status.BOOKED)
    assert kinds() == ["moved", "staff_moved"]
    assert "11:00" in text_of(opens(visitor, booked.request))


def test_a_request_that_waits_can_be_moved_too(
    visitor: Visitor, service: Service, practitioner: Practitioner
) -> None:
    asked = an_appointment(Status.PENDING, service=service, practitioner=practitioner)
    assert leads_back(visitor, moves(visitor, asked), asked.request)
    asked.refresh_from_db()
    assert (asked.starts_at, asked.status) == (ELEVEN, Status.PENDING)


def test_the_person_can_be_chosen_with_the_time(visitor: Visitor, booked: Appointment) -> None:
    other = a_practitioner(booked.request.service)
    moves(visitor, booked, practitioner=other.slug)
    booked.refresh_from_db()
    assert (booked.starts_at, booked.practitioner) == (ELEVEN, other)


def test_the_same_form_twice_moves_once_and_gets_the_same_reply(
    visitor: Visitor, booked: Appointment
) -> None:
    form = form_of(visitor, booked.request, "move")
    for _press in range(2):
        assert leads_back(visitor, moves(visitor, booked, ELEVEN, form), booked.request)
    assert changes_of(booked) == [("patient", "booked", "booked")]


# What cannot be had


def test_a_time_just_taken_leaves_everything_as_it_was_and_others_to_choose(
    visitor: Visitor, booked: Appointment
) -> None:
    form = form_of(visitor, booked.request, "move")
    an_appointment(starts_at=ELEVEN, practitioner=booked.practitioner)
    who = booked.practitioner.slug
    refused = moves(visitor, booked, ELEVEN, form, practitioner=who)
    assert refused.status_code == 409
    assert says(visitor, refused, "Sorry, this time was just taken.")
    assert says(visitor, refused, "Your appointment stands as it was.")
    assert stands(booked)
    assert f'value="{write_instant(ELEVEN + HOUR / 2)}"' in refused.content.decode()
    again = moves(visitor, booked, ELEVEN + HOUR / 2)
    assert leads_back(visitor, again, booked.request)


@pytest.mark.parametrize("slot", ["2026-06-21T07:00Z", "1970-01-01T00:00Z", "2027-06-17T14:00Z"])
def test_a_time_that_was_never_offered_is_refused(
    visitor: Visitor, booked: Appointment, slot: str
) -> None:
    refused = moves(visitor, booked, slot=slot)
    assert refused.status_code == 409
    assert says(visitor, refused, "This time is not offered.")
    assert says(visitor, refused, "Your appointment stands as it was.")
    assert stands(booked)


@pytest.mark.parametrize("slot", ["", "nonsense", "2026-06-17", "9" * 400, "\x00"])
def test_nonsense_for_a_time_is_asked_for_again(
    visitor: Visitor, booked: Appointment, slot: str
) -> None:
    refused = moves(visitor, booked, slot=slot)
    assert refused.status_code == 409
    assert says(visitor, refused, "Choose a time.")
    assert stands(booked)


def test_a_person_who_does_not_do_this_is_refused(
    english_visitor: Visitor, booked: Appointment
) -> None:
    stranger = a_practitioner(a_service())
    assert moves(english_visitor, booked, practitioner=stranger.slug).status_code == 409
    assert stands(booked)


@pytest.mark.parametrize("submission", ["", "nonsense", "0" * 400])
def test_a_form_without_its_token_shows_the_times_again(
    english_visitor: Visitor, booked: Appointment, submission: str
) -> None:
    form = form_of(english_visitor, booked.request, "move") | {"submission": submission}
    with nothing_changes():
        page = moves(english_visitor, booked, ELEVEN, form)
    assert page.status_code == 200
    assert "Choose another time" in text_of(page)


def test_other_fields_are_ignored(english_visitor: Visitor, booked: Appointment) -> None:
    other = an_appointment(starts_at=TEN_O_CLOCK + DAY)
    moves(english_visitor, booked, appointment=str(other.id), status="fulfilled", room="1")
    booked.refresh_from_db()
    other.refresh_from_db()
    assert (booked.starts_at, booked.status) == (ELEVEN, Status.BOOKED)
    assert other.starts_at == TEN_O_CLOCK + DAY


# The wrong moment


def test_past_the_cut_off_there_are_no_times_to_choose(
    english_visitor: Visitor, booked: Appointment, clock: time_machine.Traveller
) -> None:
    form = form_of(english_visitor, booked.request, "move")
    clock.move_to(TEN_O_CLOCK - 12 * HOUR + timedelta(seconds=1), tick=False)
    page = opens(english_visitor, booked.request, "move")
    assert leads_back(english_visitor, page, booked.request)
    refused = moves(english_visitor, booked, ELEVEN + 7 * DAY, form)
    assert refused.status_code == 409
    assert "too late to change this online" in text_of(refused)
    assert "732-555-0123" in text_of(refused)
    assert stands(booked)


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.ARRIVED, Status.CANCELLED])
def test_what_cannot_move_has_no_page_of_times(visitor: Visitor, status: Status) -> None:
    appointment = an_appointment(status)
    assert leads_back(visitor, opens(visitor, appointment.request, "move"), appointment.request)


def test_a_page_left_open_says_what_the_appointment_is_now(
    visitor: Visitor, booked: Appointment, now: datetime
) -> None:
    form = form_of(visitor, booked.request, "move")
    actions.move(appointment_id=booked.id, starts_at=TEN_O_CLOCK + DAY, by=STAFF, now=now)
    before = changes_of(booked)
    refused = moves(visitor, booked, ELEVEN, form)
    assert refused.status_code == 409
    assert says(visitor, refused, "This has changed in the meantime. Here is how it is now.")
    assert ("June 18" in text_of(refused)) or ("18 de junio" in text_of(refused))
    assert changes_of(booked) == before


def test_so_many_changes_an_hour(
    english_visitor: Visitor, booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.limits.CHANGES_AN_HOUR", 1)
    assert moves(english_visitor, booked).status_code == 302
    refused = moves(english_visitor, booked, ELEVEN + HOUR)
    assert refused.status_code == 429
    assert "Please try again later, or call us." in text_of(refused)
    assert changes_of(booked) == [("patient", "booked", "booked")]
    assert opens(english_visitor, booked.request).status_code == 200
