"""What staff answer to a request, and what the patient answers to an offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from booking import changes, deadlines, openings, outbox
from booking.actions.drafts import Details, new_reference, submit
from booking.actors import Actor
from booking.availability import Opening, Rules
from booking.consecutive import follows
from booking.errors import JustTaken, NotOffered, OffersOverlap
from booking.models.appointments import Appointment, Reason, Status
from booking.models.messages import Message
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction
from clinic.models import Practitioner, Service

MOST_OFFERS = 3
MOST_IN_A_VISIT = 4

Kind = Message.Kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time to offer; without a practitioner, of whoever is free."""

    starts_at: datetime
    practitioner: Practitioner | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a visit, when and with whom."""

    service: Service
    starts_at: datetime
    practitioner: Practitioner


@one_transaction
def confirm(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """Staff say yes to a request. Raises NotPossible if it has expired or was answered."""
    changes.refuse_patients(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(appointment_id, Status.PENDING, by=by, now=now)
    appointment.needs_other_time = False  # whoever confirms it says that it stays
    changes.change(appointment, Status.BOOKED, by=by, now=now)
    outbox.tell(appointment, patient=Kind.CONFIRMED, now=now)
    return appointment


@one_transaction
def decline(
    *, appointment_id: UUID, reason: Reason, note: str = "", by: Actor, now: datetime
) -> Appointment:
    """Staff say no to a request; the reason and the note go to the patient."""
    changes.refuse_patients(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(appointment_id, Status.PENDING, by=by, now=now)
    leave_note(appointment, note)
    changes.change(appointment, Status.CANCELLED, by=by, now=now, reason=reason)
    outbox.tell(appointment, patient=Kind.DECLINED, now=now)
    return appointment


@one_transaction
def offer(
    *, appointment_id: UUID, times: Sequence[Proposal], note: str = "", by: Actor, now: datetime
) -> list[Appointment]:
    """Staff offer up to three other times in place of the one that was asked for or confirmed.

    That one is freed, and each of the others is kept until the patient takes one of them,
    declines them all, or the offer ends. Raises NotPossible, NotOffered, JustTaken or
    OffersOverlap, and then nothing has changed.
    """
    if not 1 <= len(times) <= MOST_OFFERS:
        raise ValueError(f"One to {MOST_OFFERS} times can be offered.")
    changes.refuse_patients(by)
    lock_calendar()
    if changes.was_done(by):
        return list(Appointment.objects.offered_to(changes.get(appointment_id).request))
    asked = changes.require(appointment_id, Status.PENDING, Status.BOOKED, by=by, now=now)
    leave_note(asked, note)
    reason = Reason.OTHER_TIMES_OFFERED
    changes.change(asked, Status.CANCELLED, by=by, now=now, reason=reason)
    outbox.withdraw(asked, outbox.REMINDERS, now=now)
    until = deadlines.offer_until(
        first_start=min(each.starts_at for each in times), zone=asked.location.zone, now=now
    )
    offered = [
        _keep_free(asked.request, each, until, by=by, now=now)
        for each in sorted(times, key=lambda proposal: proposal.starts_at)
    ]
    outbox.tell(offered[0], patient=Kind.OFFERED, now=now)
    return offered


def _keep_free(
    request: AppointmentRequest, proposal: Proposal, until: datetime, *, by: Actor, now: datetime
) -> Appointment:
    try:
        opening = changes.find(
            request,
            proposal.starts_at,
            proposal.practitioner,
            now,
            for_staff=True,
            in_addition=True,
        )
    except JustTaken:
        reach = openings.rules_of(request.service).blocked(proposal.starts_at)
        in_the_way = Appointment.objects.offered_to(request).touching(reach.start, reach.end)
        if in_the_way.exists():
            raise OffersOverlap from None
        raise
    return changes.take(request, opening, Status.PROPOSED, by=by, now=now, expires_at=until)


@one_transaction
def accept_offer(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """The patient takes one of the times offered; the others are free again."""
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    taken = changes.require(appointment_id, Status.PROPOSED, by=by, now=now)
    reason = Reason.OTHER_OFFER_TAKEN
    changes.end_offers(taken.request, by=by, now=now, reason=reason, besides=taken)
    changes.change(taken, Status.BOOKED, by=by, now=now)
    outbox.tell(taken, patient=Kind.CONFIRMED, staff=Kind.STAFF_OFFER_TAKEN, now=now)
    return taken


@one_transaction
def decline_offers(*, appointment_id: UUID, by: Actor, now: datetime) -> None:
    """The patient takes none of the times offered, of which `appointment_id` is one."""
    lock_calendar()
    if changes.was_done(by):
        return
    offered = changes.require(appointment_id, Status.PROPOSED, by=by, now=now)
    changes.end_offers(offered.request, by=by, now=now, reason=Reason.OFFER_DECLINED)


@one_transaction
def book(
    *,
    service: Service,
    starts_at: datetime,
    practitioner: Practitioner | None = None,
    details: Details,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Staff book for somebody on the telephone: confirmed at once.

    Minimum notice and horizon are for patients alone; an overlap nobody may make. Raises
    NotOffered or JustTaken. The same form twice gives the same appointment.
    """
    changes.refuse_patients(by)
    lock_calendar()
    if by.submission and changes.was_done(by):
        return Appointment.objects.with_people().get(request__submission_token=by.submission)
    request = _by_telephone(service, practitioner, now=now)
    request.submission_token = by.submission or request.submission_token
    opening = changes.find(request, starts_at, practitioner, now, for_staff=True)
    submit(request, details, now=now)
    appointment = changes.take(request, opening, Status.BOOKED, by=by, now=now)
    outbox.tell(appointment, patient=Kind.CONFIRMED, now=now, is_on_the_phone=True)
    return appointment


def _by_telephone(
    service: Service, practitioner: Practitioner | None, *, now: datetime, visit: UUID | None = None
) -> AppointmentRequest:
    return AppointmentRequest(
        reference=new_reference(),
        service=service,
        source=AppointmentRequest.Source.TELEPHONE,
        practitioner_wish=practitioner,
        answer_by=now,
        created_at=now,
        visit=visit,
    )


@one_transaction
def book_visit(
    *, parts: Sequence[Part], details: Details, by: Actor, now: datetime
) -> list[Appointment]:
    """Staff book several services for one visit, one after the other: all of them or none.

    Each is a request and an appointment of its own, that can be moved or cancelled by itself;
    one message names them all.
    Raises NotOffered or JustTaken. The same form twice gives the same appointments.
    """
    if not 2 <= len(parts) <= MOST_IN_A_VISIT:
        raise ValueError(f"Two to {MOST_IN_A_VISIT} services make a visit.")
    changes.refuse_patients(by)
    lock_calendar()
    if by.submission and changes.was_done(by):
        first = AppointmentRequest.objects.get(submission_token=by.submission)
        return list(Appointment.objects.of_the_visit(first))
    visit, booked = uuid4(), list[Appointment]()
    before: tuple[Opening, Rules] | None = None
    for part in parts:
        request = _by_telephone(part.service, part.practitioner, now=now, visit=visit)
        if by.submission and not booked:
            request.submission_token = by.submission
        opening = changes.find(request, part.starts_at, part.practitioner, now, for_staff=True)
        rules = openings.rules_of(part.service, for_staff=True)
        if before and not follows(opening, rules, *before):
            raise NotOffered
        before = opening, rules
        submit(request, details, now=now, patient=booked[0].request.patient if booked else None)
        booked.append(changes.take(request, opening, Status.BOOKED, by=by, now=now))
    outbox.tell(booked[0], patient=Kind.CONFIRMED, now=now, is_on_the_phone=True)
    return booked


def leave_note(appointment: Appointment, note: str) -> None:
    """What the patient reads on their own page, and nowhere else; nothing takes away what was
    written there before, about something else.
    """
    if note != appointment.request.note_to_patient:
        appointment.request.note_to_patient = note
        appointment.request.save(update_fields=["note_to_patient"])
