"""What staff note of a visit: on its day alone, its time given back and taken back, and slips."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from booking import actions
from booking.actors import Actor
from booking.errors import ChangedMeanwhile, JustTaken, NotToday, NotYet, TakenMeanwhile
from booking.models import Appointment, AppointmentEvent, Message, Status
from booking.models.appointments import MAY_END_EARLY
from clinic.models import Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_draft,
    a_location,
    a_practitioner,
    a_request,
    a_room,
    a_service,
    an_appointment,
    details,
)
from tests.booking.ledger import nothing_changes
from tests.booking.test_states import STAFF

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HALF_PAST = TEN_O_CLOCK + 30 * MINUTE
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service() -> Service:
    return a_service(duration=60, slot_step=15)


@pytest.fixture
def person(service: Service) -> Practitioner:
    return a_practitioner(service)


def a_visit(status: Status, person: Practitioner, service: Service, **fields: Any) -> Appointment:
    request = a_request(service)
    return an_appointment(status, request=request, practitioner=person, **fields)


def walk_in(person: Practitioner, service: Service, at: datetime, now: datetime) -> Appointment:
    return actions.book(
        service=service,
        starts_at=at,
        practitioner=person,
        details=details(),
        by=Actor(STAFF.kind, STAFF.id, uuid4()),
        now=now,
    )


class TestOnItsDayAlone:
    MARKS = (
        (actions.arrive, Status.BOOKED),
        (actions.complete, Status.ARRIVED),
        (actions.mark_no_show, Status.BOOKED),
        (actions.take_back, Status.NOSHOW),
        (actions.take_back, Status.FULFILLED),
    )

    @pytest.mark.parametrize(("action", "status"), MARKS)
    @pytest.mark.parametrize(
        "now",
        [
            TEN_O_CLOCK - DAY,
            TEN_O_CLOCK - 10 * HOUR - MINUTE,  # 11:59 in the evening before, in New York
            TEN_O_CLOCK + 14 * HOUR,  # midnight there, long the same day in London
        ],
    )
    def test_neither_before_nor_after(self, action, status, now) -> None:  # type: ignore[no-untyped-def]
        appointment = an_appointment(status)
        with nothing_changes(), pytest.raises(NotToday):
            action(appointment_id=appointment.id, by=STAFF, now=now)

    @pytest.mark.parametrize("now", [TEN_O_CLOCK - 10 * HOUR, TEN_O_CLOCK + 14 * HOUR - MINUTE])
    def test_from_midnight_to_midnight_of_the_location(self, now: datetime) -> None:
        appointment = an_appointment(Status.BOOKED)
        actions.arrive(appointment_id=appointment.id, by=STAFF, now=now)

    def test_nobody_fails_to_come_before_the_time(self) -> None:
        appointment = an_appointment(Status.BOOKED)
        with nothing_changes(), pytest.raises(NotYet):
            actions.mark_no_show(appointment_id=appointment.id, by=STAFF, now=TEN_O_CLOCK - MINUTE)

    def test_not_from_a_page_that_shows_something_else(self) -> None:
        appointment = an_appointment(Status.BOOKED)
        by = Actor(STAFF.kind, STAFF.id, shown="booked-0")
        with nothing_changes(), pytest.raises(ChangedMeanwhile):
            actions.arrive(appointment_id=appointment.id, by=by, now=TEN_O_CLOCK)


class TestCompletedEarly:
    def test_gives_the_rest_of_the_time_to_others(
        self, person: Practitioner, service: Service
    ) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=HALF_PAST)
        visit.refresh_from_db()
        assert (visit.blocks_until, visit.ends_at) == (HALF_PAST, TEN_O_CLOCK + HOUR)
        assert walk_in(person, service, HALF_PAST, HALF_PAST).starts_at == HALF_PAST

    def test_with_the_pause_after_it_kept(self) -> None:
        service = a_service(duration=60, slot_step=15, buffer_after=15)
        visit = a_visit(Status.ARRIVED, a_practitioner(service), service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=HALF_PAST)
        visit.refresh_from_db()
        assert visit.blocks_until == HALF_PAST + 15 * MINUTE

    @pytest.mark.parametrize("late", [HOUR, 2 * HOUR])
    def test_on_time_or_late_nothing_is_given_back(
        self, person: Practitioner, service: Service, late: timedelta
    ) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=TEN_O_CLOCK + late)
        visit.refresh_from_db()
        assert visit.blocks_until == TEN_O_CLOCK + HOUR

    def test_even_before_its_time_it_keeps_its_first_minute(
        self, person: Practitioner, service: Service
    ) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=TEN_O_CLOCK - 5 * MINUTE)
        visit.refresh_from_db()
        assert visit.blocks_until == TEN_O_CLOCK + MINUTE

    def test_taken_back_it_has_its_time_again(self, person: Practitioner, service: Service) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=HALF_PAST)
        actions.take_back(appointment_id=visit.id, by=STAFF, now=HALF_PAST + MINUTE)
        visit.refresh_from_db()
        assert (visit.status, visit.blocks_until) == (Status.ARRIVED, TEN_O_CLOCK + HOUR)
        with pytest.raises(JustTaken):
            walk_in(person, service, HALF_PAST, HALF_PAST)

    def test_it_is_not_taken_back_from_whoever_has_it(
        self, person: Practitioner, service: Service
    ) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=HALF_PAST)
        walk_in(person, service, HALF_PAST, HALF_PAST)
        with nothing_changes(), pytest.raises(TakenMeanwhile, match="somebody else has the time"):
            actions.take_back(appointment_id=visit.id, by=STAFF, now=HALF_PAST)

    @pytest.mark.parametrize(
        "completed", [None, TEN_O_CLOCK - MINUTE, HALF_PAST, TEN_O_CLOCK + HOUR]
    )
    def test_a_longer_pause_since_then_is_not_in_the_way(
        self, person: Practitioner, service: Service, completed: datetime | None
    ) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        a_visit(Status.BOOKED, person, service, starts_at=TEN_O_CLOCK + HOUR)
        service.buffer_after = 15
        service.save()
        if completed:
            actions.complete(appointment_id=visit.id, by=STAFF, now=completed)
        actions.take_back(appointment_id=visit.id, by=STAFF, now=TEN_O_CLOCK + HOUR)
        visit.refresh_from_db()
        assert visit.blocks_until == TEN_O_CLOCK + HOUR

    @pytest.mark.parametrize("status", [status for status in Status if status not in MAY_END_EARLY])
    def test_nothing_else_may_block_less_than_it_lasts(self, status: Status) -> None:
        row = an_appointment(status)
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.filter(pk=row.pk).update(blocks_until=row.ends_at - MINUTE)


class TestDidNotCome:
    def test_the_time_is_a_walk_ins(self, person: Practitioner, service: Service) -> None:
        visit = a_visit(Status.BOOKED, person, service)
        late = TEN_O_CLOCK + 10 * MINUTE
        with pytest.raises(JustTaken):
            walk_in(person, service, TEN_O_CLOCK + 15 * MINUTE, late)
        actions.mark_no_show(appointment_id=visit.id, by=STAFF, now=late)
        walk_in(person, service, TEN_O_CLOCK + 15 * MINUTE, late)
        with nothing_changes(), pytest.raises(TakenMeanwhile):
            actions.take_back(appointment_id=visit.id, by=STAFF, now=late)

    def test_nor_is_it_taken_back_while_its_room_is_anothers(self) -> None:
        service = a_service(needs_room=True)
        room = a_room(location=a_location())
        visit = a_visit(Status.NOSHOW, a_practitioner(service), service, room=room)
        a_visit(Status.BOOKED, a_practitioner(service), service, room=room)
        with nothing_changes(), pytest.raises(TakenMeanwhile):
            actions.take_back(appointment_id=visit.id, by=STAFF, now=HALF_PAST)

    def test_what_somebody_held_and_let_go_is_not_in_the_way(
        self, person: Practitioner, service: Service
    ) -> None:
        visit = a_visit(Status.NOSHOW, person, service)
        an_appointment(
            Status.HELD, request=a_draft(service), practitioner=person, expires_at=TEN_O_CLOCK
        )
        actions.take_back(appointment_id=visit.id, by=STAFF, now=TEN_O_CLOCK + MINUTE)
        visit.refresh_from_db()
        assert visit.status == Status.BOOKED

    @pytest.mark.parametrize("action", [actions.arrive, actions.mark_no_show])
    def test_nobody_is_called_any_more(self, action) -> None:  # type: ignore[no-untyped-def]
        visit = an_appointment(Status.BOOKED)
        call = Message.objects.create(
            kind=Message.Kind.REMINDER_DAYS,
            channel=Message.Channel.CALL,
            request=visit.request,
            appointment=visit,
            unique_key="x",
        )
        action(appointment_id=visit.id, by=STAFF, now=TEN_O_CLOCK)
        call.refresh_from_db()
        assert call.state == Message.State.OBSOLETE


class TestRemoved:
    def test_frees_the_time_and_what_waits_to_be_said_is_not_said(
        self, person: Practitioner, service: Service, now: datetime
    ) -> None:
        slip = walk_in(person, service, TEN_O_CLOCK, now)
        assert Message.objects.unsent().exists()
        actions.remove(appointment_id=slip.id, by=STAFF, now=now)
        assert not Message.objects.unsent().exists()
        walk_in(person, service, TEN_O_CLOCK, now)

    def test_offers_go_together(self, person: Practitioner, service: Service) -> None:
        request = a_request(service)
        offers = [
            an_appointment(
                Status.PROPOSED, TEN_O_CLOCK + hours * HOUR, request=request, practitioner=person
            )
            for hours in range(3)
        ]
        actions.remove(appointment_id=offers[1].id, by=STAFF, now=TEN_O_CLOCK - 2 * DAY)
        assert set(request.appointments.values_list("status", flat=True)) == {
            Status.ENTERED_IN_ERROR
        }
        assert AppointmentEvent.objects.count() == 3

    def test_what_was_completed_early_too(self, person: Practitioner, service: Service) -> None:
        visit = a_visit(Status.ARRIVED, person, service)
        actions.complete(appointment_id=visit.id, by=STAFF, now=HALF_PAST)
        actions.remove(appointment_id=visit.id, by=STAFF, now=HALF_PAST + DAY)
        visit.refresh_from_db()
        assert visit.status == Status.ENTERED_IN_ERROR
