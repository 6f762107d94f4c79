"""Several services for somebody on the telephone, at the desk: chosen, found, booked together."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from booking.desk.slots import write_slot
from booking.models import Appointment, Message, Patient, Status
from clinic.models import AccessLog, Practitioner, Service
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
from tests.booking.desk import form, nothing_is_done, page_of, said, text_of
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF_PAST = TEN_O_CLOCK + HOUR / 2
BOOK, VISIT, PATIENTS = (reverse(f"desk:{name}") for name in ("book", "book-visit", "patients"))
CALLER = {
    "full_name": "Ada Example",
    "email": "ada@patients.test",
    "prefers": "email",
    "language": "en",
}


@pytest.fixture(autouse=True)
def _clinic(db: None) -> None:
    a_clinic()


@pytest.fixture
def services() -> list[Service]:
    return [a_service(name_en="Consultation"), a_service(name_en="Acupressure")]


@pytest.fixture
def practitioner(services: list[Service]) -> Practitioner:
    return a_practitioner(*services, name="Alex Example")


def url(*services: Service | str, **more: str | list[str]) -> str:
    slugs = [service if isinstance(service, str) else service.slug for service in services]
    query = {"service": slugs, **more}
    return f"{VISIT}?{urlencode(query, doseq=True)}"


def slots(*times: tuple[datetime, Practitioner]) -> list[str]:
    return [write_slot(start, practitioner.pk) for start, practitioner in times]


@pytest.fixture
def at_ten(services: list[Service], practitioner: Practitioner) -> str:
    return url(*services, slot=slots((TEN_O_CLOCK, practitioner), (HALF_PAST, practitioner)))


class TestTheServices:
    def test_are_chosen_on_the_page_of_services(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        page = a_client(FRONT_DESK).get(BOOK)
        assert "Several services in one visit" in text_of(page)
        assert page.content.decode().count('<select name="service">') == 4

    def test_for_whom_it_is_goes_along(self, services: list[Service]) -> None:
        patient = a_patient()
        page = a_client(FRONT_DESK).get(BOOK, {"patient": str(patient.pk)}).content.decode()
        assert f'<input type="hidden" name="patient" value="{patient.pk}">' in page

    def test_a_day_of_the_calendar_goes_along(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        [slot] = slots((TEN_O_CLOCK, practitioner))
        page = a_client(FRONT_DESK).get(BOOK, {"slot": slot}).content.decode()
        assert '<input type="hidden" name="from" value="2026-06-17">' in page

    @pytest.mark.parametrize(
        ("chosen", "problem"),
        [
            (["", ""], "Choose at least two services."),
            (["one"], "Choose at least two services."),
            (["one", "nonsense"], "One of these services cannot be booked."),
            (["one", "two\x00"], "One of these services cannot be booked."),
            (["one", "x" * 5000], "One of these services cannot be booked."),
            (["one", "<script>"], "One of these services cannot be booked."),
            (["one", "gone"], "One of these services cannot be booked."),
            (["one"] * 5, "A visit has at most 4 services."),
        ],
    )
    def test_that_make_no_visit_are_asked_for_again(self, chosen: list[str], problem: str) -> None:
        a_practitioner(a_service(slug="one"), a_service(slug="gone", is_active=False))
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.get(url(*chosen))
            assert client.post(url(*chosen), form(**CALLER)).status_code == 200
        assert problem in text_of(response)
        assert "<script>" not in response.content.decode().replace("<script src", "")
        assert response.content.decode().count("selected>") == min(chosen.count("one"), 4)

    def test_asked_for_the_first_time_nothing_is_wrong(self, services: list[Service]) -> None:
        page = a_client(FRONT_DESK).get(VISIT)
        assert "errornote" not in page.content.decode()


class TestTheTimes:
    def test_are_those_at_which_all_fit(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        an_appointment(starts_at=TEN_O_CLOCK + HOUR, service=services[0], practitioner=practitioner)
        page = a_client(FRONT_DESK).get(url(*services))
        text, html = text_of(page), page.content.decode()
        assert "Consultation, 30 minutes, then Acupressure, 30 minutes" in text
        both = urlencode(
            {"slot": slots((TEN_O_CLOCK, practitioner), (HALF_PAST, practitioner))}, True
        )
        assert both.replace("+", "%20").replace("&", "&amp;") in html
        assert "10:00 am, Alex Example, Wednesday, June 17, 2026" in text
        assert "10:30 am, Alex Example, Wednesday, June 17, 2026" not in text

    def test_say_who_comes_then(self, services: list[Service]) -> None:
        a_practitioner(services[0], name="Alex Example")
        a_practitioner(services[1], name="Bo Example")
        assert "then Bo Example" in text_of(a_client(FRONT_DESK).get(url(*services)))

    def test_are_of_a_day_and_of_whom_one_chooses(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        other = a_practitioner(*services, name="Bo Example")
        address = url(*services, practitioner=other.slug, **{"from": "2026-09-01"})
        text = text_of(a_client(FRONT_DESK).get(address))
        assert "Bo Example, Tuesday, September 1, 2026" in text
        assert "Alex Example, Tuesday" not in text

    def test_other_days_keep_the_services_and_for_whom(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        patient = a_patient()
        page = a_client(FRONT_DESK).get(url(*services, patient=str(patient.pk))).content.decode()
        for service in services:
            assert f'<input type="hidden" name="service" value="{service.slug}">' in page
        assert f"&amp;patient={patient.pk}&amp;from=2026-06-29" in page

    @pytest.mark.parametrize(
        "chosen",
        [
            ["nonsense", "nonsense"],
            ["2026-06-17T14:00Z 1"],
            ["2026-06-17T14:00Z 99999", "2026-06-17T14:30Z 99999"],
            ["\x00", "x" * 5000],
            ["2026-06-17T14:00Z 1"] * 5,
        ],
    )
    def test_that_no_page_wrote_are_asked_for_again(
        self, services: list[Service], practitioner: Practitioner, chosen: list[str]
    ) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(url(*services, slot=chosen), form(**CALLER))
        assert "Choose from the times shown." in text_of(response)

    @pytest.mark.parametrize("query", [{"from": "nonsense"}, {"practitioner": "\x00"}])
    def test_nonsense_is_passed_over(
        self, services: list[Service], practitioner: Practitioner, query: dict[str, str]
    ) -> None:
        assert a_client(FRONT_DESK).get(url(*services, **query)).status_code == 200


class TestBooking:
    def test_all_are_confirmed_and_written_down(self, at_ten: str) -> None:
        client = a_client(FRONT_DESK)
        assert "Wed Jun 17, 10:30 am EDT, Alex Example" in text_of(client.get(at_ten))
        response = client.post(at_ten, form(**CALLER, reason="A stiff neck"))
        assert said(response) == "Booked and confirmed: 2 appointments in one visit."
        first, second = Appointment.objects.order_by("starts_at")
        assert response.headers["Location"] == page_of(first.pk)
        for each in (first, second):
            assert each.status == Status.BOOKED
            assert each.request.reason == "A stiff neck"
            assert AccessLog.objects.filter(action="add", subject=str(each.pk)).exists()
        assert first.request.patient == second.request.patient == Patient.objects.get()

    def test_each_page_leads_to_the_others(self, at_ten: str) -> None:
        client = a_client(FRONT_DESK)
        client.post(at_ten, form(**CALLER))
        first, second = Appointment.objects.order_by("starts_at")
        for here, there in ((first, second), (second, first)):
            page = client.get(page_of(here.pk))
            assert "In the same visit" in text_of(page)
            assert page_of(there.pk) in page.content.decode()

    def test_what_was_booked_alone_says_nothing_of_a_visit(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        alone = an_appointment(service=services[0], practitioner=practitioner)
        assert "In the same visit" not in text_of(a_client(FRONT_DESK).get(page_of(alone.pk)))

    def test_practitioners_see_nothing_of_the_part_of_others(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        member = a_member(PRACTITIONER)
        Practitioner.objects.filter(pk=practitioner.pk).update(user=member)
        other = a_practitioner(services[1], name="Bo Example")
        two = slots((TEN_O_CLOCK, practitioner), (HALF_PAST, other))
        a_client(FRONT_DESK).post(url(*services, slot=two), form(**CALLER))
        first, second = Appointment.objects.order_by("starts_at")
        page = signed_in(member).get(page_of(first.pk)).content.decode()
        assert "Bo Example" not in page
        assert page_of(second.pk) not in page

    def test_the_second_taken_meanwhile_books_nothing_and_loses_nothing(
        self, services: list[Service], practitioner: Practitioner, at_ten: str
    ) -> None:
        an_appointment(starts_at=HALF_PAST, service=services[1], practitioner=practitioner)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(at_ten, form(**CALLER, needs="Step-free"))
        assert response.status_code == 409
        text, page = text_of(response), response.content.decode()
        assert "Sorry, this time was just taken." in text
        assert "Wed Jun 17, 10:30 am EDT, Alex Example" in text
        assert "Wed Jun 17, 10:00 am EDT, Alex Example" not in text
        assert 'value="Ada Example"' in page
        assert "Step-free" in page
        assert "Book Wed Jun 17, 9:30 am EDT, Alex Example" in text
        assert "Book Wed Jun 17, 11:00 am EDT, Alex Example" in text

    def test_one_of_the_nearest_is_booked_with_what_was_typed(
        self, services: list[Service], practitioner: Practitioner, at_ten: str
    ) -> None:
        an_appointment(starts_at=HALF_PAST, service=services[1], practitioner=practitioner)
        client, pressed = a_client(FRONT_DESK), form(**CALLER)
        client.post(at_ten, pressed)
        nine = TEN_O_CLOCK - HOUR
        two = slots((nine, practitioner), (nine + HOUR / 2, practitioner))
        response = client.post(url(*services, slot=two), pressed)
        assert said(response).startswith("Booked and confirmed")

    def test_the_same_form_twice_is_one_visit(self, at_ten: str) -> None:
        client, pressed = a_client(FRONT_DESK), form(**CALLER)
        replies = [client.post(at_ten, pressed) for _press in range(2)]
        assert len({(said(reply), reply.headers["Location"]) for reply in replies}) == 1
        assert Appointment.objects.count() == 2
        assert Patient.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"full_name": ""}, "Enter the full name of the patient."),
            ({"submission": "nonsense"}, "This page was out of date, and nothing was done."),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_kept(
        self, at_ten: str, changes: dict[str, str], message: str
    ) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(at_ten, form(**CALLER, needs="Step-free") | changes)
        assert message in text_of(response)
        assert "Step-free" in text_of(response)

    def test_a_hostile_name_stays_a_name(self, at_ten: str) -> None:
        client, name = a_client(FRONT_DESK), '<b>=1+1"</b>'
        response = client.post(at_ten, form(**CALLER | {"full_name": name}))
        assert Patient.objects.get().full_name == name
        assert name not in client.get(response.headers["Location"]).content.decode()

    def test_for_somebody_known_the_records_are_kept_together(
        self, services: list[Service], practitioner: Practitioner
    ) -> None:
        known = a_patient(full_name="Mia Example")
        a_request(services[0], patient=known)
        two = slots((TEN_O_CLOCK, practitioner), (HALF_PAST, practitioner))
        address, client = url(*services, slot=two, patient=str(known.pk)), a_client(FRONT_DESK)
        assert "Mia Example" in client.get(address).content.decode()
        client.post(address, form(**CALLER, same_person="on"))
        new = Appointment.objects.latest("starts_at").request.patient
        assert new is not None
        assert new.merged_into == known

    def test_who_is_found_meanwhile_leads_back_to_the_visit(self, at_ten: str) -> None:
        patient, client = a_patient(full_name="Mia Example"), a_client(FRONT_DESK)
        page = client.get(at_ten).content.decode()
        query = at_ten.removeprefix(f"{VISIT}?")
        assert f"{PATIENTS}?book=1&amp;{query.replace('&', '&amp;')}" in page
        found = client.get(f"{PATIENTS}?book=1&{query}&q={patient.email}").content.decode()
        assert f"{VISIT}?{query.replace('&', '&amp;')}&amp;patient={patient.pk}" in found


@pytest.mark.parametrize(
    ("role", "code"), [(OWNER, 200), (FRONT_DESK, 200), (PRACTITIONER, 403), (EDITOR, 403)]
)
def test_is_for_whoever_reaches_everybody(role: str, code: int, at_ten: str) -> None:
    client = a_client(role)
    with nothing_is_done():
        assert client.get(at_ten).status_code == code
        if code == 403:
            assert client.post(at_ten, form(**CALLER)).status_code == 403


def test_a_stranger_is_asked_to_sign_in(at_ten: str) -> None:
    with nothing_is_done():
        response: Any = Client().post(at_ten, form(**CALLER))
    assert response.headers["Location"].startswith(reverse("admin:login"))
    assert Message.objects.count() == 0
