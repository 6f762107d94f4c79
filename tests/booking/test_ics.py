"""The patient's calendar file: one visit at its time, replaced when it moves, nothing else."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from booking import actions
from booking.actors import Actor
from booking.ics import calendar_file
from booking.models import Appointment, Status
from clinic.models import Clinic
from tests.booking import calendar_text
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
from tests.booking.calendar_text import Component
from tests.booking.visitor import Visitor

pytestmark = pytest.mark.django_db

LINK = "https://clinic.test/appointment/" + "a" * 43 + "/"
MARK = "Zebraquartz"
HOUR = timedelta(hours=1)
HOSTILE = [
    'Pain; Center, Ltd\\ of N\\nJ: “best” "care"',
    "Clinic\r\nATTENDEE:mailto:stranger@elsewhere.test",
    "Clinic\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Another",
    "Clinic\rMETHOD:CANCEL",
    "Clinic\x0b\x0c\x1c\x85\u2028METHOD:CANCEL",
    "Clinic\x00\x07\x1b[31m\x7f",
    'Clinic";X-PARAM="yes":mailto:stranger@elsewhere.test',
    "Клініка болю 痛みのクリニック 🏥 " * 8,
    "n" * 128,
    "^n^'^^",
    "",
]


def file_of(
    appointment: Appointment,
    attendee: str = "ada@patients.test",
    *,
    clinic: Clinic | None = None,
) -> Component:
    written = calendar_file(
        appointment,
        clinic=clinic or Clinic.objects.get(),
        link=LINK,
        attendee=attendee,
        now=TEN_O_CLOCK - timedelta(days=2),
    )
    return calendar_text.read(written)


def event_of(calendar: Component) -> Component:
    (event,) = calendar.all("VEVENT")
    return event


def a_booked_appointment() -> Appointment:
    """In the calendar of somebody who works then, so that it can be moved."""
    service = a_service()
    return an_appointment(
        Status.BOOKED, request=a_request(service), practitioner=a_practitioner(service)
    )


def test_it_holds_one_visit_at_its_time_and_place_and_whom_to_call() -> None:
    place = a_location(street="1 Main Street", city="Hoboken")
    appointment = an_appointment(location=place)
    calendar = file_of(appointment)
    event = event_of(calendar)
    assert calendar["VERSION"].value == "2.0"
    assert event["DTSTART"].value == "20260617T100000"
    assert calendar.instant(event, "DTSTART") == appointment.starts_at
    assert calendar.instant(event, "DTEND") == appointment.ends_at
    assert event["DTSTAMP"].value == "20260615T140000Z"
    assert event["SUMMARY"].text == "Example Clinic"
    assert event["LOCATION"].text == "1 Main Street, Hoboken"
    assert event["DESCRIPTION"].text == f"{LINK}\n(732) 555-0123"
    assert (event["CLASS"].value, event["STATUS"].value) == ("PRIVATE", "CONFIRMED")


def test_it_says_nothing_of_the_patient_or_of_health() -> None:
    service = a_service(name_en=MARK, name_es=MARK, summary_en=MARK)
    request = a_request(
        service,
        patient=a_patient(full_name=MARK, needs=MARK, booked_by=MARK),
        reason=MARK,
        screening=f'["{MARK}"]',
        note_to_patient=MARK,
    )
    appointment = an_appointment(request=request)
    written = calendar_file(
        appointment, clinic=Clinic.objects.get(), link=LINK, attendee="", now=TEN_O_CLOCK
    )
    assert MARK.encode() not in written.replace(b"\r\n ", b"")


class TestMethod:
    """RFC 5546: an invitation has an organizer and an attendee; what is published has neither."""

    @pytest.mark.parametrize(
        ("status", "method", "said"),
        [(Status.BOOKED, "REQUEST", "CONFIRMED"), (Status.CANCELLED, "CANCEL", "CANCELLED")],
    )
    def test_is_an_invitation_between_two_addresses(
        self, status: Status, method: str, said: str
    ) -> None:
        calendar = file_of(an_appointment(status))
        event = event_of(calendar)
        assert (calendar["METHOD"].value, event["STATUS"].value) == (method, said)
        assert event["ORGANIZER"].value == "mailto:desk@clinic.test"
        assert event["ORGANIZER"].parameters["CN"] == "Example Clinic"
        assert event["ATTENDEE"].value == "mailto:ada@patients.test"
        assert event["ATTENDEE"].parameters == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}

    @pytest.mark.parametrize(
        ("status", "said"), [(Status.BOOKED, "CONFIRMED"), (Status.CANCELLED, "CANCELLED")]
    )
    @pytest.mark.parametrize(
        ("clinics", "patients"), [("", "ada@patients.test"), ("desk@clinic.test", ""), ("", "")]
    )
    def test_is_published_where_one_of_them_has_none(
        self, clinics: str, patients: str, status: Status, said: str
    ) -> None:
        a_clinic(email=clinics)
        calendar = file_of(an_appointment(status), patients)
        event = event_of(calendar)
        assert (calendar["METHOD"].value, event["STATUS"].value) == ("PUBLISH", said)
        assert event.get("ATTENDEE") is None
        assert (event.get("ORGANIZER") is not None) == bool(clinics)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_more_than_a_name(name: str) -> None:
    """Not even one that got past every form."""
    appointment = an_appointment(location=a_location(street="1 Main Street", city="Hoboken"))
    plain = event_of(file_of(appointment))
    clinic, place = Clinic.objects.get(), appointment.location
    clinic.name, place.street, place.city = name, name or "x", name
    event = event_of(file_of(appointment, clinic=clinic))
    assert [each.name for each in event.properties] == [each.name for each in plain.properties]
    assert set(event["ORGANIZER"].parameters) <= {"CN"}
    assert letters(event["SUMMARY"].text) == letters(name)
    assert letters(event["LOCATION"].text) == letters(f"{name or 'x'}, {name}")


def letters(text: str) -> str:
    """What can be read of a text, wherever its lines end."""
    return "".join(char for char in text if char.isprintable() and not char.isspace())


class TestZone:
    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            ("America/New_York", date(2027, 3, 14)),  # spring forward
            ("America/New_York", date(2027, 11, 7)),  # fall back
            ("America/New_York", date(2026, 6, 17)),
            ("Australia/Lord_Howe", date(2026, 10, 4)),  # by half an hour
            ("Australia/Lord_Howe", date(2026, 4, 5)),
            ("America/Santiago", date(2026, 9, 6)),  # at midnight
            ("America/Phoenix", date(2027, 3, 14)),  # never
        ],
    )
    def test_brings_every_half_hour_of_the_day_to_its_instant(self, zone: str, day: date) -> None:
        place = a_location(slug="there", time_zone=zone)
        appointment = an_appointment(location=place)
        first = datetime.combine(day, time(), ZoneInfo(zone)) - 2 * HOUR
        for half_hours in range(56):
            appointment.starts_at = first.astimezone(TEN_O_CLOCK.tzinfo) + half_hours * HOUR / 2
            appointment.ends_at = appointment.starts_at + HOUR
            calendar = file_of(appointment)
            event = event_of(calendar)
            assert calendar.instant(event, "DTSTART") == appointment.starts_at
            assert calendar.instant(event, "DTEND") == appointment.ends_at

    def test_is_the_wall_time_before_and_after_a_change(self) -> None:
        """Ten in the morning stays ten in the morning."""
        walls = set()
        for day in (date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 6), date(2027, 11, 7)):
            starts_at = datetime.combine(day, time(10), ZoneInfo("America/New_York"))
            event = event_of(file_of(an_appointment(starts_at=starts_at)))
            walls.add(event["DTSTART"].value[-6:])
        assert walls == {"100000"}

    @pytest.mark.parametrize(
        ("day", "onsets"),
        [
            (date(2026, 6, 17), ["20260617T000000"]),
            (date(2027, 3, 13), ["20270313T000000"]),
            (date(2027, 3, 14), ["20270314T000000", "20270314T020000"]),
            (date(2027, 11, 7), ["20271107T000000", "20271107T020000"]),
        ],
    )
    def test_has_the_rules_of_that_day_and_no_more(self, day: date, onsets: list[str]) -> None:
        """A change is dated by the clock that it ends, as RFC 5545 does."""
        starts_at = datetime.combine(day, time(10), ZoneInfo("America/New_York"))
        (zone,) = file_of(an_appointment(starts_at=starts_at)).all("VTIMEZONE")
        assert [rule["DTSTART"].value for rule in zone.parts] == onsets
        assert all(rule.get("RRULE") is None for rule in zone.parts)


class TestChanges:
    """A calendar program replaces what it has: same UID, higher SEQUENCE."""

    def replaces(self, before: Component, appointment: Appointment) -> Component:
        appointment.refresh_from_db()
        after = event_of(file_of(appointment))
        assert after["UID"].value == before["UID"].value
        assert int(after["SEQUENCE"].value) > int(before["SEQUENCE"].value)
        return after

    def test_moved_it_replaces_the_old_time(self, now: datetime) -> None:
        appointment = a_booked_appointment()
        before = event_of(file_of(appointment))
        actions.move(
            appointment_id=appointment.id,
            starts_at=TEN_O_CLOCK + 2 * HOUR,
            by=Actor.patient(uuid4()),
            now=now,
        )
        after = self.replaces(before, appointment)
        assert after["DTSTART"].value == "20260617T120000"

    def test_looked_forward_to_it_is_newer(self, now: datetime) -> None:
        appointment = a_booked_appointment()
        before = event_of(file_of(appointment))
        actions.confirm_attendance(
            appointment_id=appointment.id, by=Actor.patient(uuid4()), now=now
        )
        after = self.replaces(before, appointment)
        assert after["DTSTART"].value == before["DTSTART"].value

    def test_cancelled_it_is_taken_out(self, now: datetime) -> None:
        appointment = a_booked_appointment()
        before = event_of(file_of(appointment))
        actions.cancel(appointment_id=appointment.id, by=Actor.patient(uuid4()), now=now)
        after = self.replaces(before, appointment)
        assert after["STATUS"].value == "CANCELLED"
        assert file_of(appointment)["METHOD"].value == "CANCEL"


def test_the_file_behind_the_link_is_the_same_calendar(visitor: Visitor) -> None:
    appointment = a_booked_appointment()
    response = visitor.opens(appointment.request, "appointment-calendar")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    event = event_of(calendar_text.read(response.content))
    assert event["UID"].value == f"{appointment.calendar_uid}@appointments"
