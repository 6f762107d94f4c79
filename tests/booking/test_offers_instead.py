"""Other times in place of what was confirmed: whoever counts on it hears that it is gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import MIMEPart
from uuid import uuid4

import pytest
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from booking import actions, emails, worker
from booking.actors import Actor
from booking.errors import OfferedInstead
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Message, Status
from booking.models.appointments import Reason
from booking.models.wordings import Wording
from booking.standing import Standing
from clinic.models import Practitioner, Service
from clinic.roles import FRONT_DESK
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, desk_of, form, nothing_is_done, said, text_of
from tests.booking.ledger import kinds, nothing_changes
from tests.booking.visitor import Visitor
from tests.clinic.staff import a_client

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
Kind = Message.Kind
GONE = "We cannot keep your appointment on Wednesday, June 17, 2026, 10:00\u00a0am"


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
def request_(service: Service) -> AppointmentRequest:
    return a_request(service, sent_from="the same")


@pytest.fixture
def confirmed(
    request_: AppointmentRequest, practitioner: Practitioner, now: datetime
) -> Appointment:
    """Asked for by the patient, and confirmed by staff."""
    asked = an_appointment(
        Status.PENDING, request=request_, practitioner=practitioner, created_at=now - HOUR
    )
    actions.confirm(appointment_id=asked.pk, by=STAFF, now=now)
    Message.objects.update(state=Message.State.SENT)
    return asked


def offer(asked: Appointment, now: datetime, hours: Sequence[int] = (1, 2), note: str = "") -> None:
    times = [actions.Proposal(TEN_O_CLOCK + each * HOUR) for each in hours]
    actions.offer(appointment_id=asked.pk, times=times, note=note, by=STAFF, now=now)


def offered(asked: Appointment) -> list[Appointment]:
    return list(Appointment.objects.offered_to(asked.request))


def mail_of(kind: Kind, now: datetime) -> EmailMultiAlternatives:
    return emails.render(Message.objects.get(kind=kind, channel="email"), now=now)


class TestRemoved:
    def test_it_is_not_removed_without_a_word(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        with nothing_changes(), pytest.raises(OfferedInstead, match="Withdraw the offer instead"):
            actions.remove(appointment_id=offered(confirmed)[0].pk, by=STAFF, now=now)

    def test_the_desk_says_what_to_do(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        first, client = offered(confirmed)[0], a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(address("remove", first.pk), form(first))
        assert "Withdraw the offer instead" in said(response)

    def test_in_place_of_what_nobody_had_confirmed_it_is(
        self, request_: AppointmentRequest, practitioner: Practitioner, now: datetime
    ) -> None:
        asked = an_appointment(Status.PENDING, request=request_, practitioner=practitioner)
        offer(asked, now)
        actions.remove(appointment_id=offered(asked)[0].pk, by=STAFF, now=now)
        assert not Message.objects.unsent().exists()

    def test_nor_with_all_of_its_sender(self, confirmed: Appointment, now: datetime) -> None:
        """That removes what nobody has confirmed."""
        another = an_appointment(
            Status.PENDING,
            TEN_O_CLOCK + 4 * HOUR,
            request=a_request(confirmed.request.service, sent_from="the same"),
            practitioner=confirmed.practitioner,
        )
        offer(confirmed, now)
        assert actions.remove_all_of_sender(appointment_id=another.pk, by=STAFF, now=now) == 1
        assert len(offered(confirmed)) == 2


class TestWithdrawnBeforeAnybodyWasTold:
    def withdraw(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        actions.cancel(appointment_id=offered(confirmed)[0].pk, by=STAFF, now=now)

    def test_the_mail_says_that_the_confirmed_time_is_gone(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        self.withdraw(confirmed, now)
        first, second = Message.objects.filter(kind__in=(Kind.OFFERED, Kind.OFFER_ENDED))
        told = {each.kind: worker.is_still_true(each, now=now) for each in (first, second)}
        assert told == {Kind.OFFERED: False, Kind.OFFER_ENDED: True}
        mail = mail_of(Kind.OFFER_ENDED, now)
        assert GONE in mail.body
        part = mail.attachments[0]
        assert isinstance(part, MIMEPart)
        calendar = Calendar.from_ical(part.get_content())
        assert calendar["METHOD"] == "CANCEL"
        assert str(confirmed.calendar_uid) in str(calendar.events[0]["UID"])

    def test_none_of_the_times_offered_is_named_rather_than_one(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        self.withdraw(confirmed, now)
        mail = mail_of(Kind.OFFER_ENDED, now)
        assert "11:00" not in mail.body
        assert "12:00" not in mail.body

    def test_the_clinics_own_words_do_not_know_of_it(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        Wording.objects.create(
            kind=Kind.OFFER_ENDED, language="en", subject="Ours", text="Ours: {link}"
        )
        self.withdraw(confirmed, now)
        assert GONE in mail_of(Kind.OFFER_ENDED, now).body

    def test_the_patients_page_says_so(self, confirmed: Appointment, now: datetime) -> None:
        self.withdraw(confirmed, now)
        page = text_of(Visitor().opens(confirmed.request))
        assert GONE.replace("\u00a0", " ") in page.replace("\u00a0", " ")

    def test_what_replaced_nothing_mentions_nothing(
        self, request_: AppointmentRequest, practitioner: Practitioner, now: datetime
    ) -> None:
        asked = an_appointment(Status.PENDING, request=request_, practitioner=practitioner)
        self.withdraw(asked, now)
        mail = mail_of(Kind.OFFER_ENDED, now)
        assert "cannot keep" not in mail.body
        assert mail.attachments == []


class TestAnsweredBeforeAnybodyWasTold:
    """By the link that they have: the page shows what the mail has not said yet."""

    def methods(self, kind: Kind, now: datetime) -> dict[str, str]:
        """What the mail asks of the calendar, by the UID that it asks it for."""
        asked = {}
        for part in mail_of(kind, now).attachments:
            assert isinstance(part, MIMEPart)
            calendar = Calendar.from_ical(part.get_content())
            asked[str(calendar.events[0]["UID"])] = str(calendar["METHOD"])
        return asked

    def uid(self, appointment: Appointment) -> str:
        return f"{appointment.calendar_uid}@appointments"

    def take(self, confirmed: Appointment, now: datetime) -> Appointment:
        first = offered(confirmed)[0]
        return actions.accept_offer(appointment_id=first.pk, by=Actor.patient(), now=now)

    def test_what_is_taken_goes_in_and_what_is_gone_goes_out(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        offer(confirmed, now)
        taken = self.take(confirmed, now)
        Message.objects.filter(appointment=confirmed).delete()
        assert self.methods(Kind.CONFIRMED, now) == {
            self.uid(taken): "REQUEST",
            self.uid(confirmed): "CANCEL",
        }

    def test_what_the_offer_said_is_not_said_again(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        offer(confirmed, now)
        Message.objects.update(state=Message.State.SENT)
        taken = self.take(confirmed, now)
        Message.objects.filter(appointment=confirmed).delete()
        assert self.methods(Kind.CONFIRMED, now) == {self.uid(taken): "REQUEST"}

    def test_cancelled_at_once_both_are_gone(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        taken = self.take(confirmed, now)
        actions.cancel(appointment_id=taken.pk, by=Actor.patient(), now=now)
        assert self.methods(Kind.CANCELLED, now) == {
            self.uid(taken): "CANCEL",
            self.uid(confirmed): "CANCEL",
        }

    def test_moved_at_once(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        taken = self.take(confirmed, now)
        moved_to = TEN_O_CLOCK + 4 * HOUR
        actions.move(appointment_id=taken.pk, starts_at=moved_to, by=STAFF, now=now)
        assert self.methods(Kind.MOVED, now) == {
            self.uid(taken): "REQUEST",
            self.uid(confirmed): "CANCEL",
        }

    def test_declined_the_mail_says_that_the_confirmed_time_is_gone(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        offer(confirmed, now)
        first = offered(confirmed)[0]
        actions.decline_offers(appointment_id=first.pk, by=Actor.patient(), now=now)
        assert self.methods(Kind.OFFER_ENDED, now) == {self.uid(confirmed): "CANCEL"}
        mail = mail_of(Kind.OFFER_ENDED, now)
        assert GONE in mail.body
        assert "You told us that none of them suits you." in mail.body
        assert "None of them was chosen in time" not in mail.body + str(mail.alternatives)

    def test_declined_by_whoever_had_the_mail_there_is_no_other(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        offer(confirmed, now)
        Message.objects.update(state=Message.State.SENT)
        first = offered(confirmed)[0]
        actions.decline_offers(appointment_id=first.pk, by=Actor.patient(), now=now)
        assert [each.kind for each in Message.objects.unsent()] == [Kind.STAFF_OFFER_DECLINED]

    def test_declined_in_place_of_what_nobody_had_confirmed(
        self, request_: AppointmentRequest, practitioner: Practitioner, now: datetime
    ) -> None:
        asked = an_appointment(Status.PENDING, request=request_, practitioner=practitioner)
        offer(asked, now)
        first = offered(asked)[0]
        actions.decline_offers(appointment_id=first.pk, by=Actor.patient(), now=now)
        assert not Message.objects.filter(kind=Kind.OFFER_ENDED).exists()


class TestOnTheTelephone:
    @pytest.fixture
    def request_(self, service: Service) -> AppointmentRequest:
        return a_request(service, patient=a_patient(email="", telephone="+17325550199"))

    def test_the_call_says_what_is_not_kept(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        said = desk_of(a_client(FRONT_DESK))
        assert "We cannot keep the appointment that was confirmed: Wed Jun 17, 10:00 am" in said
        assert "We can offer Wed Jun 17, 11:00 am" in said
        assert "the time you asked for" not in said

    def test_and_once_the_offer_is_withdrawn(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now)
        actions.cancel(appointment_id=offered(confirmed)[0].pk, by=STAFF, now=now)
        said = desk_of(a_client(FRONT_DESK))
        assert "We cannot keep the appointment that was confirmed: Wed Jun 17, 10:00 am" in said
        assert "The times we offered are free again" in said


class TestItsNote:
    """What was written about an offer is about that offer."""

    NOTE = "The morning is full."

    @pytest.fixture
    def taken(self, confirmed: Appointment, now: datetime) -> Appointment:
        offer(confirmed, now, note=self.NOTE)
        return actions.accept_offer(
            appointment_id=offered(confirmed)[0].pk, by=Actor.patient(), now=now
        )

    def note_now(self, appointment: Appointment, now: datetime) -> str:
        request = AppointmentRequest.objects.get(pk=appointment.request_id)
        return Standing.of(request, now=now).note

    def test_it_stands_by_what_was_taken(self, taken: Appointment, now: datetime) -> None:
        assert self.note_now(taken, now) == self.NOTE

    def test_a_later_cancellation_does_not_show_it(self, taken: Appointment, now: datetime) -> None:
        actions.cancel(appointment_id=taken.pk, by=STAFF, now=now)
        assert self.note_now(taken, now) == ""
        assert self.NOTE not in desk_of(a_client(FRONT_DESK))

    def test_nor_do_later_offers(self, taken: Appointment, now: datetime) -> None:
        offer(taken, now, hours=(4,))
        assert self.note_now(taken, now) == ""

    def test_nor_an_offer_that_is_withdrawn(self, confirmed: Appointment, now: datetime) -> None:
        offer(confirmed, now, note=self.NOTE)
        actions.cancel(appointment_id=offered(confirmed)[0].pk, by=STAFF, now=now)
        assert self.note_now(confirmed, now) == ""

    def test_nor_what_is_removed(self, taken: Appointment, now: datetime) -> None:
        actions.remove(appointment_id=taken.pk, by=STAFF, now=now)
        assert self.note_now(taken, now) == ""

    def test_nor_the_call_about_an_offer_that_ran_out(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        patient = confirmed.request.patient
        assert patient
        patient.email, patient.telephone = "", "+17325550199"
        patient.save()
        offer(confirmed, now, note=self.NOTE)
        assert self.NOTE in desk_of(a_client(FRONT_DESK))
        actions.expire_lapsed(now=now + 30 * HOUR)
        assert kinds(channel=Message.Channel.CALL)[-1] == Kind.OFFERED
        said = desk_of(a_client(FRONT_DESK))
        assert str(Reason.OFFER_ENDED.label) in said
        assert self.NOTE not in said


class TestAnOldTab:
    """What its page showed of an offer is told apart from all that came since."""

    def test_of_a_time_that_was_asked_for(
        self, request_: AppointmentRequest, practitioner: Practitioner, now: datetime
    ) -> None:
        asked = an_appointment(Status.PENDING, request=request_, practitioner=practitioner)
        data = form(asked)
        offer(asked, now)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            reply = client.post(address("confirm", asked.pk), data)
        assert "already cancelled" in said(reply)

    def test_of_an_offer_that_was_taken_and_offered_anew_until_the_same_moment(
        self, confirmed: Appointment, now: datetime
    ) -> None:
        """The moments may be equal, but it names a time that is none of those any more."""
        offer(confirmed, now)
        first = offered(confirmed)[0]
        data = form(first)
        taken = actions.accept_offer(appointment_id=first.pk, by=Actor.patient(), now=now)
        offer(taken, now, hours=(3,))
        assert offered(confirmed)[0].shown == data["shown"]
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            client.post(address("cancel", first.pk), data)
        assert len(offered(confirmed)) == 1
