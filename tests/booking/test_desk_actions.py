"""What staff do from the desk: confirm, decline, cancel, call, send again."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import actions
from booking.actors import Actor
from booking.models import Appointment, AppointmentEvent, Message, Status
from booking.models.appointments import Reason
from clinic.models import AccessLog
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import INDEX, address, form, nothing_is_done, said
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

PATIENT = Actor.patient()
HOUR = timedelta(hours=1)
VERBS = ("confirm", "decline", "cancel")
ANSWERS = {"reason": Reason.PLEASE_CALL.value, "note": "See you."}


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def waiting() -> Appointment:
    return an_appointment(Status.PENDING)


def status_of(appointment: Appointment) -> str:
    return Appointment.objects.values_list("status", flat=True).get(pk=appointment.pk)


class TestConfirm:
    def test_books_the_time_and_tells_the_patient(self, waiting: Appointment) -> None:
        member = a_member(FRONT_DESK)
        response = signed_in(member).post(address("confirm", waiting.pk), form(waiting))
        assert response.headers["Location"] == INDEX
        assert said(response) == "Confirmed: Ada Example. The patient is told."
        assert status_of(waiting) == Status.BOOKED
        event = AppointmentEvent.objects.get()
        assert (event.actor_kind, event.actor) == ("staff", member.pk)
        assert Message.objects.get().kind == Message.Kind.CONFIRMED

    def test_whom_no_message_reaches_is_to_be_called(self) -> None:
        patient = a_patient(email="", telephone="+17325550199")
        waiting = an_appointment(Status.PENDING, request=a_request(patient=patient))
        response = a_client(FRONT_DESK).post(address("confirm", waiting.pk), form(waiting))
        assert said(response) == "Confirmed: Ada Example. There is no e-mail address: please call."
        assert Message.objects.get().channel == Message.Channel.CALL

    def test_leads_back_to_the_appointment_it_came_from(self, waiting: Appointment) -> None:
        data = {"from_appointment": "1"}
        response = a_client(FRONT_DESK).post(address("confirm", waiting.pk), form(waiting, **data))
        assert response.headers["Location"] == reverse(
            "admin:booking_appointment_change", args=[waiting.pk]
        )

    def test_who_comes_second_is_told_who_was_first(
        self, waiting: Appointment, now: datetime
    ) -> None:
        first = a_member(FRONT_DESK, full_name="Ana Reyes")
        actions.confirm(appointment_id=waiting.pk, by=Actor.staff(first), now=now)
        response = a_client(OWNER).post(address("confirm", waiting.pk), form(waiting))
        told = "This appointment is already confirmed. By Ana Reyes, 9:00\u00a0am."
        assert said(response) == told
        assert AppointmentEvent.objects.count() == 1
        assert Message.objects.count() == 1

    def test_a_request_that_expired_meanwhile_stays_expired(
        self, waiting: Appointment, clock: time_machine.Traveller
    ) -> None:
        clock.shift(timedelta(hours=25))
        response = a_client(FRONT_DESK).post(address("confirm", waiting.pk), form(waiting))
        assert "expired" in said(response)
        assert status_of(waiting) == Status.CANCELLED

    def test_asking_does_nothing(self, waiting: Appointment) -> None:
        assert a_client(OWNER).get(address("confirm", waiting.pk)).status_code == 405
        assert status_of(waiting) == Status.PENDING


class TestDecline:
    def test_asks_for_a_reason_first(self, waiting: Appointment) -> None:
        response = a_client(FRONT_DESK).get(address("decline", waiting.pk))
        assert "Please call us, so that we can talk it over." in response.content.decode()
        assert status_of(waiting) == Status.PENDING

    def test_tells_the_patient_why(self, waiting: Appointment) -> None:
        response = a_client(FRONT_DESK).post(
            address("decline", waiting.pk), form(waiting, **ANSWERS)
        )
        assert response.headers["Location"] == INDEX
        waiting.refresh_from_db()
        assert (waiting.status, waiting.reason_code) == (Status.CANCELLED, Reason.PLEASE_CALL)
        waiting.request.refresh_from_db()
        assert waiting.request.note_to_patient == "See you."
        assert Message.objects.get().kind == Message.Kind.DECLINED

    @pytest.mark.parametrize("reason", ["", "by_patient", "nonsense"])
    def test_without_a_reason_of_the_list_asks_again_and_keeps_the_note(
        self, waiting: Appointment, reason: str
    ) -> None:
        data = {"reason": reason, "note": "A long <note>"}
        response = a_client(FRONT_DESK).post(address("decline", waiting.pk), form(waiting, **data))
        assert response.status_code == 200
        assert "A long &lt;note&gt;" in response.content.decode()
        assert status_of(waiting) == Status.PENDING

    def test_a_note_that_is_too_long_is_refused(self, waiting: Appointment) -> None:
        data = ANSWERS | {"note": "x" * 1001}
        response = a_client(FRONT_DESK).post(address("decline", waiting.pk), form(waiting, **data))
        assert response.status_code == 200
        assert status_of(waiting) == Status.PENDING

    def test_what_is_confirmed_is_not_declined(self, waiting: Appointment, now: datetime) -> None:
        actions.confirm(appointment_id=waiting.pk, by=Actor.system(), now=now)
        client = a_client(FRONT_DESK)
        for response in (
            client.get(address("decline", waiting.pk)),
            client.post(address("decline", waiting.pk), form(waiting, **ANSWERS)),
        ):
            assert response.status_code == 302
        assert "already confirmed" in said(response)
        assert status_of(waiting) == Status.BOOKED


class TestCancel:
    def test_ends_a_confirmed_appointment(self) -> None:
        booked = an_appointment(Status.BOOKED)
        client = a_client(FRONT_DESK)
        assert client.get(address("cancel", booked.pk)).status_code == 200
        response = client.post(address("cancel", booked.pk), form(booked, note=""))
        assert response.status_code == 302
        booked.refresh_from_db()
        assert (booked.status, booked.reason_code) == (Status.CANCELLED, Reason.BY_CLINIC)
        assert Message.objects.get().kind == Message.Kind.CANCELLED

    def test_before_an_offer_is_withdrawn_all_its_times_are_shown(self) -> None:
        first = an_appointment(Status.PROPOSED)
        an_appointment(Status.PROPOSED, request=first.request, starts_at=TEN_O_CLOCK + HOUR)
        page = a_client(FRONT_DESK).get(address("cancel", first.pk)).content.decode()
        assert "10:00\u00a0am" in page
        assert "11:00\u00a0am" in page

    def test_a_second_time_says_so(self) -> None:
        booked = an_appointment(Status.BOOKED)
        client = a_client(FRONT_DESK)
        client.post(address("cancel", booked.pk), form(booked, note=""))
        response = client.post(address("cancel", booked.pk), form(booked, note=""))
        assert "already cancelled" in said(response)
        assert Message.objects.count() == 1


class TestOneFormIsCarriedOutOnce:
    @pytest.mark.parametrize(
        ("verb", "status", "reply"),
        [
            ("confirm", Status.PENDING, "Confirmed: Ada Example. The patient is told."),
            ("decline", Status.PENDING, "Declined: Ada Example. The patient is told why."),
            ("cancel", Status.BOOKED, "Cancelled: Ada Example. The patient is told."),
            ("cancel", Status.PROPOSED, "Cancelled: Ada Example. The patient is told."),
        ],
    )
    def test_and_gets_the_same_reply(self, verb: str, status: Status, reply: str) -> None:
        appointment, client = an_appointment(status), a_client(FRONT_DESK)
        pressed = form(appointment, **ANSWERS)
        for _press in range(2):
            assert said(client.post(address(verb, appointment.pk), pressed)) == reply
        assert AppointmentEvent.objects.count() == 1
        assert Message.objects.filter(request=appointment.request).count() == 1

    @pytest.mark.parametrize("token", ["", "nonsense", "\x00"])
    @pytest.mark.parametrize("verb", VERBS)
    def test_without_its_token_it_is_asked_for_again(
        self, waiting: Appointment, verb: str, token: str
    ) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(
                address(verb, waiting.pk), ANSWERS | {"submission": token}, follow=True
            )
        text = response.content.decode()
        assert "This page was out of date, and nothing was done." in text
        assert verb == "confirm" or ANSWERS["note"] in text

    @pytest.mark.parametrize("verb", ["called", "send-again"])
    def test_nor_is_a_message_handled_without_one(self, verb: str) -> None:
        state = Message.State.WAITING if verb == "called" else Message.State.FAILED
        message = TestMessages().a_message(state=state, channel=Message.Channel.CALL)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(address(verb, message.pk))
        assert "nothing was done" in said(response)

    def test_who_comes_second_hears_what_the_first_did_though_both_were_at_once(
        self, waiting: Appointment, now: datetime
    ) -> None:
        """Of two changes of one instant the later one is told."""
        first = Actor.staff(a_member(FRONT_DESK, full_name="Ana Reyes"))
        second = Actor.staff(a_member(FRONT_DESK, full_name="Ben Ortiz"))
        actions.confirm(appointment_id=waiting.pk, by=first, now=now)
        actions.cancel(appointment_id=waiting.pk, by=second, now=now)
        response = a_client(OWNER).post(address("confirm", waiting.pk), form(waiting))
        assert (
            said(response) == "This appointment is already cancelled. By Ben Ortiz, 9:00\u00a0am."
        )

    def test_and_what_the_state_alone_would_not_say(
        self, waiting: Appointment, now: datetime
    ) -> None:
        by = Actor.staff(a_member(FRONT_DESK, full_name="Ana Reyes"))
        actions.decline(appointment_id=waiting.pk, reason=Reason.PLEASE_CALL, by=by, now=now)
        response = a_client(OWNER).post(address("confirm", waiting.pk), form(waiting))
        assert said(response).endswith("Declined, by Ana Reyes, 9:00\u00a0am.")


class TestAPageOfBefore:
    """What it shows has changed meanwhile: nothing is done that nobody has seen."""

    @pytest.mark.parametrize("verb", VERBS)
    def test_the_patient_has_moved_the_request(self, verb: str, now: datetime) -> None:
        service = a_service()
        waiting = an_appointment(
            Status.PENDING, service=service, practitioner=a_practitioner(service)
        )
        client, pressed = a_client(FRONT_DESK), form(waiting, **ANSWERS)
        actions.move(
            appointment_id=waiting.pk, starts_at=waiting.starts_at + HOUR, by=PATIENT, now=now
        )
        with nothing_is_done():
            response = client.post(address(verb, waiting.pk), pressed)
        assert "has changed in the meantime" in said(response)
        assert said(response).endswith("Moved, by the patient, 9:00\u00a0am.")

    def test_it_is_with_somebody_else_at_the_same_time(
        self, waiting: Appointment, now: datetime
    ) -> None:
        client, pressed = a_client(FRONT_DESK), form(waiting)
        actions.move(
            appointment_id=waiting.pk,
            starts_at=waiting.starts_at,
            practitioner=a_practitioner(waiting.request.service),
            by=PATIENT,
            now=now,
        )
        with nothing_is_done():
            response = client.post(address("confirm", waiting.pk), pressed)
        assert "has changed in the meantime" in said(response)

    @pytest.mark.parametrize("shown", ["", "nonsense", "pending-0", "x" * 4000])
    def test_a_form_about_something_else(self, waiting: Appointment, shown: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(address("confirm", waiting.pk), form(shown=shown))
        assert "has changed in the meantime" in said(response)


class TestWhoMayDecide:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_the_wrong_role_is_refused_and_that_is_recorded(
        self, waiting: Appointment, role: str, verb: str
    ) -> None:
        member = a_member(role)
        response = signed_in(member).post(address(verb, waiting.pk), form(**ANSWERS))
        assert response.status_code == 403
        assert status_of(waiting) == Status.PENDING
        entry = AccessLog.objects.get()
        assert (entry.user, entry.action, entry.subject) == (
            member.pk,
            "refused",
            str(waiting.pk),
        )

    @pytest.mark.parametrize("verb", VERBS)
    def test_another_practitioners_request_is_not_found(
        self, waiting: Appointment, verb: str
    ) -> None:
        member = a_member(PRACTITIONER)
        a_practitioner(user=member)
        client = signed_in(member)
        assert client.post(address(verb, waiting.pk), form(**ANSWERS)).status_code == 404
        assert status_of(waiting) == Status.PENDING
        assert AccessLog.objects.get().action == "refused"

    def test_practitioners_decide_on_their_own(self) -> None:
        member = a_member(PRACTITIONER)
        own = an_appointment(Status.PENDING, practitioner=a_practitioner(user=member))
        assert signed_in(member).post(address("confirm", own.pk), form(own)).status_code == 302
        assert status_of(own) == Status.BOOKED

    @pytest.mark.parametrize("verb", VERBS)
    def test_strangers_are_asked_to_sign_in(self, waiting: Appointment, verb: str) -> None:
        response = Client().post(address(verb, waiting.pk), form(**ANSWERS))
        assert response.headers["Location"].startswith(reverse("admin:login"))
        assert status_of(waiting) == Status.PENDING

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_form_of_another_site_is_refused(self, waiting: Appointment, verb: str) -> None:
        client = signed_in(a_member(OWNER), enforce_csrf_checks=True)
        assert client.post(address(verb, waiting.pk), form(**ANSWERS)).status_code in {403, 503}
        assert status_of(waiting) == Status.PENDING

    @pytest.mark.parametrize("verb", [*VERBS, "called", "send-again"])
    def test_what_never_was_is_not_found(self, verb: str) -> None:
        assert a_client(OWNER).post(address(verb, uuid4()), form(**ANSWERS)).status_code == 404

    @pytest.mark.parametrize("verb", ["decline", "cancel"])
    def test_looking_changes_nothing(self, waiting: Appointment, verb: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            assert client.get(address(verb, waiting.pk)).status_code == 200

    def test_a_draft_is_nobodys_to_decide(self) -> None:
        held = an_appointment(Status.HELD)
        assert a_client(OWNER).post(address("cancel", held.pk), form(held)).status_code == 404

    def test_looking_and_deciding_are_recorded(self, waiting: Appointment) -> None:
        client = a_client(FRONT_DESK)
        client.get(address("decline", waiting.pk))
        client.post(address("decline", waiting.pk), form(waiting, **ANSWERS))
        entries = AccessLog.objects.order_by("at", "action").values_list("action", "subject")
        assert set(entries) == {("open", str(waiting.pk)), ("change", str(waiting.pk))}

    def test_nothing_else_changes(self, waiting: Appointment) -> None:
        other = an_appointment(Status.PENDING, TEN_O_CLOCK + timedelta(hours=3))
        data = ANSWERS | {"status": "fulfilled", "practitioner": "1", "id": str(other.pk)}
        a_client(FRONT_DESK).post(address("confirm", waiting.pk), form(waiting, **data))
        assert status_of(other) == Status.PENDING
        assert status_of(waiting) == Status.BOOKED


class TestMessages:
    def a_message(self, **fields: object) -> Message:
        request = a_request()
        defaults = {
            "kind": Message.Kind.CONFIRMED,
            "request": request,
            "appointment": an_appointment(request=request),
            "unique_key": str(uuid4()),
        }
        return Message.objects.create(**(defaults | fields))

    def test_a_call_made_leaves_the_list(self) -> None:
        call = self.a_message(channel=Message.Channel.CALL)
        client = a_client(FRONT_DESK)
        assert said(client.post(address("called", call.pk), form())) == "The call is recorded."
        call.refresh_from_db()
        assert call.state == Message.State.SENT
        assert call.pk not in Message.objects.calls_to_make().values_list("pk", flat=True)

    def test_the_same_call_twice_gets_the_same_reply_and_others_hear_who_made_it(self) -> None:
        call, pressed = self.a_message(channel=Message.Channel.CALL), form()
        first = a_client(FRONT_DESK, full_name="Ana Reyes")
        for _press in range(2):
            assert said(first.post(address("called", call.pk), pressed)) == "The call is recorded."
        told = "This call is no longer on the list. By Ana Reyes, 9:00\u00a0am."
        assert said(a_client(OWNER).post(address("called", call.pk), form())) == told

    def test_an_email_is_not_called(self) -> None:
        email = self.a_message()
        assert "no longer" in said(a_client(FRONT_DESK).post(address("called", email.pk), form()))
        email.refresh_from_db()
        assert email.state == Message.State.WAITING

    def test_what_failed_is_sent_again(self) -> None:
        failed = self.a_message(state=Message.State.FAILED, attempts=12)
        data = {"from_message": "1"}
        response = a_client(FRONT_DESK).post(address("send-again", failed.pk), form(**data))
        assert response.headers["Location"] == reverse(
            "admin:booking_message_change", args=[failed.pk]
        )
        failed.refresh_from_db()
        assert (failed.state, failed.attempts) == (Message.State.WAITING, 0)

    def test_sent_again_twice_gets_the_same_reply_and_others_hear_who_did_it(self) -> None:
        failed, pressed = self.a_message(state=Message.State.FAILED), form()
        first = a_client(FRONT_DESK, full_name="Ana Reyes")
        for _press in range(2):
            response = first.post(address("send-again", failed.pk), pressed)
            assert said(response) == "The message is on its way again."
        assert "By Ana Reyes" in said(
            a_client(OWNER).post(address("send-again", failed.pk), form())
        )

    def test_what_was_sent_is_not_sent_again(self) -> None:
        sent = self.a_message(state=Message.State.SENT)
        response = a_client(FRONT_DESK).post(address("send-again", sent.pk), form())
        assert "Only a message that failed" in said(response)
        sent.refresh_from_db()
        assert sent.state == Message.State.SENT

    @pytest.mark.parametrize("verb", ["called", "send-again"])
    @pytest.mark.parametrize("role", [PRACTITIONER, EDITOR, ""])
    def test_others_are_refused(self, role: str, verb: str) -> None:
        message = self.a_message(state=Message.State.FAILED, channel=Message.Channel.CALL)
        assert a_client(role).post(address(verb, message.pk), form()).status_code == 403
        message.refresh_from_db()
        assert message.state == Message.State.FAILED

    @pytest.mark.parametrize("verb", ["called", "send-again"])
    def test_asking_does_nothing(self, verb: str) -> None:
        message = self.a_message(state=Message.State.FAILED)
        client = a_client(OWNER)
        with nothing_is_done():
            assert client.get(address(verb, message.pk)).status_code == 405
