"""Other times offered: each is kept, one can be taken, and none is given twice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from booking import actions, worker
from booking.actions import Proposal
from booking.actors import Actor
from booking.errors import JustTaken, NotOffered, NotPossible, OffersOverlap
from booking.models import Appointment, AppointmentEvent, Message, Status
from booking.models.appointments import Reason
from clinic.models import Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_patient,
    a_practitioner,
    a_request,
    a_room,
    a_service,
    an_appointment,
)
from tests.booking.ledger import kinds, nothing_changes

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
PATIENT = Actor.patient()
ELEVEN, NOON, ONE = (TEN_O_CLOCK + n * HOUR for n in (1, 2, 3))


@pytest.fixture
def service(db: None) -> Service:
    return a_service()


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def asked(service: Service, practitioner: Practitioner) -> Appointment:
    return an_appointment(Status.PENDING, service=service, practitioner=practitioner)


def offer(asked: Appointment, *starts: datetime, now: datetime, **more: Any) -> list[Appointment]:
    times = [Proposal(start) for start in starts]
    return actions.offer(appointment_id=asked.id, times=times, by=STAFF, now=now, **more)


def statuses(asked: Appointment) -> list[tuple[datetime, str]]:
    rows = Appointment.objects.filter(request=asked.request).order_by("starts_at")
    return list(rows.values_list("starts_at", "status"))


# Offering


def test_each_time_is_kept_and_the_one_asked_for_is_free(
    asked: Appointment, practitioner: Practitioner, now: datetime
) -> None:
    offer(asked, NOON, ELEVEN, now=now, note="The morning is full.")
    assert statuses(asked) == [
        (TEN_O_CLOCK, "cancelled"),
        (ELEVEN, "proposed"),
        (NOON, "proposed"),
    ]
    asked.refresh_from_db()
    assert asked.reason_code == Reason.OTHER_TIMES_OFFERED
    assert asked.request.note_to_patient == "The morning is full."
    assert kinds() == ["offered"]
    assert an_appointment(practitioner=practitioner).starts_at == TEN_O_CLOCK


def test_the_offer_ends_at_one_time_for_all(asked: Appointment, now: datetime) -> None:
    offered = offer(asked, ELEVEN, NOON, ONE, now=now)
    assert {row.expires_at for row in offered} == {now + DAY}


def test_staff_may_offer_what_patients_cannot_yet_choose(asked: Appointment, now: datetime) -> None:
    """A day's notice is asked of patients."""
    (offered,) = offer(asked, now + 2 * HOUR, now=now)
    assert offered.starts_at == now + 2 * HOUR


def test_of_another_practitioner(asked: Appointment, service: Service, now: datetime) -> None:
    other = a_practitioner(service)
    (offered,) = actions.offer(
        appointment_id=asked.id, times=[Proposal(ELEVEN, other)], by=STAFF, now=now
    )
    assert offered.practitioner == other


def test_what_the_patient_is_told_to_forget_is_the_last_one_that_was_confirmed(
    service: Service, practitioner: Practitioner, now: datetime
) -> None:
    first = an_appointment(Status.PENDING, ONE, service=service, practitioner=practitioner)
    actions.confirm(appointment_id=first.id, by=STAFF, now=now)
    [second] = offer(first, TEN_O_CLOCK, now=now + HOUR)
    actions.accept_offer(appointment_id=second.id, by=PATIENT, now=now + HOUR)
    offer(second, ELEVEN, now=now + 2 * HOUR)
    assert Appointment.objects.replaced_by_offers_to(first.request) == second


@pytest.mark.parametrize("count", [0, 4])
def test_none_or_more_than_three_cannot_be_offered(
    asked: Appointment, count: int, now: datetime
) -> None:
    times = [TEN_O_CLOCK + n * HOUR for n in range(1, count + 1)]
    with nothing_changes(), pytest.raises(ValueError, match="One to 3"):
        offer(asked, *times, now=now)


def test_times_that_overlap_each_other_cannot_be_offered_together(now: datetime) -> None:
    service = a_service(duration=60)
    asked = an_appointment(Status.PENDING, service=service, practitioner=a_practitioner(service))
    with nothing_changes(), pytest.raises(OffersOverlap):
        offer(asked, ELEVEN, ELEVEN + HOUR / 2, now=now)


def test_the_only_room_is_not_offered_twice(service: Service, now: datetime) -> None:
    a_room()
    with_room = a_service(needs_room=True)
    first, second = a_practitioner(with_room), a_practitioner(with_room)
    asked = an_appointment(Status.PENDING, service=with_room, practitioner=first)
    times = [Proposal(ELEVEN, first), Proposal(ELEVEN, second)]
    with nothing_changes(), pytest.raises(OffersOverlap):
        actions.offer(appointment_id=asked.id, times=times, by=STAFF, now=now)


@pytest.mark.parametrize(
    ("start", "error"),
    [(ELEVEN, JustTaken), (TEN_O_CLOCK + 4 * DAY, NotOffered), (TEN_O_CLOCK - 9 * DAY, NotOffered)],
)
def test_one_that_cannot_be_had_undoes_the_whole_offer(
    asked: Appointment, start: datetime, error: type[Exception], now: datetime
) -> None:
    an_appointment(Status.BOOKED, ELEVEN, practitioner=asked.practitioner)
    with nothing_changes(), pytest.raises(error):
        offer(asked, NOON, start, now=now)


# Answering


def test_one_is_taken_and_the_others_are_free_again(asked: Appointment, now: datetime) -> None:
    _, noon, _ = offer(asked, ELEVEN, NOON, ONE, now=now)
    actions.accept_offer(appointment_id=noon.id, by=PATIENT, now=now)
    assert [status for _, status in statuses(asked)] == [
        "cancelled",
        "cancelled",
        "booked",
        "cancelled",
    ]
    assert kinds() == ["confirmed", "offered", "staff_offer_taken"]
    freed = Appointment.objects.filter(reason_code=Reason.OTHER_OFFER_TAKEN)
    assert freed.count() == 2


def test_the_other_can_no_longer_be_taken(asked: Appointment, now: datetime) -> None:
    eleven, noon = offer(asked, ELEVEN, NOON, now=now)
    actions.accept_offer(appointment_id=noon.id, by=PATIENT, now=now)
    with nothing_changes(), pytest.raises(NotPossible):
        actions.accept_offer(appointment_id=eleven.id, by=PATIENT, now=now)


def test_none_of_them_suits(asked: Appointment, now: datetime) -> None:
    eleven, _ = offer(asked, ELEVEN, NOON, now=now)
    actions.decline_offers(appointment_id=eleven.id, by=PATIENT, now=now)
    assert {status for _, status in statuses(asked)} == {"cancelled"}
    assert kinds() == ["offered", "staff_offer_declined"]


def test_an_offer_that_ends_ends_whole_and_is_told_of_once(
    asked: Appointment, now: datetime
) -> None:
    offer(asked, ELEVEN, NOON, ONE, now=now)
    worker.run_once(now=now + DAY)
    assert {status for _, status in statuses(asked)} == {"cancelled"}
    assert kinds() == ["offer_ended", "offered", "staff_offer_ended"]


def test_whoever_wants_an_offered_time_gets_it_once_the_offer_has_ended(
    asked: Appointment, service: Service, now: datetime
) -> None:
    """And the other times of that offer are free with it, worker or no worker."""
    offer(asked, TEN_O_CLOCK + DAY, TEN_O_CLOCK + DAY + HOUR, now=now)
    moved = an_appointment(Status.BOOKED, NOON, practitioner=asked.practitioner)
    moved.request.service = service
    moved.request.save()
    actions.move(appointment_id=moved.id, starts_at=TEN_O_CLOCK + DAY, by=STAFF, now=now + DAY)
    assert {status for _, status in statuses(asked)} == {"cancelled"}


def test_a_call_that_nobody_made_before_the_visit_leaves_the_list(
    service: Service, practitioner: Practitioner, now: datetime
) -> None:
    request = a_request(service, patient=a_patient(email="", telephone="+17325550199"))
    asked = an_appointment(Status.PENDING, request=request, practitioner=practitioner)
    actions.confirm(appointment_id=asked.id, by=STAFF, now=now)
    assert Message.objects.calls_to_make().count() == 1
    worker.run_once(now=TEN_O_CLOCK)
    worker.look_ahead(now=TEN_O_CLOCK)
    assert not Message.objects.calls_to_make().filter(kind=Message.Kind.CONFIRMED).exists()


def test_staff_can_withdraw_an_offer(asked: Appointment, now: datetime) -> None:
    eleven, _ = offer(asked, ELEVEN, NOON, now=now)
    actions.cancel(appointment_id=eleven.id, by=STAFF, now=now)
    assert {status for _, status in statuses(asked)} == {"cancelled"}
    assert kinds() == ["offer_ended", "offered"]


def test_without_an_address_the_offer_is_made_on_the_telephone(
    service: Service, practitioner: Practitioner, now: datetime
) -> None:
    request = a_request(service, patient=a_patient(email="", telephone="+17325550199"))
    asked = an_appointment(Status.PENDING, request=request, practitioner=practitioner)
    offer(asked, ELEVEN, now=now)
    (call,) = Message.objects.calls_to_make()
    assert call.kind == Message.Kind.OFFERED


@pytest.fixture
def by_telephone(service: Service, practitioner: Practitioner) -> Appointment:
    request = a_request(service, patient=a_patient(email="", telephone="+17325550199"))
    return an_appointment(Status.PENDING, request=request, practitioner=practitioner)


def calls() -> list[str]:
    return [call.kind for call in Message.objects.calls_to_make()]


def test_whoever_is_called_hears_what_is_so_now(by_telephone: Appointment, now: datetime) -> None:
    """Not that the request was moved to a time that is not to be had after all."""
    to = TEN_O_CLOCK + 4 * HOUR
    actions.move(appointment_id=by_telephone.id, starts_at=to, by=STAFF, now=now)
    assert calls() == ["moved"]
    offer(by_telephone, ELEVEN, now=now)
    assert calls() == ["offered"]


@pytest.mark.parametrize("which", [0, 1])
def test_who_has_taken_an_offered_time_is_not_called_about_the_offer(
    by_telephone: Appointment, which: int, now: datetime
) -> None:
    offered = offer(by_telephone, ELEVEN, NOON, now=now)
    actions.accept_offer(appointment_id=offered[which].id, by=PATIENT, now=now)
    assert calls() == ["confirmed"]


def test_nor_who_has_declined_it(by_telephone: Appointment, now: datetime) -> None:
    offered = offer(by_telephone, ELEVEN, NOON, now=now)
    actions.decline_offers(appointment_id=offered[1].id, by=PATIENT, now=now)
    assert calls() == []


def test_the_events_of_one_instant_are_told_apart_and_in_order(
    asked: Appointment, now: datetime
) -> None:
    _, noon = offer(asked, ELEVEN, NOON, now=now)
    actions.accept_offer(appointment_id=noon.id, by=PATIENT, now=now)
    events = AppointmentEvent.objects.filter(appointment=noon.id).order_by("number")
    assert list(events.values_list("number", "from_status", "to_status")) == [
        (0, "", "proposed"),
        (1, "proposed", "booked"),
    ]
