"""What the actions are made of: how one appointment is found, taken, changed and ended.

Nothing here opens a transaction or takes the lock: only booking/actions.py calls it, inside its
own.
"""

from datetime import datetime, timedelta
from uuid import UUID

from booking import openings, outbox
from booking.actors import Actor
from booking.availability import Opening
from booking.errors import JustTaken, NoTimeChosen, NotOffered, NotPossible
from booking.models.appointments import (
    CHANGES,
    WITH_DEADLINE,
    Appointment,
    AppointmentEvent,
    Reason,
    Status,
)
from booking.models.messages import Message
from booking.models.requests import AppointmentRequest
from clinic.models import Practitioner

HOLD_FOR = timedelta(minutes=20)
HOLD_AT_MOST = timedelta(hours=2)  # in one piece, however often it is renewed


def require(appointment_id: UUID, *statuses: Status) -> Appointment:
    appointment = Appointment.objects.with_people().get(id=appointment_id)
    if appointment.status not in statuses:
        raise NotPossible(appointment)
    return appointment


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
    appointment.calendar_sequence += 1
    appointment.save()
    record(appointment, before, by, now)


def record(appointment: Appointment, before: Status | None, by: Actor, now: datetime) -> None:
    AppointmentEvent.objects.create(
        at=now,
        appointment=appointment.id,
        request=appointment.request_id,
        actor_kind=by.kind,
        actor=by.id,
        from_status=before or "",
        to_status=appointment.status,
        reason_code=appointment.reason_code,
    )


def find(
    request: AppointmentRequest,
    starts_at: datetime,
    practitioner: Practitioner | None,
    now: datetime,
) -> Opening:
    """The opening at a time that a draft may take. Raises JustTaken or NotOffered."""
    day = timedelta(days=1)
    first, last = (starts_at - day).date(), (starts_at + day).date()
    for as_if_empty in (False, True):
        opening = openings.free_times(
            request.service,
            first_day=first,
            last_day=last,
            now=now,
            practitioner=practitioner,
            besides=request.id,
            as_if_empty=as_if_empty,
        ).at(starts_at)
        if opening and as_if_empty:
            raise JustTaken
        if opening:
            return opening
    raise NotOffered


def take(request: AppointmentRequest, opening: Opening, *, by: Actor, now: datetime) -> Appointment:
    """Write the held time, after clearing what has lapsed on it."""
    blocked = openings.rules_of(request.service).blocked(opening.starts_at)
    lapsed = Appointment.objects.lapsed(now=now).touching(blocked.start, blocked.end)
    for appointment in lapsed.with_people():
        expire(appointment, now=now)
    appointment = Appointment.objects.create(
        request=request,
        practitioner_id=opening.practitioner_id,
        location_id=opening.location_id,
        room_id=opening.room_id,
        starts_at=opening.starts_at,
        ends_at=opening.ends_at,
        blocks_from=blocked.start,
        blocks_until=blocked.end,
        status=Status.HELD,
        expires_at=now + HOLD_FOR,
        created_at=now,
    )
    record(appointment, None, by, now)
    return appointment


def keep(request: AppointmentRequest, *, by: Actor, now: datetime) -> Appointment:
    last = Appointment.objects.chosen_for(request)
    if last is None:
        raise NoTimeChosen
    if last.status == Status.HELD:
        return renew(last, now)
    return take(request, find(request, last.starts_at, last.practitioner, now), by=by, now=now)


def renew(held: Appointment, now: datetime) -> Appointment:
    """A held row blocks until somebody clears it, so a lapsed one is still ours to renew.

    After HOLD_AT_MOST it has to lapse first: then whoever wants the time can have it.
    """
    if held.starts_at <= now:
        raise NotOffered
    if now > held.created_at + HOLD_AT_MOST and held.expires_at and now < held.expires_at:
        return held
    held.expires_at = now + HOLD_FOR
    held.save(update_fields=["expires_at"])
    return held


def expire(appointment: Appointment, *, now: datetime) -> None:
    was_request = appointment.status == Status.PENDING
    reason = Reason.HOLD_ENDED if appointment.status == Status.HELD else Reason.NOT_ANSWERED
    change(appointment, Status.CANCELLED, by=Actor.system(), now=now, reason=reason)
    if was_request:
        outbox.tell_patient(Message.Kind.EXPIRED, appointment, now=now)
        outbox.tell_staff(Message.Kind.STAFF_EXPIRED, appointment, now=now)
