"""Every status, every action, whoever acts: what is allowed changes, all else changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import uuid4

import pytest

from booking import actions
from booking.actors import Actor
from booking.errors import BookingError, NotPossible
from booking.models import Appointment, AppointmentEvent, Message, Status
from booking.models.appointments import CHANGES, Reason
from tests.booking.builders import an_appointment
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
ACTORS = {"patient": Actor.patient(), "staff": STAFF, "system": Actor.system()}
Kind = Message.Kind


def confirm(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.confirm(appointment_id=appointment.id, by=by, now=now)


def decline(appointment: Appointment, by: Actor, now: datetime) -> None:
    reason = Reason.NOT_POSSIBLE
    actions.decline(appointment_id=appointment.id, reason=reason, note="Sorry.", by=by, now=now)


def cancel(appointment: Appointment, by: Actor, now: datetime) -> None:
    actions.cancel(appointment_id=appointment.id, note="Sorry.", by=by, now=now)


@dataclass(frozen=True)
class Allowed:
    to: Status
    tells: tuple[Kind, ...]
    tells_staff: tuple[Kind, ...] = ()  # besides, if it was not staff who did it


ACTIONS: dict[str, Callable[[Appointment, Actor, datetime], None]] = {
    "confirm": confirm,
    "decline": decline,
    "cancel": cancel,
}
CANCELLED = Allowed(Status.CANCELLED, (Kind.CANCELLED,), (Kind.STAFF_CANCELLED,))
ALLOWED = {
    ("confirm", Status.PENDING): Allowed(Status.BOOKED, (Kind.CONFIRMED,)),
    ("decline", Status.PENDING): Allowed(Status.CANCELLED, (Kind.DECLINED,)),
    ("cancel", Status.PENDING): CANCELLED,
    ("cancel", Status.BOOKED): CANCELLED,
}
FORBIDDEN = [pair for pair in product(ACTIONS, Status) if pair not in ALLOWED]


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize(("action", "status"), ALLOWED)
def test_what_is_allowed_changes_the_status_and_is_written_down(
    action: str, status: Status, actor: str, now: datetime
) -> None:
    appointment, allowed = an_appointment(status), ALLOWED[action, status]
    ACTIONS[action](appointment, ACTORS[actor], now)
    appointment.refresh_from_db()
    assert appointment.status == allowed.to
    assert appointment.expires_at is None
    assert changes_of(appointment) == [(actor, status, allowed.to)]
    told = allowed.tells if actor == "staff" else allowed.tells + allowed.tells_staff
    assert kinds() == sorted(told)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize(("action", "status"), FORBIDDEN)
def test_what_is_not_allowed_raises_and_leaves_no_trace(
    action: str, status: Status, actor: str, now: datetime
) -> None:
    appointment = an_appointment(status)
    with nothing_changes(), pytest.raises(NotPossible):
        ACTIONS[action](appointment, ACTORS[actor], now)


@pytest.mark.parametrize("status", Status)
def test_every_refusal_says_in_words_how_things_stand(status: Status) -> None:
    sentence = str(NotPossible(an_appointment(status)))
    assert sentence.endswith(".")
    assert isinstance(NotPossible(an_appointment(status)), BookingError)


def test_a_request_that_ran_out_says_so() -> None:
    appointment = an_appointment(Status.CANCELLED, reason_code=Reason.NOT_ANSWERED)
    assert str(NotPossible(appointment)) == "This request has expired, and its time is free again."


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
