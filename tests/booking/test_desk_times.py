"""What staff do with free times: offer others, move, and book for somebody on the telephone."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from booking import actions
from booking.actors import Actor
from booking.desk.slots import parse_slot, write_slot
from booking.models import Appointment, AppointmentRequest, Message, Patient, Status
from booking.models.appointments import Reason
from clinic.models import AccessLog, Practitioner, Service
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_location,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, desk_of, form, nothing_is_done, page_of, said, text_of
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ELEVEN, NOON, ONE, TWO = (TEN_O_CLOCK + n * HOUR for n in (1, 2, 3, 4))
BOOK = reverse("desk:book")
CALLER = {
    "full_name": "Ada Example",
    "telephone": "732-555-0199",
    "prefers": "telephone",
    "language": "en",
}


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service(db: None) -> Service:
    return a_service()


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service, name="Alex Example")


@pytest.fixture
def waiting(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(Status.PENDING, service=service, practitioner=practitioner)


@pytest.fixture
def booked(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(service=service, practitioner=practitioner)


def slot(start: datetime, practitioner: Practitioner) -> str:
    return write_slot(start, practitioner.pk)


def offers(client: Client, appointment: Appointment, *starts: datetime, **data: str) -> Any:
    slots = [slot(start, appointment.practitioner) for start in starts]
    return client.post(address("offer", appointment.pk), form(appointment, slots=slots, **data))


def moves(client: Client, appointment: Appointment, to: datetime, **data: str) -> Any:
    value = slot(to, appointment.practitioner)
    return client.post(address("move", appointment.pk), form(appointment, slot=value, **data))


class TestTheFreeTimes:
    def test_are_those_of_staff(self, waiting: Appointment) -> None:
        """Today too, though patients are asked for a day's notice; not the time that is taken."""
        page = a_client(FRONT_DESK).get(address("offer", waiting.pk)).content.decode()
        assert slot(ELEVEN, waiting.practitioner) in page
        assert slot(TEN_O_CLOCK - 2 * DAY + HOUR, waiting.practitioner) in page
        assert slot(TEN_O_CLOCK, waiting.practitioner) not in page

    def test_name_the_time_the_person_and_the_day(self, waiting: Appointment) -> None:
        text = text_of(a_client(FRONT_DESK).get(address("offer", waiting.pk)))
        assert "11:00 am, Alex Example, Wednesday, June 17, 2026" in text

    def test_are_of_two_weeks_from_a_day_and_of_whom_one_chooses(
        self, waiting: Appointment, service: Service
    ) -> None:
        other, client = a_practitioner(service), a_client(FRONT_DESK)
        query = {"from": "2026-09-01", "practitioner": other.slug}
        page = client.get(address("offer", waiting.pk), query).content.decode()
        assert slot(TEN_O_CLOCK + 76 * DAY, other) in page
        assert slot(TEN_O_CLOCK + 89 * DAY, other) in page
        assert slot(TEN_O_CLOCK + 90 * DAY, other) not in page
        assert slot(TEN_O_CLOCK + 76 * DAY, waiting.practitioner) not in page

    def test_other_days_lead_back_to_where_one_came_from(self, waiting: Appointment) -> None:
        query = {"from_appointment": ""}
        page = a_client(FRONT_DESK).get(address("offer", waiting.pk), query).content.decode()
        assert 'href="?from_appointment=&amp;from=2026-06-29"' in page
        assert page.count('name="from_appointment"') == 2

    def test_say_where_if_there_are_several_places(
        self, waiting: Appointment, service: Service
    ) -> None:
        client = a_client(FRONT_DESK)
        assert "Main Street" not in text_of(client.get(address("offer", waiting.pk)))
        a_practitioner(service, location=a_location(slug="hill", name_en="Hill Road"))
        assert "Hill Road" in text_of(client.get(address("offer", waiting.pk)))

    @pytest.mark.parametrize(
        "query",
        [
            {"from": "nonsense"},
            {"from": "2026-02-30"},
            {"from": "0001-01-01"},
            {"from": "9999-12-31"},
            {"practitioner": "\x00"},
            {"practitioner": "nobody"},
        ],
    )
    @pytest.mark.parametrize("verb", ["offer", "move"])
    def test_nonsense_is_passed_over(
        self, waiting: Appointment, verb: str, query: dict[str, str]
    ) -> None:
        assert a_client(FRONT_DESK).get(address(verb, waiting.pk), query).status_code == 200

    @pytest.mark.parametrize("verb", ["offer", "move"])
    def test_of_a_practitioner_are_their_own(
        self, waiting: Appointment, service: Service, verb: str
    ) -> None:
        """They would lose sight of what they gave to somebody else."""
        member, other = a_member(PRACTITIONER), a_practitioner(service)
        Practitioner.objects.filter(pk=waiting.practitioner_id).update(user=member)
        client = signed_in(member)
        page = client.get(address(verb, waiting.pk)).content.decode()
        assert slot(ELEVEN, waiting.practitioner) in page
        assert slot(ELEVEN, other) not in page
        data = form(slot=slot(ELEVEN, other), slots=[slot(ELEVEN, other)])
        with nothing_is_done():
            response = client.post(address(verb, waiting.pk), data)
        assert "Choose from the times shown." in text_of(response)

    @pytest.mark.parametrize(
        "text", ["", " ", "x 1", "2026-06-17T15:00Z", "2026-06-17T15:00Z -1", "x" * 10_000]
    )
    def test_that_no_page_wrote_are_none(self, practitioner: Practitioner, text: str) -> None:
        assert parse_slot(text, [practitioner]) is None


class TestOffering:
    def test_frees_the_time_asked_for_and_keeps_the_others(self, waiting: Appointment) -> None:
        response = offers(a_client(FRONT_DESK), waiting, NOON, ELEVEN, note="See you.")
        assert said(response) == "Offered to Ada Example. The patient is asked to choose."
        found = Appointment.objects.offered_to(waiting.request)
        assert [row.starts_at for row in found] == [ELEVEN, NOON]
        waiting.refresh_from_db()
        assert (waiting.status, waiting.reason_code) == (
            Status.CANCELLED,
            Reason.OTHER_TIMES_OFFERED,
        )
        waiting.request.refresh_from_db()
        assert waiting.request.note_to_patient == "See you."
        assert Message.objects.get().kind == Message.Kind.OFFERED

    def test_touches_no_other_request(self, waiting: Appointment) -> None:
        other = an_appointment(Status.PENDING, practitioner=a_practitioner())
        offers(a_client(FRONT_DESK), waiting, ELEVEN)
        other.refresh_from_db()
        assert other.status == Status.PENDING

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
        with nothing_is_done():
            response = offers(client, waiting, *starts, note="Typed with care.")
        page = response.content.decode()
        assert message in page
        assert "Typed with care." in page
        assert page.count("checked") == len(starts)

    @pytest.mark.parametrize("value", ["nonsense", "2026-06-17T15:00Z", "2026-06-17T15:00Z 99999"])
    def test_invented_values(self, waiting: Appointment, value: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(address("offer", waiting.pk), form(waiting, slots=[value]))
        assert "Choose from the times shown." in text_of(response)

    def test_a_note_that_is_too_long(self, waiting: Appointment) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = offers(client, waiting, ELEVEN, note="x" * 1001)
        assert response.content.decode().count("checked") == 1

    def test_never_offered(self, waiting: Appointment) -> None:
        """Four in the morning: nobody works then."""
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = offers(client, waiting, TEN_O_CLOCK - 6 * HOUR)
        assert response.status_code == 409
        assert "This time is not offered." in text_of(response)

    def test_just_taken_says_which_and_keeps_the_rest(self, waiting: Appointment) -> None:
        an_appointment(starts_at=ELEVEN, practitioner=waiting.practitioner)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = offers(client, waiting, ELEVEN, NOON, note="Typed with care.")
        assert response.status_code == 409
        text = text_of(response)
        assert "Sorry, this time was just taken." in text
        assert "Wed Jun 17, 11:00 am EDT, Alex Example" in text
        assert "Wed Jun 17, 12:00 pm EDT, Alex Example" not in text
        assert "Typed with care." in text
        assert response.content.decode().count("checked") == 1  # noon; eleven is not there

    def test_times_that_overlap(self, waiting: Appointment) -> None:
        Service.objects.update(duration=60)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = offers(client, waiting, ELEVEN, ELEVEN + HOUR / 2)
        assert response.status_code == 409
        assert "Two of these times overlap." in text_of(response)
        assert response.content.decode().count("checked") == 2

    def test_who_comes_second_is_told_what_the_first_did(
        self, waiting: Appointment, now: datetime
    ) -> None:
        first = Actor.staff(a_member(OWNER, full_name="Ana Reyes"))
        actions.confirm(appointment_id=waiting.pk, by=first, now=now)
        client = a_client(FRONT_DESK)
        told = "This appointment is already confirmed. By Ana Reyes, 9:00\u00a0am."
        with nothing_is_done():
            assert said(offers(client, waiting, ELEVEN)) == told
            assert said(client.get(address("offer", waiting.pk))) == told

    def test_who_confirms_what_was_offered_meanwhile_is_told(self, waiting: Appointment) -> None:
        offers(a_client(OWNER, full_name="Ana Reyes"), waiting, ELEVEN)
        response = a_client(FRONT_DESK).post(address("confirm", waiting.pk), form(waiting))
        assert "Other times offered instead, by Ana Reyes, 9:00\u00a0am." in said(response)

    def test_the_same_form_twice_offers_once(self, waiting: Appointment) -> None:
        client = a_client(FRONT_DESK)
        pressed = form(waiting, slots=[slot(ELEVEN, waiting.practitioner)])
        for _press in range(2):
            response = client.post(address("offer", waiting.pk), pressed)
            assert said(response) == "Offered to Ada Example. The patient is asked to choose."
        assert Appointment.objects.offered_to(waiting.request).count() == 1
        assert Message.objects.count() == 1

    def test_a_second_form_does_not_offer_again(self, waiting: Appointment) -> None:
        client = a_client(FRONT_DESK)
        offers(client, waiting, ELEVEN)
        with nothing_is_done():
            assert "already cancelled" in said(offers(client, waiting, NOON))


class TestMoving:
    def test_to_another_time(self, booked: Appointment) -> None:
        client = a_client(FRONT_DESK)
        response = moves(client, booked, ELEVEN, from_appointment="1")
        assert said(response) == "Moved: Ada Example. The patient is told."
        assert response.headers["Location"] == page_of(booked.pk)
        booked.refresh_from_db()
        assert (booked.status, booked.starts_at) == (Status.BOOKED, ELEVEN)
        assert Message.objects.get().kind == Message.Kind.MOVED

    def test_within_the_notice_and_after_the_cut_off(self, booked: Appointment) -> None:
        """Patients could neither move today's appointment nor take a time of today."""
        Service.objects.update(cancel_cutoff_hours=240)
        moves(a_client(FRONT_DESK), booked, TEN_O_CLOCK - 2 * DAY + HOUR)
        booked.refresh_from_db()
        assert booked.starts_at == TEN_O_CLOCK - 2 * DAY + HOUR

    def test_a_request_goes_on_waiting(self, waiting: Appointment) -> None:
        moves(a_client(FRONT_DESK), waiting, ELEVEN)
        waiting.refresh_from_db()
        assert (waiting.status, waiting.starts_at) == (Status.PENDING, ELEVEN)

    @pytest.mark.parametrize("value", ["", "nonsense", "2026-06-17T15:00Z 99999"])
    def test_without_a_time_nothing_moves(self, booked: Appointment, value: str) -> None:
        client = a_client(FRONT_DESK)
        data = form(slot=value) if value else form()
        with nothing_is_done():
            text = text_of(client.post(address("move", booked.pk), data))
        assert "Choose one of the times." in text or "Choose from the times shown." in text

    def test_never_over_another(self, booked: Appointment) -> None:
        an_appointment(starts_at=ELEVEN, practitioner=booked.practitioner)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = moves(client, booked, ELEVEN)
        assert response.status_code == 409
        assert "just taken" in text_of(response)

    def test_what_is_over_is_not_moved(self, service: Service, practitioner: Practitioner) -> None:
        gone = an_appointment(Status.CANCELLED, service=service, practitioner=practitioner)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            assert "already cancelled" in said(client.get(address("move", gone.pk)))
            assert "already cancelled" in said(moves(client, gone, ELEVEN))

    def test_the_same_form_twice_moves_once(self, booked: Appointment) -> None:
        client, pressed = a_client(FRONT_DESK), form(booked, slot=slot(ELEVEN, booked.practitioner))
        for _press in range(2):
            response = client.post(address("move", booked.pk), pressed)
            assert said(response) == "Moved: Ada Example. The patient is told."
        assert Message.objects.count() == 1


@pytest.mark.parametrize("verb", ["offer", "move"])
class TestWhoMay:
    def data(self, appointment: Appointment) -> dict[str, Any]:
        value = slot(ELEVEN, appointment.practitioner)
        return form(appointment, slots=[value], slot=value)

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_the_wrong_role_is_refused_and_that_is_written_down(
        self, waiting: Appointment, verb: str, role: str
    ) -> None:
        client = a_client(role)
        with nothing_is_done():
            assert client.get(address(verb, waiting.pk)).status_code == 403
            response = client.post(address(verb, waiting.pk), self.data(waiting))
            assert response.status_code == 403
        assert set(AccessLog.objects.values_list("action", flat=True)) == {"refused"}

    def test_a_strangers_patient_is_not_found(self, waiting: Appointment, verb: str) -> None:
        client = a_client(PRACTITIONER)
        with nothing_is_done():
            assert client.get(address(verb, waiting.pk)).status_code == 404
            response = client.post(address(verb, waiting.pk), self.data(waiting))
            assert response.status_code == 404
        assert set(AccessLog.objects.values_list("action", flat=True)) == {"refused"}

    def test_looking_and_acting_are_written_down(self, waiting: Appointment, verb: str) -> None:
        member = a_member(FRONT_DESK)
        client = signed_in(member)
        with nothing_is_done():
            client.get(address(verb, waiting.pk))
        client.post(address(verb, waiting.pk), self.data(waiting))
        entries = AccessLog.objects.filter(user=member.pk, subject=str(waiting.pk))
        assert set(entries.values_list("action", flat=True)) == {"open", "change"}

    def test_a_form_without_its_token_is_shown_again(self, waiting: Appointment, verb: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            data = self.data(waiting) | {"submission": "nonsense"}
            response = client.post(address(verb, waiting.pk), data)
        assert "This page was out of date, and nothing was done." in text_of(response)
        assert response.content.decode().count("checked") == 1

    def test_a_stranger_is_asked_to_sign_in(self, waiting: Appointment, verb: str) -> None:
        with nothing_is_done():
            response = Client().post(address(verb, waiting.pk), self.data(waiting))
        assert response.headers["Location"].startswith(reverse("admin:login"))


class TestBookingOnTheTelephone:
    def url(self, service: Service, value: str = "", **query: str) -> str:
        query = {"service": service.slug, **({"slot": value} if value else {}), **query}
        return f"{BOOK}?{urlencode(query)}"

    @pytest.fixture
    def at_eleven(self, service: Service, practitioner: Practitioner) -> str:
        return self.url(service, slot(ELEVEN, practitioner))

    def test_service_then_time_then_the_patient(
        self, service: Service, practitioner: Practitioner, at_eleven: str
    ) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            assert service.name_en in text_of(client.get(BOOK))
            times = client.get(self.url(service)).content.decode()
            assert urlencode({"slot": slot(ELEVEN, practitioner)}, quote_via=quote) in times
            page = text_of(client.get(at_eleven))
        assert "Wed Jun 17, 11:00 am EDT, Alex Example" in page
        assert "Full name of the patient" in page

    def test_is_confirmed_at_once(self, at_eleven: str) -> None:
        response = a_client(FRONT_DESK).post(at_eleven, form(**CALLER, reason="A stiff neck"))
        booked = Appointment.objects.get()
        assert said(response) == "Booked and confirmed: Ada Example."
        assert response.headers["Location"] == page_of(booked.pk)
        assert (booked.status, booked.starts_at) == (Status.BOOKED, ELEVEN)
        assert booked.request.source == AppointmentRequest.Source.TELEPHONE
        assert booked.request.reason == "A stiff neck"
        patient = booked.request.patient
        assert patient is not None
        assert (patient.full_name, patient.telephone) == ("Ada Example", "+17325550199")
        assert AccessLog.objects.filter(action="add", subject=str(booked.pk)).exists()

    def test_whoever_calls_for_somebody_is_called_back(self, at_eleven: str) -> None:
        a_client(FRONT_DESK).post(at_eleven, form(**CALLER, booked_by="Mia Example"))
        assert Patient.objects.get().booked_by == "Mia Example"

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"full_name": ""}, "Enter the full name of the patient."),
            (
                {"telephone": "", "prefers": "email"},
                "Enter an e-mail address or a telephone number.",
            ),
            ({"telephone": "12"}, "Enter a telephone number like 732-555-0123."),
            ({"language": "xx"}, "Select a valid choice."),
            ({"reason": "x" * 2001}, "at most 2000 characters"),
            ({"submission": "nonsense"}, "This page was out of date, and nothing was done."),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_kept(
        self, at_eleven: str, changes: dict[str, str], message: str
    ) -> None:
        client = a_client(FRONT_DESK)
        data = form(**CALLER, needs="Step-free") | changes
        with nothing_is_done():
            response = client.post(at_eleven, data)
        assert message in text_of(response)
        assert "Step-free" in text_of(response)

    def test_just_taken_keeps_what_was_typed_and_shows_the_nearest(
        self, service: Service, practitioner: Practitioner, at_eleven: str
    ) -> None:
        an_appointment(starts_at=ELEVEN, practitioner=practitioner)
        a_practitioner(service, name="Somebody Else")
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(at_eleven, form(**CALLER))
        assert response.status_code == 409
        text, page = text_of(response), response.content.decode()
        assert "Sorry, this time was just taken." in text
        assert 'value="Ada Example"' in page
        assert "Book Wed Jun 17, 11:30 am EDT, Alex Example" in text
        assert "Book Wed Jun 17, 11:00 am EDT, Somebody Else" not in text

    def test_who_is_not_free_that_week_leaves_it_to_others(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        practitioner.hours.all().delete()
        a_practitioner(service, name="Somebody Else")
        url = self.url(service, slot(ELEVEN, practitioner))
        response = a_client(FRONT_DESK).post(url, form(**CALLER))
        assert response.status_code == 409
        assert "11:00 am EDT, Somebody Else" in text_of(response)

    def test_never_offered(self, service: Service, practitioner: Practitioner) -> None:
        url = self.url(service, slot(TEN_O_CLOCK - 6 * HOUR, practitioner))
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(url, form(**CALLER))
        assert response.status_code == 409
        assert "This time is not offered." in text_of(response)

    def test_the_same_form_twice_is_one_appointment(self, at_eleven: str) -> None:
        client, pressed = a_client(FRONT_DESK), form(**CALLER)
        replies = [client.post(at_eleven, pressed) for _press in range(2)]
        assert {said(reply) for reply in replies} == {"Booked and confirmed: Ada Example."}
        assert len({reply.headers["Location"] for reply in replies}) == 1
        assert Appointment.objects.count() == Patient.objects.count() == 1

    @pytest.mark.parametrize("query", ["?service=nonsense", "?service=%00", "?slot=x", "?for=x"])
    def test_nonsense_begins_anew(self, service: Service, query: str) -> None:
        assert a_client(FRONT_DESK).get(BOOK + query).status_code == 200

    def test_a_time_that_no_page_wrote_is_asked_for_again(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        response = a_client(FRONT_DESK).get(self.url(service, "nonsense"))
        assert "Choose from the times shown." in text_of(response)

    def test_for_whose_request_expired_what_they_said_is_there(
        self, service: Service, practitioner: Practitioner
    ) -> None:
        patient = a_patient(full_name="Mia Example", needs="Step-free")
        before = a_request(service, patient=patient, reason="A stiff neck")
        an_appointment(Status.CANCELLED, request=before, practitioner=practitioner)
        url = self.url(service, slot(ELEVEN, practitioner), **{"for": str(before.pk)})
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            page = client.get(url).content.decode()
        for said_before in ("Mia Example", "Step-free", "A stiff neck", patient.email):
            assert said_before in page
        assert AccessLog.objects.filter(action="open", subject=str(before.pk)).exists()

    @pytest.mark.parametrize(
        ("role", "code"), [(OWNER, 200), (FRONT_DESK, 200), (PRACTITIONER, 403), (EDITOR, 403)]
    )
    def test_is_for_whoever_reaches_everybody(self, role: str, code: int, at_eleven: str) -> None:
        client = a_client(role)
        with nothing_is_done():
            assert client.get(at_eleven).status_code == code
        assert ("Book for a patient" in desk_of(client)) == (code == 200)

    def test_the_wrong_role_books_nothing(self, at_eleven: str) -> None:
        client = a_client(PRACTITIONER)
        with nothing_is_done():
            assert client.post(at_eleven, form(**CALLER)).status_code == 403
        assert AccessLog.objects.get().action == "refused"
