"""Putting messages into the outbox, in the transaction of the change they tell of."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from booking import together
from booking.models.appointments import Appointment, Reason
from booking.models.messages import Message, MessageQuerySet
from booking.models.requests import AppointmentRequest

Kind, Channel = Message.Kind, Message.Channel

REMINDERS = together.REMINDERS
# What is said of a visit that is to come: once it has begun, nobody needs to hear it.
OF_A_VISIT = {Kind.CONFIRMED, Kind.MOVED, Kind.OFFERED}
# What whoever has just acted on the page has read there: it needs no call.
READ_ON_THE_PAGE = {Kind.REQUESTED, Kind.LINK_AGAIN}


def tell(
    appointment: Appointment,
    *,
    patient: Message.Kind | None = None,
    staff: Message.Kind | None = None,
    now: datetime,
    is_on_the_phone: bool = False,
) -> None:
    """Tell the patient, the clinic, or both. Whoever hears it on the telephone needs no call."""
    messages: list[Message] = []
    if patient:
        messages += _to_patient(patient, appointment, now, is_on_the_phone=is_on_the_phone)
    if staff:
        key = f"{key_of(staff, appointment)}:email"
        messages.append(message(staff, Channel.EMAIL, appointment, key, language="en", now=now))
    put(messages)


def _to_patient(
    kind: Message.Kind, appointment: Appointment, now: datetime, *, is_on_the_phone: bool
) -> Iterator[Message]:
    """By e-mail where there is an address; by a call for the desk where that is wished or all."""
    patient = appointment.request.patient
    if patient is None:
        return
    language = appointment.request.language
    if kind != Kind.REQUESTED:
        withdraw_calls(appointment.request, now=now)
    key = key_of(kind, appointment)
    if patient.email:
        yield message(kind, Channel.EMAIL, appointment, f"{key}:email", language=language, now=now)
    if appointment.reason_code in {Reason.BY_PATIENT, Reason.OFFER_DECLINED}:
        return  # who has just said so by the link knows it
    wants_call = not patient.email or patient.prefers == patient.Contact.TELEPHONE
    if wants_call and kind not in READ_ON_THE_PAGE and not is_on_the_phone:
        call = message(kind, Channel.CALL, appointment, f"{key}:call", language=language, now=now)
        call.useless_after = appointment.starts_at if kind in OF_A_VISIT else None
        yield call


def key_of(kind: Message.Kind, appointment: Appointment) -> str:
    """What makes a message one of its kind: the change it tells of."""
    return f"{kind}:{appointment.id}:{appointment.calendar_sequence}"


def message(
    kind: Message.Kind,
    channel: Message.Channel,
    appointment: Appointment,
    key: str,
    *,
    language: str,
    now: datetime,
    useless_after: datetime | None = None,
) -> Message:
    """What is to be said; it is said once it is `put` into the outbox."""
    return Message(
        kind=kind,
        channel=channel,
        language=language,
        request=appointment.request,
        appointment=appointment,
        unique_key=key,
        created_at=now,
        next_attempt_at=now,
        useless_after=useless_after,
    )


def unsaid(keys: Iterable[str]) -> list[str]:
    """Those of these keys that no message has yet."""
    wanted = list(keys)
    said = set(Message.objects.filter(unique_key__in=wanted).values_list("unique_key", flat=True))
    return [key for key in wanted if key not in said]


def put(messages: Iterable[Message]) -> None:
    Message.objects.bulk_create(messages)


def withdraw(appointment: Appointment, kinds: Iterable[str], *, now: datetime) -> None:
    """What waits to be said and is no longer so: it is not said any more."""
    rows = Message.objects.filter(appointment=appointment, kind__in=kinds)
    _withdraw(rows, appointment.request, now)


def put_back(appointment: Appointment, *, withdrawn_at: datetime, now: datetime) -> None:
    """What was withdrawn at a moment is to be said after all, if it is not too late for it."""
    rows = Message.objects.filter(appointment=appointment, kind__in=together.OF_WHAT_STAYS)
    rows = rows.filter(state=Message.State.OBSOLETE, finished_at=withdrawn_at)
    rows.exclude(useless_after__lte=now).update(
        state=Message.State.WAITING, finished_at=None, created_at=now, next_attempt_at=now
    )


def withdraw_these(messages: Iterable[Message], *, now: datetime) -> None:
    rows = Message.objects.filter(pk__in=[each.pk for each in messages]).unsent()
    rows.update(state=Message.State.OBSOLETE, finished_at=now)


def withdraw_calls(request: AppointmentRequest, *, now: datetime) -> None:
    """Whoever is called hears what has become of the request, and nothing of before."""
    _withdraw(Message.objects.filter(request=request, channel=Channel.CALL), request, now)


def _withdraw(rows: MessageQuerySet, request: AppointmentRequest, now: datetime) -> None:
    """What is said of a whole visit is, for as long as there is anything left of it to name."""
    if request.visit:
        of_the_whole = Message.objects.filter(
            request__visit=request.visit, kind__in=together.OF_THE_WHOLE
        )
        waiting = of_the_whole.unsent().select_related("request", "appointment__location")
        spoken = together.spoken_in_each(waiting, now=now)
        nothing = [key for key, each in spoken.items() if not each.of]
        _keep_until_the_first(waiting, spoken)
        rows = rows.exclude(kind__in=together.OF_THE_WHOLE) | Message.objects.filter(pk__in=nothing)
    rows.unsent().update(state=Message.State.OBSOLETE, finished_at=now)


def _keep_until_the_first(waiting: Iterable[Message], spoken: dict[UUID, together.Spoken]) -> None:
    """What is useless once the visit begins is so by the first part that is left of it."""
    for each in waiting:
        left = spoken[each.pk].of
        if each.useless_after and left and each.useless_after != left[0].starts_at:
            each.useless_after = left[0].starts_at
            each.save(update_fields=["useless_after"])
