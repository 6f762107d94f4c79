"""The clock that runs on holds, offers and requests."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from booking import actions, worker
from booking.actions import Proposal
from booking.actors import Actor
from booking.errors import NotPossible
from booking.models import Appointment, AppointmentRequest, Message, Status
from booking.models.appointments import WITH_DEADLINE, Reason
from tests.booking.builders import TEN_O_CLOCK, a_draft, a_patient, a_request, an_appointment
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize("status", WITH_DEADLINE)
@pytest.mark.parametrize(
    ("seconds", "has_ended"), [(-1, False), (0, True), (1, True)], ids=["before", "at", "after"]
)
def test_what_is_undecided_ends_with_its_deadline(
    status: Status, seconds: int, has_ended: bool, now: datetime
) -> None:
    appointment = an_appointment(status, expires_at=now)
    assert actions.expire_lapsed(now=now + seconds * SECOND) == has_ended
    appointment.refresh_from_db()
    assert appointment.status == (Status.CANCELLED if has_ended else status)


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (Status.HELD, Reason.HOLD_ENDED, []),
        (Status.PROPOSED, Reason.OFFER_ENDED, ["offer_ended", "staff_offer_ended"]),
        (Status.PENDING, Reason.NOT_ANSWERED, ["expired", "staff_expired"]),
    ],
)
def test_whoever_waits_for_an_answer_is_told_that_it_ran_out(
    status: Status, reason: Reason, told: list[str], now: datetime
) -> None:
    appointment = an_appointment(status, expires_at=now)
    actions.expire_lapsed(now=now)
    appointment.refresh_from_db()
    assert appointment.reason_code == reason
    assert changes_of(appointment) == [("system", status, "cancelled")]
    assert kinds() == told


def test_a_second_round_finds_nothing_more(now: datetime) -> None:
    an_appointment(Status.PENDING, expires_at=now)
    actions.expire_lapsed(now=now)
    with nothing_changes():
        assert actions.expire_lapsed(now=now + DAY) == 0


def test_a_patient_without_an_address_is_called_about_it(now: datetime) -> None:
    patient = a_patient(email="", telephone="+17325550199")
    an_appointment(Status.PENDING, request=a_request(patient=patient), expires_at=now)
    actions.expire_lapsed(now=now)
    (call,) = Message.objects.calls_to_make()
    assert call.kind == Message.Kind.EXPIRED


def test_many_are_ended_a_bounded_number_at_a_time_the_oldest_first(now: datetime) -> None:
    for hours in range(3):
        an_appointment(Status.HELD, expires_at=now - timedelta(hours=hours))
    assert actions.expire_lapsed(now=now, limit=2) == 2
    assert Appointment.objects.get(status=Status.HELD).expires_at == now
    assert actions.expire_lapsed(now=now, limit=2) == 1


@pytest.mark.parametrize(
    ("status", "act", "wish"),
    [
        (Status.PENDING, actions.confirm, {}),
        (Status.PENDING, actions.decline, {"reason": Reason.NOT_POSSIBLE}),
        (Status.PENDING, actions.offer, {"times": [Proposal(TEN_O_CLOCK + DAY)]}),
        (Status.PENDING, actions.move, {"starts_at": TEN_O_CLOCK + DAY}),
        (Status.PENDING, actions.cancel, {}),
        (Status.PROPOSED, actions.accept_offer, {}),
        (Status.PROPOSED, actions.decline_offers, {}),
        (Status.PROPOSED, actions.cancel, {}),
    ],
)
def test_whoever_comes_too_late_ends_it_and_is_told_so(
    status: Status, act: Callable[..., object], wish: dict[str, object], now: datetime
) -> None:
    """Without a worker too: what has lapsed can be neither answered, moved nor withdrawn."""
    appointment = an_appointment(status, expires_at=now)
    with pytest.raises(NotPossible, match="free again"):
        act(appointment_id=appointment.id, by=Actor.system(), now=now, **wish)
    appointment.refresh_from_db()
    assert appointment.status == Status.CANCELLED
    assert changes_of(appointment) == [("system", status, "cancelled")]
    assert len(kinds()) == 2


def test_the_worker_sees_to_it(now: datetime) -> None:
    appointment = an_appointment(Status.PENDING, expires_at=now)
    worker.run_once(now=now)
    appointment.refresh_from_db()
    assert appointment.status == Status.CANCELLED


# Drafts that nobody goes on with


@pytest.mark.parametrize(
    ("age", "is_kept"), [(DAY - SECOND, True), (DAY, True), (DAY + SECOND, False)]
)
def test_a_draft_that_nobody_touched_for_a_day_is_removed(
    age: timedelta, is_kept: bool, now: datetime
) -> None:
    draft = a_draft(updated_at=now - age)
    an_appointment(Status.CANCELLED, request=draft)
    worker.tidy_up(now=now)
    assert AppointmentRequest.objects.filter(id=draft.id).exists() is is_kept


def test_a_draft_that_holds_a_time_is_kept_until_the_hold_has_ended(now: datetime) -> None:
    draft = a_draft(updated_at=now - 2 * DAY)
    an_appointment(Status.HELD, request=draft, expires_at=now)
    worker.tidy_up(now=now)
    assert AppointmentRequest.objects.filter(id=draft.id).exists()
    actions.expire_lapsed(now=now)
    worker.tidy_up(now=now)
    assert not AppointmentRequest.objects.filter(id=draft.id).exists()


def test_a_request_that_was_sent_is_never_removed(now: datetime) -> None:
    appointment = an_appointment(Status.CANCELLED, TEN_O_CLOCK - 400 * DAY)
    AppointmentRequest.objects.update(updated_at=now - 400 * DAY)
    with nothing_changes():
        worker.tidy_up(now=now)
    assert appointment.request.patient is not None
