"""A part of a visit of several services gets no time at which its patient is at another part."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.http import QueryDict

from booking import actions
from booking.actions import Proposal
from booking.actors import Actor
from booking.desk.slots import Slots
from booking.errors import ElsewhereThen
from booking.models import Appointment
from booking.week import Week
from tests.booking.a_visit import HALF_AN_HOUR, a_visit, patient, staff
from tests.booking.builders import TEN_O_CLOCK
from tests.booking.ledger import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(now: datetime) -> list[Appointment]:
    return a_visit(now)


@pytest.mark.parametrize("who", [staff, patient])
def test_it_is_not_moved_onto_a_part_with_somebody_else(
    who: Callable[[], Actor], visit: list[Appointment], now: datetime
) -> None:
    with_alex, _second, with_bo = visit
    bo = with_bo.practitioner
    bo.services.add(with_alex.request.service)
    with nothing_changes(), pytest.raises(ElsewhereThen, match="Another part of this visit"):
        actions.move(
            appointment_id=with_alex.pk,
            starts_at=with_bo.starts_at - HALF_AN_HOUR,  # the second part, with Alex
            practitioner=bo,
            by=who(),
            now=now,
        )


def test_nor_is_such_a_time_offered(visit: list[Appointment], now: datetime) -> None:
    with_alex, _second, with_bo = visit
    bo = with_bo.practitioner
    bo.services.add(with_alex.request.service)
    times = [Proposal(TEN_O_CLOCK + HALF_AN_HOUR, bo)]
    with nothing_changes(), pytest.raises(ElsewhereThen):
        actions.offer(appointment_id=with_alex.pk, times=times, note="", by=staff(), now=now)


def test_nor_does_the_page_of_free_times_show_it(visit: list[Appointment], now: datetime) -> None:
    with_alex, _second, with_bo = visit
    bo = with_bo.practitioner
    bo.services.add(with_alex.request.service)
    query = QueryDict(f"from={TEN_O_CLOCK.date()}")
    slots = Slots.read(query, with_alex.request.service, [bo], now=now, instead_of=with_alex)
    shown = {slot.opening.starts_at for slot in slots.free}
    assert TEN_O_CLOCK + HALF_AN_HOUR not in shown
    assert TEN_O_CLOCK in shown


def test_beside_the_other_parts_it_is_moved(visit: list[Appointment], now: datetime) -> None:
    with_alex, _second, with_bo = visit
    later = with_bo.ends_at
    moved = actions.move(
        appointment_id=with_alex.pk,
        starts_at=later,
        practitioner=with_alex.practitioner,
        by=staff(),
        now=now,
    )
    assert moved.starts_at == later


def test_the_first_times_are_sought_beyond_the_other_parts(now: datetime) -> None:
    """On the morning and on the afternoon of the visit alone there is none for the last part."""
    _first, second, with_bo = a_visit(now, starts_at=TEN_O_CLOCK + 2 * HALF_AN_HOUR)
    bo = with_bo.practitioner
    bo.hours.exclude(weekday=with_bo.local_start.weekday()).delete()
    bo.hours.update(starts=second.local_start.time(), ends=with_bo.local_end.time())
    week = Week.read(
        QueryDict(),
        service=with_bo.request.service,
        request_id=with_bo.request_id,
        now=now,
        current=with_bo,
    )
    half_past = second.starts_at + timedelta(days=7)
    assert week.first
    assert week.first.starts_at == half_past
    assert not week.nothing_at_all
    assert [each.starts_at for each in week.nearest] == [
        half_past,
        half_past + HALF_AN_HOUR,
        half_past + timedelta(days=7),
    ]
