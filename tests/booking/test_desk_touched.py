"""Hours taken away: whom it touches is shown before it is saved, and asked for each."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from booking import actions, outbox, together, worker
from booking.actors import Actor
from booking.desk.slots import write_slot
from booking.desk.touched import MOST_ONE_BY_ONE
from booking.models import Appointment, AppointmentEvent, Message, Patient, Status
from booking.models.appointments import Reason
from clinic.models import Closure, Practitioner, Service
from clinic.roles import FRONT_DESK, OWNER
from clinic.staff_session import SEEN
from tests.booking.a_visit import a_visit, staff
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_new_appointment,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, desk_of, form, nothing_is_done, page_of, text_of
from tests.booking.ledger import kinds
from tests.clinic.factors import give_app
from tests.clinic.staff import PASSWORD, a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
THE_DAY = TEN_O_CLOCK.date()
ADD = reverse("admin:clinic_closure_add")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service() -> Service:
    return a_service()


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def booked(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(service=service, practitioner=practitioner)


def closure(first: date = THE_DAY, last: date | None = None, **fields: Any) -> dict[str, Any]:
    return {"first_day": first, "last_day": last or first, "repeats": "", **fields}


def becomes(what: str, *appointments: Appointment, **more: str) -> dict[str, str]:
    return {"what_becomes": "1"} | {f"becomes_{row.id.hex}": what for row in appointments} | more


def status_of(appointment: Appointment) -> tuple[str, bool]:
    appointment.refresh_from_db()
    return appointment.status, appointment.needs_other_time


class TestBeforeItIsSaved:
    def test_it_is_shown_whom_a_closure_touches(self, booked: Appointment) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            text = text_of(client.post(ADD, closure(reason_en="Staff day")))
        assert "What becomes of 1 appointment?" in text
        assert "Nothing is saved yet." in text
        assert "Wed Jun 17, 10:00 am EDT, Ada Example" in text

    def test_what_was_typed_comes_along(self, booked: Appointment) -> None:
        typed = closure(reason_en='<b>"Day"</b>', starts="09:00", ends="12:00")
        page = a_client(FRONT_DESK).post(ADD, typed).content.decode()
        assert 'name="reason_en" value="&lt;b&gt;&quot;Day&quot;&lt;/b&gt;"' in page
        assert 'name="starts" value="09:00"' in page

    def test_without_an_answer_it_is_asked_again(self, booked: Appointment) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            text = text_of(client.post(ADD, closure() | becomes("", note="We are sorry.")))
        assert "Choose what becomes of Wed Jun 17" in text
        assert "We are sorry." in text

    @pytest.mark.parametrize("nonsense", ["sell", "\x00", "x" * 5000])
    def test_nonsense_is_asked_again(self, booked: Appointment, nonsense: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            page = client.post(ADD, closure() | becomes(nonsense, booked))
        assert page.status_code == 200

    def test_whoever_came_meanwhile_is_asked_about_too(
        self, booked: Appointment, service: Service, practitioner: Practitioner
    ) -> None:
        an_appointment(
            Status.PENDING, TEN_O_CLOCK + HOUR, service=service, practitioner=practitioner
        )
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            text = text_of(client.post(ADD, closure() | becomes("keep", booked)))
        assert "What becomes of 2 appointments?" in text

    def test_a_mistake_in_the_closure_comes_first(self, booked: Appointment) -> None:
        text = text_of(a_client(FRONT_DESK).post(ADD, closure(last=THE_DAY - timedelta(days=1))))
        assert "The last day is the first day or a later one." in text
        assert "What becomes" not in text


class TestNobodyIsTouched:
    @pytest.mark.parametrize(
        "fields",
        [
            {"first": THE_DAY + timedelta(days=1)},
            {"starts": "11:00", "ends": "12:00"},
            {"practitioner": "another"},
        ],
        ids=["another day", "another hour", "somebody else"],
    )
    def test_it_is_saved_at_once(self, booked: Appointment, fields: dict[str, Any]) -> None:
        if "practitioner" in fields:
            fields = {"practitioner": a_practitioner().pk}
        response = a_client(FRONT_DESK).post(ADD, closure(**fields))
        assert response.status_code == 302
        assert Closure.objects.count() == 1
        assert status_of(booked) == (Status.BOOKED, False)

    def test_what_is_over_or_cancelled_is_not_asked_about(
        self, service: Service, practitioner: Practitioner, clock: time_machine.Traveller
    ) -> None:
        an_appointment(Status.CANCELLED, service=service, practitioner=practitioner)
        an_appointment(
            Status.BOOKED, TEN_O_CLOCK + HOUR, service=service, practitioner=practitioner
        )
        clock.move_to(TEN_O_CLOCK + 2 * HOUR)
        assert a_client(FRONT_DESK).post(ADD, closure()).status_code == 302

    def test_nor_is_what_nobody_has_answered_in_time(
        self, service: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        late = an_appointment(
            Status.PENDING, service=service, practitioner=practitioner, expires_at=now
        )
        answered = a_client(FRONT_DESK).post(ADD, closure() | becomes("cancel", late))
        assert answered.status_code == 302
        assert Closure.objects.count() == 1

    def test_what_was_kept_before_is_not_asked_about_again(self, booked: Appointment) -> None:
        client = a_client(FRONT_DESK)
        client.post(ADD, closure() | becomes("keep", booked))
        assert client.post(ADD, closure(reason_en="Again")).status_code == 302


class TestWhatBecomes:
    def test_kept(self, booked: Appointment) -> None:
        response = a_client(FRONT_DESK).post(ADD, closure() | becomes("keep", booked))
        assert response.status_code == 302
        assert Closure.objects.count() == 1
        assert status_of(booked) == (Status.BOOKED, False)
        assert kinds() == []

    def test_cancelled_with_a_note(self, booked: Appointment) -> None:
        data = closure() | becomes("cancel", booked, note="The heating is off.")
        a_client(FRONT_DESK).post(ADD, data)
        assert Closure.objects.count() == 1
        assert status_of(booked) == (Status.CANCELLED, False)
        assert kinds() == ["cancelled"]
        booked.request.refresh_from_db()
        assert booked.request.note_to_patient == "The heating is off."

    def test_another_time_has_to_be_found(self, booked: Appointment) -> None:
        client = a_client(FRONT_DESK)
        client.post(ADD, closure() | becomes("other", booked))
        assert status_of(booked) == (Status.BOOKED, True)
        assert kinds() == []
        assert AppointmentEvent.objects.get().reason_code == Reason.OTHER_TIME_NEEDED
        part = desk_of(client).split("Another time to be found", 1)[1]
        assert "Ada Example: Wed Jun 17, 10:00 am EDT" in part
        assert "Offer other times to Ada Example" in part

    def test_a_slip_that_is_taken_back_does_not_forget_it(
        self, booked: Appointment, now: datetime
    ) -> None:
        by = Actor.staff(a_member(FRONT_DESK))
        actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
        actions.arrive(appointment_id=booked.pk, by=by, now=TEN_O_CLOCK - HOUR)
        assert status_of(booked) == (Status.ARRIVED, True)
        actions.take_back(appointment_id=booked.pk, by=by, now=TEN_O_CLOCK - HOUR)
        assert status_of(booked) == (Status.BOOKED, True)

    def test_all_of_them_alike_but_one(
        self, booked: Appointment, service: Service, practitioner: Practitioner
    ) -> None:
        later = an_appointment(
            Status.PENDING, TEN_O_CLOCK + HOUR, service=service, practitioner=practitioner
        )
        data = closure() | becomes("keep", booked, for_all="cancel")
        a_client(FRONT_DESK).post(ADD, data)
        assert status_of(booked) == (Status.BOOKED, False)
        assert status_of(later) == (Status.CANCELLED, False)

    def test_an_offer_is_withdrawn_with_all_its_times(
        self, booked: Appointment, service: Service, practitioner: Practitioner
    ) -> None:
        first = an_appointment(
            Status.PROPOSED, TEN_O_CLOCK + HOUR, service=service, practitioner=practitioner
        )
        second = an_appointment(
            Status.PROPOSED,
            TEN_O_CLOCK + 2 * HOUR,
            request=first.request,
            practitioner=practitioner,
        )
        client = a_client(FRONT_DESK)
        assert "What becomes of 2 appointments?" in text_of(client.post(ADD, closure()))
        client.post(ADD, closure() | becomes("cancel", booked, first))
        assert {status_of(row)[0] for row in (booked, first, second)} == {Status.CANCELLED}
        assert kinds() == ["cancelled", "offer_ended"]


class TestAGreatMany:
    """Hundreds at once: the page neither grows without end nor loses what was chosen on it."""

    @pytest.fixture
    def booked(self, practitioner: Practitioner, service: Service) -> list[Appointment]:
        """Of one day, since that is quick to make: a minute each."""
        begin = TEN_O_CLOCK - HOUR
        request = a_request(service)
        rows = [
            a_new_appointment(
                Status.BOOKED,
                begin + number * MINUTE,
                request=request,
                practitioner=practitioner,
                ends_at=begin + (number + 1) * MINUTE,
            )
            for number in range(MOST_ONE_BY_ONE + 20)
        ]
        return Appointment.objects.bulk_create(rows)

    def test_each_of_the_first_and_the_rest_as_all(self, booked: list[Appointment]) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            page = client.post(ADD, closure())
        text = text_of(page)
        assert f"What becomes of {len(booked)} appointments?" in text
        assert "Only the first 300 are listed below." in text
        assert "20 from Wed Jun 17, 2:00 pm EDT on" in text
        assert page.content.count(b'type="radio"') == 4 + 3 * MOST_ONE_BY_ONE
        one_by_one = becomes("other", *booked[:MOST_ONE_BY_ONE])
        with nothing_is_done():
            asked = text_of(client.post(ADD, closure() | one_by_one))
        assert "Choose what becomes of all those from Wed Jun 17, 2:00 pm EDT on." in asked
        assert client.post(ADD, closure() | one_by_one | {"for_all": "keep"}).status_code == 302
        assert Appointment.objects.filter(needs_other_time=True).count() == MOST_ONE_BY_ONE

    def test_what_was_chosen_comes_through_a_locked_page(
        self, booked: list[Appointment], clock: time_machine.Traveller
    ) -> None:
        """The page that asks for the password carries all of it along."""
        member = a_member(FRONT_DESK)
        give_app(member)
        client = signed_in(member)
        session = client.session
        session[SEEN] = (datetime.now(UTC) - HOUR).timestamp()
        session.save()
        sent = closure() | becomes("keep", *booked[:MOST_ONE_BY_ONE], for_all="keep")
        locked = client.post(ADD, sent)
        assert locked.status_code == 403
        carried = dict(re.findall(r'name="(\w+)" value="([^"]*)"', locked.content.decode()))
        assert set(sent) <= set(carried)
        unlock = {"gate-asked": "password", "gate-method": "POST", "gate-password": PASSWORD}
        assert client.post(ADD, carried | unlock).status_code == 302
        assert Closure.objects.count() == 1

    def test_no_form_of_ours_comes_near_what_is_refused(self) -> None:
        assert 2 * MOST_ONE_BY_ONE < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


class TestHoursAndPlaces:
    """The same question wherever hours are taken away."""

    def of_the_practitioner(self, person: Practitioner, **row: Any) -> dict[str, Any]:
        hours = person.hours.get(weekday=THE_DAY.weekday())
        shown: dict[str, Any] = {
            "id": hours.pk,
            "practitioner": person.pk,
            "location": hours.location_id,
        }
        shown |= {"weekday": hours.weekday, "starts": hours.starts, "ends": hours.ends} | row
        person.hours.exclude(pk=hours.pk).delete()
        return (
            {"name": person.name, "slug": person.slug, "role_en": "Physician", "order": 0}
            | {"is_active": "on", "services": [each.pk for each in person.services.all()]}
            | {"hours-TOTAL_FORMS": 1, "hours-INITIAL_FORMS": 1}
            | {f"hours-0-{key}": value for key, value in shown.items()}
        )

    @pytest.mark.parametrize("row", [{"starts": "11:00"}, {"DELETE": "on"}], ids=["later", "gone"])
    def test_a_practitioners_hours(
        self, booked: Appointment, practitioner: Practitioner, row: dict[str, str]
    ) -> None:
        address = reverse("admin:clinic_practitioner_change", args=[practitioner.pk])
        data, client = self.of_the_practitioner(practitioner, **row), a_client(OWNER)
        with nothing_is_done():
            assert "What becomes of 1 appointment?" in text_of(client.post(address, data))
        assert client.post(address, data | becomes("other", booked)).status_code == 302
        assert status_of(booked) == (Status.BOOKED, True)

    def test_somebody_who_leaves(self, booked: Appointment, practitioner: Practitioner) -> None:
        address = reverse("admin:clinic_practitioner_change", args=[practitioner.pk])
        data = self.of_the_practitioner(practitioner)
        del data["is_active"]
        assert "What becomes" in text_of(a_client(OWNER).post(address, data))


def test_whoever_moves_is_off_the_list(
    booked: Appointment, practitioner: Practitioner, now: datetime
) -> None:
    by = Actor.staff(a_member(FRONT_DESK))
    actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
    actions.move(appointment_id=booked.pk, starts_at=TEN_O_CLOCK + HOUR, by=by, now=now)
    assert status_of(booked) == (Status.BOOKED, False)


class TestWhatIsSaidMeanwhile:
    """Nothing of the time that cannot stay: the patient hears of it with the other times."""

    @pytest.fixture
    def by(self) -> Actor:
        return Actor.staff(a_member(FRONT_DESK))

    @pytest.fixture
    def asked(self, service: Service, practitioner: Practitioner) -> Appointment:
        nora = a_patient(full_name="Nora Example", email="", telephone="+17325550199")
        request = a_request(service, patient=nora)
        return an_appointment(Status.PENDING, request=request, practitioner=practitioner)

    def test_the_call_that_it_is_confirmed_is_off_the_list(
        self, asked: Appointment, by: Actor, now: datetime
    ) -> None:
        actions.confirm(appointment_id=asked.pk, by=by, now=now)
        client = a_client(FRONT_DESK)
        assert "The appointment is confirmed." in desk_of(client)
        client.post(ADD, closure() | becomes("other", asked))
        text = desk_of(client)
        assert "Nobody to call." in text
        assert "Nora Example: Wed Jun 17" in text.split("Another time to be found", 1)[1]

    def test_nor_does_a_mail_say_so_that_waits(
        self, booked: Appointment, by: Actor, now: datetime
    ) -> None:
        outbox.tell(booked, patient=Message.Kind.CONFIRMED, now=now)
        actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
        worker.run_once(now=now)
        assert mail.outbox == []

    def test_what_failed_says_what_to_call_about(
        self, booked: Appointment, by: Actor, now: datetime
    ) -> None:
        Patient.objects.update(telephone="+17325550199")
        outbox.tell(booked, patient=Message.Kind.CONFIRMED, now=now)
        Message.objects.update(state=Message.State.FAILED)
        actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
        assert "Another time is being found instead of Wed Jun 17" in desk_of(a_client(FRONT_DESK))

    def test_nobody_is_reminded_of_it_until_there_is_another(
        self, booked: Appointment, by: Actor, now: datetime
    ) -> None:
        actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
        day_before = TEN_O_CLOCK - timedelta(hours=24)
        assert actions.remind_patients(now=day_before) == 0
        later = TEN_O_CLOCK + timedelta(days=1)
        actions.move(appointment_id=booked.pk, starts_at=later, by=by, now=now)
        assert actions.remind_patients(now=day_before + timedelta(hours=1)) == 1

    def test_confirmed_all_the_same_it_stays_and_the_patient_is_told(
        self, service: Service, practitioner: Practitioner, by: Actor, now: datetime
    ) -> None:
        asked = an_appointment(Status.PENDING, service=service, practitioner=practitioner)
        actions.need_other_time(appointment_id=asked.pk, by=by, now=now)
        actions.confirm(appointment_id=asked.pk, by=staff(), now=now)
        assert status_of(asked) == (Status.BOOKED, False)
        worker.run_once(now=now)
        assert [letter.subject for letter in mail.outbox] == [
            "Example Clinic: confirmed for June 17"
        ]

    def test_a_move_is_told_before_that_is_found(
        self, booked: Appointment, by: Actor, now: datetime
    ) -> None:
        """The time before it is free already: nobody may come to that one."""
        Patient.objects.update(email="", telephone="+17325550199")
        friday = TEN_O_CLOCK + timedelta(days=2)
        actions.move(appointment_id=booked.pk, starts_at=friday, by=by, now=now)
        actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
        text = desk_of(a_client(FRONT_DESK)).replace("\u00a0", " ")
        assert "The appointment is now for another time: Fri Jun 19, 10:00 am EDT" in text
        assert "It may have to be another one still: we will call again." in text

    def test_it_may_stay_after_all_and_then_all_is_said(
        self, booked: Appointment, by: Actor, now: datetime
    ) -> None:
        outbox.tell(booked, patient=Message.Kind.CONFIRMED, now=now)
        actions.need_other_time(appointment_id=booked.pk, by=by, now=now)
        worker.run_once(now=now)
        client = a_client(FRONT_DESK)
        pressed = form(booked)
        for _press in range(2):
            reply = client.post(address("no-other-time", booked.pk), pressed, follow=True)
            assert "The time of Ada Example stays." in text_of(reply)
        assert status_of(booked) == (Status.BOOKED, False)
        assert "Another time to be found" not in desk_of(client)
        worker.run_once(now=now)
        assert [letter.subject for letter in mail.outbox] == [
            "Example Clinic: confirmed for June 17"
        ]
        assert actions.remind_patients(now=TEN_O_CLOCK - timedelta(hours=14)) == 1

    def test_a_reminder_that_waited_is_said_then_and_one_that_was_sent_is_not(
        self, booked: Appointment, by: Actor
    ) -> None:
        due = TEN_O_CLOCK - timedelta(hours=48)
        Appointment.objects.update(created_at=due - timedelta(days=9))
        assert actions.remind_patients(now=due) == 1
        actions.need_other_time(appointment_id=booked.pk, by=by, now=due + MINUTE)
        actions.keep_time(appointment_id=booked.pk, by=staff(), now=due + 2 * MINUTE)
        assert actions.remind_patients(now=due + 3 * MINUTE) == 0
        worker.run_once(now=due + 3 * MINUTE)
        assert len(mail.outbox) == 1
        actions.need_other_time(appointment_id=booked.pk, by=staff(), now=due + 4 * MINUTE)
        actions.keep_time(appointment_id=booked.pk, by=staff(), now=due + 5 * MINUTE)
        worker.run_once(now=due + 6 * MINUTE)
        assert len(mail.outbox) == 1

    def test_a_confirmed_visit_speaks_of_the_parts_that_stay(self, now: datetime) -> None:
        first, second, third = a_visit(now)
        actions.need_other_time(appointment_id=first.pk, by=staff(), now=now)
        message = Message.objects.get(kind=Message.Kind.CONFIRMED)
        assert message.state == Message.State.WAITING
        assert together.spoken_in(message, now=now).of == [second, third]


class TestAnOffer:
    """Nobody is dropped: whose offer is withdrawn stands on the first page until it is settled."""

    @pytest.fixture
    def offered(self, service: Service, practitioner: Practitioner) -> Appointment:
        nora = a_patient(full_name="Nora Example", email="", telephone="+17325550199")
        request = a_request(service, patient=nora)
        times = [
            an_appointment(Status.PROPOSED, at, request=request, practitioner=practitioner)
            for at in (TEN_O_CLOCK, TEN_O_CLOCK + HOUR)
        ]
        return times[0]

    @pytest.fixture
    def booked(self, service: Service, practitioner: Practitioner) -> Appointment:
        at = TEN_O_CLOCK + 3 * HOUR
        return an_appointment(Status.BOOKED, at, service=service, practitioner=practitioner)

    @pytest.fixture
    def client(self, offered: Appointment, booked: Appointment) -> Client:
        """At the desk, where other times shall be found for all."""
        client = a_client(FRONT_DESK)
        client.post(ADD, closure() | becomes("", for_all="other"))
        return client

    def to_be_found(self, client: Client) -> str:
        return desk_of(client).partition("Another time to be found")[2].partition("To call")[0]

    def test_it_is_said_before_what_becomes_of_it(
        self, offered: Appointment, booked: Appointment
    ) -> None:
        text = text_of(a_client(FRONT_DESK).post(ADD, closure()))
        assert "When it is withdrawn, its patient is told at once" in text
        assert "Withdraw it, tell the patient, and find another time" in text

    def test_is_not_spoken_of_where_there_is_none(self, booked: Appointment) -> None:
        assert "only offered" not in text_of(a_client(FRONT_DESK).post(ADD, closure()))

    def test_its_patient_is_told_and_stays_on_the_page(
        self, client: Client, offered: Appointment, booked: Appointment
    ) -> None:
        assert status_of(offered) == (Status.CANCELLED, True)
        assert status_of(booked) == (Status.BOOKED, True)
        assert kinds() == ["offer_ended"]
        call = Message.objects.get()
        client.post(address("called", call.pk), form())
        assert "Nora Example: Wed Jun 17, 10:00 am EDT" in self.to_be_found(client)
        assert "This offer was withdrawn." in self.to_be_found(client)

    def test_even_when_its_time_is_over(
        self, client: Client, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(TEN_O_CLOCK + timedelta(days=20))
        assert "Nora Example" in self.to_be_found(a_client(FRONT_DESK))

    def test_until_another_time_is_booked(
        self, client: Client, offered: Appointment, practitioner: Practitioner
    ) -> None:
        slot = write_slot(TEN_O_CLOCK + timedelta(days=1), practitioner.pk)
        query = {"service": offered.request.service.slug, "slot": slot}
        query["for"] = str(offered.request_id)
        caller = {"full_name": "Nora Example", "telephone": "732-555-0199"}
        caller |= {"prefers": "telephone", "language": "en"}
        response = client.post(f"{reverse('desk:book')}?{urlencode(query)}", form(**caller))
        assert response.status_code == 302
        assert status_of(offered) == (Status.CANCELLED, False)
        assert "Nora Example" not in self.to_be_found(client)
        assert "Another time booked instead" in text_of(client.get(page_of(offered.pk)))

    def test_or_none_is_wanted(self, client: Client, offered: Appointment) -> None:
        offered.refresh_from_db()
        sent, path = form(offered), address("no-other-time", offered.pk)
        for _press in range(2):
            client.post(path, sent)
        assert "Nora Example" not in self.to_be_found(client)
        assert status_of(offered) == (Status.CANCELLED, False)
        assert "No other time wanted" in text_of(client.get(page_of(offered.pk)))
        assert AppointmentEvent.objects.filter(reason_code=Reason.OFFER_DECLINED).count() == 1

    def test_what_staff_only_withdraw_is_settled(self, offered: Appointment) -> None:
        client = a_client(FRONT_DESK)
        client.post(ADD, closure() | becomes("cancel", offered))
        assert status_of(offered) == (Status.CANCELLED, False)
        assert "Nora Example" not in self.to_be_found(client)
