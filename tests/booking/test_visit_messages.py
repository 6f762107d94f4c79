"""One message for a visit of several services, of what is true when it is sent."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from booking import actions, emails, links, together, worker
from booking.actors import Actor
from booking.admin.messages import preview_of
from booking.desk.today import desk_for
from booking.errors import ChangedMeanwhile, NotForPatients, NotPossible
from booking.models import Appointment, AppointmentEvent, Message, Status, Wording
from booking.models.appointments import Reason
from clinic.models import Practitioner, Service
from clinic.roles import OWNER
from tests.booking import calendar_text
from tests.booking.a_visit import HALF_AN_HOUR, WITHOUT_EMAIL, a_visit, patient, staff
from tests.booking.builders import TEN_O_CLOCK, a_patient, a_request, an_appointment
from tests.booking.ledger import changes_of, kinds, nothing_changes
from tests.clinic.staff import a_member

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Kind, State, Channel = Message.Kind, Message.State, Message.Channel
WEDNESDAY = "Wednesday, June 17, 2026"
FIRST = f"- {WEDNESDAY}, 10:00\u00a0am (Eastern Time)"
SECOND = f"- {WEDNESDAY}, 10:30\u00a0am (Eastern Time)"
THIRD = f"- {WEDNESDAY}, 11:00\u00a0am (Eastern Time)"
IS_PART = "It is part of a visit. The rest of it stays as it is:"
# A week later the two reminders are due on days of their own.
NEXT_WEEK = TEN_O_CLOCK + 7 * DAY


@pytest.fixture
def visit(now: datetime) -> list[Appointment]:
    return a_visit(now)


def sent(now: datetime) -> list[Any]:
    """What the worker sends in one round."""
    mail.outbox.clear()
    worker.run_once(now=now)
    return list(mail.outbox)


def the_one_sent(now: datetime) -> Any:
    (letter,) = sent(now)
    return letter


def html_of(letter: Any) -> str:
    return str(letter.alternatives[0].content)


def file_of(letter: Any) -> bytes:
    (part,) = letter.attachments
    return bytes(part.get_payload(decode=True))


def cancel(appointment: Appointment, now: datetime, by: Actor | None = None) -> None:
    actions.cancel(appointment_id=appointment.pk, by=by or staff(), now=now)


def move(appointment: Appointment, to: datetime, now: datetime) -> None:
    actions.move(appointment_id=appointment.pk, starts_at=to, by=staff(), now=now)


def calls(now: datetime) -> list[str]:
    """What the desk is to say on the telephone."""
    said = [call.say for call in desk_for(a_member(OWNER), now=now).calls]
    return [text.replace("\u00a0", " ") for text in said]


def methods(letter: Any) -> list[str]:
    parts = letter.message().walk()
    return [p.get_param("method") for p in parts if p.get_content_type() == "text/calendar"]


class TestTheConfirmation:
    def test_is_one_and_names_all_parts(self, visit: list[Appointment], now: datetime) -> None:
        letter = the_one_sent(now)
        assert letter.subject == "Example Clinic: confirmed for June 17"
        assert "Your visit is confirmed" in letter.body
        assert f"{FIRST}\n{SECOND}\n{THIRD}\n" in letter.body
        assert links.address_for(visit[0].request) in letter.body
        assert html_of(letter).count("<li>") == 3
        # Neither what for nor with whom: clinic, time and link are all that a mail may tell.
        for word in ("Consultation", "Acupressure", "Exercise", "Alex", "Bo Example"):
            assert word not in letter.body + html_of(letter)

    def test_in_spanish(self, now: datetime) -> None:
        a_visit(now, language="es")
        letter = the_one_sent(now)
        assert "Su visita está confirmada" in letter.body
        assert "10:00\u00a0a.\xa0m. (hora oriental)\n" in letter.body
        assert "/es/appointment/" in letter.body

    def test_has_one_calendar_file_of_all(self, visit: list[Appointment], now: datetime) -> None:
        letter = the_one_sent(now)
        calendar = calendar_text.read(file_of(letter))
        events = calendar.all("VEVENT")
        assert [calendar.instant(each, "DTSTART") for each in events] == [
            each.starts_at for each in visit
        ]
        assert [each["UID"].value for each in events] == [
            f"{each.calendar_uid}@appointments" for each in visit
        ]
        for event, appointment in zip(events, visit, strict=True):
            assert links.address_for(appointment.request) in event["DESCRIPTION"].text
        assert len(calendar.all("VTIMEZONE")) == 1
        # An invitation is of one event alone: several are published.
        assert calendar["METHOD"].value == "PUBLISH"
        assert methods(letter) == ["PUBLISH"]
        assert "Acupressure" not in file_of(letter).decode()  # no word of health

    def test_does_not_name_what_was_cancelled_in_between(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        cancel(visit[0], now)
        confirmed, cancelled = sorted(sent(now), key=lambda letter: letter.subject, reverse=True)
        assert "Your visit is confirmed" in confirmed.body
        assert FIRST not in confirmed.body
        assert f"{SECOND}\n{THIRD}" in confirmed.body
        # Its link is that of a part that stands.
        assert links.address_for(visit[1].request) in confirmed.body
        assert len(Calendar.from_ical(file_of(confirmed)).events) == 2
        assert "We had to cancel, and we are sorry" in cancelled.body
        assert f"{IS_PART}\n\n{SECOND}\n{THIRD}\n" in cancelled.body

    def test_of_one_part_that_is_left_is_that_of_an_appointment(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        for part in visit[:2]:
            cancel(part, now)
        letters = {letter.body.split("\n")[0]: letter for letter in sent(now)}
        letter = letters["Your appointment is confirmed"]
        assert f"{WEDNESDAY}, 11:00\u00a0am (Eastern Time)" in letter.body
        assert "10:00" not in letter.body
        assert methods(letter) == ["REQUEST"]

    def test_is_not_sent_where_nothing_is_left(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        actions.cancel_visit(appointment_id=visit[1].pk, by=staff(), now=now)
        assert [letter.subject for letter in sent(now)] == ["Example Clinic: cancelled for June 17"]
        assert Message.objects.get(kind=Kind.CONFIRMED).state == State.OBSOLETE

    def test_says_the_time_to_which_a_part_was_moved(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        move(visit[0], TEN_O_CLOCK + 2 * HOUR, now)
        letters = {letter.body.split("\n")[0]: letter for letter in sent(now)}
        confirmed = letters["Your visit is confirmed"]
        moved = letters["Your appointment has another time"]
        noon = f"{WEDNESDAY}, 12:00\u00a0pm (Eastern Time)"
        assert f"{SECOND}\n{THIRD}\n- {noon}\n" in confirmed.body
        assert noon in moved.body
        assert f"{IS_PART}\n\n{SECOND}\n{THIRD}\n" in moved.body
        assert IS_PART in html_of(moved)

    def test_is_claimed_once(self, visit: list[Appointment], now: datetime) -> None:
        message = Message.objects.get(kind=Kind.CONFIRMED)
        assert worker.claim(message.pk, now=now)
        assert worker.claim(message.pk, now=now) is None
        assert sent(now) == []
        assert len(sent(now + worker.LEASE)) == 1  # whoever had it died
        assert sent(now + 2 * worker.LEASE) == []

    def test_has_the_same_message_id_when_it_is_repeated(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        message = Message.objects.get(kind=Kind.CONFIRMED)
        before = emails.render(message, now=now).message()["Message-ID"]
        cancel(visit[0], now)
        assert emails.render(message, now=now).message()["Message-ID"] == before

    def test_names_nobody_elses_though_the_address_is_the_same(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        """Families share addresses, and one person may come on another day, too."""
        who = visit[0].request.patient
        assert who is not None
        same = a_request(patient=a_patient(full_name=who.full_name, email=who.email))
        an_appointment(starts_at=TEN_O_CLOCK + 4 * HOUR, request=same)
        an_appointment(starts_at=TEN_O_CLOCK + 5 * HOUR, request=a_request(patient=who))
        assert the_one_sent(now).body.count("\n- ") == 3

    def test_who_has_no_address_has_heard_it(self, now: datetime) -> None:
        a_visit(now, **WITHOUT_EMAIL)
        assert kinds() == []

    def test_the_next_one_names_what_stands_then(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        """A part is offered other times, and the patient takes one of them."""
        sent(now)
        later = [actions.Proposal(TEN_O_CLOCK + DAY)]
        [offered] = actions.offer(appointment_id=visit[0].pk, times=later, by=staff(), now=now)
        asked = the_one_sent(now)
        assert "We cannot keep your appointment" in asked.body
        assert f"{IS_PART}\n\n{SECOND}\n{THIRD}\n" in asked.body
        actions.accept_offer(appointment_id=offered.pk, by=patient(), now=now)
        letters = {letter.body.split("\n")[0]: letter for letter in sent(now)}
        thursday = "- Thursday, June 18, 2026, 10:00\u00a0am (Eastern Time)"
        assert f"{SECOND}\n{THIRD}\n{thursday}\n" in letters["Your visit is confirmed"].body


def test_staff_hear_what_stays_too(visit: list[Appointment], now: datetime) -> None:
    """The patient cancels a part by the link."""
    sent(now)
    cancel(visit[0], now, patient())
    letters = {letter.to[0]: letter for letter in sent(now)}
    assert f"{IS_PART}\n\n{SECOND}\n{THIRD}\n" in letters["desk@clinic.test"].body


class TestTheClinicsOwnWords:
    def test_name_the_first_time_and_all_parts_follow(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        Wording.objects.create(
            kind="confirmed", language="en", subject="On {day}", text="See you: {when}.\n\n{link}"
        )
        letter = the_one_sent(now)
        assert letter.subject == "On June 17, 2026"
        assert f"See you: {WEDNESDAY}, 10:00\u00a0am (Eastern Time)." in letter.body
        assert f"Your visit, part by part:\n\n{FIRST}\n{SECOND}\n{THIRD}\n" in letter.body
        assert html_of(letter).count("<li>") == 3

    def test_of_one_appointment_have_no_list(self, visit: list[Appointment], now: datetime) -> None:
        Wording.objects.create(
            kind="cancelled", language="en", subject="Sorry", text="Off: {when}\n\n{link}"
        )
        sent(now)
        cancel(visit[0], now)
        letter = the_one_sent(now)
        assert "part by part" not in letter.body
        assert f"{IS_PART}\n\n{SECOND}\n{THIRD}\n" in letter.body


class TestTheReminder:
    def reminded(self, now: datetime) -> list[str]:
        """What the worker says at a moment of looking ahead."""
        worker.look_ahead(now=now)
        return [letter.body for letter in sent(now)]

    @pytest.fixture
    def visit(self, now: datetime) -> list[Appointment]:
        booked = a_visit(now, starts_at=NEXT_WEEK)
        sent(now)
        return booked

    def test_is_one_for_the_visit(self, visit: list[Appointment]) -> None:
        found = []
        for quarters in range(4 * 24 * 3):
            found += self.reminded(NEXT_WEEK - 2 * DAY - HOUR + quarters * HALF_AN_HOUR / 2)
        days, hours = found
        for text in found:
            for time in ("10:00\u00a0am", "10:30\u00a0am", "11:00\u00a0am"):
                assert time in text
        assert "A reminder of your visit" in days
        assert "Your visit is coming up" in hours

    def test_leads_to_one_answer_for_all(self, visit: list[Appointment]) -> None:
        [text] = self.reminded(NEXT_WEEK - 2 * DAY)
        assert links.address_for(visit[0].request, "appointment-attend") in text

    def test_names_what_stands_when_it_is_sent(self, visit: list[Appointment]) -> None:
        at = NEXT_WEEK - 2 * DAY
        worker.look_ahead(now=at)
        cancel(visit[0], at)
        move(visit[2], NEXT_WEEK + 2 * HOUR, at)
        reminder = next(each.body for each in sent(at) if "reminder" in each.subject)
        assert "10:00\u00a0am" not in reminder
        assert "10:30\u00a0am" in reminder
        assert "12:00\u00a0pm" in reminder

    def test_is_of_its_day_wherever_its_first_part_goes(self, visit: list[Appointment]) -> None:
        at = NEXT_WEEK - 2 * DAY
        worker.look_ahead(now=at)
        move(visit[0], NEXT_WEEK + 5 * DAY, at)
        reminder = next(each.body for each in sent(at) if "reminder" in each.subject)
        assert "10:00\u00a0am" not in reminder
        assert "10:30\u00a0am" in reminder
        assert self.reminded(NEXT_WEEK + 3 * DAY) != []  # and that day has one of its own

    def test_comes_no_second_time_when_the_first_part_is_cancelled(
        self, visit: list[Appointment]
    ) -> None:
        at = NEXT_WEEK - 2 * DAY
        assert self.reminded(at)
        cancel(visit[0], at)
        sent(at)
        assert self.reminded(at + HOUR) == []

    def test_comes_anew_for_a_part_that_is_moved_within_its_day(
        self, visit: list[Appointment]
    ) -> None:
        at = NEXT_WEEK - 3 * HOUR
        assert self.reminded(at)
        move(visit[0], NEXT_WEEK + 6 * HOUR, at + HOUR / 4)
        sent(at + HOUR / 4)
        later = NEXT_WEEK + 3 * HOUR
        actions.arrive(appointment_id=visit[1].pk, by=staff(), now=NEXT_WEEK + HALF_AN_HOUR)
        assert self.reminded(later) == []  # who is here knows of the rest
        actions.take_back(appointment_id=visit[1].pk, by=staff(), now=later)
        [text] = self.reminded(later)
        assert "4:00\u00a0pm" in text
        assert "11:00\u00a0am" not in text
        assert self.reminded(later + HOUR / 4) == []

    def test_says_nothing_more_of_the_parts_that_it_named(self, visit: list[Appointment]) -> None:
        """Only what was moved since is news, once it is due itself."""
        at = NEXT_WEEK - 2 * DAY
        assert self.reminded(at)
        move(visit[2], NEXT_WEEK + 6 * HOUR, at)
        sent(at)
        assert self.reminded(at + HOUR) == []
        [text] = self.reminded(at + 6 * HOUR)
        assert "4:00\u00a0pm" in text

    def test_comes_anew_when_a_part_goes_to_another_day_and_back(
        self, visit: list[Appointment]
    ) -> None:
        at = NEXT_WEEK - 3 * DAY
        move(visit[0], NEXT_WEEK - DAY - HOUR, at)
        worker.look_ahead(now=at)  # of the day to which it was moved
        sent(at)
        for each in visit[1:]:
            cancel(each, at)
        move(visit[0], NEXT_WEEK, at + HOUR)
        sent(at + HOUR)
        [text] = self.reminded(NEXT_WEEK - 2 * DAY)
        assert "10:00\u00a0am" in text

    @pytest.mark.parametrize("first", [0, 1])
    def test_outlives_the_part_that_it_began_with(
        self, visit: list[Appointment], first: int
    ) -> None:
        """Sent late, it is of use until the first part begins that is left."""
        at = NEXT_WEEK - 3 * HOUR
        worker.look_ahead(now=at)
        for each in visit[: first + 1]:
            cancel(each, at)
        begins = visit[first + 1].starts_at
        worker.look_ahead(now=begins - MINUTE)
        letters = [each for each in sent(begins - MINUTE) if "reminder" in each.subject]
        [text] = [letter.body for letter in letters]
        assert text.count("am (Eastern Time)") == 2 - first

    def test_is_useless_once_the_first_part_has_begun(self, visit: list[Appointment]) -> None:
        at = NEXT_WEEK - 3 * HOUR
        worker.look_ahead(now=at)
        cancel(visit[0], at)
        worker.look_ahead(now=visit[1].starts_at)
        assert Message.objects.get(kind=Kind.REMINDER_HOURS).state == State.OBSOLETE

    def test_of_before_their_keys_were_changed_counts(self, visit: list[Appointment]) -> None:
        at = NEXT_WEEK - 2 * DAY
        assert self.reminded(at)
        Message.objects.filter(kind=Kind.REMINDER_DAYS).update(unique_key="of another version")
        assert self.reminded(at + HOUR) == []

    def test_dies_with_the_visit(self, visit: list[Appointment]) -> None:
        at = NEXT_WEEK - 2 * DAY
        worker.look_ahead(now=at)
        actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=at)
        assert Message.objects.get(kind=Kind.REMINDER_DAYS).state == State.OBSOLETE
        assert [letter.subject for letter in sent(at)] == ["Example Clinic: cancelled for June 24"]
        assert self.reminded(NEXT_WEEK - 3 * HOUR) == []

    def test_is_not_sent_to_whoever_is_here(self, visit: list[Appointment]) -> None:
        """They came for the first part, and the others need no word any more."""
        at = NEXT_WEEK - 10 * timedelta(minutes=1)
        worker.look_ahead(now=at)
        actions.arrive(appointment_id=visit[0].pk, by=staff(), now=at)
        assert sent(at) == []
        with nothing_changes():
            worker.look_ahead(now=NEXT_WEEK + HOUR / 4)

    def test_the_later_one_takes_the_place_of_one_that_waits(
        self, visit: list[Appointment]
    ) -> None:
        worker.look_ahead(now=NEXT_WEEK - 2 * DAY)
        [hours] = self.reminded(NEXT_WEEK - 3 * HOUR)
        assert "Your visit is coming up" in hours

    def test_what_a_service_does_not_wish_the_others_do(self, visit: list[Appointment]) -> None:
        Service.objects.filter(pk=visit[0].request.service_id).update(reminds_two_days_before=False)
        assert self.reminded(NEXT_WEEK - 2 * DAY) == []
        [text] = self.reminded(NEXT_WEEK - 2 * DAY + HALF_AN_HOUR)
        assert "10:00\u00a0am" in text

    def test_coming_is_said_of_the_whole_day(self, visit: list[Appointment]) -> None:
        at = NEXT_WEEK - 2 * DAY
        move(visit[2], NEXT_WEEK + DAY, at)
        coming = actions.confirm_attendance(appointment_id=visit[1].pk, by=patient(), now=at)
        assert coming == visit[:2]
        for each in visit:
            each.refresh_from_db()
        assert [each.attendance_confirmed_at for each in visit] == [at, at, None]

    def test_coming_is_not_said_of_a_time_that_was_not_shown(
        self, visit: list[Appointment]
    ) -> None:
        at = NEXT_WEEK - 2 * DAY
        shown = " ".join(each.shown for each in visit)
        move(visit[2], NEXT_WEEK + 2 * HOUR, at)
        with nothing_changes(), pytest.raises(ChangedMeanwhile):
            actions.confirm_attendance(
                appointment_id=visit[0].pk, by=Actor.patient(uuid4(), shown), now=at
            )


class TestTheWholeCancelled:
    def test_is_one_message_that_names_all(self, visit: list[Appointment], now: datetime) -> None:
        sent(now)
        ended = actions.cancel_visit(appointment_id=visit[1].pk, by=staff(), now=now)
        assert [each.status for each in ended] == [Status.CANCELLED] * 3
        letter = the_one_sent(now)
        assert letter.subject == "Example Clinic: cancelled for June 17"
        assert "We had to cancel, and we are sorry" in letter.body
        assert f"{FIRST}\n{SECOND}\n{THIRD}\n" in letter.body
        assert IS_PART not in letter.body
        events = Calendar.from_ical(file_of(letter)).events
        assert [str(each["STATUS"]) for each in events] == ["CANCELLED"] * 3
        for each in visit:
            assert changes_of(each)[-1] == ("staff", "booked", "cancelled")

    def test_does_not_name_again_what_was_cancelled_before(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        cancel(visit[0], now)
        sent(now)
        actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=now)
        assert f"\n\n{SECOND}\n{THIRD}\n" in the_one_sent(now).body

    def test_without_a_form_too(self, visit: list[Appointment], now: datetime) -> None:
        sent(now)
        by = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
        actions.cancel_visit(appointment_id=visit[0].pk, by=by, now=now)
        assert THIRD in the_one_sent(now).body

    @pytest.mark.parametrize("was_told", [True, False])
    def test_times_that_were_offered_end_with_it(
        self, visit: list[Appointment], now: datetime, was_told: bool
    ) -> None:
        """As every offer does: its patient may not have heard yet that the first time is gone."""
        times = [actions.Proposal(TEN_O_CLOCK + DAY), actions.Proposal(TEN_O_CLOCK + DAY + HOUR)]
        now += HOUR
        sent(now)
        actions.offer(appointment_id=visit[0].pk, times=times, by=staff(), now=now)
        if was_told:
            sent(now)
        actions.cancel_visit(appointment_id=visit[2].pk, by=staff(), now=now)
        assert not Appointment.objects.standing().exists()
        ended = Appointment.objects.filter(reason_code=Reason.OFFER_WITHDRAWN)
        assert ended.count() == 2
        letters = {SECOND in letter.body: letter for letter in sent(now)}
        assert f"\n\n{SECOND}\n{THIRD}\n" in letters[True].body
        assert "Thursday" not in letters[True].body
        assert f"{WEDNESDAY}, 10:00\u00a0am" in letters[False].body
        assert IS_PART not in letters[False].body
        gone = [
            str(event["UID"])
            for letter in letters.values()
            for event in Calendar.from_ical(file_of(letter)).events
            if event["STATUS"] == "CANCELLED"
        ]
        assert sorted(gone) == sorted(f"{each.calendar_uid}@appointments" for each in visit)

    def test_all_or_nothing(self, visit: list[Appointment], now: datetime) -> None:
        """A part was moved since the page was shown."""
        shown = " ".join(each.shown for each in visit)
        move(visit[2], TEN_O_CLOCK + 2 * HOUR, now)
        by = Actor(AppointmentEvent.ActorKind.STAFF, uuid4(), uuid4(), shown)
        with nothing_changes(), pytest.raises(ChangedMeanwhile):
            actions.cancel_visit(appointment_id=visit[0].pk, by=by, now=now)

    def test_the_same_form_twice_says_it_once(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        by = staff()
        ended = actions.cancel_visit(appointment_id=visit[0].pk, by=by, now=now)
        with nothing_changes():
            assert actions.cancel_visit(appointment_id=visit[0].pk, by=by, now=now) == ended

    def test_what_is_off_already_cannot_be(self, visit: list[Appointment], now: datetime) -> None:
        actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=now)
        with nothing_changes(), pytest.raises(NotPossible):
            actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=now)

    def test_is_for_staff(self, visit: list[Appointment], now: datetime) -> None:
        for by in (patient(), Actor.system()):
            with nothing_changes(), pytest.raises(NotForPatients):
                actions.cancel_visit(appointment_id=visit[0].pk, by=by, now=now)

    def test_who_is_here_stays(self, visit: list[Appointment]) -> None:
        actions.arrive(appointment_id=visit[0].pk, by=staff(), now=TEN_O_CLOCK)
        actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=TEN_O_CLOCK)
        for each in visit:
            each.refresh_from_db()
        assert [each.status for each in visit] == ["arrived", "cancelled", "cancelled"]


class TestOnTheTelephone:
    @pytest.fixture
    def visit(self, now: datetime) -> list[Appointment]:
        return a_visit(now, starts_at=NEXT_WEEK, **WITHOUT_EMAIL)

    def test_one_call_reminds_of_all(self, visit: list[Appointment]) -> None:
        for hours in range(48):
            worker.look_ahead(now=NEXT_WEEK - 2 * DAY + hours * HOUR)
        [said] = calls(NEXT_WEEK - HOUR)
        assert said == (
            "We are expecting you: Wed Jun 24, 10:00 am EDT with Alex Example; "
            "Wed Jun 24, 10:30 am EDT with Alex Example; "
            "Wed Jun 24, 11:00 am EDT with Bo Example. Are you coming?"
        )

    def test_a_part_that_is_cancelled_is_called_about_and_the_reminder_stays(
        self, visit: list[Appointment]
    ) -> None:
        at = NEXT_WEEK - 2 * DAY
        worker.look_ahead(now=at)
        cancel(visit[0], at)
        cancelled, reminder = sorted(calls(at))
        assert "10:00 am" not in reminder
        assert "10:30 am" in reminder
        assert cancelled == (
            "The appointment is cancelled. Cancelled by the clinic. "
            "The rest of the visit stays: Wed Jun 24, 10:30 am EDT with Alex Example; "
            "Wed Jun 24, 11:00 am EDT with Bo Example."
        )

    def test_a_part_that_is_moved(self, visit: list[Appointment], now: datetime) -> None:
        move(visit[2], NEXT_WEEK + 2 * HOUR, now)
        [said] = calls(now)
        assert said.startswith("The appointment is now for another time: Wed Jun 24, 12:00 pm EDT")
        assert "The rest of the visit stays: Wed Jun 24, 10:00 am EDT with Alex Example" in said

    def test_one_call_for_all_that_is_cancelled(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        at = NEXT_WEEK - 2 * DAY
        worker.look_ahead(now=at)
        move(visit[2], NEXT_WEEK + 2 * HOUR, at)
        note = "The boiler broke."
        actions.cancel_visit(appointment_id=visit[0].pk, note=note, by=staff(), now=at)
        [said] = calls(at)
        assert said.startswith("The visit is cancelled: Wed Jun 24, 10:00 am EDT with Alex Example")
        assert "12:00 pm EDT with Bo Example. Cancelled by the clinic. The boiler" in said

    def test_an_email_that_was_not_delivered_is_said_as_things_stand(self, now: datetime) -> None:
        first, *_rest = a_visit(now, telephone="+17325550199")
        Message.objects.filter(kind=Kind.CONFIRMED).update(state=State.FAILED)
        cancel(first, now)
        said = next(each for each in calls(now) if "confirmed" in each)
        assert said.startswith("The visit is confirmed: Wed Jun 17, 10:30 am EDT with Alex Example")
        actions.cancel_visit(appointment_id=first.pk, by=staff(), now=now)
        assert "Nothing of this is so any more: no call is needed." in calls(now)

    def test_the_call_about_all_outlives_its_first_part(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        cancel(visit[0], now)
        visit_confirmed = Message(
            kind=Kind.CONFIRMED,
            channel=Channel.CALL,
            request=visit[0].request,
            appointment=visit[0],
            unique_key="a call",
            useless_after=visit[0].starts_at,
        )
        visit_confirmed.save()
        cancel(visit[1], now)
        visit_confirmed.refresh_from_db()
        assert visit_confirmed.useless_after == visit[2].starts_at


class TestThePreviewInTheAdmin:
    def test_names_all_and_shows_no_link(self, visit: list[Appointment], now: datetime) -> None:
        cancel(visit[0], now)
        text = preview_of(Message.objects.get(kind=Kind.CONFIRMED), now=now)["preview"]
        assert f"{SECOND}\n{THIRD}" in text
        assert "[the patient’s own link]" in text
        for each in visit:
            assert links.token_for(each.request) not in text

    def test_of_a_call(self, now: datetime) -> None:
        visit = a_visit(now, **WITHOUT_EMAIL)
        actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=now)
        text = preview_of(Message.objects.get(channel=Channel.CALL), now=now)["preview"]
        assert text.startswith("The visit is cancelled: ")


def test_hostile_names_are_inert(now: datetime) -> None:
    visit = a_visit(now)
    hostile = "<b>Massage</b>\r\nBcc: stranger@elsewhere.test"
    Service.objects.filter(pk=visit[0].request.service_id).update(name_en=hostile)
    Practitioner.objects.filter(pk=visit[0].practitioner_id).update(name="=1+1<script>")
    letter = the_one_sent(now)
    assert letter.message()["Bcc"] is None
    assert "<b>Massage" not in html_of(letter)
    assert "<script>" not in html_of(letter)


def test_what_was_booked_alone_asks_nothing_more(now: datetime) -> None:
    """The messages of most patients are of one appointment."""
    message = Message(kind=Kind.CONFIRMED, appointment=an_appointment(), request=a_request())
    with CaptureQueriesContext(connection) as asked:
        spoken = together.spoken_in(message, now=now)
    assert (spoken.of, spoken.stays) == ([message.appointment], [])
    assert len(asked) == 0
