"""Cautions belong to the person: what was named once is before whoever treats them next."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from booking.desk.slots import write_slot
from booking.models import Appointment, AppointmentRequest, Patient, Status
from clinic.models import Practitioner, Service
from clinic.roles import FRONT_DESK
from content.models import Caution
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, desk_of, form, text_of
from tests.booking.test_desk_patients import contact
from tests.clinic.staff import a_client

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ASKED = "Does any of these apply to the patient?"


@pytest.fixture(autouse=True)
def _cautions() -> None:
    a_clinic()
    for slug, name in (("pregnancy", "Pregnancy"), ("thinners", "Blood thinners")):
        Caution.objects.update_or_create(
            slug=slug,
            defaults={
                "kind": Caution.Kind.ASK_FIRST,
                "name_en": name,
                "text_en": name,
                "ask_at_booking": True,
            },
        )


@pytest.fixture
def service() -> Service:
    return a_service()


@pytest.fixture
def person(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def ada(service: Service, person: Practitioner) -> Patient:
    """Who named a caution when she asked for her first visit."""
    patient = a_patient(full_name="Ada Lovelace")
    request = a_request(service, patient=patient, screening=json.dumps(["pregnancy"]))
    an_appointment(Status.BOOKED, TEN_O_CLOCK, request=request, practitioner=person)
    return patient


def booking_for(patient: Patient, service: Service, person: Practitioner) -> str:
    slot = write_slot(TEN_O_CLOCK + DAY, person.pk)
    return f"{reverse('desk:book')}?service={service.slug}&slot={slot}&patient={patient.pk}"


class TestThePatientsPage:
    def test_shows_what_was_named_in_any_request(self, ada: Patient) -> None:
        a_request(patient=ada, screening=json.dumps(["thinners", "pregnancy"]))
        page = text_of(a_client(FRONT_DESK).get(address("patient", ada.pk)))
        assert page.count("Pregnancy named") == 1
        assert "Blood thinners named" in page

    def test_also_in_that_of_a_record_that_was_merged(self, ada: Patient) -> None:
        double = a_patient(full_name="Ada Lovelace", merged_into=ada)
        a_request(patient=double, screening=json.dumps(["thinners"]))
        page = text_of(a_client(FRONT_DESK).get(address("patient", ada.pk)))
        assert "Blood thinners named" in page

    def test_says_nothing_where_nothing_was_named(self) -> None:
        patient = a_patient()
        a_request(patient=patient)
        assert "Cautions" not in text_of(a_client(FRONT_DESK).get(address("patient", patient.pk)))


class TestTheDay:
    def test_the_calendar_shows_it(self, ada: Patient) -> None:
        page = a_client(FRONT_DESK).get(f"{reverse('desk:calendar')}?date={TEN_O_CLOCK.date()}")
        assert "Pregnancy" in text_of(page)

    def test_todays_list_shows_it(self, ada: Patient, service: Service, now: object) -> None:
        today = Appointment.objects.get()
        Appointment.objects.filter(pk=today.pk).update(
            starts_at=TEN_O_CLOCK - 2 * DAY,
            ends_at=TEN_O_CLOCK - 2 * DAY + timedelta(minutes=30),
            blocks_from=TEN_O_CLOCK - 2 * DAY,
            blocks_until=TEN_O_CLOCK - 2 * DAY + timedelta(minutes=30),
        )
        assert "Ada Lovelace Pregnancy" in desk_of(a_client(FRONT_DESK))


class TestOnTheTelephone:
    def test_staff_ask_and_it_is_kept(self, service: Service, person: Practitioner) -> None:
        client = a_client(FRONT_DESK)
        slot = write_slot(TEN_O_CLOCK, person.pk)
        url = f"{reverse('desk:book')}?service={service.slug}&slot={slot}"
        assert ASKED in text_of(client.get(url))
        typed = contact(a_patient(full_name="Bo Other")) | {"screening": ["thinners"]}
        client.post(url, typed)
        assert json.loads(AppointmentRequest.objects.get().screening) == ["thinners"]

    def test_what_was_named_before_is_ticked_for_them_to_ask_again(
        self, ada: Patient, service: Service, person: Practitioner
    ) -> None:
        page = a_client(FRONT_DESK).get(booking_for(ada, service, person))
        ticked = page.context["form"].initial["screening"]
        assert ticked == ["pregnancy"]
        assert page.content.decode().count("checked") >= 2

    def test_what_no_longer_applies_is_unticked(
        self, ada: Patient, service: Service, person: Practitioner
    ) -> None:
        before = AppointmentRequest.objects.get()
        url = booking_for(ada, service, person)
        a_client(FRONT_DESK).post(url, contact(ada, same_person="on"))
        new = AppointmentRequest.objects.exclude(pk=before.pk).get()
        assert new.screening == ""

    def test_one_that_nobody_knows_is_refused_and_the_rest_is_kept(
        self, service: Service, person: Practitioner
    ) -> None:
        slot = write_slot(TEN_O_CLOCK, person.pk)
        url = f"{reverse('desk:book')}?service={service.slug}&slot={slot}"
        typed = contact(a_patient(full_name="Bo Other")) | {"screening": ["dragons"]}
        page = a_client(FRONT_DESK).post(url, typed)
        assert "Choose from the list." in text_of(page)
        assert "Bo Other" in page.content.decode()

    def test_whoever_was_chosen_is_the_same_person_unless_staff_say_otherwise(
        self, ada: Patient, service: Service, person: Practitioner
    ) -> None:
        page = a_client(FRONT_DESK).get(booking_for(ada, service, person))
        assert page.context["form"]["same_person"].value() is True


@pytest.mark.parametrize(
    "typed",
    [
        {"full_name": "Grace Otherwise"},
        {"birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "2015"},
    ],
)
def test_another_of_the_family_is_not_merged_by_a_tick_that_was_there(
    ada: Patient, service: Service, person: Practitioner, typed: dict[str, str]
) -> None:
    Patient.objects.filter(pk=ada.pk).update(birth_date=date(1985, 3, 14))
    ada.refresh_from_db()
    client, url = a_client(FRONT_DESK), booking_for(ada, service, person)
    page = client.post(url, contact(ada, same_person="on") | typed)
    assert "This looks like somebody else than Ada Lovelace." in text_of(page)
    assert Appointment.objects.count() == 1
    client.post(url, contact(ada) | typed)
    assert Appointment.objects.count() == 2
    assert not Patient.objects.exclude(merged_into=None).exists()


def test_a_correction_does_not_ask(ada: Patient) -> None:
    page = a_client(FRONT_DESK).get(address("correct-patient", ada.pk))
    assert ASKED not in text_of(page)
    a_client(FRONT_DESK).post(address("correct-patient", ada.pk), form(**contact(ada)))
    assert json.loads(AppointmentRequest.objects.get().screening) == ["pregnancy"]
