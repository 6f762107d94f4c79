"""Free times as the database has them: people, rooms, closures, and what really blocks."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from pytest_django import DjangoAssertNumQueries

from booking import actions, openings
from booking.actors import Actor
from booking.errors import DayIsFull, JustTaken
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Status
from booking.models.appointments import BLOCKING
from booking.openings import FreeTimes
from clinic.directory import directory
from clinic.models import Closure, Practitioner, Room, Service, WorkingHours
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_draft,
    a_location,
    a_practitioner,
    a_room,
    a_service,
    an_appointment,
    details,
)

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 6, 17)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEN_TO_ELEVEN = ((time(10), time(11)),)
HALF_PAST_TEN = TEN_O_CLOCK + 30 * MINUTE
AFTERNOON = ["14:00", "14:30", "15:00", "15:30"]
PATIENT = Actor.patient()


def free(service: Service, now: datetime, day: date = WEDNESDAY, **asked: Any) -> FreeTimes:
    return openings.free_times(service, first_day=day, last_day=day, now=now, **asked)


def clocks(found: FreeTimes) -> list[str]:
    return [f"{opening.local_start:%H:%M}" for opening in found.openings]


# Who, and where


def test_only_those_who_work_here_and_do_the_service_are_offered(
    service: Service, now: datetime
) -> None:
    one = a_practitioner(service, hours=TEN_TO_ELEVEN)
    a_practitioner(service, hours=TEN_TO_ELEVEN, is_active=False)
    a_practitioner(a_service(), hours=TEN_TO_ELEVEN)
    a_practitioner(
        service, hours=TEN_TO_ELEVEN, location=a_location(slug="closed", is_active=False)
    )
    found = free(service, now)
    assert found.practitioners == {one.pk: one}
    assert clocks(found) == ["10:00", "10:30"]


def test_each_place_keeps_its_own_time(service: Service, now: datetime) -> None:
    west = a_location(slug="west", time_zone="America/Los_Angeles")
    a_practitioner(service, hours=TEN_TO_ELEVEN, location=west)
    first = free(service, now).openings[0]
    assert f"{first.local_start:%H:%M}" == "10:00"
    assert first.starts_at == TEN_O_CLOCK + 3 * HOUR


def test_one_practitioner_can_be_asked_for(service: Service, now: datetime) -> None:
    a_practitioner(service, hours=TEN_TO_ELEVEN)
    wished = a_practitioner(service, hours=((time(14), time(15)),))
    assert clocks(free(service, now, practitioner=wished)) == ["14:00", "14:30"]


@pytest.mark.parametrize(
    ("whose", "is_open"),
    [
        ("everybody", False),
        ("this person", False),
        ("another person", True),
        ("here", False),
        ("elsewhere", True),
    ],
)
def test_a_closure_closes_those_whom_it_names(
    service: Service, now: datetime, whose: str, is_open: bool
) -> None:
    person, other = a_practitioner(service, hours=TEN_TO_ELEVEN), a_practitioner()
    named: dict[str, dict[str, Any]] = {
        "everybody": {},
        "this person": {"practitioner": person},
        "another person": {"practitioner": other},
        "here": {"location": a_location()},
        "elsewhere": {"location": a_location(slug="elsewhere")},
    }
    Closure.objects.create(first_day=WEDNESDAY - DAY, last_day=WEDNESDAY, **named[whose])
    assert clocks(free(service, now)) == (["10:00", "10:30"] if is_open else [])


# Anybody


@pytest.fixture
def team(service: Service) -> list[Practitioner]:
    """Three who are there from ten to eleven: the first with two visits that day, then one, none.

    Their visits are in the afternoon, in nobody's way.
    """
    people = [a_practitioner(service, hours=TEN_TO_ELEVEN) for _ in range(3)]
    for person, visits in zip(people, (2, 1, 0), strict=True):
        for hour in range(visits):
            an_appointment(starts_at=TEN_O_CLOCK + (4 + hour) * HOUR, practitioner=person)
    return people


def test_each_time_is_shown_once_with_whoever_is_least_busy(
    service: Service, team: list[Practitioner], now: datetime
) -> None:
    ((_, shown),) = free(service, now).by_day(WEDNESDAY, WEDNESDAY)
    assert [(f"{o.local_start:%H:%M}", o.practitioner_id) for o in shown] == [
        ("10:00", team[2].pk),
        ("10:30", team[2].pk),
    ]


def test_anybody_is_the_least_busy_then_the_next_then_nobody(
    service: Service, team: list[Practitioner], now: datetime
) -> None:
    def hold() -> Practitioner:
        draft = a_draft(service)
        held = actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=PATIENT, now=now)
        return held.practitioner

    assert {hold(), hold(), hold()} == set(team)
    with pytest.raises(JustTaken):
        hold()


def test_the_least_busy_is_asked_first(
    service: Service, team: list[Practitioner], now: datetime
) -> None:
    taken = []
    for _ in range(2):
        draft = a_draft(service)
        actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=PATIENT, now=now)
        taken.append(draft.appointments.get().practitioner)
    assert taken == [team[2], team[1]]


# Rooms


@pytest.fixture
def in_a_room() -> Service:
    return a_service(needs_room=True)


def test_two_people_and_one_room_are_one_visit_at_a_time(in_a_room: Service, now: datetime) -> None:
    room = a_room()
    first, second = (a_practitioner(in_a_room, hours=TEN_TO_ELEVEN) for _ in range(2))
    an_appointment(practitioner=first, service=in_a_room, room=room)
    assert clocks(free(in_a_room, now, practitioner=second)) == ["10:30"]
    another = a_room()
    assert free(in_a_room, now, practitioner=second).openings[0].room_id == another.pk


def test_a_room_elsewhere_or_out_of_use_is_none(in_a_room: Service, now: datetime) -> None:
    a_practitioner(in_a_room, hours=TEN_TO_ELEVEN)
    a_room(location=a_location(slug="elsewhere"))
    a_room(is_active=False)
    assert clocks(free(in_a_room, now)) == []
    Room.objects.update(is_active=True)
    assert clocks(free(in_a_room, now)) == ["10:00", "10:30"]


def test_a_service_without_a_room_leaves_the_rooms_to_others(
    service: Service, in_a_room: Service, now: datetime
) -> None:
    a_room()
    first, second = (a_practitioner(service, in_a_room, hours=TEN_TO_ELEVEN) for _ in range(2))
    an_appointment(practitioner=first, service=service)
    assert clocks(free(in_a_room, now, practitioner=second)) == ["10:00", "10:30"]


# What blocks


@pytest.mark.parametrize("status", Status)
def test_a_time_is_taken_while_its_status_blocks(
    service: Service, status: Status, now: datetime
) -> None:
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    an_appointment(status, practitioner=person)
    assert clocks(free(service, now)) == (["10:30"] if status in BLOCKING else ["10:00", "10:30"])


@pytest.mark.parametrize("status", [Status.HELD, Status.PROPOSED, Status.PENDING])
@pytest.mark.parametrize(
    ("seconds", "is_free"), [(-1, False), (0, True), (1, True)], ids=["before", "at", "after"]
)
def test_what_has_lapsed_blocks_nothing_even_if_nobody_cleared_it(
    service: Service, status: Status, seconds: int, is_free: bool, now: datetime
) -> None:
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    an_appointment(status, practitioner=person, expires_at=now)
    found = free(service, now + timedelta(seconds=seconds))
    assert clocks(found) == (["10:00", "10:30"] if is_free else ["10:30"])


def test_ones_own_held_time_counts_as_free_and_that_of_others_does_not(
    service: Service, now: datetime
) -> None:
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    own = an_appointment(Status.HELD, practitioner=person, service=service).request
    an_appointment(Status.HELD, HALF_PAST_TEN, practitioner=person, service=service)
    assert clocks(free(service, now, besides=own.id)) == ["10:00"]
    assert clocks(free(service, now)) == []


def test_whoever_moves_an_appointment_may_take_what_overlaps_it(
    service: Service, now: datetime
) -> None:
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    sent = an_appointment(Status.PENDING, practitioner=person, service=service).request
    assert clocks(free(service, now, besides=sent.id)) == ["10:00", "10:30"]


# Caps and exceptions, as staff enter them


def test_so_many_appointments_a_day_for_staff_too(service: Service, now: datetime) -> None:
    person = a_practitioner(service, appointments_a_day=1)
    an_appointment(practitioner=person)
    assert clocks(free(service, now)) == clocks(free(service, now, for_staff=True)) == []
    assert clocks(free(service, now, WEDNESDAY + DAY)) != []


def test_the_unconfirmed_leave_a_share_of_the_day_to_others(
    service: Service, now: datetime
) -> None:
    a_clinic(unconfirmed_share=50)
    person = a_practitioner(service, hours=((time(9), time(11)),))
    for half_hours in range(2):
        start = TEN_O_CLOCK - HOUR + half_hours * 30 * MINUTE
        an_appointment(Status.PENDING, start, practitioner=person)
    assert clocks(free(service, now)) == []
    assert clocks(free(service, now, for_staff=True)) == ["10:00", "10:30"]


def test_what_staff_have_confirmed_or_offered_is_no_unconfirmed_request(
    service: Service, now: datetime
) -> None:
    a_clinic(unconfirmed_share=50)
    person = a_practitioner(service, hours=((time(9), time(11)),))
    an_appointment(Status.HELD, practitioner=person)
    an_appointment(Status.BOOKED, TEN_O_CLOCK - HOUR, practitioner=person)
    an_appointment(Status.PROPOSED, TEN_O_CLOCK - 30 * MINUTE, practitioner=person)
    assert clocks(free(service, now)) == ["10:30"]


def test_ones_own_times_count_for_no_cap(service: Service, now: datetime) -> None:
    a_clinic(unconfirmed_share=10)
    person = a_practitioner(service, hours=TEN_TO_ELEVEN, appointments_a_day=1)
    own = an_appointment(Status.PENDING, practitioner=person).request
    assert clocks(free(service, now)) == []
    assert clocks(free(service, now, besides=own.id)) == ["10:00", "10:30"]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
@pytest.mark.parametrize("wall", [time(0), time(23, 30)], ids=str)
def test_a_visit_near_midnight_counts_on_the_day_of_its_own_wall(
    service: Service, now: datetime, zone: str, wall: time
) -> None:
    place = a_location(slug="there", time_zone=zone)
    person = a_practitioner(
        service,
        hours=((time(0), time(1)), (time(22, 30), time(23, 59))),
        location=place,
        appointments_a_day=1,
    )
    start = datetime.combine(WEDNESDAY, wall, place.zone)
    an_appointment(starts_at=start, practitioner=person, location=place)
    assert [bool(clocks(free(service, now, WEDNESDAY + n * DAY))) for n in (-1, 0, 1)] == [
        *(zone != "Pacific/Kiritimati", False, True),  # there the day before is too soon
    ]


def test_the_caps_hold_for_all_places_together(service: Service, now: datetime) -> None:
    """Two hours here and two there: an hour is a quarter of the day, and more of it half."""
    a_clinic(unconfirmed_share=25)
    there = a_location(slug="there")
    person = a_practitioner(service, hours=((time(9), time(11)),))
    WorkingHours.objects.create(
        practitioner=person, location=there, weekday=2, starts=time(14), ends=time(16)
    )
    first = an_appointment(Status.PENDING, practitioner=person)
    assert clocks(free(service, now)) == ["09:00", "09:30", "10:30", *AFTERNOON]
    a_clinic(unconfirmed_share=24)
    assert clocks(free(service, now)) == []
    Practitioner.objects.update(appointments_a_day=1)
    Appointment.objects.filter(id=first.id).update(status=Status.BOOKED, expires_at=None)
    assert clocks(free(service, now)) == []


def test_a_day_that_is_full_is_not_called_a_time_that_was_taken(
    service: Service, now: datetime
) -> None:
    person = a_practitioner(service, appointments_a_day=1)
    an_appointment(practitioner=person)
    draft, later = a_draft(service), TEN_O_CLOCK + HOUR
    with pytest.raises(DayIsFull, match="This day is full: we cannot take any more"):
        actions.hold(request_id=draft.id, starts_at=later, by=PATIENT, now=now)
    staff = Actor(AppointmentEvent.ActorKind.STAFF)
    with pytest.raises(DayIsFull, match="This time is free, but the day is full"):
        actions.book(service=service, starts_at=later, details=details(), by=staff, now=now)
    with pytest.raises(JustTaken):
        actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=PATIENT, now=now)


def test_nor_is_one_that_waits_for_staff(service: Service, now: datetime) -> None:
    a_clinic(unconfirmed_share=10)
    an_appointment(Status.PENDING, practitioner=a_practitioner(service))
    draft = a_draft(service)
    with pytest.raises(DayIsFull):
        actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK + HOUR, by=PATIENT, now=now)


def test_hours_that_overlap_offer_each_time_once(service: Service, now: datetime) -> None:
    person = a_practitioner(service, hours=((time(10), time(11)), (time(10, 30), time(11, 30))))
    assert clocks(free(service, now)) == ["10:00", "10:30", "11:00"]
    assert person.hours.count() == 10


def test_staff_pass_notice_and_horizon_but_neither_the_present_nor_the_hours(
    service: Service, now: datetime
) -> None:
    a_practitioner(service, hours=((time(8, 30), time(10)),))
    today, next_year = now.date(), now.date() + 364 * DAY
    assert clocks(free(service, now, today)) == clocks(free(service, now, next_year)) == []
    assert clocks(free(service, now, today, for_staff=True)) == ["09:00", "09:30"]
    assert clocks(free(service, now, next_year, for_staff=True)) == ["08:30", "09:00", "09:30"]


def test_times_of_several_zones_come_in_order_of_time(service: Service, now: datetime) -> None:
    east = a_location(slug="east", time_zone="Pacific/Kiritimati")
    a_practitioner(service, hours=TEN_TO_ELEVEN, location=east)
    a_practitioner(service, hours=TEN_TO_ELEVEN)
    found = openings.free_times(
        service, first_day=WEDNESDAY, last_day=WEDNESDAY + DAY, now=now
    ).openings
    assert len(found) == 8
    assert [o.starts_at for o in found] == sorted(o.starts_at for o in found)


def test_hours_in_spite_of_a_closure(service: Service, now: datetime) -> None:
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY)
    assert clocks(free(service, now)) == []
    person.hours.update(despite_closures=True)
    assert clocks(free(service, now)) == ["10:00", "10:30"]
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, practitioner=person)
    assert clocks(free(service, now)) == []


def test_a_closure_that_comes_again(service: Service, now: datetime) -> None:
    a_practitioner(service, hours=TEN_TO_ELEVEN)
    closed = Closure.objects.create(
        first_day=date(2025, 6, 17), last_day=date(2025, 6, 17), repeats="yearly"
    )
    assert clocks(free(service, now)) == []
    closed.repeats = ""
    closed.save()
    assert clocks(free(service, now)) != []


def test_when_a_location_is_open(service: Service, now: datetime) -> None:
    """The hours of all who work there, lunch left out where nobody is there."""
    a_practitioner(service, hours=((time(9), time(12)), (time(13), time(17))))
    a_practitioner(service, hours=((time(11), time(12, 30)),))
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, starts=time(16))
    found = openings.open_hours(directory(), a_location(), WEDNESDAY, WEDNESDAY)
    nine = TEN_O_CLOCK - HOUR
    assert [(i.start - nine, i.end - nine) for i in found] == [
        (timedelta(), 3.5 * HOUR),
        (4 * HOUR, 7 * HOUR),
    ]


def test_a_location_is_open_for_who_works_in_spite_of_a_closure(service: Service) -> None:
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    a_practitioner(service)
    a_practitioner(service, hours=((time(6), time(22)),), is_active=False)
    person.hours.update(despite_closures=True)
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, location=a_location())
    [found] = openings.open_hours(directory(), a_location(), WEDNESDAY, WEDNESDAY)
    assert found == (TEN_O_CLOCK, TEN_O_CLOCK + HOUR)


def test_days_off_of_one_person_do_not_close_the_location(service: Service) -> None:
    person = a_practitioner(service)
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, practitioner=person)
    assert openings.open_hours(directory(), a_location(), WEDNESDAY, WEDNESDAY)


def test_buffers_of_what_is_there_are_kept(service: Service, now: datetime) -> None:
    person = a_practitioner(service, hours=((time(9), time(12)),))
    an_appointment(practitioner=person, service=a_service(buffer_before=10, buffer_after=10))
    assert clocks(free(service, now)) == ["09:00", "11:00", "11:30"]


# Nearest, first, next


def test_the_nearest_times_lie_on_both_sides_in_order(service: Service, now: datetime) -> None:
    person = a_practitioner(service, hours=((time(9), time(12)),))
    an_appointment(practitioner=person, service=service)
    found = free(service, now).nearest(TEN_O_CLOCK, limit=2)
    assert [f"{o.local_start:%H:%M}" for o in found] == ["09:30", "10:30"]


def test_a_short_list_is_spread_over_half_days(service: Service, now: datetime) -> None:
    a_practitioner(service)
    spread = openings.next_openings(service, now=now).spread(3)
    assert [f"{o.local_start:%a %H:%M}" for o in spread] == ["Tue 09:00", "Tue 12:00", "Wed 09:00"]


def test_the_search_reaches_to_the_horizon_and_no_further(service: Service, now: datetime) -> None:
    """The only day is further away than the first look goes, and within the horizon."""
    person = a_practitioner(service, hours=TEN_TO_ELEVEN)
    person.hours.update(valid_from=WEDNESDAY + 40 * DAY, valid_until=WEDNESDAY + 40 * DAY)
    found = openings.next_openings(service, now=now)
    assert {o.local_start.date() for o in found.openings} == {WEDNESDAY + 40 * DAY}
    service.horizon_days = 30
    assert openings.next_openings(service, now=now).openings == []


@pytest.mark.parametrize("hours", [(), TEN_TO_ELEVEN], ids=["no hours", "always closed"])
def test_the_search_for_somebody_who_is_never_there_ends(
    service: Service,
    now: datetime,
    hours: tuple[tuple[time, time], ...],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    service.horizon_days = 400
    a_practitioner(service, hours=hours)
    Closure.objects.create(first_day=WEDNESDAY - DAY * 30, last_day=WEDNESDAY + DAY * 500)
    with django_assert_max_num_queries(8):
        assert openings.next_openings(service, now=now).openings == []


# As the public pages show them


def shown(**context: object) -> list[Any]:
    page = Context(context)
    Template("{% load openings %}{% next_openings practitioner=practitioner as found %}").render(
        page
    )
    return list(page["found"])


def test_a_page_shows_the_next_openings_as_links_that_carry_them(service: Service) -> None:
    person = a_practitioner(service)
    a_clinic(consultation=service)
    first, *_ = shown(practitioner=person)
    assert first.practitioner == person
    assert first.url == (
        f"/book/?service={service.slug}&practitioner={person.slug}&at=2026-06-16T13%3A00Z"
    )


def test_a_page_shows_none_where_there_is_no_consultation_or_no_booking(service: Service) -> None:
    person = a_practitioner(service)
    a_clinic(consultation=None)
    assert shown(practitioner=person) == []


def test_looking_at_openings_holds_nothing(service: Service) -> None:
    a_practitioner(service)
    a_clinic(consultation=service)
    assert shown(practitioner=None)
    assert not AppointmentRequest.objects.exists()


def test_a_closure_without_an_end_in_sight_closes_and_costs_nothing_more(now: datetime) -> None:
    service = a_service()
    a_practitioner(service)
    Closure.objects.create(first_day=date(2026, 6, 18), last_day=date.max)
    found = openings.free_times(
        service, first_day=date(2026, 6, 17), last_day=date(2026, 6, 30), now=now
    )
    assert {opening.local_start.date() for opening in found.openings} == {date(2026, 6, 17)}
