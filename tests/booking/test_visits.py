"""Several services in one visit: one after the other, and all of them or none."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from booking import actions, openings
from booking.actions import Part
from booking.actors import Actor
from booking.errors import JustTaken, NotForPatients, NotOffered
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Patient, Status
from clinic.models import Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_location,
    a_practitioner,
    a_room,
    a_service,
    an_appointment,
    details,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF_PAST = TEN_O_CLOCK + HOUR / 2
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())

Times = list[tuple[datetime, int]]


@pytest.fixture(autouse=True)
def _clinic(db: None) -> None:
    a_clinic()


@pytest.fixture
def first() -> Service:
    return a_service()


@pytest.fixture
def second() -> Service:
    return a_service()


@pytest.fixture
def practitioner(first: Service, second: Service) -> Practitioner:
    return a_practitioner(first, second)


def times(*services: Service, now: datetime, day: datetime = TEN_O_CLOCK) -> list[Times]:
    """What is found on a day: of each service its start and its practitioner."""
    date = day.date()
    found = openings.visit_times(services, first_day=date, last_day=date, now=now)
    return [[(each.starts_at, each.practitioner_id) for each in chain] for chain in found]


def at(start: datetime, found: list[Times]) -> Times:
    """What begins at a time, with whoever is named first."""
    return next(chain for chain in found if chain[0][0] == start)


def book(*parts: Part, now: datetime, **more: Any) -> list[Appointment]:
    wanted: dict[str, Any] = {"by": STAFF, "details": details()} | more
    return actions.book_visit(parts=parts, now=now, **wanted)


@pytest.fixture
def parts(first: Service, second: Service, practitioner: Practitioner) -> tuple[Part, Part]:
    return Part(first, TEN_O_CLOCK, practitioner), Part(second, HALF_PAST, practitioner)


class TestTheTimes:
    def test_follow_one_another_without_a_gap(
        self, first: Service, second: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        found = times(first, second, now=now)
        assert at(TEN_O_CLOCK, found) == [
            (TEN_O_CLOCK, practitioner.pk),
            (HALF_PAST, practitioner.pk),
        ]
        # The last begins an hour before five, so that both are over by then.
        assert found[-1][0][0] == TEN_O_CLOCK + 6 * HOUR
        assert all(chain[1][0] - chain[0][0] == HOUR / 2 for chain in found)

    def test_leave_room_for_both_buffers(
        self, first: Service, second: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        Service.objects.filter(pk=first.pk).update(buffer_after=10)
        Service.objects.filter(pk=second.pk).update(buffer_before=5)
        [first, second] = Service.objects.order_by("pk")
        found = at(TEN_O_CLOCK, times(first, second, now=now))
        assert found[1] == (TEN_O_CLOCK + HOUR, practitioner.pk)  # 10:30 would meet the buffers

    def test_that_are_taken_are_not_offered(
        self, first: Service, second: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        an_appointment(starts_at=HALF_PAST, service=first, practitioner=practitioner)
        starts = [chain[0][0] for chain in times(first, second, now=now)]
        assert TEN_O_CLOCK not in starts
        assert HALF_PAST not in starts
        assert HALF_PAST + HOUR / 2 in starts

    def test_stay_with_one_practitioner_where_that_is_possible(
        self, first: Service, second: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        other = a_practitioner(second)
        assert at(TEN_O_CLOCK, times(first, second, now=now))[1][1] == practitioner.pk
        an_appointment(starts_at=HALF_PAST, service=first, practitioner=practitioner)
        assert at(TEN_O_CLOCK, times(first, second, now=now))[1] == (HALF_PAST, other.pk)

    def test_stay_at_one_place(self, first: Service, second: Service, now: datetime) -> None:
        a_practitioner(first)
        a_practitioner(second, location=a_location(slug="hill"))
        assert times(first, second, now=now) == []

    def test_one_room_is_enough_for_two_who_use_it_in_turn(self, now: datetime) -> None:
        services = [a_service(needs_room=True) for _ in range(2)]
        people = [a_practitioner(service) for service in services]
        a_room()
        found = at(TEN_O_CLOCK, times(*services, now=now))
        assert [whom for _, whom in found] == [person.pk for person in people]

    def test_a_room_that_has_to_be_aired_is_not_free_at_once(self, now: datetime) -> None:
        services = [a_service(needs_room=True, buffer_after=10) for _ in range(2)]
        for service in services:
            a_practitioner(service)
        a_room()
        found = at(TEN_O_CLOCK, times(*services, now=now))
        assert found[1][0] == TEN_O_CLOCK + HOUR
        a_room()  # now nobody has to wait
        assert at(TEN_O_CLOCK, times(*services, now=now))[1][0] == HALF_PAST

    def test_a_cap_counts_each_of_them(
        self, first: Service, second: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        Practitioner.objects.update(appointments_a_day=1)
        assert times(first, second, now=now) == []
        other = a_practitioner(second)
        assert at(TEN_O_CLOCK, times(first, second, now=now))[1][1] == other.pk

    def test_a_lunch_between_is_no_visit(self, now: datetime) -> None:
        services = [a_service() for _ in range(2)]
        a_practitioner(*services, hours=((time(9), time(9, 30)), (time(11), time(11, 30))))
        assert times(*services, now=now) == []

    def test_up_to_four_and_the_same_one_again(self, first: Service, now: datetime) -> None:
        a_practitioner(first)
        found = at(TEN_O_CLOCK, times(first, first, first, first, now=now))
        assert [start for start, _ in found] == [TEN_O_CLOCK + n * HOUR / 2 for n in range(4)]

    def test_in_the_night_when_the_clock_is_set_back(
        self, first: Service, second: Service, now: datetime
    ) -> None:
        """November 1: one o'clock comes twice, and the visit goes through both."""
        a_practitioner(first, second, hours=((time(1), time(3)),), weekdays=[6])
        day = datetime(2026, 11, 1, tzinfo=UTC)
        found = [[start for start, _ in chain] for chain in times(first, second, now=now, day=day)]
        one_edt = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
        assert found == [[one_edt + n * HOUR / 2, one_edt + (n + 1) * HOUR / 2] for n in range(5)]

    def test_that_are_found_can_be_booked(self, now: datetime) -> None:
        """With buffers, two rooms, three people and a full morning: each by itself."""
        services = [
            a_service(needs_room=True, buffer_after=10, slot_step=15),
            a_service(duration=45, slot_step=15),
            a_service(needs_room=True, buffer_before=5, slot_step=20),
        ]
        people = [
            a_practitioner(*services),
            a_practitioner(services[1]),
            a_practitioner(services[2]),
        ]
        a_room()
        an_appointment(starts_at=TEN_O_CLOCK + HOUR, service=services[1], practitioner=people[0])
        known = {person.pk: person for person in people}
        found = times(*services, now=now)
        assert len(found) > 10
        for number, chain in enumerate(found):
            if number % 4 == 0:  # enough of them
                booked = book(
                    *(
                        Part(service, start, known[whom])
                        for service, (start, whom) in zip(services, chain, strict=True)
                    ),
                    now=now,
                )
                assert len(booked) == 3
                AppointmentRequest.objects.update(visit=None)
                Appointment.objects.filter(pk__in=[each.pk for each in booked]).update(
                    status=Status.ENTERED_IN_ERROR
                )


class TestBooking:
    def test_each_is_confirmed_and_they_know_of_each_other(
        self, parts: tuple[Part, Part], now: datetime
    ) -> None:
        booked = book(*parts, now=now, details=details(full_name="Ada", reason="Back"))
        assert [(each.status, each.starts_at) for each in booked] == [
            (Status.BOOKED, TEN_O_CLOCK),
            (Status.BOOKED, HALF_PAST),
        ]
        assert [each.request.service for each in booked] == [part.service for part in parts]
        assert {each.request.reason for each in booked} == {"Back"}
        assert len({each.request.visit for each in booked} - {None}) == 1
        assert list(Appointment.objects.of_the_visit(booked[1].request)) == booked
        assert Patient.objects.get().full_name == "Ada"
        for each in booked:
            assert changes_of(each) == [("staff", "", "booked")]

    def test_whoever_has_no_address_hears_it_now(
        self, parts: tuple[Part, Part], now: datetime
    ) -> None:
        book(*parts, now=now, details=details(email="", telephone="+17325550199"))
        assert kinds() == []

    @pytest.mark.parametrize("number", [0, 1])
    def test_one_that_was_taken_meanwhile_keeps_all_from_being_booked(
        self, parts: tuple[Part, Part], number: int, now: datetime
    ) -> None:
        part = parts[number]
        an_appointment(
            starts_at=part.starts_at, service=part.service, practitioner=part.practitioner
        )
        with nothing_changes(), pytest.raises(JustTaken):
            book(*parts, now=now)

    def test_the_same_form_twice_is_one_visit(
        self, parts: tuple[Part, Part], now: datetime
    ) -> None:
        by = Actor(STAFF.kind, STAFF.id, submission=uuid4())
        booked = book(*parts, now=now, by=by)
        with nothing_changes():
            assert book(*parts, now=now, by=by) == booked
        assert Patient.objects.count() == 1

    def test_two_practitioners(
        self, first: Service, second: Service, practitioner: Practitioner, now: datetime
    ) -> None:
        other = a_practitioner(second)
        booked = book(
            Part(first, TEN_O_CLOCK, practitioner), Part(second, HALF_PAST, other), now=now
        )
        assert [each.practitioner for each in booked] == [practitioner, other]

    def test_another_room_where_one_is_still_blocked(self, now: datetime) -> None:
        services = [a_service(needs_room=True, buffer_after=10) for _ in range(2)]
        people = [a_practitioner(service) for service in services]
        rooms = {a_room(), a_room()}
        starts = (TEN_O_CLOCK, HALF_PAST)
        booked = book(*map(Part, services, starts, people), now=now)
        assert {each.room for each in booked} == rooms

    @pytest.mark.parametrize(
        "when",
        [
            lambda start: start,  # both at once
            lambda start: start - HOUR / 2,  # the second before the first
            lambda start: start + 3 * HOUR,
            lambda start: start + 7 * DAY,
            lambda start: start + 12 * HOUR,
        ],
    )
    def test_what_is_no_visit_is_refused(
        self,
        first: Service,
        second: Service,
        when: Callable[[datetime], datetime],
        practitioner: Practitioner,
        now: datetime,
    ) -> None:
        other = a_practitioner(second)
        with nothing_changes(), pytest.raises(NotOffered):
            book(
                Part(first, TEN_O_CLOCK, practitioner),
                Part(second, when(TEN_O_CLOCK), other),
                now=now,
            )

    def test_notice_is_not_for_staff_but_the_past_is_past(
        self, parts: tuple[Part, Part], now: datetime
    ) -> None:
        for_today = [Part(p.service, p.starts_at - 2 * DAY, p.practitioner) for p in parts]
        assert len(book(*for_today, now=now)) == 2
        long_past = [Part(p.service, p.starts_at - 7 * DAY, p.practitioner) for p in parts]
        with nothing_changes(), pytest.raises(NotOffered):
            book(*long_past, now=now)

    def test_patients_cannot(self, parts: tuple[Part, Part], now: datetime) -> None:
        with nothing_changes(), pytest.raises(NotForPatients):
            book(*parts, now=now, by=Actor.patient())

    @pytest.mark.parametrize("count", [1, 5])
    def test_two_to_four(self, parts: tuple[Part, Part], count: int, now: datetime) -> None:
        with nothing_changes(), pytest.raises(ValueError, match="Two to 4"):
            book(*([parts[0]] * count), now=now)

    def test_one_can_be_cancelled_and_the_others_stand(
        self, parts: tuple[Part, Part], now: datetime
    ) -> None:
        first, second = book(*parts, now=now)
        actions.cancel(appointment_id=first.pk, by=STAFF, now=now)
        second.refresh_from_db()
        assert second.status == Status.BOOKED
