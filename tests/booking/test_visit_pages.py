"""The pages of a part of a visit name the others; what becomes of one changes nothing of them."""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from booking import actions, links
from booking.desk.slots import write_slot
from booking.models import Appointment, Message, Status
from booking.together import shown_together
from booking.wishes import write_instant
from clinic.models import AccessLog, Practitioner, Service
from clinic.roles import FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.a_visit import NAMES, a_visit, patient, staff
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, form, nothing_is_done, page_of, said, text_of
from tests.booking.ledger import kinds
from tests.booking.linked import form_of, leads_back, opens, says, sends
from tests.booking.visitor import Visitor
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries_of_a_warm_process

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IS_PART = "It is part of a visit. The rest of it stays as it is:"
REST = (
    "The rest of the visit stays: Wed Jun 17, 10:30 am EDT, Acupressure, Alex Example; "
    "Wed Jun 17, 11:00 am EDT, Exercise, Bo Example."
)


@pytest.fixture
def visit(now: datetime) -> list[Appointment]:
    return a_visit(now)


def names(visitor: Visitor) -> list[str]:
    return [pair[visitor.language == "es"] for pair in NAMES]


def leads_to(visitor: Visitor, request: object) -> str:
    return f'href="{visitor.path("appointment", links.token_for(request))}"'  # type: ignore[arg-type]


def state_of(*appointments: Appointment) -> list[tuple[str, datetime]]:
    for each in appointments:
        each.refresh_from_db()
    return [(each.status, each.starts_at) for each in appointments]


def plain(response: object) -> str:
    return text_of(response).replace("\u00a0", " ")


class TestThePatientsPage:
    def test_names_the_others_as_links(self, visitor: Visitor, visit: list[Appointment]) -> None:
        page = opens(visitor, visit[1].request)
        assert says(visitor, page, "In the same visit")
        text, html = plain(page), page.content.decode()
        for number in (0, 2):
            assert f"{names(visitor)[number]}, " in text
            assert leads_to(visitor, visit[number].request) in html
        assert leads_to(visitor, visit[1].request) not in html

    def test_says_what_each_has_come_to(
        self, visitor: Visitor, visit: list[Appointment], now: datetime
    ) -> None:
        actions.cancel(appointment_id=visit[0].pk, by=patient(), now=now)
        page = opens(visitor, visit[1].request)
        assert says(visitor, page, "Cancelled")
        actions.remove(appointment_id=visit[2].pk, by=staff(), now=now)
        assert names(visitor)[2] not in plain(opens(visitor, visit[1].request))

    def test_shows_nothing_else_of_the_same_person_or_address(
        self, english_visitor: Visitor, visit: list[Appointment]
    ) -> None:
        who = visit[0].request.patient
        assert who is not None
        same = a_request(patient=a_patient(full_name=who.full_name, email=who.email))
        later = an_appointment(starts_at=TEN_O_CLOCK + 4 * HOUR, request=same)
        own = an_appointment(starts_at=TEN_O_CLOCK + 5 * HOUR, request=a_request(patient=who))
        for alone in (later, own):
            page = opens(english_visitor, alone.request)
            assert not says(english_visitor, page, "In the same visit")
            html = opens(english_visitor, visit[0].request).content.decode()
            assert links.token_for(alone.request) not in html

    def test_leads_to_no_page_that_is_closed_by_now(
        self, english_visitor: Visitor, visit: list[Appointment], now: datetime
    ) -> None:
        """A link ends thirty days after its own visit, and this part was put off."""
        later = TEN_O_CLOCK + 40 * DAY
        actions.move(appointment_id=visit[1].pk, starts_at=later, by=staff(), now=now)
        with time_machine.travel(later, tick=False):
            page = opens(english_visitor, visit[1].request)
        assert page.status_code == 200
        assert not says(english_visitor, page, "In the same visit")

    def test_asks_no_more_than_fifteen_times(
        self, english_visitor: Visitor, visit: list[Appointment]
    ) -> None:
        for page in ("", "cancel", "attend", "move"):
            look = partial(opens, english_visitor, visit[0].request, page)
            assert look().status_code == 200
            assert count_queries_of_a_warm_process(look) <= 15, page


class TestThePatient:
    def test_is_told_before_and_after_what_stays(
        self, visitor: Visitor, visit: list[Appointment]
    ) -> None:
        asked = opens(visitor, visit[0].request, "cancel")
        assert says(visitor, asked, IS_PART)
        assert names(visitor)[1] in plain(asked)
        reply = sends(visitor, visit[0].request, "cancel")
        assert leads_back(visitor, reply, visit[0].request)
        assert [status for status, _at in state_of(*visit)] == ["cancelled", "booked", "booked"]
        page = opens(visitor, visit[0].request)
        assert says(visitor, page, "Cancelled by you.")
        assert says(visitor, page, "In the same visit")
        assert leads_to(visitor, visit[1].request) in page.content.decode()

    def test_moves_one_part_and_the_others_stay(
        self, visitor: Visitor, visit: list[Appointment]
    ) -> None:
        asked = opens(visitor, visit[2].request, "move")
        assert says(visitor, asked, IS_PART)
        noon = TEN_O_CLOCK + 2 * HOUR
        reply = sends(visitor, visit[2].request, "move", slot=write_instant(noon))
        assert leads_back(visitor, reply, visit[2].request)
        assert state_of(*visit)[2] == ("booked", noon)
        assert state_of(*visit[:2]) == [
            ("booked", TEN_O_CLOCK),
            ("booked", TEN_O_CLOCK + HOUR / 2),
        ]

    def test_says_once_that_they_are_coming_to_all(
        self, visitor: Visitor, visit: list[Appointment]
    ) -> None:
        page = plain(opens(visitor, visit[0].request, "attend"))
        for name in names(visitor):
            assert name in page
        reply = sends(visitor, visit[0].request, "attend")
        assert leads_back(visitor, reply, visit[0].request)
        for each in visit:
            each.refresh_from_db()
            assert each.attendance_confirmed_at
        again = opens(visitor, visit[1].request, "attend")
        assert says(visitor, again, "You told us that you are coming.")

    def test_is_asked_again_where_another_part_was_moved_meanwhile(
        self, english_visitor: Visitor, visit: list[Appointment], now: datetime
    ) -> None:
        before = form_of(english_visitor, visit[0].request, "attend")
        noon = TEN_O_CLOCK + 2 * HOUR
        actions.move(appointment_id=visit[2].pk, starts_at=noon, by=staff(), now=now)
        reply = sends(english_visitor, visit[0].request, "attend", before)
        assert reply.status_code == 409
        visit[0].refresh_from_db()
        assert visit[0].attendance_confirmed_at is None


class TestThePageInTheAdmin:
    def test_names_the_others_in_few_questions(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        client = a_client(OWNER)
        look = partial(client.get, page_of(visit[0].pk))
        html = look().content.decode()
        for each in visit[1:]:
            assert page_of(each.pk) in html
        assert "Cancel the whole visit" in html
        assert count_queries_of_a_warm_process(look) <= 14

    @pytest.mark.parametrize("verb", ["cancel", "move", "offer", "cancel-visit"])
    def test_so_do_the_forms(self, visit: list[Appointment], verb: str) -> None:
        client = a_client(OWNER)
        look = partial(client.get, address(verb, visit[0].pk))
        html = look().content.decode()
        for each in visit[1:]:
            assert page_of(each.pk) in html
        assert count_queries_of_a_warm_process(look) <= 14

    def test_a_part_that_was_offered_other_times_is_named_once(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        times = [actions.Proposal(TEN_O_CLOCK + DAY), actions.Proposal(TEN_O_CLOCK + DAY + HOUR)]
        actions.offer(appointment_id=visit[0].pk, times=times, by=staff(), now=now + HOUR)
        html = a_client(OWNER).get(page_of(visit[1].pk)).content.decode()
        section = html.split("In the same visit")[1].split("</section>")[0]
        assert section.count("<li>") == 2
        assert "offered" in section

    def test_the_first_page_asks_no_more_for_calls_about_visits(self, now: datetime) -> None:
        for _each in range(2):
            visit = a_visit(now, email="", telephone="+17325550199")
            actions.cancel(appointment_id=visit[0].pk, by=staff(), now=now)
        client = a_client(OWNER)
        look = partial(client.get, reverse("admin:index"))
        assert "The rest of the visit stays" in text_of(look())
        assert count_queries_of_a_warm_process(look) <= 14


class TestOnePartAtTheDesk:
    def test_cancelled_the_reply_says_what_stays(self, visit: list[Appointment]) -> None:
        client = a_client(FRONT_DESK)
        asked = plain(client.get(address("cancel", visit[0].pk)))
        assert "It is part of a visit. What becomes of it changes nothing of the rest:" in asked
        reply = client.post(address("cancel", visit[0].pk), form(visit[0]))
        assert (
            said(reply).replace("\u00a0", " ")
            == f"Cancelled: Ada Example. The patient is told. {REST}"
        )
        assert [status for status, _at in state_of(*visit)] == ["cancelled", "booked", "booked"]

    def test_moved_the_reply_says_what_stays(self, visit: list[Appointment]) -> None:
        slot = write_slot(TEN_O_CLOCK + 2 * HOUR, visit[0].practitioner_id)
        reply = a_client(FRONT_DESK).post(address("move", visit[0].pk), form(visit[0], slot=slot))
        assert (
            said(reply).replace("\u00a0", " ") == f"Moved: Ada Example. The patient is told. {REST}"
        )

    def test_of_what_was_booked_alone_nothing_stays(self, now: datetime) -> None:
        alone = an_appointment()
        client = a_client(FRONT_DESK)
        assert "part of a visit" not in text_of(client.get(address("cancel", alone.pk)))
        reply = client.post(address("cancel", alone.pk), form(alone))
        assert said(reply) == "Cancelled: Ada Example. The patient is told."


class TestTheWholeAtTheDesk:
    def press(self, *visit: Appointment, **more: str) -> dict[str, object]:
        return form(**{"shown": shown_together(visit), "note": ""} | more)

    def test_one_press_cancels_all_and_says_it_once(self, visit: list[Appointment]) -> None:
        member = a_member(FRONT_DESK)
        client, where = signed_in(member), address("cancel-visit", visit[1].pk)
        page = plain(client.get(where))
        for name in ("10:00 am EDT", "10:30 am EDT", "11:00 am EDT", "Exercise"):
            assert name in page
        reply = client.post(where, self.press(*visit, note="The boiler broke."))
        assert said(reply) == "The visit of Ada Example is cancelled. The patient is told."
        assert [status for status, _at in state_of(*visit)] == ["cancelled"] * 3
        assert kinds().count("cancelled") == 1
        for each in visit:
            each.request.refresh_from_db()
            assert each.request.note_to_patient == "The boiler broke."
            touched = AccessLog.objects.filter(user=member.pk, action="change")
            assert touched.filter(subject=str(each.pk)).exists()

    def test_the_page_of_the_form_says_what_it_showed(self, visit: list[Appointment]) -> None:
        page = a_client(FRONT_DESK).get(address("cancel-visit", visit[1].pk)).content.decode()
        assert f'name="shown" value="{shown_together(visit)}"' in page

    def test_a_double_press_is_carried_out_once(self, visit: list[Appointment]) -> None:
        client, where = a_client(FRONT_DESK), address("cancel-visit", visit[1].pk)
        pressed = self.press(*visit)
        replies = [client.post(where, pressed) for _press in range(2)]
        assert len({said(reply) for reply in replies}) == 1
        assert kinds().count("cancelled") == 1

    def test_a_page_of_before_cancels_nothing(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        pressed = self.press(*visit)
        noon = TEN_O_CLOCK + 2 * HOUR
        actions.move(appointment_id=visit[2].pk, starts_at=noon, by=staff(), now=now)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            reply = client.post(address("cancel-visit", visit[0].pk), pressed)
        assert "cancelled" not in said(reply).lower().split(".")[0]

    @pytest.mark.parametrize("note", ["x" * 5000, "a\x00b"])
    def test_bad_input_is_said_and_nothing_done(self, visit: list[Appointment], note: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            reply = client.post(address("cancel-visit", visit[0].pk), self.press(*visit, note=note))
        assert reply.status_code == 200
        assert "errornote" in reply.content.decode()

    def test_what_is_off_already_is_said(self, visit: list[Appointment], now: datetime) -> None:
        actions.cancel_visit(appointment_id=visit[0].pk, by=staff(), now=now)
        client = a_client(FRONT_DESK)
        for where in visit:
            reply = client.get(address("cancel-visit", where.pk))
            assert "already cancelled" in said(reply)

    def test_whoever_does_not_reach_all_of_it_cannot(self, visit: list[Appointment]) -> None:
        member = a_member(PRACTITIONER)
        Practitioner.objects.filter(pk=visit[0].practitioner_id).update(user=member)
        client, where = signed_in(member), address("cancel-visit", visit[0].pk)
        with nothing_is_done():
            assert client.get(where).status_code == 404
            assert client.post(where, self.press(*visit)).status_code == 404
        page = client.get(page_of(visit[0].pk)).content.decode()
        assert "Cancel the whole visit" not in page
        assert "Acupressure" in page
        assert "Exercise" not in page
        text = text_of(client.get(address("cancel", visit[0].pk)))
        assert "Exercise" not in text

    def test_from_the_page_of_a_time_that_was_replaced_it_names_and_needs_the_offers(
        self, visit: list[Appointment], now: datetime
    ) -> None:
        """The part has ended for the time it had, and stands with those that are offered."""
        alex, bo = visit[0].practitioner, visit[2].practitioner
        Appointment.objects.filter(pk=visit[2].pk).update(practitioner=alex)
        theirs = [actions.Proposal(TEN_O_CLOCK + DAY, bo)]
        actions.offer(appointment_id=visit[0].pk, times=theirs, by=staff(), now=now)
        where = address("cancel-visit", visit[0].pk)
        assert "Thu Jun 18, 10:00 am EDT" in plain(a_client(OWNER).get(where))
        member = a_member(PRACTITIONER)
        Practitioner.objects.filter(pk=alex.pk).update(user=member)
        client = signed_in(member)
        with nothing_is_done():
            assert client.get(where).status_code == 404
        page = text_of(client.get(page_of(visit[0].pk)))
        assert "Exercise" in page
        assert "Cancel the whole visit" not in page


class TestChoosingOtherServices:
    @pytest.fixture
    def services(self) -> list[Service]:
        a_clinic()
        return [a_service(name_en="Consultation"), a_service(name_en="Acupressure")]

    def test_keeps_what_was_chosen_and_typed(self, services: list[Service]) -> None:
        bo, who = a_practitioner(*services, name="Bo Example"), a_patient()
        client, where = a_client(FRONT_DESK), reverse("desk:book-visit")
        chosen = {
            "service": [each.slug for each in services],
            "patient": str(who.pk),
            "from": "2026-09-01",
            "practitioner": bo.slug,
        }
        times = client.get(f"{where}?{urlencode(chosen, doseq=True)}").content.decode()
        link = times.split(">Choose other services<")[0].rsplit('href="', 1)[1].split('"')[0]
        page = client.get(f"{where}{link.replace('&amp;', '&')}").content.decode()
        assert "errornote" not in page
        assert page.count('<select name="service">') == 4
        for service in services:
            assert f'<option value="{service.slug}" selected>' in " ".join(page.split())
        for name in ("patient", "from", "practitioner"):
            assert f'<input type="hidden" name="{name}" value="{chosen[name]}">' in page
        assert '<input type="hidden" name="other"' not in page

    def test_nothing_chosen_yet_is_an_empty_form(self, services: list[Service]) -> None:
        page = a_client(FRONT_DESK).get(reverse("desk:book-visit"), {"other": "1"})
        assert "errornote" not in page.content.decode()
        assert Message.objects.count() == 0


def test_status_words_of_the_parts(visit: list[Appointment]) -> None:
    """Whoever looks at the page of one sees what the others have come to."""
    Appointment.objects.filter(pk=visit[2].pk).update(status=Status.NOSHOW)
    assert "did not come" in text_of(a_client(OWNER).get(page_of(visit[0].pk)))
