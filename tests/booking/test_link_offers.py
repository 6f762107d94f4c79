"""Offered times behind the link: take one, take none, and never somebody else's."""

from datetime import datetime, timedelta

import pytest
import time_machine

from booking import actions, worker
from booking.actors import Actor
from booking.links import token_for
from booking.models import Appointment, Status
from booking.models.appointments import Reason
from tests.booking.builders import TEN_O_CLOCK, a_practitioner, a_service, an_appointment
from tests.booking.ledger import kinds, nothing_changes
from tests.booking.linked import form_of, leads_back, opens, says, sends
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ELEVEN = TEN_O_CLOCK + HOUR
TOKEN = "5c0a9a1e-5d0c-4c1e-9a53-0d2f3f3c7a11"
STAFF = Actor.system()

Offers = list[Appointment]


@pytest.fixture
def offered(now: datetime) -> Offers:
    """Eleven and noon, in place of ten, which was asked for an hour ago."""
    service = a_service()
    asked = an_appointment(
        Status.PENDING,
        service=service,
        practitioner=a_practitioner(service),
        created_at=now - HOUR,
    )
    times = [actions.Proposal(ELEVEN), actions.Proposal(ELEVEN + HOUR)]
    return actions.offer(
        appointment_id=asked.id, times=times, note="Sorry, we are away.", by=STAFF, now=now
    )


def statuses(offers: Offers) -> list[str]:
    keys = [each.id for each in offers]
    rows = Appointment.objects.filter(id__in=keys).order_by("starts_at")
    return list(rows.values_list("status", flat=True))


def test_the_times_offered_are_shown_with_until_when(
    english_visitor: Visitor, offered: Offers
) -> None:
    page = text_of(opens(english_visitor, offered[0].request))
    assert "Wednesday, June 17, 2026, 11:00 am" in page
    assert "Wednesday, June 17, 2026, 12:00 pm" in page
    assert "Eastern Time. Practitioner" in page
    assert "kept until Tuesday, June 16, 2026, 9:00 am" in page
    assert "Sorry, we are away." in page
    assert page.count("Take this time") == 2


# Taking one


def test_one_is_taken_and_the_others_are_free(visitor: Visitor, offered: Offers) -> None:
    request = offered[0].request
    reply = sends(visitor, request, "accept", offer=str(offered[1].id))
    assert leads_back(visitor, reply, request)
    assert statuses(offered) == ["cancelled", "booked"]
    assert says(visitor, opens(visitor, request), "Confirmed")
    assert {"confirmed", "staff_offer_taken"} <= set(kinds())


def test_the_one_that_was_taken_and_then_cancelled_is_what_the_page_shows(
    english_visitor: Visitor, offered: Offers, now: datetime
) -> None:
    """And what the calendar file takes out; not the first of those that were offered."""
    request, noon = offered[0].request, offered[1]
    sends(english_visitor, request, "accept", offer=str(noon.id))
    actions.cancel(appointment_id=noon.id, by=Actor.patient(), now=now)
    page = text_of(opens(english_visitor, request))
    assert "Cancelled by you." in page
    assert "Wednesday, June 17, 2026, 12:00 pm (Eastern Time)" in page
    assert "You took another" not in page
    file = opens(english_visitor, request, "calendar").content.decode()
    assert str(noon.calendar_uid) in file


def test_the_same_form_twice_takes_one_and_gets_the_same_reply(
    visitor: Visitor, offered: Offers
) -> None:
    form = form_of(visitor, offered[0].request, "accept")
    for _press in range(2):
        reply = sends(visitor, offered[0].request, "accept", form, offer=str(offered[0].id))
        assert leads_back(visitor, reply, offered[0].request)
    assert statuses(offered) == ["booked", "cancelled"]


def test_a_second_tab_takes_no_second_time(visitor: Visitor, offered: Offers) -> None:
    request = offered[0].request
    first, second = (form_of(visitor, request, "accept") for _tab in range(2))
    sends(visitor, request, "accept", first, offer=str(offered[0].id))
    refused = sends(visitor, request, "accept", second, offer=str(offered[1].id))
    assert refused.status_code == 409
    assert says(visitor, refused, "This has changed in the meantime. Here is how it is now.")
    assert says(visitor, refused, "Confirmed")
    assert statuses(offered) == ["booked", "cancelled"]


@pytest.mark.parametrize("offer", ["", "nonsense", "0" * 400, "\x00"])
def test_nonsense_takes_nothing(english_visitor: Visitor, offered: Offers, offer: str) -> None:
    form = form_of(english_visitor, offered[0].request, "accept")
    with nothing_changes():
        page = sends(english_visitor, offered[0].request, "accept", form, offer=offer)
    assert page.status_code == 200
    assert "Take this time" in text_of(page)


def test_a_form_without_its_token_takes_nothing(english_visitor: Visitor, offered: Offers) -> None:
    with nothing_changes():
        page = sends(english_visitor, offered[0].request, "accept", {}, offer=str(offered[0].id))
    assert page.status_code == 200


def test_an_offer_to_somebody_else_is_not_there(english_visitor: Visitor, offered: Offers) -> None:
    stranger = an_appointment(Status.PROPOSED, TEN_O_CLOCK + DAY).request
    form = form_of(english_visitor, stranger, "accept")
    with nothing_changes():
        reply = sends(english_visitor, stranger, "accept", form, offer=str(offered[0].id))
    assert reply.status_code == 404


def test_the_time_first_asked_for_is_no_offer(english_visitor: Visitor, offered: Offers) -> None:
    asked = Appointment.objects.get(reason_code=Reason.OTHER_TIMES_OFFERED)
    reply = sends(english_visitor, asked.request, "accept", offer=str(asked.id))
    assert reply.status_code == 409
    assert statuses(offered) == ["proposed", "proposed"]


def test_looking_at_where_the_form_leads_shows_the_page(visitor: Visitor, offered: Offers) -> None:
    with nothing_changes():
        reply = visitor.get("appointment-accept", token_for(offered[0].request))
    assert leads_back(visitor, reply, offered[0].request)


# Taking none


def test_none_of_them_leads_to_booking_another(visitor: Visitor, offered: Offers) -> None:
    request = offered[0].request
    assert says(visitor, opens(visitor, request, "decline"), "None of these times?")
    reply = sends(visitor, request, "decline")
    assert leads_back(visitor, reply, request)
    assert statuses(offered) == ["cancelled", "cancelled"]
    assert "staff_offer_declined" in kinds()
    page = opens(visitor, request)
    assert says(visitor, page, "None of these times suited you")
    assert says(visitor, page, "Book another time")


def test_declining_twice_gets_the_same_reply(visitor: Visitor, offered: Offers) -> None:
    form = form_of(visitor, offered[0].request, "decline")
    for _press in range(2):
        reply = sends(visitor, offered[0].request, "decline", form)
        assert leads_back(visitor, reply, offered[0].request)
    assert kinds().count("staff_offer_declined") == 1


@pytest.mark.parametrize("status", [Status.PENDING, Status.BOOKED, Status.CANCELLED])
def test_without_offers_there_is_nothing_to_decline(visitor: Visitor, status: Status) -> None:
    appointment = an_appointment(status)
    page = opens(visitor, appointment.request, "decline")
    assert leads_back(visitor, page, appointment.request)
    form = form_of(visitor, appointment.request, "")
    reply = sends(visitor, appointment.request, "decline", form, submission=TOKEN)
    assert reply.status_code == 409
    appointment.refresh_from_db()
    assert appointment.status == status


# Too late


@pytest.mark.parametrize("came_round", [False, True])
@pytest.mark.parametrize("page", ["accept", "decline"])
def test_an_offer_that_has_ended_says_so(
    english_visitor: Visitor,
    offered: Offers,
    clock: time_machine.Traveller,
    now: datetime,
    page: str,
    came_round: bool,
) -> None:
    """Whether the worker has come round to it or not."""
    form = form_of(english_visitor, offered[0].request, page)
    clock.shift(DAY)
    if came_round:
        worker.run_once(now=now + DAY)
    reply = sends(english_visitor, offered[0].request, page, form, offer=str(offered[0].id))
    assert reply.status_code == 409
    assert "The times we kept for you are free again" in text_of(reply)
    assert statuses(offered) == ["cancelled", "cancelled"]
    assert kinds().count("offer_ended") == 1


def test_a_page_of_offers_that_have_ended_has_no_button(
    visitor: Visitor, offered: Offers, clock: time_machine.Traveller
) -> None:
    clock.shift(DAY)
    page = opens(visitor, offered[0].request)
    assert says(visitor, page, "The times we kept for you are free again")
    assert not says(visitor, page, "Take this time")
    reply = opens(visitor, offered[0].request, "decline")
    assert leads_back(visitor, reply, offered[0].request)
