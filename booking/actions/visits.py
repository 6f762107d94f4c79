"""What becomes of a time that was asked for or confirmed: moved, cancelled, looked forward to."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from booking import changes, deadlines, outbox, together
from booking.actions.answers import leave_note
from booking.actors import Actor
from booking.availability import Opening
from booking.errors import ChangedMeanwhile, NotPossible, TooLate
from booking.models.appointments import Appointment, AppointmentEvent, Reason, Status
from booking.models.messages import Message
from booking.transactions import lock_calendar, one_transaction
from clinic.models import Practitioner

Kind = Message.Kind


def change_until(appointment: Appointment) -> datetime:
    """Until when the patient's link moves and cancels: a request until it starts, and what is
    confirmed until the service's cut-off.
    """
    if appointment.status == Status.BOOKED:
        return appointment.starts_at - appointment.request.service.cancel_cutoff
    return appointment.starts_at


@one_transaction
def move(
    *,
    appointment_id: UUID,
    starts_at: datetime,
    practitioner: Practitioner | None = None,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Give a request or a confirmed appointment another free time, in one step.

    What was confirmed stays confirmed, what waits for an answer goes on waiting, and no longer
    than before. Raises NotPossible, JustTaken or NotOffered, or TooLate for a patient; then the
    old time stands.
    """
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(appointment_id, Status.PENDING, Status.BOOKED, by=by, now=now)
    if not by.is_staff and now > change_until(appointment):
        raise TooLate
    request = appointment.request
    opening = changes.find(request, starts_at, practitioner, now, for_staff=by.is_staff)
    if opening.starts_at == appointment.starts_at and practitioner in {
        None,
        appointment.practitioner,
    }:
        return appointment  # it is there already
    deadline = _deadline_at(opening, appointment, now)
    changes.move(appointment, opening, by=by, now=now, expires_at=deadline)
    if deadline:
        request.answer_by = deadline
        request.save(update_fields=["answer_by"])
    appointment = changes.get(appointment_id)
    outbox.withdraw(appointment, (*outbox.REMINDERS, Kind.MOVED), now=now)
    staff = None if by.is_staff else Kind.STAFF_MOVED
    outbox.tell(appointment, patient=Kind.MOVED, staff=staff, now=now)
    return appointment


def _deadline_at(opening: Opening, appointment: Appointment, now: datetime) -> datetime | None:
    """A request keeps its deadline, unless the new time comes before it."""
    if appointment.expires_at is None:
        return None
    latest = deadlines.latest_answer(
        starts_at=opening.starts_at,
        cutoff=appointment.request.service.cancel_cutoff,
        zone=opening.zone,
        now=now,
    )
    return min(appointment.expires_at, latest)


@one_transaction
def cancel(
    *,
    appointment_id: UUID,
    by: Actor,
    now: datetime,
    reason: Reason | None = None,
    note: str = "",
) -> Appointment:
    """End a request, a confirmed appointment or, for staff, an offer with all its times.

    A patient may withdraw a request until it starts, and cancel what is confirmed until the
    service's cut-off; staff may cancel at any time. Raises NotPossible, or TooLate for a patient.
    """
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(
        appointment_id, Status.PENDING, Status.BOOKED, Status.PROPOSED, by=by, now=now
    )
    if not by.is_staff and appointment.status == Status.PROPOSED:
        raise NotPossible(appointment)
    if not by.is_staff and now > change_until(appointment):
        raise TooLate
    leave_note(appointment, note)
    if appointment.status == Status.PROPOSED:
        reason = reason or Reason.OFFER_WITHDRAWN
        changes.end_offers(appointment.request, by=by, now=now, reason=reason)
        return changes.get(appointment_id)
    reason = reason or (Reason.BY_CLINIC if by.is_staff else Reason.BY_PATIENT)
    changes.change(appointment, Status.CANCELLED, by=by, now=now, reason=reason)
    outbox.withdraw(appointment, outbox.REMINDERS, now=now)
    staff = None if by.is_staff else Kind.STAFF_CANCELLED
    outbox.tell(appointment, patient=Kind.CANCELLED, staff=staff, now=now)
    return appointment


@one_transaction
def cancel_visit(
    *, appointment_id: UUID, by: Actor, now: datetime, note: str = ""
) -> list[Appointment]:
    """Staff end all that still stands of a visit, with one message: all of it or nothing.

    Of a part whose other times were on offer the patient hears as of every offer that ends: what
    had been confirmed before is named, and taken out of the calendar.
    `by.shown` is what the page showed of all that stands together. Raises NotPossible, or
    ChangedMeanwhile where any of it is not as it was shown.
    """
    changes.refuse_all_but_staff(by)
    lock_calendar()
    appointment = changes.get(appointment_id)
    if changes.was_done(by):
        return together.parts_of(appointment.request)
    rows = together.standing_of(appointment.request)
    if not rows:
        raise NotPossible(appointment)
    if by.shown is not None and by.shown != together.shown_together(rows):
        raise ChangedMeanwhile(appointment)
    unseen = replace(by, shown=None, submission=by.submission or uuid4())
    ended = [changes.require(row.pk, *together.STANDING, by=unseen, now=now) for row in rows]
    for row in ended:
        leave_note(row, note)
        outbox.withdraw(row, outbox.REMINDERS, now=now)
        outbox.withdraw_calls(row.request, now=now)
    for row in ended:
        if row.status == Status.PROPOSED:  # all of its request at once; the others are none then
            reason = Reason.OFFER_WITHDRAWN
            changes.end_offers(row.request, by=unseen, now=now, reason=reason)
    agreed = [row for row in ended if row.status != Status.PROPOSED]
    for row in agreed:
        changes.change(row, Status.CANCELLED, by=unseen, now=now, reason=Reason.BY_CLINIC)
    if agreed:
        outbox.tell(agreed[0], patient=Kind.CANCELLED, now=now)
    return together.parts_of(appointment.request)


@one_transaction
def confirm_attendance(*, appointment_id: UUID, by: Actor, now: datetime) -> list[Appointment]:
    """The patient says: I am coming, to all that they have that day of one visit.

    Said again, it changes nothing. Raises NotPossible, or ChangedMeanwhile where any of it is not
    as `by.shown` says that the page showed it.
    """
    lock_calendar()
    appointment = changes.require(
        appointment_id, Status.BOOKED, by=replace(by, shown=None), now=now
    )
    if appointment.starts_at <= now:
        raise NotPossible(appointment)
    coming = together.coming_with(appointment, together.others_of(appointment), now=now)
    if by.shown is not None and by.shown != together.shown_together(coming):
        raise ChangedMeanwhile(appointment)
    for row in coming:
        if row.attendance_confirmed_at is None:
            row.attendance_confirmed_at = now
            row.calendar_sequence += 1
            row.save(update_fields=["attendance_confirmed_at", "calendar_sequence"])
            changes.record(row, Status.BOOKED, by, now, Reason.COMING)
    return coming


@one_transaction
def need_other_time(
    *, appointment_id: UUID, by: Actor, now: datetime, note: str = ""
) -> Appointment:
    """Staff say that a time cannot stay, and that they will find another: it stands until then.

    The patient hears of it with the other times, and no more of the one that cannot stay. What
    is only offered nobody may take any more: it is withdrawn, and its patient waits for staff,
    until `settle_other_time`. Said again, it changes nothing.
    """
    changes.refuse_patients(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(
        appointment_id, Status.PENDING, Status.BOOKED, Status.PROPOSED, by=by, now=now
    )
    if appointment.status == Status.PROPOSED:
        leave_note(appointment, note)
        reason = Reason.OFFER_WITHDRAWN
        changes.end_offers(appointment.request, by=by, now=now, reason=reason)
        Appointment.objects.filter(pk=appointment.pk).update(needs_other_time=True)
        return changes.get(appointment_id)
    if not appointment.needs_other_time:
        appointment.needs_other_time = True
        appointment.calendar_sequence += 1
        appointment.save(update_fields=["needs_other_time", "calendar_sequence"])
        status, why = Status(appointment.status), Reason.OTHER_TIME_NEEDED
        changes.record(appointment, status, by, now, why)
        outbox.withdraw(appointment, together.OF_WHAT_STAYS, now=now)
    return appointment


@one_transaction
def keep_time(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """No other time is looked for: this one stays, and what waited to be said of it is said.

    Said again, it changes nothing.
    """
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(appointment_id, Status.PENDING, Status.BOOKED, by=by, now=now)
    needed = AppointmentEvent.objects.filter(
        appointment=appointment.pk, reason_code=Reason.OTHER_TIME_NEEDED
    ).last()
    if appointment.needs_other_time and needed:
        appointment.needs_other_time = False
        appointment.calendar_sequence += 1
        appointment.save(update_fields=["needs_other_time", "calendar_sequence"])
        changes.record(appointment, Status(appointment.status), by, now, Reason.TIME_KEPT)
        outbox.put_back(appointment, withdrawn_at=needed.at, now=now)
    return appointment


@one_transaction
def settle_other_time(
    *, appointment_id: UUID, is_found: bool, by: Actor, now: datetime
) -> Appointment:
    """Whose offer was withdrawn has another time now, or wants none. Said again, it changes
    nothing.
    """
    changes.refuse_all_but_staff(by)
    lock_calendar()
    appointment = changes.get(appointment_id)
    if appointment.is_without_a_time:
        appointment.needs_other_time = False
        appointment.calendar_sequence += 1
        appointment.save(update_fields=["needs_other_time", "calendar_sequence"])
        reason = Reason.OTHER_TIME_CHOSEN if is_found else Reason.OFFER_DECLINED
        changes.record(appointment, Status(appointment.status), by, now, reason)
    return appointment
