"""The record of who read what, as an owner reads it."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from booking.models import Appointment, AppointmentRequest, Message, Patient, Status
from clinic.audit_admin import audited
from clinic.models import AccessLog, User
from clinic.roles import FRONT_DESK, OWNER, PRACTITIONER, ROLES
from tests.booking.builders import a_clinic, a_patient, a_practitioner, a_request, an_appointment
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

LOG = reverse("admin:clinic_accesslog_changelist")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def ana(db: None) -> User:
    return a_member(FRONT_DESK, full_name="Ana Reyes", email="ana@staff.test")


@pytest.fixture
def owner(db: None) -> Client:
    return a_client(OWNER, full_name="Olga Owner")


def an_entry(by: User | None = None, **fields: Any) -> AccessLog:
    who = {"user": by.pk if by else None, "address": "192.0.2.7"}
    what = {"action": "open", "subject_type": "patient"}
    return AccessLog.objects.create(**(who | what | fields))


def listed(client: Client, **query: str) -> list[str]:
    """The entries of a page: their keys, the newest first."""
    response = client.get(LOG, query)
    assert response.status_code == 200
    return re.findall(r"/accesslog/([0-9a-f-]{36})/change/", response.content.decode())


def row(client: Client, entry: AccessLog) -> str:
    page = client.get(LOG).content.decode()
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    return str(next(each for each in rows if str(entry.pk) in each))


def change(target: Any) -> str:
    return reverse(f"admin:{target._meta.label_lower.replace('.', '_')}_change", args=[target.pk])


class TestWhatItShows:
    def test_people_by_name_and_what_they_looked_at_with_a_link(
        self, owner: Client, ana: User
    ) -> None:
        patient = a_patient(full_name="Zelda Unique")
        entry = an_entry(ana, subject=str(patient.pk))
        shown = row(owner, entry)
        assert "Ana Reyes" in shown
        assert str(ana.pk) not in shown
        assert f'<a href="{change(patient)}">{patient}</a>' in shown
        assert "192.0.2.7" in shown
        assert "Zelda" not in owner.get(LOG).content.decode()

    def test_who_has_no_name_has_an_address_and_who_is_gone_is_called_so(
        self, owner: Client
    ) -> None:
        nameless = a_member(FRONT_DESK, full_name="", email="nn@staff.test")
        assert "nn@staff.test" in row(owner, an_entry(nameless))
        assert "somebody who is gone" in row(owner, an_entry(user=uuid4()))

    def test_what_is_gone_is_named_by_its_key_and_leads_nowhere(self, owner: Client) -> None:
        key = str(uuid4())
        shown = row(owner, an_entry(subject=key))
        assert f"patient, no longer there: {key}" in shown
        assert f"/patient/{key}/" not in shown

    def test_of_every_kind(self, owner: Client) -> None:
        appointment = an_appointment()
        message = Message.objects.create(
            kind=Message.Kind.CONFIRMED, request=appointment.request, unique_key="one"
        )
        targets = (appointment, appointment.request, appointment.request.patient, message)
        for target in targets:
            assert target
            name = str(target._meta.model_name)
            entry = an_entry(subject_type=name, subject=str(target.pk))
            assert f'href="{change(target)}"' in row(owner, entry)
        person = a_practitioner()
        feed = an_entry(subject_type="calendar feed", subject=str(person.pk))
        assert f'href="{change(person)}"' in row(owner, feed)
        assert "href" not in row(owner, an_entry(subject_type="desk")).split("field-what")[1]

    def test_who_was_given_a_new_second_factor(self, owner: Client, ana: User) -> None:
        entry = an_entry(action="second factor reset", subject_type="user", subject=str(ana.pk))
        shown = row(owner, entry)
        assert f'href="{change(ana)}"' in shown
        assert "no longer there" not in shown

    def test_what_never_was_a_row_is_not_said_to_be_gone(self, owner: Client) -> None:
        shown = row(owner, an_entry(action="export", subject_type="reports", subject="hours"))
        assert "reports: hours" in shown

    def test_a_number_that_no_database_holds(self, owner: Client) -> None:
        url = reverse("desk:renew-feed", args=[10**30])
        assert owner.get(url).status_code == 404
        assert "renew feed" in row(owner, AccessLog.objects.get(subject_type="renew-feed"))

    def test_refusals_stand_out(self, owner: Client) -> None:
        appointment = an_appointment()
        stranger = a_member(PRACTITIONER, full_name="Pat Stranger")
        assert signed_in(stranger).get(change(appointment)).status_code == 404
        entry = AccessLog.objects.get(action="refused")
        shown = row(owner, entry)
        assert '<strong class="late-word">refused</strong>' in shown
        assert "appointment (change)" in shown
        assert f'href="{change(appointment)}"' in shown

    def test_nothing_encrypted_is_read(self, owner: Client) -> None:
        request = a_request(reason="Secret")
        AppointmentRequest.objects.filter(pk=request.pk).update(note_to_patient="")
        an_entry(subject_type="appointmentrequest", subject=str(request.pk))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("clinic.fields.cipher", lambda: pytest.fail("decrypted"))
            assert owner.get(LOG).status_code == 200

    def test_one_entry_says_the_same(self, owner: Client, ana: User) -> None:
        patient = a_patient()
        entry = an_entry(ana, subject=str(patient.pk))
        page = owner.get(change(entry)).content.decode()
        assert "Ana Reyes" in page
        assert f'href="{change(patient)}"' in page

    def test_the_queries_do_not_grow(self, owner: Client, ana: User) -> None:
        an_entry(ana, subject=str(a_patient().pk))
        few = count_queries(lambda: owner.get(LOG))
        for _ in range(5):
            appointment = an_appointment(Status.CANCELLED)
            for target in (appointment, appointment.request, appointment.request.patient):
                assert target
                an_entry(ana, subject=str(target.pk), subject_type=target._meta.model_name)
        assert count_queries(lambda: owner.get(LOG)) <= few


class TestFinding:
    def test_by_person_action_kind_key_and_address(self, owner: Client, ana: User) -> None:
        patient = a_patient()
        entry = an_entry(ana, subject=str(patient.pk))
        refused = an_entry(action="refused", subject_type="message", address="2001:db8::1")
        for words in ("Ana", "reyes ana", "ana@staff", "Ana open", str(patient.pk), str(ana.pk)):
            assert listed(owner, q=words) == [str(entry.pk)], words
        assert listed(owner, q=str(patient.pk)[:8]) == [str(entry.pk)]
        assert listed(owner, q="192.0.2.7 patient") == [str(entry.pk)]
        for words in ("refused", "message", "2001:db8::1"):
            assert listed(owner, q=words) == [str(refused.pk)], words
        assert listed(owner, q="Ana refused") == []

    def test_by_the_reference_of_a_request_whatever_of_it_was_looked_at(
        self, owner: Client
    ) -> None:
        appointment, other = an_appointment(), an_appointment()
        about = [appointment, appointment.request, appointment.request.patient]
        keys = {str(an_entry(subject=str(each.pk)).pk) for each in about if each}
        an_entry(subject=str(other.pk))
        reference = appointment.request.reference
        assert set(listed(owner, q=reference)) == keys
        assert set(listed(owner, q=reference.lower())) == keys

    def test_by_day_as_the_clinic_counts_them(self, owner: Client) -> None:
        late = an_entry(at=datetime(2026, 6, 2, 3, 59, tzinfo=UTC))  # June 1, 11:59 pm
        early = an_entry(at=datetime(2026, 6, 2, 4, 0, tzinfo=UTC))
        assert listed(owner, until="2026-06-01") == [str(late.pk)]
        assert listed(owner, since="2026-06-02", until="2026-06-02") == [str(early.pk)]
        assert listed(owner, since="2026-06-03", until="2026-06-04") == []

    def test_the_filters_hold_together(self, owner: Client, ana: User) -> None:
        patient = a_patient()
        entry = an_entry(ana, subject=str(patient.pk), at=datetime(2026, 6, 2, 15, tzinfo=UTC))
        an_entry(ana, at=datetime(2026, 6, 2, 15, tzinfo=UTC))
        an_entry(subject=str(patient.pk), at=datetime(2026, 6, 2, 15, tzinfo=UTC))
        query = {"user": str(ana.pk), "subject": str(patient.pk), "since": "2026-06-01"}
        assert listed(owner, **query, q="open") == [str(entry.pk)]
        assert listed(owner, **query, _facets="True") == [str(entry.pk)]  # with their counts
        page = owner.get(LOG, {**query, "q": "open"}).content.decode()
        days = page[page.index('class="days-filter"') :].split("</form>")[0]
        for name in ("user", "subject", "q"):
            assert f'type="hidden" name="{name}"' in days
        assert 'type="hidden" name="since"' not in days

    @pytest.mark.parametrize(
        "query",
        [
            {"since": "nonsense"},
            {"since": "2026-02-30"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
            {"since": "2026-06-10", "until": "2026-06-01"},
            {"since": "\x00", "until": "\x00"},
        ],
    )
    def test_days_that_make_no_sense_are_said(self, owner: Client, query: dict[str, str]) -> None:
        entry = an_entry()
        response = owner.get(LOG, query)
        assert 'class="errorlist"' in response.content.decode()
        assert str(entry.pk) in response.content.decode()

    @pytest.mark.parametrize(
        "value", ["\x00", "<script>", "x" * 5000, "\u202e=1+1", "' OR 1=1", "word " * 500]
    )
    def test_bad_input_finds_nothing_and_breaks_nothing(self, owner: Client, value: str) -> None:
        an_entry()
        for name in ("q", "user", "subject", "action", "subject_type__exact", "p"):
            response = owner.get(LOG, {name: value}, follow=True)
            assert response.status_code == 200
            assert "<script>" not in response.content.decode()


class TestTheWayToIt:
    def test_owners_find_who_looked_on_the_pages_of_a_patient_and_an_appointment(
        self, owner: Client, ana: User
    ) -> None:
        appointment = an_appointment()
        patient = appointment.request.patient
        assert patient
        for target in (appointment, appointment.request, patient):
            signed_in(ana).get(change(target))
            way = f"{LOG}?subject={target.pk}"
            page = owner.get(change(target)).content.decode()
            assert f'href="{way}"' in page
            assert "Who looked at this" in page
            found = owner.get(way).content.decode()
            assert "Ana Reyes" in found
            looks = AccessLog.objects.filter(subject=str(target.pk)).count()
            assert len(set(listed(owner, subject=str(target.pk)))) == looks == 2

    @pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER])
    def test_nobody_else_does(self, role: str) -> None:
        member = a_member(role)
        appointment = an_appointment(practitioner=a_practitioner(user=member))
        client = signed_in(member)
        for target in (appointment, appointment.request.patient):
            assert "Who looked" not in client.get(change(target)).content.decode()
        assert client.get(LOG).status_code == 403

    @pytest.mark.parametrize("role", ROLES)
    def test_nobody_edits_it(self, role: str) -> None:
        client, entry = a_client(role), an_entry()
        status = 200 if role == OWNER else 403
        assert client.get(change(entry)).status_code == status
        for path in (change(entry), change(entry).replace("change", "delete"), f"{LOG}add/"):
            assert client.post(path, {"action": "x", "post": "yes"}).status_code == 403
        data = {"action": "delete_selected", "_selected_action": [str(entry.pk)], "post": "yes"}
        client.post(LOG, data)
        assert AccessLog.objects.filter(pk=entry.pk, action="open").exists()
        with pytest.raises(DatabaseError):
            AccessLog.objects.filter(pk=entry.pk).update(action="x")


def test_what_belongs_to_a_request_is_found_by_its_reference() -> None:
    found = {model for model, model_admin in audited() if model_admin.found_by}
    assert found >= {Appointment, AppointmentRequest, Message, Patient}
