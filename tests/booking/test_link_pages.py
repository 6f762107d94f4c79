"""What the patient does behind the link: move, answer an offer, say "I am coming", look back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse

from booking import actions, links
from booking.actors import Actor
from booking.history import history_of
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Status
from booking.models.appointments import Reason
from booking.wishes import write_instant
from clinic.models import Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ELEVEN = TEN_O_CLOCK + HOUR
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())


@pytest.fixture
def booked(db: None) -> Appointment:
    service = a_service(cancel_cutoff_hours=12)
    return an_appointment(service=service, practitioner=a_practitioner(service))


def posts(visitor: Visitor, request: AppointmentRequest, page: str, **data: str) -> HttpResponse:
    form = {"submission": str(uuid4())} | data
    return visitor.post(f"appointment-{page}", links.token_for(request), data=form)


def moves(visitor: Visitor, to: Appointment, start: datetime = ELEVEN, **data: str) -> HttpResponse:
    return posts(visitor, to.request, "move", slot=write_instant(start), **data)


# Moving


def test_the_page_shows_real_free_times_of_the_same_person_first(
    visitor: Visitor, booked: Appointment
) -> None:
    other = a_practitioner(booked.request.service)
    page = visitor.opens(booked.request, "appointment-move").content.decode()
    assert f'value="{booked.practitioner.slug}" selected' in page
    assert other.name in page
    assert f'value="{write_instant(ELEVEN)}"' in page


def test_a_press_moves_it(visitor: Visitor, booked: Appointment) -> None:
    response = moves(visitor, booked)
    assert response.status_code == 302
    booked.refresh_from_db()
    assert booked.starts_at == ELEVEN
    assert "11:00" in text_of(visitor.opens(booked.request))


def test_the_same_form_twice_moves_once(english_visitor: Visitor, booked: Appointment) -> None:
    form = str(uuid4())
    assert moves(english_visitor, booked, submission=form).status_code == 302
    assert moves(english_visitor, booked, submission=form).status_code == 302
    assert changes_of(booked) == [("patient", "booked", "booked")]


def test_a_time_just_taken_leaves_everything_as_it_was(
    visitor: Visitor, booked: Appointment
) -> None:
    an_appointment(starts_at=ELEVEN, practitioner=booked.practitioner)
    response = moves(visitor, booked, practitioner=booked.practitioner.slug)
    assert response.status_code == 409
    page = text_of(response)
    assert ("stands as it was" in page) or ("sigue como estaba" in page)
    assert "11:30" in page
    booked.refresh_from_db()
    assert booked.starts_at == TEN_O_CLOCK


@pytest.mark.parametrize("slot", ["", "nonsense", "2026-06-21T07:00Z", "1970-01-01T00:00Z"])
def test_what_was_never_offered_changes_nothing(
    english_visitor: Visitor, booked: Appointment, slot: str
) -> None:
    response = posts(english_visitor, booked.request, "move", slot=slot)
    assert response.status_code in {200, 409}
    booked.refresh_from_db()
    assert (booked.starts_at, changes_of(booked)) == (TEN_O_CLOCK, [])


def test_past_the_cut_off_there_are_no_times_to_choose(
    english_visitor: Visitor, booked: Appointment, clock: time_machine.Traveller
) -> None:
    clock.move_to(TEN_O_CLOCK - 11 * HOUR, tick=False)
    assert english_visitor.opens(booked.request, "appointment-move").status_code == 302
    response = moves(english_visitor, booked, ELEVEN + 7 * DAY)
    assert response.status_code == 409
    assert "too late to change this online" in text_of(response)
    assert changes_of(booked) == []


def test_a_page_left_open_says_what_the_appointment_has_become(
    english_visitor: Visitor, booked: Appointment, now: datetime
) -> None:
    actions.cancel(appointment_id=booked.id, by=STAFF, now=now)
    response = moves(english_visitor, booked)
    assert response.status_code == 409
    assert "already cancelled" in text_of(response)


def test_so_many_changes_an_hour(
    english_visitor: Visitor, booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.limits.CHANGES_AN_HOUR", 1)
    assert moves(english_visitor, booked).status_code == 302
    assert moves(english_visitor, booked, ELEVEN + HOUR).status_code == 429


# Offers


@pytest.fixture
def offered(now: datetime) -> list[Appointment]:
    service = a_service()
    asked = an_appointment(Status.PENDING, service=service, practitioner=a_practitioner(service))
    times = [actions.Proposal(ELEVEN), actions.Proposal(ELEVEN + HOUR)]
    return actions.offer(
        appointment_id=asked.id, times=times, note="Sorry, we are away.", by=STAFF, now=now
    )


def test_the_times_offered_are_shown_with_until_when(
    english_visitor: Visitor, offered: list[Appointment]
) -> None:
    page = text_of(english_visitor.opens(offered[0].request))
    assert "Wednesday, June 17, 2026, 11:00 am" in page
    assert "Wednesday, June 17, 2026, 12:00 pm" in page
    assert "kept until Tuesday, June 16, 2026, 9:00 am" in page
    assert "Sorry, we are away." in page


def test_one_is_taken(visitor: Visitor, offered: list[Appointment]) -> None:
    response = posts(visitor, offered[0].request, "accept", offer=str(offered[1].id))
    assert response.status_code == 302
    assert list(Appointment.objects.order_by("starts_at").values_list("status", flat=True)) == [
        "cancelled",
        "cancelled",
        "booked",
    ]


@pytest.mark.parametrize("offer", ["", "nonsense"])
def test_nonsense_takes_nothing(
    english_visitor: Visitor, offered: list[Appointment], offer: str
) -> None:
    with nothing_changes():
        assert posts(english_visitor, offered[0].request, "accept", offer=offer).status_code == 200


def test_an_offer_to_somebody_else_is_not_there(
    english_visitor: Visitor, offered: list[Appointment]
) -> None:
    stranger = an_appointment(Status.PENDING, TEN_O_CLOCK + DAY).request
    response = posts(english_visitor, stranger, "accept", offer=str(offered[0].id))
    assert response.status_code == 404
    offered[0].refresh_from_db()
    assert offered[0].status == Status.PROPOSED


def test_none_of_them(visitor: Visitor, offered: list[Appointment]) -> None:
    assert visitor.opens(offered[0].request, "appointment-decline").status_code == 200
    assert posts(visitor, offered[0].request, "decline").status_code == 302
    assert set(Appointment.objects.values_list("status", flat=True)) == {"cancelled"}


def test_an_offer_that_has_ended_says_so(
    english_visitor: Visitor, offered: list[Appointment], clock: time_machine.Traveller
) -> None:
    """Even where no worker came round."""
    clock.shift(DAY)
    response = posts(english_visitor, offered[0].request, "accept", offer=str(offered[0].id))
    assert response.status_code == 409
    assert "This offer has ended" in text_of(response)
    assert "offer_ended" in kinds()


# I am coming


def test_coming_is_said_once_and_shown(visitor: Visitor, booked: Appointment) -> None:
    assert visitor.opens(booked.request, "appointment-attend").status_code == 200
    assert posts(visitor, booked.request, "attend").status_code == 302
    booked.refresh_from_db()
    assert booked.attendance_confirmed_at is not None
    page = text_of(visitor.opens(booked.request))
    assert ("You told us that you are coming" in page) or ("Nos dijo que viene" in page)


@pytest.mark.parametrize("status", [Status.PENDING, Status.CANCELLED, Status.PROPOSED])
def test_only_a_confirmed_visit_is_come_to(english_visitor: Visitor, status: Status) -> None:
    appointment = an_appointment(status)
    assert english_visitor.opens(appointment.request, "appointment-attend").status_code == 302
    assert posts(english_visitor, appointment.request, "attend").status_code == 409
    appointment.refresh_from_db()
    assert appointment.attendance_confirmed_at is None


# Looking back


def said(request: AppointmentRequest) -> list[str]:
    zone = request.appointments.all()[0].location.zone
    return [line.text for line in history_of(request, zone)]


def asked_for(service: Service, **fields: Any) -> Appointment:
    a_clinic()
    return Visitor().books(service, **fields)


def test_the_history_tells_what_the_patient_did_and_what_the_clinic_did(now: datetime) -> None:
    service = a_service(cancel_cutoff_hours=1)
    a_practitioner(service)
    asked = asked_for(service)
    key, patient = asked.id, Actor.patient()
    actions.move(appointment_id=key, starts_at=ELEVEN, by=patient, now=now)
    actions.confirm(appointment_id=key, by=STAFF, now=now + HOUR)
    actions.confirm_attendance(appointment_id=key, by=patient, now=now + 2 * HOUR)
    actions.move(appointment_id=key, starts_at=TEN_O_CLOCK, by=STAFF, now=now + 3 * HOUR)
    actions.cancel(appointment_id=key, by=patient, now=now + 4 * HOUR)
    ten, eleven = (f"Wednesday, June 17, 2026, {hour}:00\u00a0am" for hour in (10, 11))
    assert said(asked.request) == [
        f"You asked for {ten}.",
        f"You moved it to {eleven}.",
        f"The clinic confirmed {eleven}.",
        "You told us that you are coming.",
        f"The clinic moved it to {ten}.",
        "Cancelled by you.",
    ]


def test_the_history_of_an_offer_tells_each_thing_once(
    offered: list[Appointment], now: datetime
) -> None:
    actions.decline_offers(appointment_id=offered[0].id, by=Actor.patient(), now=now + HOUR)
    assert said(offered[0].request) == [
        "The clinic offered you Wednesday, June 17, 2026, 11:00\u00a0am.",
        "The clinic offered you Wednesday, June 17, 2026, 12:00\u00a0pm.",
        "You declined the times we had offered.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("", Status.BOOKED, "The clinic booked Wednesday, June 17, 2026, 10:00\u00a0am for you."),
        (Status.PROPOSED, Status.BOOKED, "You took Wednesday, June 17, 2026, 10:00\u00a0am."),
        (Status.BOOKED, Status.ARRIVED, "You arrived."),
        (Status.ARRIVED, Status.FULFILLED, "The visit is over."),
        (Status.BOOKED, Status.NOSHOW, "You did not come."),
        ("", Status.HELD, None),
        (Status.HELD, Status.CANCELLED, None),
        (Status.BOOKED, Status.ENTERED_IN_ERROR, None),
    ],
)
def test_what_is_told_of_a_change(
    before: str, after: Status, text: str | None, now: datetime
) -> None:
    appointment = an_appointment(request=a_request())
    AppointmentEvent.objects.create(
        at=now,
        appointment=appointment.id,
        request=appointment.request_id,
        actor_kind="staff",
        from_status=before,
        to_status=after,
        reason_code=Reason.HOLD_ENDED if after == Status.CANCELLED else "",
        starts_at=appointment.starts_at,
    )
    assert said(appointment.request) == ([text] if text else [])
