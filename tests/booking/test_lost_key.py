"""A key of FIELD_KEYS is lost: pages say so where a text stood, and nothing is lost with it."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.urls import reverse
from pytest_django import Settings

from booking import actions
from booking.desk.slots import write_slot
from booking.models import (
    Appointment,
    AppointmentRequest,
    LostLink,
    Message,
    Patient,
    PatientEvent,
    PatientNote,
    Status,
)
from clinic import fields
from clinic.models import User
from clinic.roles import FRONT_DESK, OWNER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, page_of, text_of
from tests.booking.linked import opens, says
from tests.booking.test_desk_patients import contact
from tests.booking.test_desk_queries import a_whole_clinic, pages, staff
from tests.booking.visitor import Visitor
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

WORDS = "This text cannot be shown: the key that opens it is missing."
SPANISH = "Este texto no se puede mostrar: falta la clave que lo abre."
SAID = "Zebraquartz"


@pytest.fixture
def owner(db: None) -> User:
    return a_member(OWNER)


def lose_the_key(settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


def a_visit_with_texts(status: Status = Status.PENDING, **said: Any) -> Appointment:
    a_clinic()
    texts = dict.fromkeys(("reason", "note_to_patient"), SAID) | said
    request = a_request(patient=a_patient(needs=SAID), **texts)
    return an_appointment(status, request=request)


def sealed(model: Any, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} ORDER BY 1")
        return [text for (text,) in cursor.fetchall()]


def test_every_page_of_the_desk_still_opens(owner: User, now: datetime, settings: Settings) -> None:
    first, double = a_whole_clinic(owner, now)
    client, addresses = signed_in(owner), pages(first, double)
    lose_the_key(settings)
    answers = {name: client.get(page, follow=True).status_code for name, page in addresses.items()}
    assert {name: status for name, status in answers.items() if status != 200} == {}


def test_pages_say_what_is_missing_and_show_all_else(owner: User, settings: Settings) -> None:
    visit = a_visit_with_texts(screening=json.dumps(["pregnancy"]))
    lose_the_key(settings)
    client, patient = signed_in(owner), visit.request.patient
    assert patient
    for page in (
        reverse("admin:index"),
        page_of(visit.pk),
        address("patient", patient.pk),
        address("patient-record", patient.pk),
    ):
        said = text_of(client.get(page))
        assert WORDS in said
        assert "Ada Example" in said
        assert "gAAAA" not in said
    exported = client.get(address("patient-export", patient.pk)).json()
    assert exported["requests"][0]["reason"] == f"({WORDS})"


def test_a_correction_of_all_else_keeps_the_sealed_text(settings: Settings) -> None:
    patient = a_visit_with_texts().request.patient
    assert patient
    before, kept = sealed(Patient, "needs"), settings.FIELD_KEYS
    lose_the_key(settings)
    shown = Patient.objects.get()
    a_client(FRONT_DESK).post(
        address("correct-patient", patient.pk), contact(shown, full_name="Ada King")
    )
    patient.refresh_from_db(fields=["full_name"])
    assert patient.full_name == "Ada King"
    assert sealed(Patient, "needs") == before
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, *kept]
    assert Patient.objects.get().needs == SAID


def test_saving_a_whole_row_keeps_it_too(settings: Settings) -> None:
    a_visit_with_texts()
    before = sealed(AppointmentRequest, "reason")
    lose_the_key(settings)
    request = AppointmentRequest.objects.get()
    request.save()
    AppointmentRequest.objects.update(reason=request.reason)
    assert sealed(AppointmentRequest, "reason") == before


def test_the_words_are_not_taken_for_an_answer_of_the_patient(settings: Settings) -> None:
    """Whoever books again for somebody finds the form empty where nothing can be read."""
    visit = a_visit_with_texts()
    an_appointment(Status.CANCELLED, request=visit.request, starts_at=TEN_O_CLOCK)
    service = a_service()
    person = a_practitioner(service)
    lose_the_key(settings)
    page = a_client(FRONT_DESK).get(
        reverse("desk:book"),
        {
            "service": service.slug,
            "for": str(visit.request_id),
            "slot": write_slot(TEN_O_CLOCK + timedelta(hours=3), person.pk),
        },
    )
    assert 'value="Ada Example"' in page.content.decode()
    assert WORDS not in text_of(page)


def test_the_patient_reads_the_rest_in_their_language(settings: Settings) -> None:
    visit = a_visit_with_texts(Status.BOOKED)
    lose_the_key(settings)
    for visitor, words in ((Visitor(), WORDS), (Visitor("es"), SPANISH)):
        page = opens(visitor, visit.request)
        assert page.status_code == 200
        assert words in text_of(page)
        assert says(visitor, page, "Confirmed")


def test_a_draft_is_asked_again(settings: Settings) -> None:
    a_clinic()
    service = a_service()
    a_practitioner(service)
    visitor = Visitor()
    visitor.comes_to_check(service, reason=SAID)
    lose_the_key(settings)
    assert visitor.get("book-check").headers["Location"] == "/book/details/"
    assert visitor.get("book-details").status_code == 200
    visitor.tells(reason=SAID)
    assert visitor.sends().headers["Location"] == "/book/done/"


def test_who_asked_for_a_link_gets_none_and_keeps_nobody_waiting(
    now: datetime, settings: Settings
) -> None:
    visit = a_visit_with_texts()
    assert visit.request.patient
    actions.ask_for_links(email=visit.request.patient.email, now=now)
    lose_the_key(settings)
    actions.send_lost_links(now=now)
    assert not LostLink.objects.exists()
    assert not Message.objects.exists()


def test_a_record_can_be_erased(owner: User, now: datetime, settings: Settings) -> None:
    visit = an_appointment(Status.FULFILLED, now - timedelta(days=9))
    patient = visit.request.patient
    assert patient
    actions.add_note(patient_id=patient.pk, text=SAID, by=staff(owner), now=now)
    lose_the_key(settings)
    actions.erase_patient(
        patient_id=patient.pk, reason=PatientEvent.ErasedBecause.ASKED, by=staff(owner), now=now
    )
    assert sealed(PatientNote, "text") == [""]


def test_the_log_says_it_once(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    a_visit_with_texts()
    lose_the_key(settings)
    fields._report_lost_key.cache_clear()
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            Patient.objects.get()
    assert [each.getMessage() for each in caplog.records] == [
        "booking.Patient.needs: none of FIELD_KEYS opens a text. Was a key lost?"
    ]
    assert SAID not in caplog.text


def test_what_is_no_key_is_not_taken_for_a_lost_one(settings: Settings) -> None:
    a_visit_with_texts()
    settings.FIELD_KEYS = ["a typing error", *settings.FIELD_KEYS]
    with pytest.raises(ValueError, match="Fernet key"):
        AppointmentRequest.objects.get()
