"""What staff note of a visit on its day: arrived, completed, did not come; and that it was a slip.

None of it is told to the patient. What was noted by mistake is taken back on the same day.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from booking import changes, outbox
from booking.actors import Actor
from booking.errors import NotToday, NotYet, OfferedInstead, TakenMeanwhile
from booking.models.appointments import CHANGES, Appointment, AppointmentEvent, Status
from booking.models.messages import Message
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction
from booking.walltime import MINUTE, Interval

Kind = Message.Kind
BACK_TO = {
    Status.ARRIVED: Status.BOOKED,
    Status.FULFILLED: Status.ARRIVED,
    Status.NOSHOW: Status.BOOKED,
}
REMOVABLE = tuple(status for status in Status if Status.ENTERED_IN_ERROR in CHANGES[status])


@one_transaction
def arrive(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """The patient is here. Raises NotPossible or NotToday."""
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = _on_its_day(appointment_id, Status.BOOKED, by=by, now=now)
    changes.change(appointment, Status.ARRIVED, by=by, now=now)
    outbox.withdraw_calls(appointment.request, now=now)
    return appointment


@one_transaction
def complete(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """The visit is over; if it is early, the rest of its time is free. Raises like `arrive`."""
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = _on_its_day(appointment_id, Status.ARRIVED, by=by, now=now)
    changes.change(appointment, Status.FULFILLED, by=by, now=now)
    _give_back_rest(appointment, now)
    return appointment


@one_transaction
def mark_no_show(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """Nobody came, and the time is free for a walk-in. Raises NotYet before it begins."""
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = _on_its_day(appointment_id, Status.BOOKED, by=by, now=now)
    if now < appointment.starts_at:
        raise NotYet
    changes.change(appointment, Status.NOSHOW, by=by, now=now)
    outbox.withdraw_calls(appointment.request, now=now)
    return appointment


@one_transaction
def take_back(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """Undo what was noted last. Raises TakenMeanwhile where the time it gave back is gone."""
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = _on_its_day(appointment_id, *BACK_TO, by=by, now=now)
    _take_time_back(appointment, now)
    changes.change(appointment, BACK_TO[Status(appointment.status)], by=by, now=now)
    return appointment


@one_transaction
def remove(*, appointment_id: UUID, by: Actor, now: datetime) -> Appointment:
    """It was entered by mistake: its time is free, and whatever waits to be said is not said.

    Offers of one request stand and fall together here too. Raises OfferedInstead where they have
    taken the place of what was confirmed: that is gone, and its patient has to hear of it.
    """
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        return changes.get(appointment_id)
    appointment = changes.require(appointment_id, *REMOVABLE, by=by, now=now)
    is_offer = appointment.status == Status.PROPOSED
    if is_offer and Appointment.objects.replaced_by_offers_to(appointment.request):
        raise OfferedInstead
    offers = Appointment.objects.offered_to(appointment.request) if is_offer else ()
    for row in list(offers) or [appointment]:
        changes.change(row, Status.ENTERED_IN_ERROR, by=by, now=now)
        outbox.withdraw(row, Kind.values, now=now)
    return changes.get(appointment_id)


@one_transaction
def remove_all_of_sender(*, appointment_id: UUID, by: Actor, now: datetime) -> int:
    """Remove what one network address has asked for and nobody has confirmed; say how many.

    Somebody floods the calendar: whoever's addresses they typed are not told.
    """
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if changes.was_done(by):
        done = AppointmentEvent.objects.filter(submission=by.submission)
        return done.values("request").distinct().order_by().count()
    request = changes.get(appointment_id).request
    same = AppointmentRequest.objects.from_the_sender_of(request)
    rows = Appointment.objects.undecided_of(same)
    for row in rows:
        changes.change(row, Status.ENTERED_IN_ERROR, by=by, now=now)
        outbox.withdraw(row, Kind.values, now=now)
    return len({row.request_id for row in rows})


def _on_its_day(appointment_id: UUID, *statuses: Status, by: Actor, now: datetime) -> Appointment:
    appointment = changes.require(appointment_id, *statuses, by=by, now=now)
    if not appointment.is_on_the_day_of(now):
        raise NotToday
    return appointment


def _give_back_rest(appointment: Appointment, now: datetime) -> None:
    """The room is made ready after the visit all the same, so the buffer follows its end."""
    buffer = appointment.blocks_until - appointment.ends_at
    ended = _ended(appointment, now)
    appointment.blocks_until = min(appointment.blocks_until, ended + buffer)
    appointment.save(update_fields=["blocks_until"])


def _blocked_until(appointment: Appointment) -> datetime:
    """Until when it blocked before: its buffer is the one that it was booked with."""
    completed = AppointmentEvent.objects.filter(
        appointment=appointment.pk, to_status=Status.FULFILLED
    )
    if appointment.status != Status.FULFILLED or not (last := completed.last()):
        return max(appointment.blocks_until, appointment.ends_at)
    return appointment.blocks_until + max(
        appointment.ends_at - _ended(appointment, last.at), timedelta()
    )


def _ended(appointment: Appointment, completed_at: datetime) -> datetime:
    """A visit that was completed before its time has its first minute all the same."""
    return max(completed_at, appointment.starts_at + MINUTE)


def _take_time_back(appointment: Appointment, now: datetime) -> None:
    """What a visit that is not over blocks, unless somebody has taken some of it."""
    until = _blocked_until(appointment)
    blocked = Interval(appointment.blocks_from, until)
    changes.clear_lapsed(blocked, now=now, besides=appointment)
    same = Q(practitioner=appointment.practitioner_id)
    if appointment.room_id:
        same |= Q(room=appointment.room_id)
    others = Appointment.objects.blocking().touching(*blocked).exclude(pk=appointment.pk)
    if others.filter(same).exists():
        raise TakenMeanwhile
    appointment.blocks_until = until
    appointment.save(update_fields=["blocks_until"])
