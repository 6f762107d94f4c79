"""What staff do with free times: offer others, move, and book for somebody on the telephone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from booking import actions
from booking.actors import Actor
from booking.desk.forms import parse_slot, write_slot
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Patient, Status
from clinic.models import AccessLog, Practitioner, Service
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_practitioner,
    a_service,
    an_appointment,
)
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ELEVEN, NOON, ONE, TWO = (TEN_O_CLOCK + n * HOUR for n in (1, 2, 3, 4))
BOOK = reverse("desk:book")
PATIENT = {"who": "self", "full_name": "Ada Example", "telephone": "732-555-0199"}
CHOICES = {"prefers": "telephone", "language": "en"}
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service(db: None) -> Service:
    return a_service()


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def waiting(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(Status.PENDING, service=service, practitioner=practitioner)


def address(verb: str, appointment: Appointment) -> str:
    return reverse(f"desk:{verb}", args=[appointment.pk])


def slot(start: datetime, practitioner: Practitioner) -> str:
    return write_slot(start, practitioner.pk)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def text_of(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def offers(client: Client, appointment: Appointment, *starts: datetime, **data: str) -> Any:
    slots = [slot(start, appointment.practitioner) for start in starts]
    form = {"slots": slots, "submission": str(uuid4())} | data
    return client.post(address("offer", appointment), form)


class TestOffering:
    def test_the_page_shows_what_is_free_for_staff(self, waiting: Appointment) -> None:
        """Today too, though patients are asked for a day's notice; not the time that is taken."""
        page = a_client(FRONT_DESK).get(address("offer", waiting)).content.decode()
        assert slot(ELEVEN, waiting.practitioner) in page
        assert slot(TEN_O_CLOCK - 2 * DAY + HOUR, waiting.practitioner) in page
        assert slot(TEN_O_CLOCK, waiting.practitioner) not in page

    def test_other_days_and_one_person_can_be_chosen(
        self, waiting: Appointment, service: Service
    ) -> None:
        other = a_practitioner(service)
        query = {"from": "2026-09-01", "practitioner": other.slug}
        page = a_client(FRONT_DESK).get(address("offer", waiting), query).content.decode()
        assert slot(TEN_O_CLOCK + 76 * DAY, other) in page
        assert slot(TEN_O_CLOCK + 76 * DAY, waiting.practitioner) not in page

    @pytest.mark.parametrize(
        "query",
        [
            {"from": "nonsense"},
            {"from": "0001-01-01"},
            {"from": "9999-12-31"},
            {"practitioner": "\x00"},
        ],
    )
    def test_nonsense_is_passed_over(self, waiting: Appointment, query: dict[str, str]) -> None:
        assert a_client(FRONT_DESK).get(address("offer", waiting), query).status_code == 200

    def test_two_are_offered(self, waiting: Appointment) -> None:
        response = offers(a_client(FRONT_DESK), waiting, ELEVEN, NOON, note="See you.")
        assert said(response) == "Offered. The patient is asked to choose."
        found = Appointment.objects.offered_to(waiting.request)
        assert [row.starts_at for row in found] == [ELEVEN, NOON]

    @pytest.mark.parametrize(
        ("starts", "message"),
        [
            ((), "Choose the times to offer."),
            ((ELEVEN, NOON, ONE, TWO), "Choose at most 3 times."),
        ],
    )
    def test_none_or_too_many(
        self, waiting: Appointment, starts: tuple[datetime, ...], message: str
    ) -> None:
        client = a_client(FRONT_DESK)
        response = offers(client, waiting, *starts, note="Typed with care.")
        page = response.content.decode()
        assert message in page
        assert "Typed with care." in page
        assert page.count("checked") == len(starts)
        assert not Appointment.objects.offered_to(waiting.request).exists()

    @pytest.mark.parametrize("slots", ["nonsense", "2026-06-17T15:00Z", "2026-06-17T15:00Z 99999"])
    def test_invented_values(self, waiting: Appointment, slots: str) -> None:
        response = a_client(FRONT_DESK).post(address("offer", waiting), {"slots": slots})
        assert "Choose from the times shown." in response.content.decode()

    def test_just_taken_says_so_and_keeps_what_was_typed(self, waiting: Appointment) -> None:
        an_appointment(starts_at=ELEVEN, practitioner=waiting.practitioner)
        response = offers(a_client(FRONT_DESK), waiting, ELEVEN, NOON, note="Typed with care.")
        assert response.status_code == 409
        page = response.content.decode()
        assert "just taken" in page
        assert "Typed with care." in page
        waiting.refresh_from_db()
        assert waiting.status == Status.PENDING

    def test_who_comes_second_is_told_what_the_first_did(
        self, waiting: Appointment, now: datetime
    ) -> None:
        first = Actor.staff(a_member(OWNER, full_name="Ana Reyes"))
        actions.confirm(appointment_id=waiting.pk, by=first, now=now)
        client = a_client(FRONT_DESK)
        assert "Ana Reyes" in said(offers(client, waiting, ELEVEN))
        assert "Ana Reyes" in said(client.get(address("offer", waiting)))

    def test_the_same_form_twice_offers_once(self, waiting: Appointment) -> None:
        client, form = a_client(FRONT_DESK), str(uuid4())
        for _ in range(2):
            reply = said(offers(client, waiting, ELEVEN, submission=form))
            assert reply.endswith("Offered. The patient is asked to choose.")
        assert Appointment.objects.offered_to(waiting.request).count() == 1

    def test_an_offer_is_on_the_desk_and_can_be_withdrawn(self, waiting: Appointment) -> None:
        client = a_client(FRONT_DESK)
        offers(client, waiting, ELEVEN)
        (offered,) = Appointment.objects.offered_to(waiting.request)
        assert "Offered, waiting for the patient 1" in text_of(client.get(reverse("admin:index")))
        assert "Withdraw this offer" in text_of(client.get(address("cancel", offered)))
        client.post(address("cancel", offered))
        offered.refresh_from_db()
        assert offered.status == Status.CANCELLED


class TestMoving:
    def test_to_another_time(self, service: Service, practitioner: Practitioner) -> None:
        booked = an_appointment(service=service, practitioner=practitioner)
        client = a_client(FRONT_DESK)
        assert slot(ELEVEN, practitioner) in client.get(address("move", booked)).content.decode()
        response = client.post(address("move", booked), {"slot": slot(ELEVEN, practitioner)})
        assert said(response) == "Moved. The patient is told."
        booked.refresh_from_db()
        assert booked.starts_at == ELEVEN

    @pytest.mark.parametrize("value", ["", "nonsense"])
    def test_without_a_time_nothing_moves(self, waiting: Appointment, value: str) -> None:
        response = a_client(FRONT_DESK).post(address("move", waiting), {"slot": value})
        assert response.status_code == 409
        assert "It stands as it was." in response.content.decode()

    def test_just_taken(self, waiting: Appointment) -> None:
        an_appointment(starts_at=ELEVEN, practitioner=waiting.practitioner)
        data = {"slot": slot(ELEVEN, waiting.practitioner)}
        assert a_client(FRONT_DESK).post(address("move", waiting), data).status_code == 409
        waiting.refresh_from_db()
        assert waiting.starts_at == TEN_O_CLOCK

    def test_what_is_over_is_not_moved(self, service: Service, practitioner: Practitioner) -> None:
        gone = an_appointment(Status.CANCELLED, service=service, practitioner=practitioner)
        assert "already cancelled" in said(a_client(FRONT_DESK).get(address("move", gone)))


class TestBookingOnTheTelephone:
    def url(self, service: Service, value: str = "") -> str:
        return f"{BOOK}?service={service.slug}" + (
            f"&slot={value.replace(' ', '+')}" if value else ""
        )

    def test_service_then_time_then_the_patient(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        client = a_client(FRONT_DESK)
        assert service.name_en in client.get(BOOK).content.decode()
        assert "11:00" in text_of(client.get(self.url(service)))
        value = slot(ELEVEN, practitioner)
        assert "Full name of the patient" in text_of(client.get(self.url(service, value)))
        form = PATIENT | CHOICES | {"submission": str(uuid4())}
        response = client.post(self.url(service, value), form)
        booked = Appointment.objects.get()
        assert said(response) == "Booked and confirmed."
        assert (booked.status, booked.starts_at) == (Status.BOOKED, ELEVEN)
        assert booked.request.source == AppointmentRequest.Source.TELEPHONE
        assert AccessLog.objects.filter(action="add", subject=str(booked.pk)).exists()

    def test_what_is_missing_is_said_and_the_rest_kept(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        form = CHOICES | {"who": "self", "full_name": "Ada Example", "submission": str(uuid4())}
        page = a_client(FRONT_DESK).post(self.url(service, slot(ELEVEN, practitioner)), form)
        assert "Enter an e-mail address or a telephone number." in page.content.decode()
        assert 'value="Ada Example"' in page.content.decode()
        assert not Patient.objects.exists()

    def test_just_taken_keeps_what_was_typed_and_shows_the_nearest(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        an_appointment(starts_at=ELEVEN, practitioner=practitioner)
        form = PATIENT | CHOICES | {"submission": str(uuid4())}
        response = a_client(FRONT_DESK).post(self.url(service, slot(ELEVEN, practitioner)), form)
        assert response.status_code == 409
        page = response.content.decode()
        assert "just taken" in page
        assert 'value="Ada Example"' in page
        assert "11:30" in page
        assert Appointment.objects.count() == 1

    def test_the_same_form_twice_is_one_appointment(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        client, form = a_client(FRONT_DESK), PATIENT | CHOICES | {"submission": str(uuid4())}
        url = self.url(service, slot(ELEVEN, practitioner))
        places = {client.post(url, form).headers["Location"] for _ in range(2)}
        assert len(places) == 1
        assert Appointment.objects.count() == 1

    def test_a_form_without_its_token_books_nothing(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        url = self.url(service, slot(ELEVEN, practitioner))
        assert a_client(FRONT_DESK).post(url, PATIENT | CHOICES).status_code == 200
        assert not Appointment.objects.exists()

    @pytest.mark.parametrize("query", ["?service=nonsense", "?service=%00", "?slot=x"])
    def test_nonsense_begins_anew(self, service: Service, query: str) -> None:
        assert a_client(FRONT_DESK).get(BOOK + query).status_code == 200

    @pytest.mark.parametrize(
        ("role", "code"), [(OWNER, 200), (FRONT_DESK, 200), (PRACTITIONER, 403), (EDITOR, 403)]
    )
    def test_for_whoever_reaches_everybody(self, role: str, code: int) -> None:
        assert a_client(role).get(BOOK).status_code == code


@pytest.mark.parametrize("verb", ["offer", "move"])
class TestWhoMay:
    def test_an_editor_is_refused_and_it_is_written_down(
        self, waiting: Appointment, verb: str
    ) -> None:
        assert a_client(EDITOR).get(address(verb, waiting)).status_code == 403
        assert AccessLog.objects.get().action == "refused"

    def test_a_practitioner_reaches_their_own_and_no_others(
        self, waiting: Appointment, service: Service, verb: str
    ) -> None:
        member = a_member(PRACTITIONER)
        assert signed_in(member).get(address(verb, waiting)).status_code == 404
        Practitioner.objects.filter(pk=waiting.practitioner_id).update(user=member)
        assert signed_in(member).get(address(verb, waiting)).status_code == 200

    def test_looking_changes_nothing(self, waiting: Appointment, verb: str) -> None:
        client = a_client(FRONT_DESK)
        before = list(AppointmentEvent.objects.values_list("pk"))
        client.get(address(verb, waiting))
        waiting.refresh_from_db()
        assert (waiting.status, list(AppointmentEvent.objects.values_list("pk"))) == (
            Status.PENDING,
            before,
        )

    def test_a_stranger_is_asked_to_sign_in(self, waiting: Appointment, verb: str) -> None:
        assert Client().get(address(verb, waiting)).status_code == 302


def test_an_expired_request_stands_on_the_desk_until_its_time_has_come(
    waiting: Appointment, now: datetime
) -> None:
    actions.expire_lapsed(now=now + 3 * DAY - 3 * HOUR, appointment_id=waiting.pk)
    client = a_client(FRONT_DESK)
    assert "Expired without an answer 1" in text_of(client.get(reverse("admin:index")))
    begun = {"starts_at": now - HOUR, "ends_at": now, "blocks_from": now - HOUR}
    Appointment.objects.update(**begun, blocks_until=now)
    assert "Expired without an answer" not in text_of(client.get(reverse("admin:index")))


def test_todays_list_says_who_is_coming(
    service: Service, practitioner: Practitioner, now: datetime
) -> None:
    booked = an_appointment(starts_at=now + 2 * HOUR, service=service, practitioner=practitioner)
    actions.confirm_attendance(appointment_id=booked.id, by=Actor.patient(), now=now)
    assert "says they are coming" in text_of(a_client(FRONT_DESK).get(reverse("admin:index")))


def test_the_history_shows_what_moved_and_to_when(
    service: Service, practitioner: Practitioner, now: datetime
) -> None:
    booked = an_appointment(service=service, practitioner=practitioner)
    actions.move(appointment_id=booked.id, starts_at=ELEVEN, by=STAFF, now=now)
    page = a_client(FRONT_DESK).get(reverse("admin:booking_appointment_change", args=[booked.pk]))
    assert "Confirmed Confirmed Jun 17, 11:00 a.m. Moved" in text_of(page)


@pytest.mark.parametrize("text", ["", " ", "x 1", "2026-06-17T15:00Z -1", "2026-06-17T15:00Z 1e9"])
def test_a_slot_that_no_page_wrote_is_none(text: str) -> None:
    assert parse_slot(text) is None
