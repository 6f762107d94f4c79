"""What staff answer, and how a request or an appointment is cancelled."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from booking import actions
from booking.actors import Actor
from booking.errors import NotPossible, TooLate
from booking.models import Appointment, AppointmentEvent, Message, Status
from booking.models.appointments import DECLINE_REASONS, Reason
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

PATIENT = Actor.patient()
STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CALL, EMAIL = Message.Channel.CALL, Message.Channel.EMAIL


def confirm(appointment: Appointment, now: datetime) -> None:
    actions.confirm(appointment_id=appointment.id, by=STAFF, now=now)
    appointment.refresh_from_db()


def decline(
    appointment: Appointment, now: datetime, reason: Reason = Reason.PLEASE_CALL, note: str = ""
) -> None:
    actions.decline(appointment_id=appointment.id, reason=reason, note=note, by=STAFF, now=now)
    appointment.refresh_from_db()


def cancel(appointment: Appointment, now: datetime, by: Actor = PATIENT) -> None:
    actions.cancel(appointment_id=appointment.id, by=by, now=now)
    appointment.refresh_from_db()


# Confirming


def test_confirming_books_the_time_and_says_who_did_it(now: datetime) -> None:
    appointment = an_appointment(Status.PENDING)
    confirm(appointment, now)
    assert (appointment.status, appointment.expires_at) == (Status.BOOKED, None)
    event = AppointmentEvent.objects.get(appointment=appointment.id)
    assert (event.actor_kind, event.actor, event.at) == ("staff", STAFF.id, now)


def test_confirming_twice_tells_the_patient_once(now: datetime) -> None:
    appointment = an_appointment(Status.PENDING)
    confirm(appointment, now)
    with nothing_changes(), pytest.raises(NotPossible, match="already confirmed"):
        confirm(appointment, now)
    assert kinds() == ["confirmed"]


def test_a_request_past_its_deadline_expires_instead_of_being_confirmed(now: datetime) -> None:
    """The worker may be down: whoever comes first sees to it."""
    appointment = an_appointment(Status.PENDING, expires_at=now)
    with pytest.raises(NotPossible, match="has expired"):
        confirm(appointment, now)
    appointment.refresh_from_db()
    assert (appointment.status, appointment.reason_code) == ("cancelled", Reason.NOT_ANSWERED)
    assert kinds() == ["expired", "staff_expired"]


def test_a_request_a_moment_before_its_deadline_is_confirmed(now: datetime) -> None:
    appointment = an_appointment(Status.PENDING, expires_at=now + timedelta(seconds=1))
    confirm(appointment, now)
    assert appointment.status == Status.BOOKED


# Declining


@pytest.mark.parametrize("reason", DECLINE_REASONS)
def test_declining_frees_the_time_and_keeps_the_reason(reason: Reason, now: datetime) -> None:
    appointment = an_appointment(Status.PENDING)
    decline(appointment, now, reason)
    assert (appointment.status, appointment.reason_code) == (Status.CANCELLED, reason)
    again = an_appointment(Status.PENDING, practitioner=appointment.practitioner)
    assert again.starts_at == appointment.starts_at


def test_a_note_goes_with_the_request_and_not_into_the_history(now: datetime) -> None:
    appointment = an_appointment(Status.PENDING)
    decline(appointment, now, note="Please see your doctor about it first.")
    appointment.request.refresh_from_db()
    assert appointment.request.note_to_patient == "Please see your doctor about it first."
    (event,) = AppointmentEvent.objects.filter(appointment=appointment.id).values()
    assert "doctor" not in str(event)


# Cancelling


@pytest.mark.parametrize(
    ("by", "reason", "told"),
    [
        (PATIENT, Reason.BY_PATIENT, ["cancelled", "staff_cancelled"]),
        (STAFF, Reason.BY_CLINIC, ["cancelled"]),
    ],
    ids=["patient", "staff"],
)
def test_cancelling_says_who_did_it_and_tells_the_others(
    by: Actor, reason: Reason, told: list[str], now: datetime
) -> None:
    appointment = an_appointment()
    cancel(appointment, now, by)
    assert (appointment.status, appointment.reason_code) == (Status.CANCELLED, reason)
    assert changes_of(appointment) == [(by.kind, "booked", "cancelled")]
    assert kinds() == told


def test_a_cancelled_time_is_free_for_somebody_else(now: datetime) -> None:
    appointment = an_appointment()
    cancel(appointment, now)
    assert an_appointment(practitioner=appointment.practitioner).status == Status.BOOKED


def test_cancelling_twice_tells_once(now: datetime) -> None:
    appointment = an_appointment()
    cancel(appointment, now)
    with nothing_changes(), pytest.raises(NotPossible, match="already cancelled"):
        cancel(appointment, now)


@pytest.mark.parametrize(
    ("status", "limit"),
    [
        (Status.BOOKED, TEN_O_CLOCK - timedelta(hours=24)),
        (Status.PENDING, TEN_O_CLOCK),
    ],
)
@pytest.mark.parametrize(
    ("minutes", "is_in_time"), [(-1, True), (0, True), (1, False)], ids=["before", "edge", "after"]
)
def test_a_patient_cancels_until_the_cut_off_and_withdraws_until_the_visit(
    status: Status, limit: datetime, minutes: int, is_in_time: bool
) -> None:
    """A request is answered before its visit; here its clock stands still, to see the other."""
    deadline = TEN_O_CLOCK + DAY if status == Status.PENDING else None
    appointment = an_appointment(
        status, service=a_service(cancel_cutoff_hours=24), expires_at=deadline
    )
    moment = limit + minutes * MINUTE
    if is_in_time:
        cancel(appointment, moment)
        assert appointment.status == Status.CANCELLED
    else:
        with nothing_changes(), pytest.raises(TooLate):
            cancel(appointment, moment)


@pytest.mark.parametrize("moment", [TEN_O_CLOCK - MINUTE, TEN_O_CLOCK + timedelta(days=3)])
def test_staff_cancel_at_any_time(moment: datetime) -> None:
    appointment = an_appointment()
    cancel(appointment, moment, STAFF)
    assert appointment.status == Status.CANCELLED


def test_the_calendar_number_rises_with_every_change(now: datetime) -> None:
    appointment = an_appointment(Status.PENDING)
    uid, numbers = appointment.calendar_uid, [appointment.calendar_sequence]
    confirm(appointment, now)
    numbers.append(appointment.calendar_sequence)
    cancel(appointment, now)
    numbers.append(appointment.calendar_sequence)
    assert numbers == [0, 1, 2]
    assert appointment.calendar_uid == uid


# Who is told, and how


@pytest.mark.parametrize(
    ("contact", "channels"),
    [
        ({"email": "ada@patients.test"}, [EMAIL]),
        ({"email": "", "telephone": "+17325550199"}, [CALL]),
        (
            {"telephone": "+17325550199", "prefers": "telephone"},
            [CALL, EMAIL],
        ),
    ],
    ids=["by e-mail", "no e-mail", "wants a call"],
)
def test_whoever_has_no_address_or_wants_a_call_gets_one(
    contact: dict[str, str], channels: list[str], now: datetime
) -> None:
    appointment = an_appointment(Status.PENDING, request=a_request(patient=a_patient(**contact)))
    confirm(appointment, now)
    told = Message.objects.order_by("channel").values_list("channel", flat=True)
    assert list(told) == channels


def test_a_call_that_was_made_is_off_the_list(now: datetime) -> None:
    patient = a_patient(email="", telephone="+17325550199")
    confirm(an_appointment(Status.PENDING, request=a_request(patient=patient)), now)
    (call,) = Message.objects.calls_to_make()
    actions.record_call(message_id=call.id, by=STAFF, now=now)
    assert not Message.objects.calls_to_make().exists()
    call.refresh_from_db()
    assert (call.state, call.finished_at) == (Message.State.SENT, now)


def test_only_a_message_that_failed_is_sent_again(now: datetime) -> None:
    confirm(an_appointment(Status.PENDING), now)
    message = Message.objects.get()
    with nothing_changes():
        actions.send_again(message_id=message.id, by=STAFF, now=now)
    Message.objects.update(state=Message.State.FAILED, attempts=12, last_error="SMTPException")
    actions.send_again(message_id=message.id, by=STAFF, now=now + MINUTE)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("waiting", 0, "")
    assert message.next_attempt_at == now + MINUTE


def test_two_requests_for_one_time_are_not_both_confirmed(now: datetime) -> None:
    """The second could not even be made: the request that waits holds its time."""
    practitioner = a_practitioner()
    first = an_appointment(Status.PENDING, practitioner=practitioner)
    second = an_appointment(Status.PENDING, first.ends_at, practitioner=practitioner)
    confirm(first, now)
    confirm(second, now)
    assert first.status == second.status == Status.BOOKED
