"""The calendar of the desk: who sees what, what nonsense does, and what it costs."""

import re
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from booking.models import Appointment, Status
from booking.models.appointments import WITH_DEADLINE
from clinic.models import AccessLog, Closure, Practitioner, Service
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_location,
    a_practitioner,
    a_room,
    a_service,
    an_appointment,
)
from tests.booking.calendar_page import DAY, WEDNESDAY, WEEK, day, html_of, named, said
from tests.booking.desk import desk_of, form, nothing_is_done, text_of
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

BOOK = reverse("desk:book")
HOUR = timedelta(hours=1)
MOST_QUERIES = 15


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service(db: None) -> Service:
    return a_service(name_en="Consultation")


@pytest.fixture
def alex(service: Service) -> Practitioner:
    return a_practitioner(service, name="Alex Example", slug="alex")


class TestWhoSeesWhat:
    @pytest.fixture
    def member(self, service: Service) -> Any:
        """A practitioner with a patient, and another one with another."""
        member = a_member(PRACTITIONER)
        own = a_practitioner(service, name="Own Self", slug="own", user=member)
        other = a_practitioner(service, name="Some Body", slug="other")
        an_appointment(request=named("My Patient", service=service), practitioner=own)
        an_appointment(request=named("Not Mine", service=service), practitioner=other)
        return member

    @pytest.mark.parametrize("role", [OWNER, FRONT_DESK])
    def test_owner_and_front_desk_see_all(self, member: Any, role: str) -> None:
        text = said(day(a_client(role)))
        assert "My Patient" in text
        assert "Not Mine" in text

    @pytest.mark.parametrize("path", [DAY, WEEK])
    @pytest.mark.parametrize("query", [{}, {"by": "room"}, {"practitioner": "other"}])
    def test_practitioners_see_their_own(
        self, member: Any, path: str, query: dict[str, str]
    ) -> None:
        a_room()
        response = signed_in(member).get(path, {"date": "2026-06-17", **query})
        assert response.status_code == 200
        html = html_of(response)
        assert "My Patient" in html
        for hidden in ("Not Mine", "Some Body", "Rooms"):
            assert hidden not in html, hidden

    def test_practitioners_see_what_is_free_and_book_nothing(self, member: Any) -> None:
        """Booking is the front desk's; their own they may move."""
        html = day(signed_in(member))
        assert "11:00 am free" in said(html)
        assert BOOK not in html
        assert "data-move" in html

    def test_a_time_held_of_somebody_else_is_not_theirs_to_see(
        self, member: Any, service: Service
    ) -> None:
        other = Practitioner.objects.get(slug="other")
        held = TEN_O_CLOCK + HOUR
        an_appointment(Status.HELD, held, service=service, practitioner=other)
        assert "Held" not in said(day(signed_in(member)))

    @pytest.mark.parametrize("path", [DAY, WEEK])
    def test_a_practitioner_without_a_calendar_sees_nobody(self, member: Any, path: str) -> None:
        response = a_client(PRACTITIONER).get(path, {"date": "2026-06-17"})
        assert "Your account is not connected to a calendar yet." in text_of(response)
        assert "“User” on the page of the practitioner" in text_of(response)
        assert "My Patient" not in html_of(response)

    @pytest.mark.parametrize("path", [DAY, WEEK])
    def test_one_who_no_longer_works_here_has_none(self, member: Any, path: str) -> None:
        Practitioner.objects.filter(user=member).update(is_active=False)
        response = signed_in(member).get(path, {"date": "2026-06-17"})
        assert "No calendar belongs to your account." in text_of(response)

    @pytest.mark.parametrize("path", [DAY, WEEK])
    def test_what_is_shown_can_be_printed(self, member: Any, path: str) -> None:
        """By a button that a script shows; a calendar of nothing has none."""
        html = html_of(signed_in(member).get(path, {"date": "2026-06-17"}))
        assert re.search(r'<button type="button" name="print"[^>]* hidden>Print', html)
        assert re.search(r"<script src=\S*js/print\.", html)
        empty = html_of(a_client(PRACTITIONER).get(path, {"date": "2026-06-17"}))
        assert 'name="print"' not in empty

    def test_the_first_page_is_not_falsely_calm(self, member: Any) -> None:
        text = desk_of(a_client(PRACTITIONER))
        assert "Your account is not connected to a calendar yet." in text
        assert "Every request has been answered." not in text
        assert "No appointments today." not in text
        assert "not connected" not in desk_of(signed_in(member))

    @pytest.mark.parametrize("path", [DAY, WEEK])
    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_others_are_refused_and_that_is_written_down(
        self, member: Any, path: str, role: str
    ) -> None:
        stranger = a_member(role)
        assert signed_in(stranger).get(path).status_code == 403
        assert AccessLog.objects.get(user=stranger.pk).action == "refused"

    @pytest.mark.parametrize("path", [DAY, WEEK])
    def test_who_is_not_signed_in_is_asked_to(self, path: str) -> None:
        assert Client().get(path).headers["Location"].startswith(reverse("admin:login"))

    @pytest.mark.parametrize("path", [DAY, WEEK])
    def test_looking_is_written_down_and_changes_nothing(self, member: Any, path: str) -> None:
        desk = a_member(FRONT_DESK)
        client = signed_in(desk)
        with nothing_is_done():
            response = client.get(path)
        assert "no-store" in response.headers["Cache-Control"]
        entry = AccessLog.objects.get(user=desk.pk)
        assert (entry.action, entry.subject_type) == ("list", "calendar")

    @pytest.mark.parametrize("path", [DAY, WEEK])
    def test_nothing_is_posted_to_it(self, path: str) -> None:
        assert a_client(OWNER).post(path, form()).status_code == 405


class TestBadInput:
    @pytest.mark.parametrize("path", [DAY, WEEK])
    @pytest.mark.parametrize(
        "text",
        [
            "nonsense",
            "2026-02-30",
            "2026-13-01",
            "\x00",
            "0001-01-01",
            "9999-12-31",
            "2036-07-01",
            "20260617T",
            "١٢٣٤-٠١-٠١",
            "2" * 5000,
        ],
    )
    def test_no_day_is_said_to_be_none_and_today_is_shown(
        self, alex: Practitioner, path: str, text: str
    ) -> None:
        response = a_client(FRONT_DESK).get(path, {"date": text})
        assert response.status_code == 200
        assert "That is no day of this calendar" in text_of(response)
        assert 'value="2026-06-15"' in html_of(response)

    @pytest.mark.parametrize("slug", ["nobody", "\x00", "<b>", "x" * 5000])
    def test_nobody_is_said_to_be_nobody(self, alex: Practitioner, slug: str) -> None:
        response = a_client(FRONT_DESK).get(WEEK, {"practitioner": slug})
        assert response.status_code == 200
        assert "You can see no calendar of that name." in text_of(response)
        assert "Alex Example, June 15" in text_of(response)

    @pytest.mark.parametrize("query", [{"service": "\x00"}, {"by": "\x00"}, {"service": "gone"}])
    def test_other_nonsense_is_passed_over(self, alex: Practitioner, query: dict[str, str]) -> None:
        html = html_of(a_client(FRONT_DESK).get(DAY, {"date": "2026-06-17", **query}))
        assert "9:00 am free" in said(html)

    @pytest.mark.parametrize(
        "name",
        ["<script>alert(1)</script>", '"><img src=x>', "=1+1", "A\r\nB", "\u202eevil", "W" * 128],
    )
    def test_hostile_names_are_inert(self, name: str) -> None:
        service = a_service(name_en=name)
        person = a_practitioner(service, name=name)
        Closure.objects.create(
            first_day=WEDNESDAY, last_day=WEDNESDAY, starts=time(16), reason_en=name
        )
        an_appointment(request=named(name, service=service), practitioner=person)
        query = {"date": "2026-06-17"}
        for path, more in ((DAY, {}), (DAY, {"by": "room"}), (WEEK, {})):
            html = a_client(FRONT_DESK).get(path, query | more).content.decode()
            assert "<script>alert" not in html
            assert "<img src=x" not in html
            assert '<bdi class="entry-name">' in html


class TestTheSizeOfTheClinic:
    @pytest.mark.parametrize(("people", "places"), [(1, 1), (12, 2)])
    def test_makes_no_more_queries(self, people: int, places: int) -> None:
        hill = a_location(slug="hill", name_en="Hill Road")
        services = [a_service(needs_room=number % 2 == 0) for number in range(5)]
        for number in range(people):
            place = hill if number % places else a_location()
            person = a_practitioner(*services, location=place)
            room = a_room(location=place)
            for status in (*WITH_DEADLINE, Status.BOOKED, Status.NOSHOW):
                an_appointment(
                    status,
                    TEN_O_CLOCK + Appointment.objects.filter(practitioner=person).count() * HOUR,
                    service=services[0],
                    practitioner=person,
                    location=place,
                    room=room,
                )
            Closure.objects.create(practitioner=person, first_day=WEDNESDAY, last_day=WEDNESDAY)
        client, query = a_client(FRONT_DESK), {"date": "2026-06-17"}
        for path, more in ((DAY, {}), (DAY, {"by": "room"}), (WEEK, {})):
            found = count_queries(partial(client.get, path, query | more))
            assert found <= MOST_QUERIES, (path, more, found)
