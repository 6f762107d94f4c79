"""Reminders: found by "due and unsent", never at night, never of what is no longer so."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking import actions, worker
from booking.actors import Actor
from booking.models import Appointment, AppointmentEvent, Message, Status
from clinic.models import Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.ledger import nothing_changes

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATIENT = Actor.patient()
# Wednesday the 24th at three in the afternoon: reminded of on Monday at three and at noon.
VISIT = TEN_O_CLOCK + 7 * DAY + 5 * HOUR
TWO_DAYS, NOON = VISIT - 2 * DAY, VISIT - 3 * HOUR


@pytest.fixture
def service(db: None) -> Service:
    return a_service(cancel_cutoff_hours=1)


def agreed(starts_at: datetime, at: datetime, **fields: Any) -> Appointment:
    """Confirmed by staff at a moment."""
    service = fields.pop("service", None) or a_service()
    practitioner = a_practitioner(service)
    asked = an_appointment(
        Status.PENDING,
        starts_at,
        request=a_request(service, patient=a_patient(**fields)),
        practitioner=practitioner,
        expires_at=at + DAY,
        created_at=at,
    )
    return actions.confirm(appointment_id=asked.id, by=Actor.system(), now=at)


@pytest.fixture
def booked(service: Service, now: datetime) -> Appointment:
    return agreed(VISIT, now, service=service)


def reminders(state: str = "waiting") -> list[str]:
    kinds = [Message.Kind.REMINDER_DAYS, Message.Kind.REMINDER_HOURS]
    rows = Message.objects.filter(kind__in=kinds, state=state).order_by("created_at", "kind")
    return list(rows.values_list("kind", flat=True))


# When


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (TWO_DAYS - MINUTE, []),
        (TWO_DAYS, ["reminder_days"]),
        (NOON - MINUTE, ["reminder_days"]),
        (NOON, ["reminder_hours"]),
        (VISIT - MINUTE, ["reminder_hours"]),
        (VISIT, []),
    ],
)
def test_the_last_one_that_is_due_is_put_into_the_outbox(
    booked: Appointment, moment: datetime, expected: list[str]
) -> None:
    """Whoever was down for a day says what still makes sense, and nothing else."""
    worker.look_ahead(now=moment)
    assert reminders() == expected


def test_each_comes_once(booked: Appointment) -> None:
    for minutes in range(0, 3 * 24 * 60, 60):
        worker.look_ahead(now=TWO_DAYS - HOUR + minutes * MINUTE)
        worker.run_once(now=TWO_DAYS - HOUR + minutes * MINUTE)
    assert reminders("sent") == ["reminder_days", "reminder_hours"]


def test_who_books_today_for_tomorrow_is_not_reminded_at_once(service: Service) -> None:
    at = VISIT - DAY
    agreed(VISIT, at, service=service)
    worker.look_ahead(now=at + MINUTE)
    assert reminders() == []
    worker.look_ahead(now=NOON)
    assert reminders() == ["reminder_hours"]


def test_a_visit_in_the_morning_is_reminded_of_on_the_evening_before(now: datetime) -> None:
    agreed(TEN_O_CLOCK + DAY, now)
    evening = TEN_O_CLOCK + 8 * HOUR
    worker.look_ahead(now=evening - MINUTE)
    assert reminders() == ["reminder_days"]
    worker.look_ahead(now=evening)
    assert reminders() == ["reminder_hours"]


# By choice


@pytest.mark.parametrize(
    ("days", "hours", "at_two_days", "at_noon"),
    [
        (True, False, ["reminder_days"], ["reminder_days"]),
        (False, True, [], ["reminder_hours"]),
        (False, False, [], []),
    ],
)
def test_the_service_says_which(
    days: bool, hours: bool, at_two_days: list[str], at_noon: list[str], now: datetime
) -> None:
    chosen = {"reminds_two_days_before": days, "reminds_three_hours_before": hours}
    agreed(VISIT, now, service=a_service(**chosen))
    worker.look_ahead(now=TWO_DAYS)
    assert reminders() == at_two_days
    worker.look_ahead(now=NOON)
    assert reminders() == at_noon


def test_who_wants_none_gets_none(now: datetime) -> None:
    agreed(VISIT, now, wants_reminders=False)
    worker.look_ahead(now=NOON)
    assert reminders() == []


def test_without_an_address_the_desk_calls_once_two_days_before(now: datetime) -> None:
    agreed(VISIT, now, email="", telephone="+17325550199")
    Message.objects.all().delete()
    worker.look_ahead(now=TWO_DAYS)
    worker.look_ahead(now=NOON)
    (call,) = Message.objects.calls_to_make()
    assert call.kind == Message.Kind.REMINDER_DAYS


def test_a_call_that_nobody_made_is_off_the_list_once_the_visit_has_begun(now: datetime) -> None:
    agreed(VISIT, now, email="", telephone="+17325550199")
    worker.look_ahead(now=TWO_DAYS)
    worker.look_ahead(now=VISIT)
    assert not Message.objects.calls_to_make().filter(kind=Message.Kind.REMINDER_DAYS).exists()


# What becomes of the appointment


@pytest.mark.parametrize(
    "status", [status for status in Status if status not in {Status.BOOKED, Status.HELD}]
)
def test_only_what_is_confirmed_is_reminded_of(status: Status, now: datetime) -> None:
    an_appointment(status, VISIT, created_at=now)
    with nothing_changes():
        worker.look_ahead(now=NOON)


def test_a_reminder_follows_an_appointment_that_moves(booked: Appointment) -> None:
    worker.look_ahead(now=TWO_DAYS)
    later = VISIT + 5 * DAY
    actions.move(appointment_id=booked.id, starts_at=later, by=PATIENT, now=TWO_DAYS)
    assert reminders() == []
    worker.look_ahead(now=NOON)
    assert reminders() == []
    worker.look_ahead(now=later - 2 * DAY)
    assert reminders() == ["reminder_days"]
    assert reminders("obsolete") == ["reminder_days"]


def test_a_reminder_dies_with_an_appointment_that_is_cancelled(booked: Appointment) -> None:
    worker.look_ahead(now=TWO_DAYS)
    actions.cancel(appointment_id=booked.id, by=PATIENT, now=TWO_DAYS)
    worker.look_ahead(now=NOON)
    assert reminders() == []


def test_one_that_waited_too_long_is_not_sent(booked: Appointment) -> None:
    worker.look_ahead(now=NOON)
    worker.run_once(now=VISIT)
    assert (reminders("sent"), reminders("obsolete")) == ([], ["reminder_hours"])


def test_who_has_said_they_are_coming_is_reminded_all_the_same(booked: Appointment) -> None:
    worker.look_ahead(now=TWO_DAYS)
    actions.confirm_attendance(appointment_id=booked.id, by=PATIENT, now=TWO_DAYS)
    worker.look_ahead(now=TWO_DAYS + MINUTE)
    assert reminders() == ["reminder_days"]


# I am coming


def test_coming_is_written_down(booked: Appointment, now: datetime) -> None:
    actions.confirm_attendance(appointment_id=booked.id, by=PATIENT, now=now)
    booked.refresh_from_db()
    assert booked.attendance_confirmed_at == now
    event = AppointmentEvent.objects.filter(appointment=booked.id).order_by("number").last()
    assert event is not None
    assert (event.to_status, event.reason_code) == ("booked", "coming")


# Staff are told before a request runs out


@pytest.mark.parametrize(("hours", "is_told"), [(21, False), (22, True), (23, True)])
def test_staff_are_told_two_hours_before_a_request_runs_out(
    hours: int, is_told: bool, now: datetime
) -> None:
    an_appointment(Status.PENDING, VISIT)
    for _ in range(2):
        worker.look_ahead(now=now + hours * HOUR)
    kinds = list(Message.objects.values_list("kind", flat=True))
    assert kinds == (["staff_answer_soon"] if is_told else [])


def test_what_was_answered_meanwhile_needs_no_warning(now: datetime) -> None:
    asked = an_appointment(Status.PENDING, VISIT)
    worker.look_ahead(now=now + 22 * HOUR)
    actions.confirm(appointment_id=asked.id, by=Actor.system(), now=now + 22 * HOUR)
    worker.run_once(now=now + 22 * HOUR)
    warning = Message.objects.get(kind=Message.Kind.STAFF_ANSWER_SOON)
    assert warning.state == Message.State.OBSOLETE
