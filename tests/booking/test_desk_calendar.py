"""The calendar of the desk: what stands on it, where, and where a press leads."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse

from booking.desk.slots import write_slot
from booking.models import Appointment, Status
from clinic.models import Closure, Practitioner, Service, WorkingHours
from clinic.roles import EDITOR, FRONT_DESK
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_location,
    a_practitioner,
    a_room,
    a_service,
    an_appointment,
)
from tests.booking.calendar_page import DAY, WEDNESDAY, WEEK, classes_of, day, html_of, named, said
from tests.booking.calendars import FALL_BACK, SPRING_FORWARD
from tests.booking.desk import INDEX, address, form, nothing_is_done, page_of, text_of
from tests.clinic.staff import a_client

pytestmark = pytest.mark.django_db

BOOK = reverse("desk:book")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service(db: None) -> Service:
    return a_service(name_en="Consultation")


@pytest.fixture
def alex(service: Service) -> Practitioner:
    return a_practitioner(service, name="Alex Example", slug="alex")


class TestADay:
    def test_says_of_an_appointment_what_staff_need_and_leads_to_it(
        self, service: Service, alex: Practitioner
    ) -> None:
        room = a_room(name="Blue Room")
        row = an_appointment(service=service, practitioner=alex, room=room)
        html = day()
        assert "10:00 to 10:30 am Ada Example Consultation, Blue Room Confirmed" in said(html)
        assert page_of(row.pk) in html
        assert "Eastern Time (EDT)" in said(html)

    @pytest.mark.parametrize(
        ("status", "said_of_it"),
        [
            (Status.PENDING, "Requested, another time to be found"),
            (Status.BOOKED, "Confirmed, another time to be found"),
            (Status.ARRIVED, "Arrived"),
        ],
    )
    def test_says_that_another_time_is_to_be_found_as_long_as_it_is(
        self, service: Service, alex: Practitioner, status: Status, said_of_it: str
    ) -> None:
        an_appointment(status, service=service, practitioner=alex, needs_other_time=True)
        text = said(day())
        assert said_of_it in text
        assert ("another time" in text) is ("another time" in said_of_it)

    def test_stands_where_its_time_is(self, service: Service, alex: Practitioner) -> None:
        """Hours from nine to five; an hour after their beginning, for half an hour."""
        an_appointment(service=service, practitioner=alex)
        html = day()
        assert classes_of(html, "Ada Example") == "booked at-h1 at-m0 for-h0 for-m6"
        assert '<div class="open at-h0 at-m0 for-h8 for-m0">' in html

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            (Status.PROPOSED, "Offered"),
            (Status.PENDING, "Requested"),
            (Status.BOOKED, "Confirmed"),
            (Status.ARRIVED, "Arrived"),
            (Status.FULFILLED, "Completed"),
            (Status.NOSHOW, "Did not come"),
        ],
    )
    def test_tells_the_states_apart_by_word_and_by_drawing(
        self, service: Service, alex: Practitioner, status: Status, word: str
    ) -> None:
        an_appointment(status, service=service, practitioner=alex)
        html = day()
        assert f"Ada Example Consultation {word}" in said(html)
        assert classes_of(html, "Ada Example").startswith(f"{status.value} ")
        assert f"<b>{word}</b>" in html.partition("What is what")[2]

    @pytest.mark.parametrize("status", [Status.CANCELLED, Status.ENTERED_IN_ERROR])
    def test_has_nothing_that_was_cancelled(self, alex: Practitioner, status: Status) -> None:
        an_appointment(status, practitioner=alex)
        assert "Ada Example" not in day()

    def test_names_nobody_who_holds_a_time(self, service: Service, alex: Practitioner) -> None:
        row = an_appointment(Status.HELD, service=service, practitioner=alex)
        html = day()
        assert "10:00 to 10:30 am Held" in said(html)
        assert page_of(row.pk) not in html

    def test_lets_go_of_what_is_held_no_longer(
        self, service: Service, alex: Practitioner, now: datetime
    ) -> None:
        an_appointment(Status.HELD, service=service, practitioner=alex, expires_at=now)
        html = day()
        assert "Held" not in said(html)
        assert "10:00 am free, Alex Example" in said(html)

    @pytest.mark.parametrize("status", [Status.PENDING, Status.PROPOSED])
    def test_keeps_in_sight_what_nobody_answered_in_time(
        self, service: Service, alex: Practitioner, now: datetime, status: Status
    ) -> None:
        an_appointment(status, service=service, practitioner=alex, expires_at=now)
        text = said(day())
        assert f"{status.label}, overdue" in text
        assert "10:00 am free" not in text

    def test_shows_buffers(self, alex: Practitioner) -> None:
        service = a_service(buffer_before=5, buffer_after=15)
        an_appointment(service=service, practitioner=alex)
        text = said(day())
        assert "Kept free, 9:55 to 10:00 am" in text
        assert "Kept free, 10:30 to 10:45 am" in text

    def test_sets_beside_each_other_what_overlaps(
        self, service: Service, alex: Practitioner
    ) -> None:
        """Somebody did not come, and another was taken in their place."""
        an_appointment(Status.NOSHOW, request=named("Not Here", service=service), practitioner=alex)
        an_appointment(request=named("Walk In", service=service), practitioner=alex)
        html = day()
        lanes = {classes_of(html, name).split()[-1] for name in ("Not Here", "Walk In")}
        assert lanes == {"lane-1-of-2", "lane-2-of-2"}

    def test_has_a_column_for_who_works_or_has_somebody(self, alex: Practitioner) -> None:
        off = a_practitioner(name="Day Off", weekdays=[0])
        gone = a_practitioner(name="Long Gone", weekdays=[], is_active=False)
        an_appointment(practitioner=gone)
        html = day()
        text = said(html)
        assert "Alex Example" in text
        assert "Long Gone No hours" in text
        assert off.name not in text
        assert f"practitioner={gone.slug}" not in html  # who is gone has no week

    def test_says_the_hours_with_their_break(self, service: Service) -> None:
        a_practitioner(service, hours=((time(9), time(12)), (time(13), time(17))))
        assert "9:00 am to 12:00 pm 1:00 to 5:00 pm" in said(day())

    def test_on_which_nobody_works_says_so(self, alex: Practitioner) -> None:
        html = day(on=date(2026, 6, 21))
        assert "Nobody works on this day." in html
        assert "calendar-section" not in html

    def test_grows_with_what_is_early_or_late(self, service: Service, alex: Practitioner) -> None:
        for hours, name in ((-3, "Early"), (13, "Late")):
            an_appointment(
                starts_at=TEN_O_CLOCK + hours * HOUR,
                request=named(name, service=service),
                practitioner=alex,
            )
        html = day()
        assert classes_of(html, "Early").startswith("booked at-h0 at-m0")
        assert classes_of(html, "Late").startswith("booked at-h16 at-m0 for-h0 for-m6")

    def test_leads_to_the_days_around_and_to_the_weeks(self, alex: Practitioner) -> None:
        html = day()
        for link in ('"?date=2026-06-16"', '"?date=2026-06-18"', f"{WEEK}?date=2026-06-17"):
            assert link in html, link
        assert f"{WEEK}?date=2026-06-17&practitioner=alex" in html

    def test_is_reached_from_the_first_page_and_from_every_page(self, alex: Practitioner) -> None:
        html = a_client(FRONT_DESK).get(INDEX).content.decode()
        assert html.count(f'href="{DAY}"') == 2
        assert f'href="{DAY}"' not in a_client(EDITOR).get(INDEX).content.decode()

    def test_without_a_date_is_today(self, alex: Practitioner) -> None:
        assert "Monday, June 15, 2026" in text_of(a_client(FRONT_DESK).get(DAY))


class TestClosures:
    def closure(self, **fields: Any) -> Closure:
        return Closure.objects.create(
            **({"first_day": WEDNESDAY, "last_day": WEDNESDAY, "reason_en": "Holiday"} | fields)
        )

    def test_are_shown_with_their_reason_and_leave_no_place(self, alex: Practitioner) -> None:
        self.closure()
        text = said(day())
        assert "Closed: Holiday, 9:00 am to 5:00 pm" in text
        assert "free" not in text

    def test_of_hours_take_these_alone(self, alex: Practitioner) -> None:
        self.closure(starts=time(12), ends=time(14))
        text = said(day())
        assert "9:00 am to 12:00 pm 2:00 to 5:00 pm" in text
        assert "Closed: Holiday, 12:00 to 2:00 pm" in text
        assert "11:30 am free" in text
        assert "12:00 pm free" not in text

    def test_of_a_person_are_time_off_in_their_column(
        self, service: Service, alex: Practitioner
    ) -> None:
        self.closure(practitioner=alex, reason_en="")
        a_practitioner(service, name="Robin Example", order=1)
        text = said(day())
        mine, _name, other = text.partition("Robin Example")
        assert "Time off, 9:00 am to 5:00 pm" in mine
        assert "Time off" not in other
        assert "9:00 am free" in other

    def test_that_overlap_are_said_together(self, alex: Practitioner) -> None:
        self.closure(starts=time(9), ends=time(12))
        self.closure(practitioner=alex, reason_en="Course", starts=time(11))
        text = said(day())
        for expected in (
            "Closed: Holiday, 9:00 to 11:00 am",
            "Closed: Holiday; Time off: Course, 11:00 am to 12:00 pm",
            "Time off: Course, 12:00 to 5:00 pm",
        ):
            assert expected in text, expected

    def test_hide_no_appointment(self, service: Service, alex: Practitioner) -> None:
        an_appointment(service=service, practitioner=alex)
        self.closure()
        text = said(day())
        assert "Closed: Holiday, 9:00 to 10:00 am" in text
        assert "Ada Example" in text
        assert "Closed: Holiday, 10:30 am to 5:00 pm" in text

    def test_give_way_to_hours_that_hold_all_the_same(self, alex: Practitioner) -> None:
        self.closure()
        WorkingHours.objects.create(
            practitioner=alex,
            location=a_location(),
            weekday=2,
            starts=time(9),
            ends=time(11),
            valid_from=WEDNESDAY,
            valid_until=WEDNESDAY,
            despite_closures=True,
        )
        text = said(day())
        assert "10:30 am free" in text
        assert "Closed: Holiday, 11:00 am to 5:00 pm" in text


class TestFreePlaces:
    def test_are_where_a_service_can_begin_and_lead_to_its_booking(
        self, service: Service, alex: Practitioner
    ) -> None:
        an_appointment(service=service, practitioner=alex)
        html = day()
        assert "9:30 am free, Alex Example" in said(html)
        assert "10:00 am free" not in said(html)
        slot = write_slot(TEN_O_CLOCK - HOUR / 2, alex.pk).replace(":", "%3A").replace(" ", "+")
        assert f'href="{BOOK}?service={service.slug}&slot={slot}"' in html

    def test_of_several_services_ask_which(self, service: Service) -> None:
        longer = a_service(name_en="Evaluation", duration=90)
        alex = a_practitioner(service, longer)
        html, slot = day(), f"slot={TEN_O_CLOCK:%Y-%m-%dT%H}%3A00Z+{alex.pk}"
        assert f'href="{BOOK}?{slot}"' in html
        html = html_of(a_client(FRONT_DESK).get(f"{BOOK}?{slot}"))
        assert "Wed Jun 17, 10:00\u00a0am EDT" in html
        for each in (service, longer):
            assert f"?service={each.slug}&slot=" in html

    def test_ask_for_nothing_that_does_not_fit(self, service: Service) -> None:
        longer = a_service(name_en="Evaluation", duration=90)
        alex = a_practitioner(service, longer)
        an_appointment(starts_at=TEN_O_CLOCK + HOUR, service=service, practitioner=alex)
        slot = write_slot(TEN_O_CLOCK, alex.pk)
        html = html_of(a_client(FRONT_DESK).get(BOOK, {"slot": slot}))
        assert f"?service={service.slug}" in html
        assert f"?service={longer.slug}" not in html

    def test_can_be_narrowed_to_one_service(self, service: Service) -> None:
        longer = a_service(name_en="Evaluation", duration=90)
        a_practitioner(service, longer)
        html = day(service=longer.slug)
        assert "3:30 pm free" in said(html)
        assert "4:00 pm free" not in said(html)
        assert f'"?date=2026-06-18&service={longer.slug}"' in html

    def test_are_not_in_the_past(self, alex: Practitioner) -> None:
        """It is nine o'clock on Monday."""
        assert "free" not in said(day(on=date(2026, 6, 12)))
        assert "9:00 am free" in said(day(on=date(2026, 6, 15)))

    def test_a_press_a_form_and_it_is_booked(self, service: Service, alex: Practitioner) -> None:
        client = a_client(FRONT_DESK)
        found = re.search(r'href="([^"]+)">\s*11:00\u00a0am<', day(client))
        assert found
        caller = {"full_name": "Cal Ler", "telephone": "732-555-0199", "language": "en"}
        client.post(found[1], form(**caller, prefers="telephone"))
        row = Appointment.objects.get()
        assert (row.starts_at, row.practitioner) == (TEN_O_CLOCK + HOUR, alex)
        assert "11:00 to 11:30 am Cal Ler Consultation Confirmed" in said(day(client))

    def test_taken_meanwhile(self, service: Service, alex: Practitioner) -> None:
        an_appointment(service=service, practitioner=alex)
        client = a_client(FRONT_DESK)
        response = client.get(BOOK, {"slot": write_slot(TEN_O_CLOCK, alex.pk)})
        assert "That time is not free any more." in text_of(response)
        assert "slot=" not in html_of(response)

    @pytest.mark.parametrize("slot", ["", "nonsense", "\x00", "2026-06-17T14:00Z 99999", "9" * 999])
    def test_that_no_page_wrote(self, alex: Practitioner, slot: str) -> None:
        response = a_client(FRONT_DESK).get(BOOK, {"slot": slot})
        assert response.status_code == 200
        assert "What is the visit for?" in text_of(response)


class TestMoving:
    def test_an_appointment_names_the_form_that_moves_it(
        self, service: Service, alex: Practitioner
    ) -> None:
        row = an_appointment(service=service, practitioner=alex)
        html = day()
        assert f'data-move="{address("move", row.pk)}"' in html
        assert "data-chosen" in html

    @pytest.mark.parametrize("status", [Status.PROPOSED, Status.ARRIVED, Status.HELD])
    def test_what_cannot_move_names_none(self, alex: Practitioner, status: Status) -> None:
        an_appointment(status, practitioner=alex)
        assert "data-move" not in day()

    def test_the_form_opens_with_the_time_chosen(
        self, service: Service, alex: Practitioner
    ) -> None:
        row, client = an_appointment(service=service, practitioner=alex), a_client(FRONT_DESK)
        found = re.search(r'data-chosen="([^"]+16%3A00Z[^"]+)"', day(client))
        assert found
        with nothing_is_done():
            response = client.get(f"{address('move', row.pk)}?{found[1]}")
        html = html_of(response)
        assert html.count("checked") == 1
        chosen = re.search(r'value="([^"]+)"\s+checked', html)
        assert chosen
        assert chosen[1] == write_slot(TEN_O_CLOCK + 2 * HOUR, alex.pk)
        assert "is not free" not in html

    @pytest.mark.parametrize("slot", ["nonsense", "\x00", "2026-06-17T15:10Z 1"])
    def test_a_time_that_does_not_fit_is_said_to(self, alex: Practitioner, slot: str) -> None:
        row = an_appointment(practitioner=alex)
        response = a_client(FRONT_DESK).get(address("move", row.pk), {"slot": slot})
        assert "That time is not free for this appointment." in text_of(response)
        assert "checked" not in html_of(response)


class TestAWeek:
    def test_has_seven_days_of_one_practitioner_from_monday_on(
        self, service: Service, alex: Practitioner
    ) -> None:
        other = a_practitioner(service, name="Robin Example", order=1)
        an_appointment(request=named("Mine", service=service), practitioner=alex)
        an_appointment(request=named("Theirs", service=service), practitioner=other)
        response = a_client(FRONT_DESK).get(WEEK, {"date": "2026-06-17", "practitioner": "alex"})
        html = html_of(response)
        assert "Alex Example, June 15 to June 21, 2026" in text_of(response)
        assert html.count('<section class="column') == 7
        for expected in ("Monday June 15", "Wednesday June 17", "Sunday June 21"):
            assert expected in said(html), expected
        assert said(html).count("No hours") == 2
        assert "Mine" in html
        assert "Theirs" not in html
        assert '"?date=2026-06-10&practitioner=alex"' in html
        assert '"?date=2026-06-24&practitioner=alex"' in html

    def test_is_the_first_practitioners_where_none_is_named(self, alex: Practitioner) -> None:
        a_practitioner(name="Second", order=1)
        assert "Alex Example, June 15" in text_of(a_client(FRONT_DESK).get(WEEK))

    def test_of_somebody_without_hours_is_empty(self) -> None:
        a_practitioner(name="New Here", hours=())
        html = html_of(a_client(FRONT_DESK).get(WEEK))
        assert said(html).count("No hours") == 7

    def test_of_a_clinic_without_practitioners(self) -> None:
        assert "Nobody has a calendar yet." in text_of(a_client(FRONT_DESK).get(WEEK))


class TestRooms:
    def test_have_a_column_each_and_one_for_what_takes_none(
        self, service: Service, alex: Practitioner
    ) -> None:
        blue, _green = a_room(name="Blue"), a_room(name="Green")
        an_appointment(request=named("In Blue", service=service), practitioner=alex, room=blue)
        an_appointment(
            starts_at=TEN_O_CLOCK + HOUR,
            request=named("Anywhere", service=service),
            practitioner=alex,
        )
        text = said(day(by="room"))
        columns = re.split(r"(?=Blue 9|Green 9|No room 9)", text)
        assert [part.split(" 9")[0] for part in columns[1:]] == ["Blue", "Green", "No room"]
        assert "In Blue Consultation, Alex Example Confirmed" in columns[1]
        assert "Anywhere" in columns[3]
        assert "free" not in text

    def test_show_the_closures_of_the_place_and_nobodys_time_off(self, alex: Practitioner) -> None:
        a_room(name="Blue")
        whole = {"first_day": WEDNESDAY, "last_day": WEDNESDAY}
        Closure.objects.create(**whole, practitioner=alex, reason_en="Private")
        assert "Private" not in day(by="room")
        Closure.objects.create(**whole, location=a_location(), reason_en="Painting")
        assert "Closed: Painting" in day(by="room")

    def test_keep_to_themselves_from_day_to_day(self, alex: Practitioner) -> None:
        assert '"?date=2026-06-18&by=room"' in day(by="room")


class TestSeveralPlaces:
    def test_in_one_zone_are_named(self, service: Service, alex: Practitioner) -> None:
        hill = a_location(slug="hill", name_en="Hill Road")
        a_practitioner(service, name="Robin Example", location=hill, order=1)
        WorkingHours.objects.create(
            practitioner=alex, location=hill, weekday=2, starts=time(18), ends=time(20)
        )
        an_appointment(
            starts_at=TEN_O_CLOCK + 8 * HOUR,
            request=named("Up There", service=service),
            practitioner=alex,
            location=hill,
        )
        html = day()
        assert html.count('<section class="calendar-section"') == 1
        text = said(html)
        assert "Alex Example Main Street, Hill Road 9:00 am to 5:00 pm 6:00 to 8:00 pm" in text
        assert "Robin Example Hill Road 9:00 am to 5:00 pm" in text
        assert "Up There Consultation, Hill Road Confirmed" in text

    def test_in_two_zones_have_the_time_of_their_own_walls(self, service: Service) -> None:
        a_practitioner(service, name="Alex Example", hours=((time(9), time(11)),))
        west = a_location(slug="west", name_en="West", time_zone="America/Los_Angeles")
        robin = a_practitioner(service, name="Robin Example", location=west)
        an_appointment(
            starts_at=TEN_O_CLOCK + 3 * HOUR, service=service, practitioner=robin, location=west
        )
        east, _west, other = said(day()).partition("West Pacific Time (PDT)")
        assert "Main Street Eastern Time (EDT)" in east
        assert "Alex Example" in east
        assert "10:00 to 10:30 am Ada Example" in other

    def test_a_closure_of_one_is_not_the_others(self, service: Service) -> None:
        hill = a_location(slug="hill", name_en="Hill Road")
        a_practitioner(service, name="Alex Example")
        a_practitioner(service, name="Robin Example", location=hill, order=1)
        Closure.objects.create(
            first_day=WEDNESDAY, last_day=WEDNESDAY, location=hill, reason_en="Painting"
        )
        alex, _name, robin = said(day()).partition("Robin Example")
        assert "Painting" not in alex
        assert "Closed (Hill Road): Painting" in robin


class TestTheClock:
    @pytest.fixture
    def owl(self, service: Service) -> Practitioner:
        night = ((time(0), time(4)),)
        return a_practitioner(service, name="Night Owl", slug="owl", hours=night, weekdays=range(7))

    def test_put_back_has_its_hour_twice(self, service: Service, owl: Practitioner) -> None:
        for hour, name in ((5, "First"), (6, "Second")):
            an_appointment(
                starts_at=datetime(2027, 11, 7, hour, 30, tzinfo=UTC),
                request=named(name, service=service),
                practitioner=owl,
            )
        html = day(on=FALL_BACK)
        text = said(html)
        assert "Eastern Time (EDT, EST)" in text
        assert "1:00 am EDT 1:00 am EST 2:00 am EST" in text
        assert "1:30 am EDT to 1:00 am EST First" in text
        assert "1:30 am EST to 2:00 am EST Second" in text
        assert classes_of(html, "First").startswith("booked at-h1 at-m6")
        assert classes_of(html, "Second").startswith("booked at-h2 at-m6")

    def test_put_forward_lacks_an_hour(self, owl: Practitioner) -> None:
        html = day(on=SPRING_FORWARD)
        assert "1:00 am EST 3:00 am EDT" in said(html)
        assert '<section class="column for-h3 for-m0"' in html

    def test_of_a_day_whose_hours_come_after_is_only_named(self, service: Service) -> None:
        a_practitioner(service, weekdays=[6])
        text = said(day(on=FALL_BACK))
        assert "Eastern Time (EST)" in text
        assert "9:00 am 10:00 am" in text

    def test_of_one_day_of_a_week_stands_in_its_column(self, owl: Practitioner) -> None:
        query = {"date": FALL_BACK.isoformat(), "practitioner": "owl"}
        html = html_of(a_client(FRONT_DESK).get(WEEK, query))
        side, _columns, rest = html.partition('<section class="column')
        assert "EST<" not in side.partition('class="marks')[2]
        assert rest.count('<span class="mark') == 5

    def test_shows_what_goes_past_midnight_on_both_days(
        self, service: Service, owl: Practitioner
    ) -> None:
        starts_at = datetime(2026, 6, 17, 3, 45, tzinfo=UTC)  # a quarter to midnight
        an_appointment(starts_at=starts_at, service=service, practitioner=owl)
        for on in (date(2026, 6, 16), WEDNESDAY):
            assert "11:45 pm to 12:15 am Ada Example" in said(day(on=on))
