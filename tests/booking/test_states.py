"""Every status, every action, whoever acts: what is allowed changes, all else changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from booking import actions
from booking.actors import Actor
from booking.errors import BookingError, NotForPatients, NotPossible
from booking.models import Appointment, AppointmentEvent, Message, Status
from booking.models.appointments import CHANGES, Reason
from tests.booking.builders import TEN_O_CLOCK, an_appointment
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
ACTORS = {"patient": Actor.patient(), "staff": STAFF, "system": Actor.system()}
HOUR = timedelta(hours=1)
Kind = Message.Kind


def confirm(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.confirm(appointment_id=appointment.id, by=by, now=now)


def decline(appointment: Appointment, by: Actor, now: datetime) -> None:
    reason = Reason.NOT_POSSIBLE
    actions.decline(appointment_id=appointment.id, reason=reason, note="Sorry.", by=by, now=now)


def offer(appointment: Appointment, by: Actor, now: datetime) -> None:
    times = [actions.Proposal(TEN_O_CLOCK + HOUR)]
    actions.offer(appointment_id=appointment.id, times=times, by=by, now=now)


def accept(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.accept_offer(appointment_id=appointment.id, by=by, now=now)


def decline_offers(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.decline_offers(appointment_id=appointment.id, by=by, now=now)


def move(appointment: Appointment, by: Actor, now: datetime) -> None:
    starts_at = TEN_O_CLOCK + HOUR
    actions.move(appointment_id=appointment.id, starts_at=starts_at, by=by, now=now)


def cancel(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.cancel(appointment_id=appointment.id, note="Sorry.", by=by, now=now)


def cancel_visit(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.cancel_visit(appointment_id=appointment.id, note="Sorry.", by=by, now=now)


def attend(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.confirm_attendance(appointment_id=appointment.id, by=by, now=now)


def need(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.need_other_time(appointment_id=appointment.id, by=by, now=now)


def expire(appointment: Appointment, by: Actor, now: datetime) -> None:
    """At its deadline, where it has one; nobody does it but the clock."""
    if not actions.expire_lapsed(now=appointment.expires_at or now, appointment_id=appointment.id):
        raise NotPossible(appointment)


def in_time(appointment: Appointment) -> datetime:
    """While the visit goes on: what is noted of it is noted on its day."""
    return appointment.starts_at + timedelta(minutes=10)


def arrive(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.arrive(appointment_id=appointment.id, by=by, now=in_time(appointment))


def complete(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.complete(appointment_id=appointment.id, by=by, now=in_time(appointment))


def mark_no_show(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.mark_no_show(appointment_id=appointment.id, by=by, now=in_time(appointment))


def take_back(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.take_back(appointment_id=appointment.id, by=by, now=in_time(appointment))


def remove(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.remove(appointment_id=appointment.id, by=by, now=now)


Action = Callable[[Appointment, Actor, datetime], None]
ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        confirm,
        decline,
        offer,
        accept,
        decline_offers,
        move,
        cancel,
        cancel_visit,
        attend,
        need,
        expire,
        arrive,
        complete,
        mark_no_show,
        take_back,
        remove,
    )
}
EVERYBODY = frozenset(ACTORS)
NOT_PATIENTS = EVERYBODY - {"patient"}
STAFF_ALONE = frozenset({"staff"})


@dataclass(frozen=True)
class Allowed:
    to: Status
    tells: tuple[Kind, ...]
    tells_staff: tuple[Kind, ...] = ()  # besides, if it was not staff who did it
    who: frozenset[str] = EVERYBODY
    written_as: str = ""  # who the event names, where it is not who acted
    keeps_deadline: bool = field(default=False)


REMOVED = Allowed(Status.ENTERED_IN_ERROR, (), who=STAFF_ALONE)
CANCELLED = Allowed(Status.CANCELLED, (Kind.CANCELLED,), (Kind.STAFF_CANCELLED,))
WHOLE = Allowed(Status.CANCELLED, (Kind.CANCELLED,), who=STAFF_ALONE)
ALLOWED: dict[tuple[str, Status], Allowed] = {
    ("confirm", Status.PENDING): Allowed(Status.BOOKED, (Kind.CONFIRMED,), who=NOT_PATIENTS),
    ("decline", Status.PENDING): Allowed(Status.CANCELLED, (Kind.DECLINED,), who=NOT_PATIENTS),
    ("offer", Status.PENDING): Allowed(Status.CANCELLED, (Kind.OFFERED,), who=NOT_PATIENTS),
    ("offer", Status.BOOKED): Allowed(Status.CANCELLED, (Kind.OFFERED,), who=NOT_PATIENTS),
    ("need", Status.PENDING): Allowed(Status.PENDING, (), who=NOT_PATIENTS, keeps_deadline=True),
    ("need", Status.BOOKED): Allowed(Status.BOOKED, (), who=NOT_PATIENTS),
    ("need", Status.PROPOSED): Allowed(Status.CANCELLED, (Kind.OFFER_ENDED,), who=NOT_PATIENTS),
    ("accept", Status.PROPOSED): Allowed(Status.BOOKED, (Kind.CONFIRMED, Kind.STAFF_OFFER_TAKEN)),
    ("decline_offers", Status.PROPOSED): Allowed(Status.CANCELLED, (Kind.STAFF_OFFER_DECLINED,)),
    ("move", Status.PENDING): Allowed(
        Status.PENDING, (Kind.MOVED,), (Kind.STAFF_MOVED,), keeps_deadline=True
    ),
    ("move", Status.BOOKED): Allowed(Status.BOOKED, (Kind.MOVED,), (Kind.STAFF_MOVED,)),
    ("cancel", Status.PENDING): CANCELLED,
    ("cancel", Status.BOOKED): CANCELLED,
    ("cancel", Status.PROPOSED): Allowed(Status.CANCELLED, (Kind.OFFER_ENDED,), who=STAFF_ALONE),
    ("cancel_visit", Status.PENDING): WHOLE,
    ("cancel_visit", Status.BOOKED): WHOLE,
    ("cancel_visit", Status.PROPOSED): Allowed(
        Status.CANCELLED, (Kind.OFFER_ENDED,), who=STAFF_ALONE
    ),
    ("attend", Status.BOOKED): Allowed(Status.BOOKED, ()),
    ("expire", Status.HELD): Allowed(Status.CANCELLED, (), written_as="system"),
    ("expire", Status.PROPOSED): Allowed(
        Status.CANCELLED, (Kind.OFFER_ENDED, Kind.STAFF_OFFER_ENDED), written_as="system"
    ),
    ("expire", Status.PENDING): Allowed(
        Status.CANCELLED, (Kind.EXPIRED, Kind.STAFF_EXPIRED), written_as="system"
    ),
    ("arrive", Status.BOOKED): Allowed(Status.ARRIVED, (), who=STAFF_ALONE),
    ("complete", Status.ARRIVED): Allowed(Status.FULFILLED, (), who=STAFF_ALONE),
    ("mark_no_show", Status.BOOKED): Allowed(Status.NOSHOW, (), who=STAFF_ALONE),
    ("take_back", Status.ARRIVED): Allowed(Status.BOOKED, (), who=STAFF_ALONE),
    ("take_back", Status.FULFILLED): Allowed(Status.ARRIVED, (), who=STAFF_ALONE),
    ("take_back", Status.NOSHOW): Allowed(Status.BOOKED, (), who=STAFF_ALONE),
    ("remove", Status.PROPOSED): REMOVED,
    ("remove", Status.PENDING): REMOVED,
    ("remove", Status.BOOKED): REMOVED,
    ("remove", Status.ARRIVED): REMOVED,
    ("remove", Status.FULFILLED): REMOVED,
    ("remove", Status.NOSHOW): REMOVED,
}
EVERY_CASE = list(product(ACTIONS, Status, ACTORS))


def is_allowed(action: str, status: Status, actor: str) -> bool:
    return (action, status) in ALLOWED and actor in ALLOWED[action, status].who


@pytest.mark.parametrize(
    ("action", "status", "actor"), [case for case in EVERY_CASE if is_allowed(*case)]
)
def test_what_is_allowed_changes_the_status_and_is_written_down(
    action: str, status: Status, actor: str, now: datetime
) -> None:
    appointment, allowed = an_appointment(status), ALLOWED[action, status]
    ACTIONS[action](appointment, ACTORS[actor], now)
    appointment.refresh_from_db()
    assert appointment.status == allowed.to
    assert (appointment.expires_at is not None) is allowed.keeps_deadline
    assert changes_of(appointment) == [(allowed.written_as or actor, status, allowed.to)]
    told = allowed.tells if actor == "staff" else allowed.tells + allowed.tells_staff
    assert kinds() == sorted(told)


@pytest.mark.parametrize(
    ("action", "status", "actor"), [case for case in EVERY_CASE if not is_allowed(*case)]
)
def test_what_is_not_allowed_raises_and_leaves_no_trace(
    action: str, status: Status, actor: str, now: datetime
) -> None:
    appointment = an_appointment(status)
    with nothing_changes(), pytest.raises((NotPossible, NotForPatients)):
        ACTIONS[action](appointment, ACTORS[actor], now)


@pytest.mark.parametrize(
    ("action", "status"), [case for case in ALLOWED if case[0] not in {"expire", "attend"}]
)
def test_the_same_form_twice_is_carried_out_once_and_answered_alike(
    action: str, status: Status, now: datetime
) -> None:
    appointment = an_appointment(status)
    by = Actor(STAFF.kind, STAFF.id, submission=uuid4())
    ACTIONS[action](appointment, by, now)
    with nothing_changes():
        ACTIONS[action](appointment, by, now)


def test_who_says_again_that_they_are_coming_changes_nothing(now: datetime) -> None:
    appointment = an_appointment()
    attend(appointment, Actor.patient(), now)
    with nothing_changes():
        attend(appointment, Actor.patient(), now + HOUR)


@pytest.mark.parametrize("status", Status)
def test_every_refusal_says_in_words_how_things_stand(status: Status) -> None:
    sentence = str(NotPossible(an_appointment(status)))
    assert sentence.endswith(".")
    assert isinstance(NotPossible(an_appointment(status)), BookingError)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason.NOT_ANSWERED, "This request has expired, and its time is free again."),
        (Reason.OFFER_ENDED, "This offer has ended, and its times are free again."),
    ],
)
def test_what_ran_out_says_so(reason: Reason, sentence: str) -> None:
    assert str(NotPossible(an_appointment(Status.CANCELLED, reason_code=reason))) == sentence


@pytest.mark.parametrize("status", Status)
def test_only_what_is_undecided_runs_out(status: Status, now: datetime) -> None:
    appointment = an_appointment(status)
    later = (appointment.expires_at or now) + (appointment.starts_at - now)
    actions.expire_lapsed(now=later)
    appointment.refresh_from_db()
    undecided = status in {Status.HELD, Status.PROPOSED, Status.PENDING}
    assert appointment.status == (Status.CANCELLED if undecided else status)


def test_the_table_of_changes_knows_every_status() -> None:
    assert set(CHANGES) == {None, *Status}


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.ENTERED_IN_ERROR])
def test_nothing_comes_back_from_the_end(status: Status) -> None:
    assert not CHANGES[status]


def test_whatever_was_confirmed_can_be_removed_as_a_slip() -> None:
    sent = set(Status) - {Status.HELD, Status.CANCELLED, Status.ENTERED_IN_ERROR}
    assert all(Status.ENTERED_IN_ERROR in CHANGES[status] for status in sent)
