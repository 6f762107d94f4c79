"""Putting messages into the outbox, in the transaction of the change they tell of."""

from datetime import datetime

from booking.models.appointments import Appointment, Reason
from booking.models.messages import Message


def tell_patient(kind: Message.Kind, appointment: Appointment, *, now: datetime) -> None:
    """By e-mail where there is an address; by a call for the desk where that is wished or all.

    Whoever has just sent the form has read the answer on the page: that needs no call.
    """
    patient = appointment.request.patient
    if patient is None:
        return
    if patient.email:
        _put(kind, Message.Channel.EMAIL, appointment, appointment.request.language, now)
    # A call that was not made yet would tell what is no longer so.
    calls = Message.objects.calls_to_make().filter(appointment=appointment)
    calls.update(state=Message.State.OBSOLETE, finished_at=now)
    if appointment.reason_code == Reason.BY_PATIENT:
        return  # who has just cancelled by the link knows it
    wants_call = not patient.email or patient.prefers == patient.Contact.TELEPHONE
    if wants_call and kind != Message.Kind.REQUESTED:
        _put(kind, Message.Channel.CALL, appointment, appointment.request.language, now)


def tell_staff(kind: Message.Kind, appointment: Appointment, *, now: datetime) -> None:
    _put(kind, Message.Channel.EMAIL, appointment, "en", now)


def _put(
    kind: Message.Kind,
    channel: Message.Channel,
    appointment: Appointment,
    language: str,
    now: datetime,
) -> None:
    Message.objects.create(
        kind=kind,
        channel=channel,
        language=language,
        request=appointment.request,
        appointment=appointment,
        unique_key=f"{kind}:{channel}:{appointment.id}:{appointment.calendar_sequence}",
        created_at=now,
        next_attempt_at=now,
    )
