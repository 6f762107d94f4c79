"""What staff note of today's visits by the desk's buttons, and what they remove."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from booking import actions
from booking.actors import Actor
from booking.desk.day import MARKS
from booking.models import Appointment, AppointmentEvent, Message, Status
from clinic.models import AccessLog, Practitioner
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import a_clinic, a_patient, a_practitioner, a_request, an_appointment
from tests.booking.desk import (
    INDEX,
    address,
    desk_of,
    form,
    nothing_is_done,
    page_of,
    said,
    text_of,
)
from tests.booking.test_desk_actions import status_of
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
VERBS = [*MARKS, "remove"]
PRESSES = [
    ("arrive", Status.BOOKED, Status.ARRIVED, "Ada Example has arrived."),
    ("complete", Status.ARRIVED, Status.FULFILLED, "Ada Example is done."),
    ("no-show", Status.BOOKED, Status.NOSHOW, "Ada Example did not come."),
    ("take-back", Status.ARRIVED, Status.BOOKED, "Ada Example is as before."),
    ("take-back", Status.FULFILLED, Status.ARRIVED, "Ada Example is as before."),
    ("take-back", Status.NOSHOW, Status.BOOKED, "Ada Example is as before."),
]


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def a_visit(status: Status, now: datetime, practitioner: Practitioner | None = None) -> Appointment:
    """One that has just begun."""
    request = a_request(patient=a_patient(full_name="Ada Example"))
    return an_appointment(status, now - 5 * MINUTE, request=request, practitioner=practitioner)


@pytest.mark.parametrize(("verb", "before", "after", "reply"), PRESSES)
class TestOnePress:
    def test_notes_it_and_says_of_whom(
        self, verb: str, before: Status, after: Status, reply: str, now: datetime
    ) -> None:
        visit, member = a_visit(before, now), a_member(FRONT_DESK)
        client = signed_in(member)
        assert address(verb, visit.pk) in client.get(INDEX).content.decode()
        response = client.post(address(verb, visit.pk), form(visit))
        assert (response.headers["Location"], said(response)) == (INDEX, reply)
        assert status_of(visit) == after
        event = AppointmentEvent.objects.get()
        assert (event.actor, event.from_status, event.to_status) == (member.pk, before, after)
        assert not Message.objects.exists()

    def test_twice_is_done_once_and_answered_alike(
        self, verb: str, before: Status, after: Status, reply: str, now: datetime
    ) -> None:
        visit, client = a_visit(before, now), a_client(FRONT_DESK)
        pressed = form(visit)
        for _press in range(2):
            assert said(client.post(address(verb, visit.pk), pressed)) == reply
        assert AppointmentEvent.objects.count() == 1

    def test_who_comes_second_is_told_what_the_first_did(
        self, verb: str, before: Status, after: Status, reply: str, now: datetime
    ) -> None:
        visit = a_visit(before, now)
        pressed = [form(visit), form(visit)]
        first = a_client(FRONT_DESK, full_name="Ana Reyes")
        first.post(address(verb, visit.pk), pressed[0])
        second = a_client(OWNER)
        with nothing_is_done():
            response = second.post(address(verb, visit.pk), pressed[1])
        assert "by Ana Reyes, 9:00\u00a0am." in said(response).replace("By", "by")

    def test_on_the_appointments_own_page_it_leads_back_there(
        self, verb: str, before: Status, after: Status, reply: str, now: datetime
    ) -> None:
        visit, client = a_visit(before, now), a_client(FRONT_DESK)
        assert address(verb, visit.pk) in client.get(page_of(visit.pk)).content.decode()
        response = client.post(address(verb, visit.pk), form(visit, from_appointment="1"))
        assert response.headers["Location"] == page_of(visit.pk)


class TestWhatCannotBeNoted:
    @pytest.mark.parametrize("verb", MARKS)
    def test_on_another_day(self, verb: str, now: datetime) -> None:
        visit = an_appointment(
            Status.ARRIVED if verb in {"complete", "take-back"} else Status.BOOKED
        )
        client = a_client(FRONT_DESK)
        assert address(verb, visit.pk) not in client.get(page_of(visit.pk)).content.decode()
        with nothing_is_done():
            response = client.post(address(verb, visit.pk), form(visit))
        assert "only on the day" in said(response)

    def test_before_its_time_nobody_has_failed_to_come(self, now: datetime) -> None:
        visit = an_appointment(Status.BOOKED, now + timedelta(hours=1))
        client = a_client(FRONT_DESK)
        html = client.get(INDEX).content.decode()
        assert address("arrive", visit.pk) in html
        assert address("no-show", visit.pk) not in html
        with nothing_is_done():
            assert "not come yet" in said(client.post(address("no-show", visit.pk), form(visit)))

    @pytest.mark.parametrize("status", [Status.NOSHOW, Status.FULFILLED])
    def test_taken_back_where_somebody_else_has_the_time(
        self, status: Status, now: datetime
    ) -> None:
        visit = a_visit(status, now)
        Appointment.objects.filter(pk=visit.pk).update(
            blocks_until=now if status == Status.FULFILLED else visit.blocks_until
        )
        an_appointment(Status.BOOKED, now, practitioner=visit.practitioner)
        visit.refresh_from_db()
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(address("take-back", visit.pk), form(visit))
        assert "somebody else has the time" in said(response)

    @pytest.mark.parametrize("token", ["", "nonsense", "\x00"])
    @pytest.mark.parametrize("verb", VERBS)
    def test_by_a_form_without_its_token(self, verb: str, token: str, now: datetime) -> None:
        visit, client = a_visit(Status.BOOKED, now), a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(address(verb, visit.pk), {"submission": token}, follow=True)
        assert "This page was out of date, and nothing was done." in response.content.decode()

    @pytest.mark.parametrize("verb", MARKS)
    def test_by_looking(self, verb: str, now: datetime) -> None:
        visit, client = a_visit(Status.BOOKED, now), a_client(OWNER)
        with nothing_is_done():
            assert client.get(address(verb, visit.pk)).status_code == 405


class TestWhoMayNote:
    @pytest.mark.parametrize("verb", VERBS)
    def test_practitioners_their_own_and_no_others(self, verb: str, now: datetime) -> None:
        member = a_member(PRACTITIONER)
        before = {"complete": Status.ARRIVED, "take-back": Status.ARRIVED}.get(verb, Status.BOOKED)
        own = a_visit(before, now, practitioner=a_practitioner(user=member))
        other, client = a_visit(before, now), signed_in(member)
        assert client.post(address(verb, own.pk), form(own)).status_code == 302
        assert status_of(own) != before
        assert client.post(address(verb, other.pk), form(other)).status_code == 404
        assert status_of(other) == before
        assert AccessLog.objects.filter(action="refused", subject=str(other.pk)).exists()

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_nobody_else(self, role: str, verb: str, now: datetime) -> None:
        visit, client = a_visit(Status.BOOKED, now), a_client(role)
        assert client.post(address(verb, visit.pk), form(visit)).status_code == 403
        assert status_of(visit) == Status.BOOKED

    @pytest.mark.parametrize("verb", VERBS)
    def test_not_strangers_nor_what_is_not_there(self, verb: str, now: datetime) -> None:
        visit = a_visit(Status.BOOKED, now)
        assert "login" in Client().post(address(verb, visit.pk), form()).headers["Location"]
        assert a_client(OWNER).post(address(verb, uuid4()), form()).status_code == 404
        assert status_of(visit) == Status.BOOKED


class TestRemove:
    def test_asks_first_and_says_that_nobody_is_told(self, now: datetime) -> None:
        visit, client = a_visit(Status.BOOKED, now), a_client(FRONT_DESK)
        assert address("remove", visit.pk) in client.get(page_of(visit.pk)).content.decode()
        with nothing_is_done():
            text = text_of(client.get(address("remove", visit.pk)))
        assert "Remove this entry" in text
        assert "nobody is told" in text

    def test_takes_it_off_the_desk_and_tells_nobody(self, now: datetime) -> None:
        visit, client = a_visit(Status.BOOKED, now), a_client(FRONT_DESK)
        response = client.post(address("remove", visit.pk), form(visit))
        assert said(response) == "Removed. Nobody is told."
        assert status_of(visit) == Status.ENTERED_IN_ERROR
        assert "Ada Example" not in desk_of(client).split("Removed.")[1]
        assert not Message.objects.exists()

    def test_not_what_has_ended(self, now: datetime) -> None:
        visit, client = an_appointment(Status.CANCELLED), a_client(FRONT_DESK)
        for send in (client.get, client.post):
            with nothing_is_done():
                response = send(address("remove", visit.pk), form(visit))
            assert "already cancelled" in said(response)


class TestTheDaysList:
    def test_says_what_nobody_has_noted(self, now: datetime) -> None:
        an_appointment(Status.BOOKED, now - timedelta(hours=1))
        assert "Nothing noted yet" in desk_of(a_client(FRONT_DESK))

    def test_undoing_is_named_in_the_history(self, now: datetime) -> None:
        visit, by = a_visit(Status.BOOKED, now), Actor.staff(a_member(FRONT_DESK))
        actions.arrive(appointment_id=visit.pk, by=by, now=now)
        actions.take_back(appointment_id=visit.pk, by=by, now=now)
        assert "“Arrived” taken back" in text_of(a_client(OWNER).get(page_of(visit.pk)))

    def test_the_next_day_there_is_nothing_to_press(
        self, clock: time_machine.Traveller, now: datetime
    ) -> None:
        visit = a_visit(Status.NOSHOW, now)
        clock.shift(timedelta(hours=15))
        client = a_client(FRONT_DESK)
        assert address("take-back", visit.pk) not in client.get(page_of(visit.pk)).content.decode()
