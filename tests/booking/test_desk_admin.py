"""Patients, requests, appointments and messages in the admin."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from booking import actions, links
from booking.actions import Proposal
from booking.actors import Actor
from booking.models import (
    Appointment,
    AppointmentEvent,
    AppointmentRequest,
    Message,
    Patient,
    Status,
)
from clinic.models import AccessLog, Service, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_draft,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
    details,
)
from tests.booking.desk import text_of
from tests.booking.visitor import Visitor
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

MODELS = (Appointment, AppointmentRequest, AppointmentEvent, Message, Patient)


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def changelist(model: type) -> str:
    return reverse(f"admin:booking_{model.__name__.lower()}_changelist")


def change(row: Any, page: str = "change") -> str:
    return reverse(f"admin:booking_{row._meta.model_name}_{page}", args=[row.pk])


def a_message(appointment: Appointment, **fields: Any) -> Message:
    defaults = {
        "kind": Message.Kind.CONFIRMED,
        "request": appointment.request,
        "appointment": appointment,
        "unique_key": str(uuid4()),
    }
    return Message.objects.create(**(defaults | fields))


def rows() -> list[Any]:
    """One of each, all about one patient."""
    appointment = an_appointment(Status.PENDING)
    event = AppointmentEvent.objects.create(
        at=appointment.created_at,
        appointment=appointment.pk,
        request=appointment.request.pk,
        actor_kind="patient",
        to_status="pending",
    )
    return [
        appointment,
        appointment.request,
        appointment.request.patient,
        event,
        a_message(appointment),
    ]


def trail() -> list[tuple[str, str, str]]:
    return list(
        AccessLog.objects.order_by("at", "action").values_list("action", "subject_type", "subject")
    )


class TestNothingIsWrittenHere:
    def test_nothing_is_added_or_deleted(self) -> None:
        owner = a_client(OWNER)
        for row in rows():
            name = row._meta.model_name
            assert owner.get(reverse(f"admin:booking_{name}_add")).status_code == 403
            assert owner.post(change(row, "delete"), {"post": "yes"}).status_code == 403
            data = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
            owner.post(changelist(type(row)), data)
            assert type(row).objects.filter(pk=row.pk).exists()

    def test_only_patients_are_changed(self) -> None:
        owner = a_client(OWNER)
        for row in rows():
            if not isinstance(row, Patient):
                before = type(row).objects.filter(pk=row.pk).values().get()
                form = {"status": "booked", "state": "sent", "full_name": "X", "to_status": "x"}
                assert owner.post(change(row), form).status_code == 403
                assert type(row).objects.filter(pk=row.pk).values().get() == before


class TestPatients:
    def form(self, patient: Patient, **fields: str) -> dict[str, str]:
        values = {"full_name": patient.full_name, "email": patient.email, "prefers": "email"}
        return values | {"language": "en"} | fields

    def test_the_desk_corrects_what_was_typed(self) -> None:
        patient = a_patient(full_name="Ada Exmaple")
        form = self.form(patient, full_name="Ada Example", telephone="732-555-0188")
        assert a_client(FRONT_DESK).post(change(patient), form).status_code == 302
        patient.refresh_from_db()
        assert patient.full_name == "Ada Example"
        assert patient.telephone == "+17325550188"

    def test_an_address_is_stored_in_one_spelling(self) -> None:
        """By which the open requests of an address are counted."""
        patient = a_patient()
        a_client(FRONT_DESK).post(change(patient), self.form(patient, email="Ada@Patients.TEST"))
        assert list(Patient.objects.reached_by("ada@patients.test", "")) == [patient]

    def test_the_admins_own_log_holds_no_name(self) -> None:
        patient = a_patient(full_name="Ada Example")
        a_client(FRONT_DESK).post(change(patient), self.form(patient, full_name="Zed Other"))
        entry = LogEntry.objects.get()
        assert "Ada" not in entry.object_repr + entry.change_message
        assert "Zed" not in entry.object_repr + entry.change_message

    def test_somebody_who_cannot_be_reached_is_not_saved(self) -> None:
        patient = a_patient()
        response = a_client(FRONT_DESK).post(change(patient), self.form(patient, email=""))
        assert b"An e-mail address or a telephone number is needed." in response.content
        patient.refresh_from_db()
        assert patient.email

    def test_practitioners_only_look(self) -> None:
        member = a_member(PRACTITIONER)
        own = an_appointment(practitioner=a_practitioner(user=member)).request.patient
        assert own
        client = signed_in(member)
        assert client.get(change(own)).status_code == 200
        assert client.post(change(own), self.form(own, full_name="X")).status_code == 403
        own.refresh_from_db()
        assert own.full_name != "X"


class TestWhoSeesWhom:
    def test_practitioners_find_their_own_and_nobody_elses(self) -> None:
        member = a_member(PRACTITIONER)
        own = an_appointment(
            request=a_request(patient=a_patient(full_name="My Patient")),
            practitioner=a_practitioner(user=member),
        )
        other = an_appointment(request=a_request(patient=a_patient(full_name="Not Mine")))
        client = signed_in(member)
        for model in (Appointment, AppointmentRequest, Patient):
            for query in ("", "?q=M"):
                text = client.get(changelist(model) + query).content.decode()
                assert "My Patient" in text or query
                assert "Not Mine" not in text
        for mine, theirs in (
            (own, other),
            (own.request, other.request),
            (own.request.patient, other.request.patient),
        ):
            assert client.get(change(mine)).status_code == 200
            for page in ("change", "history"):
                assert client.get(change(theirs, page)).status_code == 404
                assert client.post(change(theirs, page)).status_code in {403, 404}

    def test_two_visits_make_no_patient_appear_twice(self) -> None:
        member = a_member(PRACTITIONER)
        own, request = a_practitioner(user=member), a_request()
        first = an_appointment(Status.CANCELLED, request=request, practitioner=own)
        an_appointment(request=request, practitioner=own)
        assert first.request.patient
        text = signed_in(member).get(changelist(Patient)).content.decode()
        assert text.count(str(first.request.patient.pk)) == 1

    def test_editors_see_none(self) -> None:
        editor = a_client(EDITOR)
        for row in rows():
            assert editor.get(changelist(type(row))).status_code == 403
            for page in ("change", "history", "delete"):
                assert editor.get(change(row, page)).status_code == 403

    def test_suggestions_of_other_forms_reach_no_further(self) -> None:
        a_patient(full_name="Not Mine")
        field = "?app_label=booking&model_name=appointmentrequest&field_name=patient&term=Not"
        address = reverse("admin:autocomplete") + field
        assert a_client(EDITOR).get(address).status_code == 403
        assert a_client(PRACTITIONER).get(address).json()["results"] == []
        assert trail()[-1][:2] == ("search", "patient")

    def test_drafts_are_their_visitors_own(self) -> None:
        draft = a_draft(reason="Not yours to read")
        held = an_appointment(Status.HELD, request=draft)
        owner = a_client(OWNER)
        for row in (draft, held):
            assert owner.get(change(row)).status_code == 404
            assert str(row.pk) not in owner.get(changelist(type(row))).content.decode()


class TestTheTrail:
    @pytest.mark.parametrize("model", MODELS)
    def test_a_list_and_a_search_are_recorded_without_the_words(self, model: type) -> None:
        client = a_client(OWNER)
        client.get(changelist(model))
        client.get(changelist(model) + "?q=Adalovelace")
        name = model.__name__.lower()
        assert trail() == [("list", name, ""), ("search", name, "")]
        for entry in AccessLog.objects.values():
            assert "Adalovelace" not in str(entry)

    def test_every_look_at_one_is_recorded(self) -> None:
        client = a_client(OWNER)
        for row in rows():
            before = len(trail())
            client.get(change(row))
            client.get(change(row, "history"))
            looks = trail()[before:]
            assert looks == [("open", row._meta.model_name, str(row.pk))] * 2

    def test_a_change_is_recorded_as_one(self) -> None:
        patient = a_patient()
        a_client(FRONT_DESK).post(change(patient), TestPatients().form(patient))
        assert trail()[0] == ("change", "patient", str(patient.pk))

    def test_a_refusal_outlives_the_transaction_it_ended(self) -> None:
        other = an_appointment()
        member = a_member(PRACTITIONER)
        signed_in(member).post(change(other), {})
        entry = AccessLog.objects.get()
        assert (entry.action, entry.user, entry.subject) == ("refused", member.pk, str(other.pk))


class TestOneAppointment:
    def history(self, appointment: Appointment) -> list[tuple[str, str, str]]:
        """What happened, with its time and who did it, as the page lists it."""
        page = a_client(OWNER).get(change(appointment)).content.decode()
        rows = re.findall(r"<tr>(.*?)</tr>", page[page.index("What became of it") :], re.DOTALL)
        cells = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in rows]
        return [
            (what, time.replace("\u00a0", " "), who) for _at, what, time, who, _why in cells[1:]
        ]

    def test_shows_what_became_of_it_and_who_did_it(self, now: datetime) -> None:
        appointment = an_appointment(Status.PENDING)
        member = a_member(FRONT_DESK, full_name="Ana Reyes")
        actions.confirm(appointment_id=appointment.pk, by=Actor.staff(member), now=now)
        later = now + timedelta(minutes=5)
        actions.cancel(appointment_id=appointment.pk, by=Actor.patient(), now=later)
        ten = "Wed Jun 17, 10:00 am EDT"
        assert self.history(appointment) == [
            ("Confirmed", ten, "Ana Reyes"),
            ("Cancelled", ten, "the patient"),
        ]
        text = a_client(OWNER).get(change(appointment)).content.decode()
        assert "Cancelled by you." in text
        assert "9:05\u00a0am" in text

    def test_shows_moves_and_attendance_though_all_was_at_one_instant(self, now: datetime) -> None:
        service = a_service()
        person = a_practitioner(service)
        by = Actor.staff(a_member(FRONT_DESK, full_name="Ana Reyes"))
        booked = actions.book(
            service=service, starts_at=TEN_O_CLOCK, details=details(), by=by, now=now
        )
        for hours in (1, 2):
            to = TEN_O_CLOCK + timedelta(hours=hours)
            actions.move(
                appointment_id=booked.pk, starts_at=to, practitioner=person, by=by, now=now
            )
        actions.confirm_attendance(appointment_id=booked.pk, by=Actor.patient(), now=now)
        ten, eleven, noon = (
            f"Wed Jun 17, {clock} EDT" for clock in ("10:00 am", "11:00 am", "12:00 pm")
        )
        assert self.history(booked) == [
            ("Confirmed", ten, "Ana Reyes"),
            ("Moved", f"{ten} → {eleven}", "Ana Reyes"),
            ("Moved", f"{eleven} → {noon}", "Ana Reyes"),
            ("Said to be coming", noon, "the patient"),
        ]

    def test_shows_what_was_offered_and_what_was_taken(self, now: datetime) -> None:
        service = a_service()
        asked = an_appointment(
            Status.PENDING, service=service, practitioner=a_practitioner(service)
        )
        by = Actor.staff(a_member(FRONT_DESK, full_name="Ana Reyes"))
        times = [Proposal(TEN_O_CLOCK + timedelta(hours=hours)) for hours in (1, 2)]
        offered = actions.offer(appointment_id=asked.pk, times=times, by=by, now=now)
        actions.accept_offer(
            appointment_id=offered[1].pk, by=Actor.patient(), now=now + timedelta(hours=1)
        )
        ten, eleven, noon = (
            f"Wed Jun 17, {clock} EDT" for clock in ("10:00 am", "11:00 am", "12:00 pm")
        )
        expected = [
            ("Other times offered instead", ten, "Ana Reyes"),
            ("Offered", eleven, "Ana Reyes"),
            ("Offered", noon, "Ana Reyes"),
            ("Another offered time taken", eleven, "the patient"),
            ("Confirmed", noon, "the patient"),
        ]
        assert sorted(self.history(asked)) == sorted(expected)
        assert self.history(asked)[-2:] == expected[-2:]
        assert self.history(offered[0]) == self.history(asked)

    def test_shows_what_nobody_answered(self, now: datetime) -> None:
        asked = an_appointment(Status.PENDING)
        actions.expire_lapsed(now=now + timedelta(hours=25))
        ten = "Wed Jun 17, 10:00 am EDT"
        assert self.history(asked) == [("Expired, not answered in time", ten, "the clock")]

    def test_is_silent_about_what_a_visitor_chose_and_gave_up(self, service: Service) -> None:
        a_practitioner(service)
        visitor = Visitor("en")
        visitor.passes_gate(service)
        visitor.chooses(TEN_O_CLOCK)
        asked = visitor.books(service, TEN_O_CLOCK + timedelta(hours=1))
        [only] = self.history(asked)
        assert only == ("Requested", "Wed Jun 17, 11:00 am EDT", "the patient")

    @pytest.mark.parametrize(
        ("status", "verbs"),
        [
            (Status.PENDING, {"confirm", "offer", "decline", "move"}),
            (Status.PROPOSED, {"cancel"}),
            (Status.BOOKED, {"cancel", "move", "offer"}),
            (Status.CANCELLED, set()),
            (Status.FULFILLED, set()),
        ],
    )
    def test_offers_what_can_be_done(self, status: Status, verbs: set[str]) -> None:
        appointment = an_appointment(status)
        text = a_client(FRONT_DESK).get(change(appointment)).content.decode()
        for verb in ("confirm", "offer", "decline", "move", "cancel"):
            address = reverse(f"desk:{verb}", args=[appointment.pk])
            assert (address in text) == (verb in verbs), verb

    def test_leads_to_the_patients_page_and_nowhere_that_is_refused(self) -> None:
        member = a_member(PRACTITIONER)
        appointment = an_appointment(practitioner=a_practitioner(user=member))
        patient = appointment.request.patient
        assert patient is not None
        client = signed_in(member)
        for row in (appointment, appointment.request):
            text = client.get(change(row)).content.decode()
            assert reverse("desk:patient", args=[patient.pk]) in text
            for address in set(re.findall(r'href="(/admin/(?:clinic|content)/[^"]+)"', text)):
                assert client.get(address).status_code == 200, address

    def test_says_nothing_of_what_is_not_there(self) -> None:
        text = a_client(FRONT_DESK).get(change(an_appointment(Status.PENDING))).content.decode()
        assert "Kept until" in text
        assert "Why it ended" not in text
        assert "Says they are coming" not in text

    def test_hostile_words_are_inert(self) -> None:
        hostile = "<img src=x onerror=alert(1)>"
        patient = a_patient(full_name=hostile, needs=hostile, booked_by=hostile)
        request = a_request(patient=patient, reason=hostile, note_to_patient=hostile)
        client = a_client(OWNER)
        for row in (an_appointment(request=request), request, patient):
            for address in (change(row), changelist(type(row)), change(row, "history")):
                assert hostile not in client.get(address).content.decode()


class TestMessages:
    def test_can_be_read_as_they_are_sent_but_open_nothing(self) -> None:
        message = a_message(an_appointment())
        text = a_client(FRONT_DESK).get(change(message)).content.decode()
        assert "Example Clinic" in text[text.index("How it reads") :]
        assert "the patient’s own link" in text
        assert links.token_for(message.request) not in text

    @pytest.mark.parametrize("status", [Status.BOOKED, Status.PROPOSED, Status.CANCELLED])
    def test_every_kind_has_a_preview_that_opens_nothing(self, status: Status) -> None:
        appointment = an_appointment(status)
        client, token = a_client(FRONT_DESK), links.token_for(appointment.request)
        for kind in Message.Kind:
            for channel in Message.Channel:
                message = a_message(appointment, kind=kind, channel=channel)
                response = client.get(change(message))
                assert response.status_code == 200, (kind, channel)
                assert token not in response.content.decode(), (kind, channel)

    def test_are_found_by_state(self) -> None:
        appointment = an_appointment()
        failed = a_message(appointment, state=Message.State.FAILED)
        waiting = a_message(appointment)
        address = changelist(Message) + "?state__exact=failed"
        text = a_client(FRONT_DESK).get(address).content.decode()
        assert str(failed.pk) in text
        assert str(waiting.pk) not in text

    def test_only_what_failed_is_sent_again(self) -> None:
        appointment = an_appointment()
        client = a_client(FRONT_DESK)
        for state in Message.State:
            message = a_message(appointment, state=state)
            text = client.get(change(message)).content.decode()
            address = reverse("desk:send-again", args=[message.pk])
            assert (address in text) == (state == Message.State.FAILED)


@pytest.mark.parametrize("model", MODELS)
def test_the_queries_of_a_list_do_not_grow(model: type) -> None:
    client = a_client(OWNER)
    rows()
    client.get(changelist(model))
    few = count_queries(lambda: client.get(changelist(model)))
    for hours in range(1, 4):
        appointment = an_appointment(
            Status.PENDING,
            Appointment.objects.latest("starts_at").starts_at + timedelta(hours=hours),
        )
        a_message(appointment)
    assert count_queries(lambda: client.get(changelist(model))) <= few


def test_a_birth_date_stands_short_in_the_list() -> None:
    a_patient(birth_date=date(1968, 3, 14))
    page = a_client(FRONT_DESK).get(changelist(Patient)).content.decode()
    assert "Mar 14, 1968" in page
    assert "Thursday" not in page


class TestWhoBookedIt:
    def page(self, appointment: Appointment) -> str:
        return text_of(a_client(OWNER).get(change(appointment)))

    def booked(self, now: datetime, by: User, **who: Any) -> Appointment:
        service = a_service()
        a_practitioner(service)
        return actions.book(
            service=service,
            starts_at=TEN_O_CLOCK,
            details=details(**who),
            by=Actor.staff(by),
            now=now,
        )

    def test_the_patient_on_the_site(self) -> None:
        assert "Booked by: the patient" in self.page(an_appointment())

    def test_somebody_at_the_desk_is_named(self, now: datetime) -> None:
        ana = a_member(FRONT_DESK, full_name="Ana Reyes")
        booked = self.booked(now, ana)
        assert "Booked by: Ana Reyes, for the patient" in self.page(booked)
        bob = a_member(FRONT_DESK, full_name="Bob Later")
        actions.cancel(appointment_id=booked.pk, by=Actor.staff(bob), now=now)
        assert "Booked by: Ana Reyes, for the patient" in self.page(booked)

    def test_and_who_called(self, now: datetime) -> None:
        ana = a_member(FRONT_DESK, full_name="Ana Reyes")
        booked = self.booked(now, ana, booked_by="Mia Lopez")
        assert "Booked by: Ana Reyes, for Mia Lopez" in self.page(booked)


def test_what_to_know_before_is_called_cautions_everywhere() -> None:
    appointment = an_appointment()
    for row in (appointment, appointment.request):
        text = text_of(a_client(OWNER).get(change(row)))
        assert "Cautions: none" in text
        assert "Flags" not in text
