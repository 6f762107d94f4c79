"""Moving to another time: in one step, to what is really free, or nothing changes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from booking import actions
from booking.actors import Actor
from booking.errors import JustTaken, NotOffered, TooLate
from booking.models import Appointment, AppointmentEvent, Message, Status
from clinic.models import Practitioner, Room, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_practitioner,
    a_room,
    a_service,
    an_appointment,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATIENT = Actor.patient()
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
LATER = TEN_O_CLOCK + HOUR


@pytest.fixture
def service(db: None) -> Service:
    return a_service(cancel_cutoff_hours=12)


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def booked(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(service=service, practitioner=practitioner)


def move(
    appointment: Appointment, to: datetime = LATER, *, now: datetime, by: Actor = PATIENT, **w: Any
) -> Appointment:
    moved = actions.move(appointment_id=appointment.id, starts_at=to, by=by, now=now, **w)
    appointment.refresh_from_db()
    return moved


def test_the_new_time_is_taken_and_the_old_one_free(booked: Appointment, now: datetime) -> None:
    uid = booked.calendar_uid
    move(booked, now=now)
    assert (booked.starts_at, booked.ends_at) == (LATER, LATER + 30 * MINUTE)
    assert (booked.status, booked.calendar_uid, booked.calendar_sequence) == ("booked", uid, 1)
    assert Appointment.objects.count() == 1
    other = an_appointment(practitioner=booked.practitioner)
    assert other.starts_at == TEN_O_CLOCK


def test_it_is_written_down_and_both_sides_are_told(booked: Appointment, now: datetime) -> None:
    move(booked, now=now)
    event = AppointmentEvent.objects.get()
    assert changes_of(booked) == [("patient", "booked", "booked")]
    assert (event.starts_at, event.number) == (LATER, 1)
    assert kinds() == ["moved", "staff_moved"]


def test_staff_need_not_be_told_what_they_did(booked: Appointment, now: datetime) -> None:
    move(booked, now=now, by=STAFF)
    assert kinds() == ["moved"]


def test_a_time_that_overlaps_the_old_one_can_be_taken(now: datetime) -> None:
    service = a_service(duration=60)
    booked = an_appointment(service=service, practitioner=a_practitioner(service))
    move(booked, TEN_O_CLOCK + 30 * MINUTE, now=now)
    assert booked.starts_at == TEN_O_CLOCK + 30 * MINUTE


def test_another_practitioner_can_be_chosen(
    booked: Appointment, service: Service, now: datetime
) -> None:
    other = a_practitioner(service)
    move(booked, TEN_O_CLOCK, now=now, practitioner=other)
    assert (booked.practitioner, booked.starts_at) == (other, TEN_O_CLOCK)


def test_the_room_moves_along(now: datetime) -> None:
    rooms = [a_room(), a_room()]
    service = a_service(needs_room=True)
    person = a_practitioner(service)
    booked = an_appointment(service=service, practitioner=person, room=rooms[0])
    an_appointment(Status.BOOKED, LATER, practitioner=a_practitioner(), room=rooms[0])
    move(booked, now=now)
    assert booked.room == rooms[1]
    assert isinstance(booked.room, Room)


# What cannot be had, and then nothing changes


def test_a_taken_time_is_just_taken(booked: Appointment, now: datetime) -> None:
    an_appointment(Status.PENDING, LATER, practitioner=booked.practitioner)
    with nothing_changes(), pytest.raises(JustTaken):
        move(booked, now=now)


@pytest.mark.parametrize(
    "to",
    [
        TEN_O_CLOCK + 10 * MINUTE,  # off the grid
        TEN_O_CLOCK + 12 * HOUR,  # out of hours
        TEN_O_CLOCK + 4 * DAY,  # a Sunday
        TEN_O_CLOCK - 30 * DAY,  # past
        TEN_O_CLOCK + 3000 * DAY,
    ],
)
@pytest.mark.parametrize("by", [PATIENT, STAFF], ids=["patient", "staff"])
def test_what_is_not_offered_is_refused(
    booked: Appointment, to: datetime, by: Actor, now: datetime
) -> None:
    with nothing_changes(), pytest.raises(NotOffered):
        move(booked, to, now=now, by=by)


@pytest.mark.parametrize(
    ("minutes", "is_in_time"), [(-1, True), (0, True), (1, False)], ids=["before", "edge", "after"]
)
def test_patients_move_until_the_cut_off_and_staff_at_any_time(
    booked: Appointment, minutes: int, is_in_time: bool
) -> None:
    now = TEN_O_CLOCK - 12 * HOUR + minutes * MINUTE
    to = TEN_O_CLOCK + 2 * DAY
    if is_in_time:
        move(booked, to, now=now)
    else:
        with nothing_changes(), pytest.raises(TooLate):
            move(booked, to, now=now)
        move(booked, to, now=now, by=STAFF)
    assert booked.starts_at == to


@pytest.mark.parametrize(
    ("minutes", "is_offered"), [(-1, False), (0, True), (1, True)], ids=["short", "edge", "longer"]
)
def test_minimum_notice_holds_for_moving_but_not_for_staff(
    booked: Appointment, minutes: int, is_offered: bool
) -> None:
    to = TEN_O_CLOCK - DAY
    now = to - DAY - minutes * MINUTE  # the service asks for a day's notice
    if not is_offered:
        with nothing_changes(), pytest.raises(NotOffered):
            move(booked, to, now=now)
    move(booked, to, now=now, by=PATIENT if is_offered else STAFF)
    assert booked.starts_at == to


def test_the_horizon_holds_for_moving_but_not_for_staff(booked: Appointment, now: datetime) -> None:
    beyond = TEN_O_CLOCK + 63 * DAY
    with nothing_changes(), pytest.raises(NotOffered):
        move(booked, beyond, now=now)
    move(booked, beyond, now=now, by=STAFF)
    assert booked.starts_at == beyond


def test_to_where_it_is_already_nothing_moves(booked: Appointment, now: datetime) -> None:
    with nothing_changes():
        move(booked, TEN_O_CLOCK, now=now)


# What goes along


def test_what_has_lapsed_is_in_nobodys_way(booked: Appointment, now: datetime) -> None:
    lapsed = an_appointment(Status.PENDING, LATER, practitioner=booked.practitioner, expires_at=now)
    move(booked, now=now)
    lapsed.refresh_from_db()
    assert (lapsed.status, booked.starts_at) == (Status.CANCELLED, LATER)


def test_a_request_keeps_its_deadline(service: Service, practitioner: Practitioner) -> None:
    asked = an_appointment(Status.PENDING, service=service, practitioner=practitioner)
    deadline = asked.expires_at
    move(asked, TEN_O_CLOCK + 2 * DAY, now=asked.created_at)
    assert asked.expires_at == deadline
    asked.request.refresh_from_db()
    assert asked.request.answer_by == deadline


def test_a_request_that_moves_nearer_is_answered_before_it(
    service: Service, practitioner: Practitioner, now: datetime
) -> None:
    asked = an_appointment(
        Status.PENDING,
        TEN_O_CLOCK + 5 * DAY,
        service=service,
        practitioner=practitioner,
        expires_at=TEN_O_CLOCK + 4 * DAY,
    )
    move(asked, TEN_O_CLOCK, now=now)
    assert asked.expires_at == TEN_O_CLOCK - 14 * HOUR  # less twelve hours, and not at night
    assert asked.request.answer_by == asked.expires_at


def test_who_said_they_are_coming_is_asked_anew(booked: Appointment, now: datetime) -> None:
    actions.confirm_attendance(appointment_id=booked.id, by=PATIENT, now=now)
    move(booked, now=now)
    assert booked.attendance_confirmed_at is None


def test_a_message_of_an_earlier_move_is_not_sent_any_more(
    booked: Appointment, now: datetime
) -> None:
    move(booked, now=now)
    move(booked, LATER + HOUR, now=now)
    states = Message.objects.filter(kind=Message.Kind.MOVED).order_by("state")
    assert list(states.values_list("state", flat=True)) == ["obsolete", "waiting"]
