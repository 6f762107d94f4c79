"""From the safety gate to the request: what a visitor does before staff hear of it."""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from booking import changes, deadlines, finding, openings, outbox
from booking.actors import Actor
from booking.errors import AlreadySent, NoTimeChosen, TooMany
from booking.models.appointments import Appointment, Reason, Status
from booking.models.messages import Message
from booking.models.patients import CONTACT, Patient
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction
from clinic.directory import Directory, directory
from clinic.memory import the_clinic
from clinic.models import Practitioner, Service
from content.models import Article

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

# A request is answered within days: only where that is not enough is it counted further.
COUNTED_FIRST = timedelta(days=7)

SUBMITTED = (
    *("patient", "screening", "reason", "payment", "language"),
    *("answers", "answer_by", "sent_from", "sent_at", "updated_at"),
)

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
    wants_reminders: bool = True
    language: str = Patient.Language.ENGLISH
    needs: str = ""
    screening: str = ""
    reason: str = ""
    payment: str = ""


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

    `instead_of` is a draft of the same visitor: its time is freed and its answers come along.
    """
    lock_calendar()
    return AppointmentRequest.objects.create(
        answers=_give_up_draft(instead_of, by=by, now=now) if instead_of else "",
        reference=new_reference(),
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
        return changes.renew(changes.keep(held, by=by, now=now), now)
    opening = changes.find(request, starts_at, practitioner, now)
    if held:
        changes.change(held, Status.CANCELLED, by=by, now=now, reason=Reason.OTHER_TIME_CHOSEN)
    return changes.hold(request, opening, by=by, now=now)


@one_transaction
def keep_hold(*, request_id: UUID, by: Actor, now: datetime) -> Appointment:
    """Renew the draft's held time; one that has lapsed is taken again if it is still free.

    Raises NoTimeChosen if none was ever chosen, JustTaken or NotOffered if it is gone.
    """
    lock_calendar()
    chosen = _chosen(request_id)
    if not chosen.request.is_draft:
        raise AlreadySent
    return changes.renew(changes.keep(chosen, by=by, now=now), now)


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
    *,
    request_id: UUID,
    submission_token: UUID,
    details: Details,
    sent_from: str = "",
    by: Actor,
    now: datetime,
) -> AppointmentRequest:
    """Turn a draft with a held time into a request that waits for staff.

    `sent_from` is the keyed hash of the network address that it comes from.

    The same submission token twice gives the same request. Raises NoTimeChosen, JustTaken,
    NotOffered or TooMany.
    """
    # Before the lock: whoever reads them anew may have to wait for a connection.
    known, clinic = directory(), the_clinic()
    lock_calendar()
    chosen = _chosen(request_id)
    request = chosen.request
    if request.submission_token != submission_token:
        raise AppointmentRequest.DoesNotExist
    if not request.is_draft:
        return request
    appointment = changes.keep(chosen, by=by, now=now)
    if open_requests_of(details, now=now) >= clinic.open_requests_a_patient:
        raise TooMany
    request.answer_by = answer_by(appointment, known, now=now)
    request.sent_from = sent_from
    submit(request, details, now=now)
    changes.change(appointment, Status.PENDING, by=by, now=now, expires_at=request.answer_by)
    outbox.tell(appointment, patient=Kind.REQUESTED, staff=Kind.STAFF_NEW_REQUEST, now=now)
    return request


@one_transaction
def forget_draft(*, request_id: UUID, now: datetime) -> None:
    """Delete a draft that nobody finished, with the times it had held; one sent meanwhile stays."""
    lock_calendar()
    draft = AppointmentRequest.objects.drafts().filter(id=request_id).first()
    if draft and not draft.appointments.filter(status=Status.HELD).exists():
        draft.appointments.all().delete()
        draft.delete()


def _give_up_draft(request_id: UUID, *, by: Actor, now: datetime) -> str:
    """Free what a draft holds, and return its answers."""
    lock_calendar()  # the draft may be on its way to staff from another tab
    draft = AppointmentRequest.objects.drafts().filter(id=request_id).first()
    if draft is None:
        return ""
    for held in draft.appointments.filter(status=Status.HELD):
        changes.change(held, Status.CANCELLED, by=by, now=now, reason=Reason.OTHER_TIME_CHOSEN)
    # They stay on it, too, until it is forgotten: the gate's form may be on its way a second time.
    return draft.answers


def _draft(request_id: UUID) -> AppointmentRequest:
    """The draft, while it is one. Raises AlreadySent."""
    drafts = AppointmentRequest.objects.drafts().select_related("service")
    draft = drafts.filter(id=request_id).first()
    if draft is None:
        raise AlreadySent
    return draft


def _chosen(request_id: UUID) -> Appointment:
    """The time that a request last chose. Raises NoTimeChosen."""
    chosen = Appointment.objects.chosen_for(request_id)
    if chosen is None:
        raise NoTimeChosen
    return chosen


def open_requests_of(details: Details, *, now: datetime) -> int:
    """How many requests of this address or number wait, for staff or for the patient."""
    patients = Patient.objects.reached_by(details.email, details.telephone)
    keys = list(patients.values_list("pk", flat=True))
    if not keys:
        return 0
    open_ones = (Status.PENDING, Status.PROPOSED)
    waiting = Appointment.objects.filter(status__in=open_ones, expires_at__gt=now)
    return waiting.filter(request__patient__in=keys).values("request").distinct().count()


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


def answer_by(appointment: Appointment, known: Directory, *, now: datetime) -> datetime:
    """When staff will have answered: counted in the hours in which the location is open."""
    request = appointment.request
    service = known.service(request.service_id) or request.service
    location = known.location(appointment.location_id) or appointment.location
    today = now.astimezone(location.zone).date()
    last = appointment.starts_at.astimezone(location.zone).date()
    within = timedelta(hours=service.answer_within_open_hours)
    soon = openings.open_hours(known, location, today, min(last, today + COUNTED_FIRST))
    if last > today + COUNTED_FIRST and not deadlines.after_open_time(soon, within, now):
        soon = openings.open_hours(known, location, today, last)  # closed for weeks
    return deadlines.answer_by(
        open_hours=soon,
        within=within,
        starts_at=appointment.starts_at,
        cutoff=service.cancel_cutoff,
        zone=location.zone,
        now=now,
    )


def submit(
    request: AppointmentRequest, details: Details, *, now: datetime, patient: Patient | None = None
) -> None:
    """Put what the patient said into the request, which is no draft any more.

    `patient` is the record that another request of the same visit has just made.
    """
    request.patient = patient or _create_patient(details, now)
    request.screening, request.reason = details.screening, details.reason
    request.payment, request.language = details.payment, details.language
    request.answers = ""
    request.sent_at = request.updated_at = now
    request.save(update_fields=SUBMITTED)


def _create_patient(details: Details, now: datetime) -> Patient:
    said = {name: getattr(details, name) for name in CONTACT}
    patient = Patient.objects.create(**said, created_at=now)
    finding.put_into_index(patient)
    return patient
