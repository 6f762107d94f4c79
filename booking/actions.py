"""The only writers of requests and appointments.

Every action is one transaction that holds the change, its event and its message. `now` is taken
once by the caller; `by` says who acts. What cannot be done raises a BookingError and changes
nothing.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from booking import changes, outbox
from booking.actors import Actor
from booking.errors import AlreadySent, TooLate, TooMany
from booking.models.appointments import (
    Appointment,
    Reason,
    Status,
)
from booking.models.messages import Message
from booking.models.patients import Patient
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction
from clinic.models import Practitioner, Service
from content.models import Article

ANSWER_BEFORE_START = timedelta(hours=1)
OPEN_REQUESTS_A_PERSON = 3
REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

Kind = Message.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the patient says on the details page, cleaned."""

    full_name: str
    email: str = ""
    telephone: str = ""
    birth_date: date | None = None
    booked_by: str = ""
    prefers: str = Patient.Contact.EMAIL
    may_leave_voicemail: bool = False
    language: str = Patient.Language.ENGLISH
    needs: str = ""
    screening: str = ""
    reason: str = ""
    payment: str = ""


# The patient's side: a draft, a held time, a request.


@one_transaction
def start_draft(
    *,
    service: Service,
    language: str,
    gate_wording: str,
    seen_by_doctor: bool,
    practitioner: Practitioner | None = None,
    article: Article | None = None,
    instead_of: UUID | None = None,
    by: Actor,
    now: datetime,
) -> AppointmentRequest:
    """Begin a request once the safety gate has been passed; the wording shown is kept.

    `instead_of` is a draft of the same visitor: its time is freed and its answers move along.
    """
    lock_calendar()
    return AppointmentRequest.objects.create(
        answers=_give_up_draft(instead_of, by=by, now=now) if instead_of else "",
        reference="".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8)),
        service=service,
        language=language,
        practitioner_wish=practitioner,
        article=article,
        gate_wording=gate_wording,
        gate_accepted_at=now,
        seen_by_doctor=seen_by_doctor,
        created_at=now,
        updated_at=now,
    )


@one_transaction
def hold(
    *,
    request_id: UUID,
    starts_at: datetime,
    practitioner: Practitioner | None = None,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Hold a free time for a draft for 20 minutes, in place of the one it held.

    Raises JustTaken or NotOffered; the draft then keeps the time it had.
    """
    lock_calendar()
    request = _draft(request_id)
    held = request.appointments.filter(status=Status.HELD).first()
    if held and held.starts_at == starts_at and practitioner in {None, held.practitioner}:
        return changes.renew(held, now)
    opening = changes.find(request, starts_at, practitioner, now)
    if held:
        changes.change(held, Status.CANCELLED, by=by, now=now, reason=Reason.OTHER_TIME_CHOSEN)
    return changes.take(request, opening, by=by, now=now)


@one_transaction
def keep_hold(*, request_id: UUID, by: Actor, now: datetime) -> Appointment:
    """Renew the draft's held time; one that has lapsed is taken again if it is still free.

    Raises NoTimeChosen if none was ever chosen, JustTaken or NotOffered if it is gone.
    """
    lock_calendar()
    return changes.keep(_draft(request_id), by=by, now=now)


@one_transaction
def save_answers(*, request_id: UUID, answers: dict[str, str | list[str]], now: datetime) -> None:
    """Keep what was typed, encrypted, on the draft. Raises AlreadySent."""
    lock_calendar()
    draft = _draft(request_id)
    draft.answers = json.dumps(answers)
    draft.updated_at = now
    draft.save(update_fields=["answers", "updated_at"])


@one_transaction
def send(
    *, request_id: UUID, submission_token: UUID, details: Details, by: Actor, now: datetime
) -> AppointmentRequest:
    """Turn a draft with a held time into a request that waits for staff.

    The same submission token twice gives the same request. Raises NoTimeChosen, JustTaken,
    NotOffered or TooMany.
    """
    lock_calendar()
    request = AppointmentRequest.objects.get(id=request_id, submission_token=submission_token)
    if not request.is_draft:
        return request
    appointment = changes.keep(request, by=by, now=now)
    # Holds given up on the way are no part of the request; their events remain.
    request.appointments.exclude(pk=appointment.pk).delete()
    if _open_requests(details) >= OPEN_REQUESTS_A_PERSON:
        raise TooMany
    request.patient = _create_patient(details, now)
    request.screening, request.reason = details.screening, details.reason
    request.payment, request.language = details.payment, details.language
    request.answers = ""
    request.answer_by = answer_by(request.service, appointment.starts_at, now=now)
    request.sent_at = request.updated_at = now
    request.save()
    appointment.request = request
    changes.change(appointment, Status.PENDING, by=by, now=now, expires_at=request.answer_by)
    outbox.tell_patient(Kind.REQUESTED, appointment, now=now)
    outbox.tell_staff(Kind.STAFF_NEW_REQUEST, appointment, now=now)
    return request


@one_transaction
def forget_draft(*, request_id: UUID, now: datetime) -> None:
    """Delete a draft that nobody finished, with the times it had held; one sent meanwhile stays."""
    lock_calendar()
    draft = AppointmentRequest.objects.drafts().filter(id=request_id).first()
    if draft and not draft.appointments.filter(status=Status.HELD).exists():
        draft.appointments.all().delete()
        draft.delete()


# The staff's side, and the patient's link.


@one_transaction
def _confirm(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    lock_calendar()
    appointment = changes.require(appointment_id, Status.PENDING)
    changes.change(appointment, Status.BOOKED, by=by, now=now)
    outbox.tell_patient(Kind.CONFIRMED, appointment, now=now)
    return appointment


def confirm(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """Staff say yes to a request. Raises NotPossible if it has expired or was answered."""
    expire_lapsed(now=now, appointment_id=appointment_id)
    return _confirm(appointment_id=appointment_id, by=by, now=now)


@one_transaction
def decline(
    *, appointment_id: UUID, reason: Reason, note: str = "", by: Actor, now: datetime
) -> Appointment:
    """Staff say no to a request; the reason and the note go to the patient."""
    lock_calendar()
    appointment = changes.require(appointment_id, Status.PENDING)
    _leave_note(appointment, note)
    changes.change(appointment, Status.CANCELLED, by=by, now=now, reason=reason)
    outbox.tell_patient(Kind.DECLINED, appointment, now=now)
    return appointment


@one_transaction
def cancel(
    *,
    appointment_id: UUID,
    by: Actor,
    now: datetime,
    reason: Reason | None = None,
    note: str = "",
) -> Appointment:
    """End a request or a confirmed appointment. Raises NotPossible, or TooLate for a patient.

    A patient may withdraw a request until it starts, and cancel what is confirmed until the
    service's cut-off; staff may cancel at any time.
    """
    lock_calendar()
    appointment = changes.require(appointment_id, Status.PENDING, Status.BOOKED)
    if not by.is_staff and now > cancel_until(appointment):
        raise TooLate
    _leave_note(appointment, note)
    default = Reason.BY_CLINIC if by.is_staff else Reason.BY_PATIENT
    changes.change(appointment, Status.CANCELLED, by=by, now=now, reason=reason or default)
    outbox.tell_patient(Kind.CANCELLED, appointment, now=now)
    if not by.is_staff:
        outbox.tell_staff(Kind.STAFF_CANCELLED, appointment, now=now)
    return appointment


@one_transaction
def expire_lapsed(*, now: datetime, appointment_id: UUID | None = None, limit: int = 100) -> int:
    """End what was held, offered or requested past its deadline; say how many."""
    lock_calendar()
    lapsed = Appointment.objects.lapsed(now=now).with_people()
    if appointment_id:
        lapsed = lapsed.filter(id=appointment_id)
    rows = list(lapsed.order_by("expires_at")[:limit])
    for appointment in rows:
        changes.expire(appointment, now=now)
    return len(rows)


@one_transaction
def record_call(*, message_id: UUID, by: Actor, now: datetime) -> None:
    """Staff have made a call of the call list."""
    Message.objects.calls_to_make().filter(id=message_id).update(
        state=Message.State.SENT, finished_at=now
    )


@one_transaction
def send_again(*, message_id: UUID, by: Actor, now: datetime) -> None:
    """Put a message that failed back into the outbox."""
    failed = Message.objects.filter(id=message_id, state=Message.State.FAILED)
    failed.update(state=Message.State.WAITING, attempts=0, next_attempt_at=now, last_error="")


def cancel_until(appointment: Appointment) -> datetime:
    """Until when the patient's link cancels."""
    if appointment.status == Status.BOOKED:
        return appointment.starts_at - appointment.request.service.cancel_cutoff
    return appointment.starts_at


def answer_by(service: Service, starts_at: datetime, *, now: datetime) -> datetime:
    """When staff will have answered: within the service's time, and before the visit."""
    latest = starts_at - ANSWER_BEFORE_START
    if latest <= now:
        latest = now + (starts_at - now) / 2
    return min(now + timedelta(hours=service.answer_within_open_hours), latest)


def _give_up_draft(request_id: UUID, *, by: Actor, now: datetime) -> str:
    """Free what a draft holds, and return its answers."""
    lock_calendar()  # the draft may be on its way to staff from another tab
    draft = AppointmentRequest.objects.drafts().filter(id=request_id).first()
    if draft is None:
        return ""
    for held in draft.appointments.filter(status=Status.HELD):
        changes.change(held, Status.CANCELLED, by=by, now=now, reason=Reason.OTHER_TIME_CHOSEN)
    answers, draft.answers = draft.answers, ""
    draft.save(update_fields=["answers"])
    return answers


def _draft(request_id: UUID) -> AppointmentRequest:
    """The draft, while it is one. Raises AlreadySent."""
    drafts = AppointmentRequest.objects.drafts().select_related("service")
    draft = drafts.filter(id=request_id).first()
    if draft is None:
        raise AlreadySent
    return draft


def _open_requests(details: Details) -> int:
    """How many requests of this address or number wait for an answer."""
    waiting = Appointment.objects.filter(status=Status.PENDING)
    by_email = waiting.filter(request__patient__email__iexact=details.email)
    by_telephone = waiting.filter(request__patient__telephone=details.telephone)
    return max(
        by_email.count() if details.email else 0,
        by_telephone.count() if details.telephone else 0,
    )


def _create_patient(details: Details, now: datetime) -> Patient:
    return Patient.objects.create(
        full_name=details.full_name,
        email=details.email,
        telephone=details.telephone,
        birth_date=details.birth_date,
        booked_by=details.booked_by,
        prefers=details.prefers,
        may_leave_voicemail=details.may_leave_voicemail,
        language=details.language,
        needs=details.needs,
        created_at=now,
    )


def _leave_note(appointment: Appointment, note: str) -> None:
    if note:
        appointment.request.note_to_patient = note
        appointment.request.save(update_fields=["note_to_patient"])
