"""Requests on the desk: several confirmed at once, and calls that are noted."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from booking import actions
from booking.actors import Actor
from booking.desk.forms import MOST_AT_ONCE, write_choice
from booking.desk.slots import write_slot
from booking.models import (
    Appointment,
    AppointmentEvent,
    CallNote,
    Message,
    PatientEvent,
    Status,
)
from booking.models.appointments import Reason
from clinic.models import AccessLog, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    an_appointment,
)
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

SEVERAL = reverse("desk:confirm-several")
HOSTILE = "<script>alert(1)</script> =1+1 \u202e\nrow"


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def a_waiting(name: str, **fields: Any) -> Appointment:
    return an_appointment(
        Status.PENDING, request=a_request(patient=a_patient(full_name=name)), **fields
    )


def replies(response: Any) -> list[str]:
    """All that the next page will say."""
    page = response.client.get(INDEX)
    return [str(message) for message in page.context["messages"]]


class TestSeveralAtOnce:
    def press(self, client: Client, *rows: Appointment, **data: Any) -> list[str]:
        chosen = [write_choice(row) for row in rows]
        return replies(client.post(SEVERAL, form(chosen=chosen) | data))

    def test_each_is_confirmed_and_named(self) -> None:
        rows = [a_waiting("Ada Example"), a_waiting("Ben Sample")]
        member = a_member(FRONT_DESK)
        said = self.press(signed_in(member), *rows)
        assert said == ["Confirmed: Ada Example, Ben Sample. They are told."]
        assert {status_of(row) for row in rows} == {Status.BOOKED}
        assert Message.objects.filter(kind=Message.Kind.CONFIRMED).count() == 2
        assert set(AppointmentEvent.objects.values_list("actor", flat=True)) == {member.pk}
        written = AccessLog.objects.filter(action="change", subject_type="appointment")
        assert set(written.values_list("subject", flat=True)) == {str(row.pk) for row in rows}

    def test_who_has_no_e_mail_address_is_called(self) -> None:
        patient = a_patient(full_name="Cal Mee", email="", telephone="+17325550199")
        by_call = an_appointment(Status.PENDING, request=a_request(patient=patient))
        assert self.press(a_client(FRONT_DESK), a_waiting("Ada Example"), by_call) == [
            "Confirmed: Ada Example, Cal Mee. Please call: Cal Mee."
        ]

    def test_what_another_has_answered_keeps_none_from_it_and_is_named_with_why(
        self, now: datetime
    ) -> None:
        answered, open_ = a_waiting("Ada Example"), a_waiting("Ben Sample")
        chosen = [write_choice(answered), write_choice(open_)]
        by = Actor.staff(a_member(FRONT_DESK, full_name="Ana Reyes"))
        actions.decline(appointment_id=answered.pk, reason=Reason.PLEASE_CALL, by=by, now=now)
        said = replies(a_client(OWNER).post(SEVERAL, form(chosen=chosen)))
        assert said == [
            "Not confirmed: Ada Example. This appointment is already cancelled. "
            "Declined, by Ana Reyes, 9:00\u00a0am.",
            "Confirmed: Ben Sample. They are told.",
        ]

    def test_nor_what_was_moved_since_the_page_was_shown(self) -> None:
        row = a_waiting("Ada Example")
        chosen, earlier = [write_choice(row)], row.starts_at - timedelta(minutes=1)
        Appointment.objects.filter(pk=row.pk).update(starts_at=earlier, blocks_from=earlier)
        [said] = replies(a_client(OWNER).post(SEVERAL, form(chosen=chosen)))
        assert "Not confirmed: Ada Example. This has changed in the meantime." in said
        assert status_of(row) == Status.PENDING

    def test_the_same_form_twice_gets_the_same_reply(self) -> None:
        client, pressed = (
            a_client(FRONT_DESK),
            form(chosen=[write_choice(a_waiting("Ada Example"))]),
        )
        for _press in range(2):
            said = replies(client.post(SEVERAL, pressed))
            assert said == ["Confirmed: Ada Example. They are told."]
        assert AppointmentEvent.objects.count() == 1

    def test_a_box_that_is_sent_twice_counts_once(self) -> None:
        row = a_waiting("Ada Example")
        assert self.press(a_client(FRONT_DESK), row, row) == [
            "Confirmed: Ada Example. They are told."
        ]

    @pytest.mark.parametrize(
        ("chosen", "reply"),
        [
            ([], "Tick the requests to confirm first."),
            (["nonsense"], "out of date"),
            (["\x00"], "out of date"),
            ([f"{uuid4()} x" for _ in range(MOST_AT_ONCE + 1)], "at most 50"),
        ],
    )
    def test_nonsense_confirms_nothing(self, chosen: list[str], reply: str) -> None:
        a_waiting("Ada Example")
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(SEVERAL, form(chosen=chosen))
        assert reply in replies(response)[0]

    def test_a_form_without_its_token_confirms_nothing(self) -> None:
        row, client = a_waiting("Ada Example"), a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(SEVERAL, {"chosen": [write_choice(row)]})
        assert "nothing was done" in replies(response)[0]

    def test_only_those_within_reach(self) -> None:
        member = a_member(PRACTITIONER)
        own = a_waiting("Own Patient", practitioner=a_practitioner(user=member))
        other, client = a_waiting("Not Mine"), signed_in(member)
        chosen = [write_choice(other), write_choice(own)]
        said = replies(client.post(SEVERAL, form(chosen=chosen)))
        assert said == [
            "One of the requests is not there any more.",
            "Confirmed: Own Patient. They are told.",
        ]
        assert status_of(other) == Status.PENDING
        refused = AccessLog.objects.get(action="refused")
        assert (refused.user, refused.subject) == (member.pk, str(other.pk))

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_only_who_may_decide(self, role: str) -> None:
        row = a_waiting("Ada Example")
        response = a_client(role).post(SEVERAL, form(chosen=[write_choice(row)]))
        assert response.status_code == 403
        assert status_of(row) == Status.PENDING

    def test_looking_does_nothing(self) -> None:
        assert a_client(OWNER).get(SEVERAL).status_code == 405

    def test_a_hostile_name_is_inert_in_the_reply(self) -> None:
        row, client = a_waiting(HOSTILE), a_client(FRONT_DESK)
        client.post(SEVERAL, form(chosen=[write_choice(row)]))
        html = client.get(INDEX).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html


class TestNotesOfCalls:
    def note(self, client: Client, row: Appointment, text: str, **data: Any) -> Any:
        return client.post(address("note", row.pk), form(text=text) | data)

    def test_a_note_is_signed_dated_and_encrypted(self, now: datetime) -> None:
        row, member = a_waiting("Ada Example"), a_member(FRONT_DESK, full_name="Ana Reyes")
        response = self.note(signed_in(member), row, "No answer.")
        assert (response.headers["Location"], said(response)) == (
            INDEX,
            "The call with Ada Example is noted.",
        )
        note = CallNote.objects.get()
        assert (note.author, note.at, note.text, note.request) == (
            member,
            now,
            "No answer.",
            row.request,
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM booking_callnote")
            assert "answer" not in cursor.fetchone()[0]

    def test_it_stands_in_the_row_on_the_request_and_on_the_appointment(
        self, clock: time_machine.Traveller
    ) -> None:
        row, client = a_waiting("Ada Example"), a_client(OWNER, full_name="Ana Reyes")
        self.note(client, row, "No answer.")
        clock.shift(timedelta(minutes=5))
        self.note(client, row, "Will call back.")
        request_page = reverse("admin:booking_appointmentrequest_change", args=[row.request_id])
        for page in (INDEX, page_of(row.pk), request_page):
            text = text_of(client.get(page))
            assert text.index("No answer.") < text.index("Will call back."), page
            assert "Ana Reyes" in text

    def test_nobody_changes_or_deletes_one(self) -> None:
        row, client = a_waiting("Ada Example"), a_client(OWNER)
        self.note(client, row, "No answer.")
        note = CallNote.objects.get()
        page = reverse("admin:booking_appointmentrequest_change", args=[row.request_id])
        data = {
            "call_notes-TOTAL_FORMS": "1",
            "call_notes-INITIAL_FORMS": "1",
            "call_notes-0-id": str(note.pk),
            "call_notes-0-text": "Something else",
            "call_notes-0-DELETE": "on",
        }
        assert client.post(page, data).status_code == 403
        note.refresh_from_db()
        assert note.text == "No answer."

    def test_the_same_form_twice_leaves_one(self) -> None:
        row, client, pressed = a_waiting("Ada Example"), a_client(OWNER), form(text="No answer.")
        for _press in range(2):
            response = client.post(address("note", row.pk), pressed)
            assert "is noted" in said(response)
        assert CallNote.objects.count() == 1

    def test_nothing_else_changes(self) -> None:
        row, client = a_waiting("Ada Example"), a_client(OWNER)
        self.note(client, row, "No answer.", status="booked")
        assert status_of(row) == Status.PENDING
        assert not AppointmentEvent.objects.exists()
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("text", "reply"),
        [
            ("", "Write down what was said."),
            (" \n ", "Write down what was said."),
            ("x" * 2001, "at most 2000 characters"),
            ("a\x00b", "Null characters are not allowed."),
        ],
    )
    def test_what_cannot_be_kept_stays_in_the_form(self, text: str, reply: str) -> None:
        row, client = a_waiting("Ada Example"), a_client(OWNER)
        with nothing_is_done():
            response = self.note(client, row, text)
        assert reply in text_of(response)
        assert text.strip() in response.content.decode()

    def test_hostile_text_is_inert(self) -> None:
        row, client = a_waiting("Ada Example"), a_client(OWNER)
        self.note(client, row, HOSTILE)
        for page in (INDEX, page_of(row.pk)):
            html = client.get(page).content.decode()
            assert "<script>alert" not in html
            assert "&lt;script&gt;alert(1)" in html

    def test_of_whatever_has_become_of_the_request(self) -> None:
        gone, client = an_appointment(Status.CANCELLED), a_client(FRONT_DESK)
        assert self.note(client, gone, "They will not come back.").status_code == 302

    def test_practitioners_note_calls_with_their_own_patients(self) -> None:
        member = a_member(PRACTITIONER)
        own = a_waiting("Own Patient", practitioner=a_practitioner(user=member))
        other, client = a_waiting("Not Mine"), signed_in(member)
        assert self.note(client, own, "Fine.").status_code == 302
        assert self.note(client, other, "Fine.").status_code == 404
        assert CallNote.objects.get().request == own.request
        assert "Fine." in desk_of(client)

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_nobody_else_does(self, role: str) -> None:
        row = a_waiting("Ada Example")
        assert self.note(a_client(role), row, "Fine.").status_code == 403
        assert not CallNote.objects.exists()

    def test_a_call_on_the_list_can_be_noted_where_it_stands(self) -> None:
        row = an_appointment(
            request=a_request(patient=a_patient(email="", telephone="+17325550199")),
            starts_at=TEN_O_CLOCK,
        )
        Message.objects.create(
            kind=Message.Kind.CONFIRMED,
            channel=Message.Channel.CALL,
            request=row.request,
            appointment=row,
            unique_key="x",
        )
        client = a_client(FRONT_DESK)
        assert address("note", row.pk) in client.get(INDEX).content.decode()
        self.note(client, row, "Line was busy.")
        assert "Line was busy." in desk_of(client)


class TestErased:
    """Of whom nothing is kept any more nothing is shown, and nothing new is written down."""

    def test_nobody_is_called_about_what_had_expired(self, now: datetime) -> None:
        row = a_waiting("Ada Example", expires_at=now)
        actions.expire_lapsed(now=now)
        owner = a_member(OWNER)
        client = signed_in(owner)
        assert "Ada Example" in desk_of(client)
        erase(row, owner, now)
        assert "Erased" not in desk_of(client)

    def test_no_call_is_noted(self, now: datetime) -> None:
        row = an_appointment(Status.FULFILLED, now - timedelta(days=9))
        owner = a_member(OWNER)
        erase(row, owner, now)
        client = signed_in(owner)
        with nothing_is_done():
            reply = client.post(address("note", row.pk), form(text="They called."))
        assert said(reply) == "This record is erased."

    def test_a_visit_that_nobody_noted_gets_no_note_and_no_message(self, now: datetime) -> None:
        row = an_appointment(Status.BOOKED, now - timedelta(days=9))
        owner = a_member(OWNER)
        erase(row, owner, now)
        client = signed_in(owner)
        with nothing_is_done():
            reply = client.post(address("cancel", row.pk), form(row, note="They called."))
        assert said(reply) == "This record is erased."

    def test_their_booking_is_not_begun_anew(self, now: datetime) -> None:
        row = an_appointment(Status.FULFILLED, now - timedelta(days=9))
        owner = a_member(OWNER)
        erase(row, owner, now)
        service, person = row.request.service, row.practitioner
        person.services.add(service)
        query = {
            "service": service.slug,
            "slot": write_slot(TEN_O_CLOCK, person.pk),
            "for": str(row.request_id),
        }
        page = signed_in(owner).get(reverse("desk:book"), query).content.decode()
        assert 'name="full_name"' in page
        assert "Erased" not in page


def erase(appointment: Appointment, owner: User, now: datetime) -> None:
    patient = appointment.request.patient
    assert patient
    reason = PatientEvent.ErasedBecause.ASKED
    by = Actor.staff(owner)
    actions.erase_patient(patient_id=patient.pk, reason=reason, by=by, now=now)
