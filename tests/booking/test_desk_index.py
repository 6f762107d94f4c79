"""The admin's first page: what each role sees of today's desk."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils.text import slugify

from booking import actions
from booking.actors import Actor
from booking.desk.today import the_day
from booking.models import Appointment, CallNote, Message, Status
from clinic.models import AccessLog, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER, REVIEWER
from content import publishing
from content.models import Article, Caution
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_draft,
    a_patient,
    a_practitioner,
    a_request,
    an_appointment,
)
from tests.booking.desk import INDEX, address, desk_of, form, text_of
from tests.clinic.staff import a_client, a_member, signed_in
from tests.content.builders import a_draft_article, a_reviewer
from tests.queries import count_queries, count_queries_of_a_warm_process

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
OFF_THE_DESK = {Status.HELD, Status.CANCELLED, Status.ENTERED_IN_ERROR}


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def page(role: str = FRONT_DESK) -> str:
    return a_client(role).get(INDEX).content.decode()


def an_article(title: str, due: date) -> Article:
    """Signed and published a year before it is due."""
    then = datetime.combine(due - timedelta(days=365), time(12), UTC)
    article = a_draft_article(title=title, slug=slugify(title))
    reviewer = User.objects.filter(full_name="Rita Reviewer").first() or a_reviewer()
    publishing.sign(article_id=article.pk, due_on=due, by=reviewer, now=then)
    publishing.publish(article_id=article.pk, by=None, now=then)
    return article


def a_waiting_request(name: str = "Ada Example", **fields: Any) -> Appointment:
    request = a_request(patient=a_patient(full_name=name), **fields)
    starts_at = TEN_O_CLOCK + timedelta(hours=Appointment.objects.count())
    return an_appointment(Status.PENDING, starts_at, request=request)


class TestRequestsThatWait:
    def test_the_oldest_comes_first(self, now: datetime) -> None:
        a_waiting_request("Newer", sent_at=now - timedelta(hours=1))
        a_waiting_request("Older", sent_at=now - timedelta(hours=9))
        text = page()
        assert text.index("Older") < text.index("Newer")

    def test_what_is_longest_overdue_comes_before_all_others(self, now: datetime) -> None:
        for name, deadline in (("Ann Waits", 5), ("Ben Overdue", -40), ("Cy Late", -20)):
            waiting = a_waiting_request(name, sent_at=now - timedelta(hours=9))
            waiting.expires_at = now + timedelta(minutes=deadline)
            waiting.save()
        text = page()
        assert text.index("Ben Overdue") < text.index("Cy Late") < text.index("Ann Waits")

    def test_boxes_to_tick_are_there_for_more_than_one(self) -> None:
        a_waiting_request()
        assert "Confirm those ticked" not in page()
        a_waiting_request()
        assert "Confirm those ticked" in page()

    def test_each_says_what_staff_need(self, now: datetime) -> None:
        Caution.objects.create(slug="p", name_en="Pregnancy", kind="ask_first", text_en="…")
        waiting = a_waiting_request(
            sent_at=now - timedelta(hours=3),
            seen_by_doctor=True,
            screening=json.dumps(["p", "gone"]),
            payment="auto",
        )
        text = page()
        for expected in (
            "Ada Example",
            "Wed Jun 17, 10:00\u00a0am EDT",
            waiting.request.service.name_en,
            waiting.practitioner.name,
            "left to answer",
            "Waiting for 3\xa0hours",
            "A doctor has looked at a same-day sign",
            "Pregnancy",
            "gone",
            "Automobile accident",
        ):
            assert expected in text, expected

    def test_what_is_overdue_says_so(self, now: datetime) -> None:
        waiting = a_waiting_request()
        waiting.expires_at = now - timedelta(minutes=20)
        waiting.save()
        assert "Overdue" in page()

    def test_what_has_just_come_is_not_0_minutes_old(self, now: datetime) -> None:
        waiting = a_waiting_request(sent_at=now - timedelta(seconds=30))
        waiting.expires_at = now + timedelta(seconds=30)
        waiting.save()
        text = desk_of(a_client(FRONT_DESK))
        assert "less than a minute left to answer. Waiting for less than a minute." in text
        assert "0 minutes" not in text

    def test_can_be_answered_with_other_times(self) -> None:
        waiting = a_waiting_request()
        assert address("offer", waiting.pk) in page()

    def test_what_is_answered_and_what_is_not_sent_is_not_there(self) -> None:
        an_appointment(Status.CANCELLED, request=a_request(patient=a_patient(full_name="Gone")))
        an_appointment(Status.HELD, TEN_O_CLOCK + timedelta(hours=1), request=a_draft())
        text = page()
        assert "Gone" not in text
        assert "Every request has been answered." in text

    def test_a_hostile_name_is_inert(self) -> None:
        a_waiting_request("<script>alert(1)</script>")
        text = page()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


class TestOffersThatWait:
    def an_offer(self, until: datetime, name: str = "Ada Example") -> list[Appointment]:
        request = a_request(patient=a_patient(full_name=name))
        starts = (TEN_O_CLOCK, TEN_O_CLOCK + timedelta(hours=1))
        return [
            an_appointment(Status.PROPOSED, start, request=request, expires_at=until)
            for start in starts
        ]

    def test_stand_together_with_until_when_they_are_kept(self, now: datetime) -> None:
        self.an_offer(now + timedelta(hours=5), "Later")
        self.an_offer(now + timedelta(hours=4), "Sooner")
        text = desk_of(a_client(FRONT_DESK))
        assert "Offered, waiting for the patient 2" in text
        part = text[text.index("Offered, waiting") :]
        assert part.index("Sooner") < part.index("Later")
        for expected in (
            "Wed Jun 17, 10:00 am EDT",
            "Wed Jun 17, 11:00 am EDT",
            "Kept until Mon Jun 15, 1:00 pm EDT, 4 hours left to choose.",
        ):
            assert expected in part, expected

    @pytest.mark.parametrize(("minutes", "soon"), [(119, True), (121, False)])
    def test_that_are_about_to_lapse_say_so(self, minutes: int, soon: bool, now: datetime) -> None:
        self.an_offer(now + timedelta(minutes=minutes))
        assert ("Ends soon" in desk_of(a_client(FRONT_DESK))) is soon

    def test_are_overdue_where_nobody_has_ended_them(self, now: datetime) -> None:
        self.an_offer(now - timedelta(seconds=20))
        text = desk_of(a_client(FRONT_DESK))
        assert "Overdue: the time to choose ended less than a minute ago." in text

    def test_can_be_withdrawn_with_all_their_times(self, now: datetime) -> None:
        offered, client = self.an_offer(now + timedelta(hours=4)), a_client(FRONT_DESK)
        withdraw = address("cancel", offered[0].pk)
        assert withdraw in client.get(INDEX).content.decode()
        assert "Withdraw this offer" in text_of(client.get(withdraw))
        client.post(withdraw, form(offered[0]))
        assert not Appointment.objects.filter(status=Status.PROPOSED).exists()
        assert "Offered, waiting" not in desk_of(client)


class TestWhatExpired:
    def expired(self, name: str = "Ada Example", **fields: Any) -> Appointment:
        patient = a_patient(full_name=name, telephone="+17325550199")
        defaults: dict[str, Any] = {
            "reason_code": "not_answered",
            "request": a_request(patient=patient),
        }
        return an_appointment(Status.CANCELLED, **(defaults | fields))

    def test_stands_there_with_whom_to_call_until_its_time_has_come(self) -> None:
        row = self.expired()
        page = a_client(FRONT_DESK).get(INDEX)
        text, html = text_of(page), page.content.decode()
        assert "Expired without an answer 1" in text
        for expected in ("Ada Example", "732-555-0199", "Wed Jun 17, 10:00 am EDT"):
            assert expected in text[text.index("Expired without") :], expected
        query = f"?service={row.request.service.slug}&amp;for={row.request.pk}"
        assert reverse("desk:book") + query in html

    def test_comes_with_the_soonest_first(self) -> None:
        self.expired("Later", starts_at=TEN_O_CLOCK + timedelta(hours=1))
        self.expired("Sooner", starts_at=TEN_O_CLOCK)
        text = page()
        assert text.index("Sooner") < text.index("Later")

    def test_names_an_offer_that_ended_once(self) -> None:
        first = self.expired(reason_code="offer_ended")
        self.expired(
            reason_code="offer_ended",
            request=first.request,
            starts_at=TEN_O_CLOCK + timedelta(hours=1),
        )
        text = desk_of(a_client(FRONT_DESK))
        assert "Expired without an answer 1" in text
        assert "10:00 am EDT" in text
        assert "11:00 am EDT" in text

    @pytest.mark.parametrize("reason", ["by_patient", "by_clinic", "other_offer_taken"])
    def test_is_not_what_somebody_ended(self, reason: str) -> None:
        self.expired(reason_code=reason)
        assert "Expired without" not in page()

    def test_goes_when_its_time_has_come(self, clock: time_machine.Traveller) -> None:
        self.expired()
        clock.move_to(TEN_O_CLOCK + timedelta(seconds=1))
        assert "Expired without" not in page()


class TestTodaysList:
    def test_says_who_is_coming(self, now: datetime) -> None:
        for name in ("Coming", "Silent"):
            request = a_request(patient=a_patient(full_name=name))
            row = an_appointment(Status.BOOKED, now + timedelta(hours=1), request=request)
            if name == "Coming":
                actions.confirm_attendance(appointment_id=row.pk, by=Actor.patient(), now=now)
        text = desk_of(a_client(FRONT_DESK))
        assert text.count("says they are coming") == 1

    def test_is_the_day_of_the_clinics_clock(self, now: datetime) -> None:
        """The tests begin at 9:00 in New York, 13:00 UTC."""
        for name, hours in (("Yesterday", -10), ("Early", -8), ("Late", 14), ("Tomorrow", 16)):
            an_appointment(
                Status.BOOKED,
                now + timedelta(hours=hours),
                request=a_request(patient=a_patient(full_name=name)),
            )
        text = page()
        assert "Early" in text
        assert "Late" in text
        assert "Yesterday" not in text
        assert "Tomorrow" not in text

    def test_is_grouped_by_practitioner(self, now: datetime) -> None:
        for order, name in ((2, "Second Person"), (1, "First Person")):
            person = a_practitioner(name=name, order=order)
            an_appointment(Status.BOOKED, now + timedelta(hours=1), practitioner=person)
        text = page()
        assert text.index("First Person") < text.index("Second Person")


class TestCallsAndFailures:
    def a_message(self, **fields: object) -> Message:
        request = a_request(
            patient=a_patient(full_name="Cal Mee", email="", telephone="+17325550199")
        )
        defaults = {
            "kind": Message.Kind.CONFIRMED,
            "request": request,
            "appointment": an_appointment(request=request),
            "unique_key": "only",
        }
        return Message.objects.create(**(defaults | fields))

    def test_a_call_says_whom_where_and_what(self) -> None:
        self.a_message(channel=Message.Channel.CALL)
        text = page()
        for expected in ("Cal Mee", "732-555-0199", "The appointment is confirmed.", "voicemail"):
            assert expected in text, expected

    def test_a_declined_request_is_explained(self) -> None:
        message = self.a_message(channel=Message.Channel.CALL, kind=Message.Kind.DECLINED)
        assert message.appointment
        Appointment.objects.filter(pk=message.appointment.pk).update(
            status=Status.CANCELLED, reason_code="please_call"
        )
        message.request.note_to_patient = "Bring your scans."
        message.request.save()
        text = page()
        assert "Please call us, so that we can talk it over." in text
        assert "Bring your scans." in text

    def test_a_withdrawn_offer_is_explained(self) -> None:
        """Whoever is called may have no link to the page on which the note stands."""
        message = self.a_message(channel=Message.Channel.CALL, kind=Message.Kind.OFFER_ENDED)
        Appointment.objects.filter(request=message.request).update(
            status=Status.CANCELLED, reason_code="offer_withdrawn"
        )
        message.request.note_to_patient = "The doctor is ill."
        message.request.save()
        assert "We had to withdraw the times we had offered. The doctor is ill." in page()

    def test_times_on_offer_are_read_out(self, now: datetime) -> None:
        message = self.a_message(channel=Message.Channel.CALL, kind=Message.Kind.OFFERED)
        assert message.appointment
        until = now + timedelta(hours=4)
        message.appointment.delete()
        for hour in (0, 1):
            start = TEN_O_CLOCK + timedelta(hours=hour)
            person = a_practitioner(name=f"Person {hour}")
            message.appointment = an_appointment(
                Status.PROPOSED,
                start,
                request=message.request,
                practitioner=person,
                expires_at=until,
            )
        message.save(force_insert=True)
        text = desk_of(a_client(FRONT_DESK))
        assert (
            "We can offer Wed Jun 17, 10:00 am EDT with Person 0; or Wed Jun 17, 11:00 am EDT with "
            "Person 1. Please tell us by Mon Jun 15, 1:00 pm EDT which one suits you." in text
        )

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("moved", "is now for another time: Wed Jun 17, 10:00 am EDT with"),
            ("reminder_days", "We are expecting you: Wed Jun 17, 10:00 am EDT with"),
            ("offered", "The times that were offered are no longer on offer."),
            ("offer_ended", "shall we find another?"),
        ],
    )
    def test_each_kind_has_its_words(self, kind: str, words: str) -> None:
        self.a_message(channel=Message.Channel.CALL, kind=kind)
        assert words in desk_of(a_client(FRONT_DESK))

    def test_the_queries_do_not_grow_with_the_calls(self, now: datetime) -> None:
        client = a_client(FRONT_DESK)
        client.get(INDEX)

        def fill(number: int) -> None:
            for _ in range(number):
                row = an_appointment(Status.PROPOSED, expires_at=now + timedelta(hours=4))
                self.a_message(
                    channel=Message.Channel.CALL,
                    kind=Message.Kind.OFFERED,
                    request=row.request,
                    appointment=row,
                    unique_key=str(row.pk),
                )

        fill(1)
        few = count_queries(lambda: client.get(INDEX))
        fill(3)
        assert count_queries(lambda: client.get(INDEX)) == few

    def test_a_failed_message_is_shown_until_it_is_sent(self) -> None:
        message = self.a_message(state=Message.State.FAILED, last_error="refused")
        assert "refused" in page()
        Message.objects.filter(pk=message.pk).update(state=Message.State.SENT)
        assert "Not delivered" not in page()

    def test_whose_e_mail_failed_is_called_or_written_to_again(self) -> None:
        message = self.a_message(state=Message.State.FAILED, attempts=12, last_error="refused")
        client = a_client(FRONT_DESK)
        html, text = client.get(INDEX).content.decode(), desk_of(client)
        part = text[text.index("To call 1") :]
        for expected in ("Cal Mee", "732-555-0199", "after 12 attempts: refused", "is confirmed."):
            assert expected in part, expected
        assert address("called", message.pk) in html
        assert address("send-again", message.pk) in html
        client.post(address("called", message.pk), form())
        assert "Cal Mee" not in desk_of(client)
        message.refresh_from_db()
        assert message.state == Message.State.SENT

    @pytest.mark.parametrize(
        ("kind", "telephone"), [("staff_new_request", "+17325550199"), ("confirmed", "")]
    )
    def test_what_no_call_can_replace_is_only_sent_again(self, kind: str, telephone: str) -> None:
        request = a_request(patient=a_patient(full_name="Cal Mee", telephone=telephone))
        message = self.a_message(kind=kind, state=Message.State.FAILED, request=request)
        html = page()
        assert address("called", message.pk) not in html
        assert address("send-again", message.pk) in html
        assert "Nobody to call." in html


class TestWhoSeesWhat:
    def test_practitioners_see_their_own(self) -> None:
        member = a_member(PRACTITIONER)
        own = a_practitioner(user=member)
        mine = a_request(patient=a_patient(full_name="My Patient"))
        an_appointment(Status.PENDING, request=mine, practitioner=own)
        a_waiting_request("Not Mine")
        text = signed_in(member).get(INDEX).content.decode()
        assert "My Patient" in text
        assert "Not Mine" not in text
        assert "To call" not in text

    @pytest.mark.parametrize(
        ("status", "fields"),
        [
            (Status.PROPOSED, {}),
            (Status.CANCELLED, {"reason_code": "not_answered"}),
        ],
    )
    def test_practitioners_see_their_own_offers_and_what_expired_of_theirs(
        self, status: Status, fields: dict[str, Any]
    ) -> None:
        member = a_member(PRACTITIONER)
        own = a_practitioner(user=member)
        for name, person in (("My Patient", own), ("Not Mine", a_practitioner())):
            request = a_request(patient=a_patient(full_name=name))
            an_appointment(status, request=request, practitioner=person, **fields)
        text = signed_in(member).get(INDEX).content.decode()
        assert "My Patient" in text
        assert "Not Mine" not in text

    def test_a_practitioner_without_a_calendar_sees_nobody(self) -> None:
        a_waiting_request("Not Mine")
        assert "Not Mine" not in page(PRACTITIONER)

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_others_see_none_of_it_and_nothing_is_recorded(self, role: str) -> None:
        a_waiting_request("Not Mine")
        text = page(role)
        assert "Not Mine" not in text
        assert "Waiting for an answer" not in text
        assert not AccessLog.objects.exists()

    @pytest.mark.parametrize("role", [OWNER, EDITOR])
    def test_who_writes_sees_the_articles_to_review(self, role: str) -> None:
        an_article("Overdue", date(2026, 1, 4))
        an_article("Due today", date(2026, 6, 15))
        an_article("Due tomorrow", date(2026, 6, 16))
        a_draft_article(title="A draft")
        text = page(role)
        assert "Articles due for review" in text
        assert text.index("Overdue") < text.index("Due today")
        assert "Due tomorrow" not in text
        assert "A draft" not in text

    @pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, ""])
    def test_others_do_not(self, role: str) -> None:
        an_article("Overdue", date(2026, 1, 4))
        a_draft_article(title="Waits", status=Article.Status.IN_REVIEW)
        assert "Overdue" not in page(role)
        assert "Waits" not in page(role)

    @pytest.mark.parametrize("role", [OWNER, REVIEWER])
    def test_who_reviews_sees_what_waits_for_it(self, role: str) -> None:
        a_draft_article(title="Waits", status=Article.Status.IN_REVIEW)
        text = page(role)
        assert "Articles waiting for review" in text
        assert "Waits" in text

    def test_who_writes_does_not_have_to(self) -> None:
        a_draft_article(title="Waits", status=Article.Status.IN_REVIEW)
        assert "Waits" not in page(EDITOR)

    @pytest.mark.parametrize("role", [OWNER, FRONT_DESK])
    def test_the_desk_sees_everyone_and_that_is_recorded(self, role: str) -> None:
        a_waiting_request()
        member = a_member(role)
        assert "Ada Example" in signed_in(member).get(INDEX).content.decode()
        entry = AccessLog.objects.get()
        assert (entry.user, entry.action, entry.subject_type) == (member.pk, "list", "desk")
        assert entry.address == "127.0.0.1"


class TestAPageFetchedInTheBackground:
    """By static/js/desk.js, once a minute."""

    AGAIN = {"X-Refresh": "1"}

    def test_shows_the_same_and_is_written_down_as_what_it_is(self) -> None:
        a_waiting_request()
        client = a_client(FRONT_DESK)
        assert "Ada Example" in client.get(INDEX, headers=self.AGAIN).content.decode()
        assert AccessLog.objects.get().action == "refresh"

    def test_takes_no_reply_away_from_the_page_it_was_meant_for(self) -> None:
        waiting, client = a_waiting_request(), a_client(FRONT_DESK)
        client.post(address("confirm", waiting.pk), form(waiting))
        again = client.get(INDEX, headers=self.AGAIN).content.decode()
        assert "Confirmed: Ada Example. The patient is told." not in again
        assert "Confirmed: Ada Example. The patient is told." in desk_of(client)


@pytest.mark.parametrize("role", [OWNER, FRONT_DESK, PRACTITIONER])
def test_the_number_of_queries_does_not_grow(role: str, now: datetime) -> None:
    member = a_member(role)
    own, client = a_practitioner(user=member), signed_in(member)
    client.get(INDEX)  # what is asked once, as content types are
    starts = iter(now + timedelta(hours=hours) for hours in range(1, 1000))

    def put(status: Status, **fields: Any) -> Appointment:
        request = a_request(
            patient=a_patient(telephone="+17325550199"), screening=json.dumps(["x"])
        )
        return an_appointment(status, next(starts), request=request, practitioner=own, **fields)

    def fill(number: int) -> None:
        for _ in range(number):
            rows = [put(status) for status in Status if status not in OFF_THE_DESK]
            rows.append(put(Status.CANCELLED, reason_code="not_answered"))
            an_article(f"Overdue {next(starts)}", date(2026, 1, 4))
            for row in rows:
                CallNote.objects.create(request=row.request, author=member, at=now, text="Said.")
                for channel, state in (("call", "waiting"), ("email", "failed")):
                    Message.objects.create(
                        kind="offered" if row.status == Status.PROPOSED else "confirmed",
                        channel=channel,
                        state=state,
                        request=row.request,
                        appointment=row,
                        unique_key=f"{row.pk}{channel}",
                    )

    fill(1)
    few = count_queries_of_a_warm_process(lambda: client.get(INDEX))
    fill(5)
    assert count_queries_of_a_warm_process(lambda: client.get(INDEX)) == few
    assert few <= MOST_QUERIES


def test_years_of_history_are_not_read(now: datetime) -> None:
    """The one question about appointments finds them by indexes, on SQLite and PostgreSQL."""
    user = a_member(OWNER)
    rows = Appointment.objects.within_reach_of(user).on_the_desk(*the_day(now), now=now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # of a table as small as this one
    plan = f"{rows.with_people().explain()}\n"
    assert "SCAN booking_appointment\n" not in plan
    assert "Seq Scan on booking_appointment " not in plan
    assert "appointment_" in plan  # the indexes of the day and of the deadlines
