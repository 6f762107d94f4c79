"""What the actions are made of: how one appointment is found, taken, changed, moved and ended.

Nothing here opens a transaction or takes the lock: only booking/actions and
booking/transactions.py call it, inside their own.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from booking import openings, outbox
from booking.actors import Actor
from booking.availability import Opening
from booking.errors import (
    ChangedMeanwhile,
    DayIsFull,
    ElsewhereThen,
    JustTaken,
    Lapsed,
    NotForPatients,
    NotOffered,
    NotPossible,
    PatientErased,
)
from booking.models.appointments import (
    CHANGES,
    VISITS,
    WITH_DEADLINE,
    Appointment,
    AppointmentEvent,
    AppointmentQuerySet,
    Reason,
    Status,
)
from booking.models.messages import Message
from booking.models.requests import AppointmentRequest
from booking.walltime import Interval
from clinic.models import Practitioner

HOLD_FOR = timedelta(minutes=20)
CHANGED = ("status", "reason_code", "expires_at", "calendar_sequence", "needs_other_time")
HOLD_AT_MOST = timedelta(hours=2)  # in one piece, however often it is renewed

Kind = Message.Kind


def was_done(by: Actor) -> bool:
    """Whether this very form has been carried out already: a double click, or a retry."""
    if by.submission is None:
        return False
    return AppointmentEvent.objects.filter(submission=by.submission).exists()


def refuse_patients(by: Actor) -> None:
    if by.kind == AppointmentEvent.ActorKind.PATIENT:
        raise NotForPatients


def refuse_all_but_staff(by: Actor) -> None:
    """What only a person at the desk can have seen: neither a patient's link nor the clock."""
    if not by.is_staff:
        raise NotForPatients


def get(appointment_id: UUID) -> Appointment:
    return Appointment.objects.with_people().get(id=appointment_id)


def require(appointment_id: UUID, *statuses: Status, by: Actor, now: datetime) -> Appointment:
    """The appointment in one of these states, as whoever acts was shown it.

    Raises NotPossible or ChangedMeanwhile, or Lapsed past its deadline; and PatientErased: of
    whoever was erased nothing new is written down.
    """
    appointment = get(appointment_id)
    patient = appointment.request.patient
    if patient and patient.erased_at:
        raise PatientErased
    if appointment.status not in statuses:
        raise NotPossible(appointment)
    if appointment.expires_at and appointment.expires_at <= now:
        raise Lapsed(appointment, now)
    if by.shown is not None and by.shown != appointment.shown:
        raise _not_as_shown(appointment, by.shown)
    return appointment


def _not_as_shown(appointment: Appointment, shown: str) -> NotPossible:
    """Another state says for itself what has happened; another time has to be said."""
    others = (status for status in Status if status != appointment.status)
    if any(shown.startswith(f"{status}-") for status in others):
        return NotPossible(appointment)
    return ChangedMeanwhile(appointment)


def change(
    appointment: Appointment,
    to: Status,
    *,
    by: Actor,
    now: datetime,
    reason: Reason | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Make one allowed change, and write down who made it."""
    before = Status(appointment.status)
    if to not in CHANGES[before]:
        raise NotPossible(appointment)
    appointment.status = to
    appointment.reason_code = reason or ""
    appointment.expires_at = expires_at if to in WITH_DEADLINE else None
    # What was noted of a visit may be taken back, and then it needs another time as before.
    appointment.needs_other_time = to in VISITS and appointment.needs_other_time
    appointment.calendar_sequence += 1
    appointment.save(update_fields=CHANGED)
    record(appointment, before, by, now, reason)


def record(
    appointment: Appointment,
    before: Status | None,
    by: Actor,
    now: datetime,
    reason: Reason | None = None,
) -> None:
    AppointmentEvent.objects.create(
        at=now,
        appointment=appointment.id,
        request=appointment.request_id,
        actor_kind=by.kind,
        actor=by.id,
        from_status=before or "",
        to_status=appointment.status,
        reason_code=reason or "",
        number=appointment.calendar_sequence,
        starts_at=appointment.starts_at,
        submission=by.submission,
    )


def find(
    request: AppointmentRequest,
    starts_at: datetime,
    practitioner: Practitioner | None,
    now: datetime,
    *,
    for_staff: bool = False,
    in_addition: bool = False,
) -> Opening:
    """The opening at a time that a request may take, in place of its others or in addition.

    Raises ElsewhereThen, JustTaken, DayIsFull or NotOffered.
    """
    day = timedelta(days=1)
    look = partial(
        openings.free_times,
        request.service,
        first_day=(starts_at - day).date(),
        last_day=(starts_at + day).date(),
        now=now,
        practitioner=practitioner,
        besides=None if in_addition else request.id,
        for_staff=for_staff,
    )
    if opening := look().at(starts_at):
        others = Appointment.objects.other_parts_of(request)
        if others and not openings.is_apart(opening, others):
            raise ElsewhereThen
        return opening
    if look(as_if_uncapped=True).at(starts_at):
        raise DayIsFull(for_staff=for_staff)
    if look(as_if_empty=True).at(starts_at):
        raise JustTaken
    raise NotOffered


def take(
    request: AppointmentRequest,
    opening: Opening,
    status: Status,
    *,
    by: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> Appointment:
    """Write a new time of a request, after clearing what has lapsed on it."""
    blocked = openings.rules_of(request.service).blocked(opening.starts_at)
    clear_lapsed(blocked, now=now)
    appointment = Appointment(request=request, status=status, expires_at=expires_at, created_at=now)
    place(appointment, opening, blocked)
    appointment.save(force_insert=True)
    record(appointment, None, by, now)
    return appointment


def place(appointment: Appointment, opening: Opening, blocked: Interval) -> None:
    appointment.practitioner_id = opening.practitioner_id
    appointment.location_id = opening.location_id
    appointment.room_id = opening.room_id
    appointment.starts_at, appointment.ends_at = opening.starts_at, opening.ends_at
    appointment.blocks_from, appointment.blocks_until = blocked.start, blocked.end


def move(
    appointment: Appointment,
    opening: Opening,
    *,
    by: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Give an appointment another time in one step: the old is freed as the new is taken."""
    status = Status(appointment.status)
    if status not in CHANGES[status]:
        raise NotPossible(appointment)
    blocked = openings.rules_of(appointment.request.service).blocked(opening.starts_at)
    clear_lapsed(blocked, now=now, besides=appointment)
    place(appointment, opening, blocked)
    appointment.expires_at = expires_at
    appointment.attendance_confirmed_at = None
    appointment.needs_other_time = False
    appointment.calendar_sequence += 1
    appointment.save()
    record(appointment, status, by, now)


def keep(chosen: Appointment, *, by: Actor, now: datetime) -> Appointment:
    """A draft's held time; one that had to be given up is taken again if it is still free."""
    if chosen.status == Status.HELD:
        if chosen.starts_at <= now:
            raise NotOffered
        return chosen
    opening = find(chosen.request, chosen.starts_at, chosen.practitioner, now)
    return hold(chosen.request, opening, by=by, now=now)


def hold(request: AppointmentRequest, opening: Opening, *, by: Actor, now: datetime) -> Appointment:
    """Take a time for a draft; those it held before are no part of it, their events remain."""
    held = take(request, opening, Status.HELD, by=by, now=now, expires_at=now + HOLD_FOR)
    request.appointments.exclude(pk=held.pk).delete()
    return held


def renew(held: Appointment, now: datetime) -> Appointment:
    """A held row blocks until somebody clears it, so a lapsed one is still ours to renew.

    After HOLD_AT_MOST it has to lapse first: then whoever wants the time can have it.
    """
    if now > held.created_at + HOLD_AT_MOST and held.expires_at and now < held.expires_at:
        return held
    held.expires_at = now + HOLD_FOR
    held.save(update_fields=["expires_at"])
    return held


def clear_lapsed(blocked: Interval, *, now: datetime, besides: Appointment | None = None) -> None:
    """End what has lapsed in the way: the database's own rule cannot see the clock."""
    lapsed = Appointment.objects.lapsed(now=now).touching(blocked.start, blocked.end)
    _expire_all(lapsed.exclude(pk=besides.pk) if besides else lapsed, now)


def expire_lapsed(
    *, now: datetime, appointment_id: UUID | None = None, limit: int | None = None
) -> int:
    """End what was held, offered or requested past its deadline; say how many."""
    lapsed = Appointment.objects.lapsed(now=now).order_by("expires_at")
    if appointment_id:
        lapsed = lapsed.filter(id=appointment_id)
    return _expire_all(lapsed[:limit] if limit else lapsed, now)


def _expire_all(lapsed: AppointmentQuerySet, now: datetime) -> int:
    rows = list(lapsed.with_people())
    offers = {row.request_id: row.request for row in rows if row.status == Status.PROPOSED}
    for row in rows:
        if row.status != Status.PROPOSED:
            _expire(row, now)
    for request in offers.values():
        end_offers(request, by=Actor.system(), now=now, reason=Reason.OFFER_ENDED)
    return len(rows)


def _expire(appointment: Appointment, now: datetime) -> None:
    was_request = appointment.status == Status.PENDING
    reason = Reason.NOT_ANSWERED if was_request else Reason.HOLD_ENDED
    change(appointment, Status.CANCELLED, by=Actor.system(), now=now, reason=reason)
    if was_request:
        outbox.tell(appointment, patient=Kind.EXPIRED, staff=Kind.STAFF_EXPIRED, now=now)


def end_offers(
    request: AppointmentRequest,
    *,
    by: Actor,
    now: datetime,
    reason: Reason,
    besides: Appointment | None = None,
) -> None:
    """Free the times that a request was offered, all but one that is taken.

    They stand and fall together: whoever is concerned is told once, of the first.
    """
    offers = list(Appointment.objects.offered_to(request).with_people())
    for offered in offers:
        if offered != besides:
            change(offered, Status.CANCELLED, by=by, now=now, reason=reason)
    if not offers or besides:
        return
    if reason == Reason.OFFER_ENDED:
        outbox.tell(offers[0], patient=Kind.OFFER_ENDED, staff=Kind.STAFF_OFFER_ENDED, now=now)
    elif reason == Reason.OFFER_DECLINED:
        outbox.withdraw_calls(request, now=now)
        patient = Kind.OFFER_ENDED if _counts_on_what_is_gone(request) else None
        outbox.tell(offers[0], patient=patient, staff=Kind.STAFF_OFFER_DECLINED, now=now)
    else:
        outbox.tell(offers[0], patient=Kind.OFFER_ENDED, now=now)


def _counts_on_what_is_gone(request: AppointmentRequest) -> bool:
    """Whoever declines on the page may have no mail yet that what was confirmed is not kept."""
    replaced = Appointment.objects.replaced_by_offers_to(request)
    return bool(replaced and not Message.objects.took_out_of_calendar(replaced).exists())
