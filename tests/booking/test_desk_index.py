"""The admin's first page: what each role sees of today's desk."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from booking.models import Appointment, Message, Status
from clinic.models import AccessLog
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from content.models import Caution
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_draft,
    a_patient,
    a_practitioner,
    a_request,
    an_appointment,
)
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def page(role: str = FRONT_DESK) -> str:
    return a_client(role).get(INDEX).content.decode()


def a_waiting_request(name: str = "Ada Example", **fields: Any) -> Appointment:
    request = a_request(patient=a_patient(full_name=name), **fields)
    starts_at = TEN_O_CLOCK + timedelta(hours=Appointment.objects.count())
    return an_appointment(Status.PENDING, starts_at, request=request)


class TestRequestsThatWait:
    def test_the_oldest_comes_first(self, now: datetime) -> None:
        a_waiting_request("Newer", sent_at=now - timedelta(hours=1))
        a_waiting_request("Older", sent_at=now - timedelta(hours=9))
        text = page()
        assert text.index("Older") < text.index("Newer")

    def test_each_says_what_staff_need(self, now: datetime) -> None:
        Caution.objects.create(slug="p", name_en="Pregnancy", kind="ask_first", text_en="…")
        waiting = a_waiting_request(
            sent_at=now - timedelta(hours=3),
            seen_by_doctor=True,
            screening=json.dumps(["p", "gone"]),
            payment="auto",
        )
        text = page()
        for expected in (
            "Ada Example",
            "Wed Jun 17, 10:00\u00a0am EDT",
            waiting.request.service.name_en,
            waiting.practitioner.name,
            "left to answer",
            "Waiting for 3\xa0hours",
            "A doctor has looked at a same-day sign",
            "Pregnancy",
            "gone",
            "Automobile accident",
        ):
            assert expected in text, expected

    def test_what_is_overdue_says_so(self, now: datetime) -> None:
        waiting = a_waiting_request()
        waiting.expires_at = now - timedelta(minutes=20)
        waiting.save()
        assert "Overdue" in page()

    def test_what_is_answered_and_what_is_not_sent_is_not_there(self) -> None:
        an_appointment(Status.CANCELLED, request=a_request(patient=a_patient(full_name="Gone")))
        an_appointment(Status.HELD, TEN_O_CLOCK + timedelta(hours=1), request=a_draft())
        text = page()
        assert "Gone" not in text
        assert "Every request has been answered." in text

    def test_a_hostile_name_is_inert(self) -> None:
        a_waiting_request("<script>alert(1)</script>")
        text = page()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


class TestTodaysList:
    def test_is_the_day_of_the_clinics_clock(self, now: datetime) -> None:
        """The tests begin at 9:00 in New York, 13:00 UTC."""
        for name, hours in (("Yesterday", -10), ("Early", -8), ("Late", 14), ("Tomorrow", 16)):
            an_appointment(
                Status.BOOKED,
                now + timedelta(hours=hours),
                request=a_request(patient=a_patient(full_name=name)),
            )
        text = page()
        assert "Early" in text
        assert "Late" in text
        assert "Yesterday" not in text
        assert "Tomorrow" not in text

    def test_is_grouped_by_practitioner(self, now: datetime) -> None:
        for order, name in ((2, "Second Person"), (1, "First Person")):
            person = a_practitioner(name=name, order=order)
            an_appointment(Status.BOOKED, now + timedelta(hours=1), practitioner=person)
        text = page()
        assert text.index("First Person") < text.index("Second Person")


class TestCallsAndFailures:
    def a_message(self, **fields: object) -> Message:
        request = a_request(
            patient=a_patient(full_name="Cal Mee", email="", telephone="+17325550199")
        )
        defaults = {
            "kind": Message.Kind.CONFIRMED,
            "request": request,
            "appointment": an_appointment(request=request),
            "unique_key": "only",
        }
        return Message.objects.create(**(defaults | fields))

    def test_a_call_says_whom_where_and_what(self) -> None:
        self.a_message(channel=Message.Channel.CALL)
        text = page()
        for expected in ("Cal Mee", "732-555-0199", "The appointment is confirmed.", "voicemail"):
            assert expected in text, expected

    def test_a_declined_request_is_explained(self) -> None:
        message = self.a_message(channel=Message.Channel.CALL, kind=Message.Kind.DECLINED)
        assert message.appointment
        Appointment.objects.filter(pk=message.appointment.pk).update(
            status=Status.CANCELLED, reason_code="please_call"
        )
        message.request.note_to_patient = "Bring your scans."
        message.request.save()
        text = page()
        assert "Please call us, so that we can talk it over." in text
        assert "Bring your scans." in text

    def test_a_failed_message_is_shown_until_it_is_sent(self) -> None:
        message = self.a_message(state=Message.State.FAILED, last_error="refused")
        assert "refused" in page()
        Message.objects.filter(pk=message.pk).update(state=Message.State.SENT)
        assert "Not delivered" not in page()


class TestWhoSeesWhat:
    def test_practitioners_see_their_own(self) -> None:
        member = a_member(PRACTITIONER)
        own = a_practitioner(user=member)
        mine = a_request(patient=a_patient(full_name="My Patient"))
        an_appointment(Status.PENDING, request=mine, practitioner=own)
        a_waiting_request("Not Mine")
        text = signed_in(member).get(INDEX).content.decode()
        assert "My Patient" in text
        assert "Not Mine" not in text
        assert "To call" not in text

    def test_a_practitioner_without_a_calendar_sees_nobody(self) -> None:
        a_waiting_request("Not Mine")
        assert "Not Mine" not in page(PRACTITIONER)

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_others_see_none_of_it_and_nothing_is_recorded(self, role: str) -> None:
        a_waiting_request("Not Mine")
        text = page(role)
        assert "Not Mine" not in text
        assert "Waiting for an answer" not in text
        assert not AccessLog.objects.exists()

    @pytest.mark.parametrize("role", [OWNER, FRONT_DESK])
    def test_the_desk_sees_everyone_and_that_is_recorded(self, role: str) -> None:
        a_waiting_request()
        member = a_member(role)
        assert "Ada Example" in signed_in(member).get(INDEX).content.decode()
        entry = AccessLog.objects.get()
        assert (entry.user, entry.action, entry.subject_type) == (member.pk, "list", "desk")
        assert entry.address == "127.0.0.1"


def test_the_number_of_queries_does_not_grow(now: datetime) -> None:
    client = a_client(FRONT_DESK)
    client.get(INDEX)  # what is asked once, as content types are

    def fill(number: int) -> None:
        for _ in range(number):
            a_waiting_request(screening=json.dumps(["x"]))
            an_appointment(Status.BOOKED, now + timedelta(hours=1))

    fill(1)
    few = count_queries(lambda: client.get(INDEX))
    fill(5)
    assert count_queries(lambda: client.get(INDEX)) == few
    assert few <= 17
