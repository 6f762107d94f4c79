"""What is due: requests that lapse, messages that wait. Safe to kill at any step.

A message is claimed by a conditional update with a lease, its reason is checked again, it is
sent, and then it is marked. Whoever dies in between leaves a lease that ends: the message is
sent again, with the same Message-ID. That is at least once, and never not at all.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone

from booking import actions, emails, together
from booking.models.appointments import Appointment, Status
from booking.models.messages import MOST_ATTEMPTS, Heartbeat, LostLink, Message
from booking.models.requests import AppointmentRequest
from clinic import staff_mail
from clinic.limits import forget_old_hits

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
ABANDONED_AFTER = timedelta(days=1)
MESSAGES_A_ROUND = 50

Kind, State = Message.Kind, Message.State

# In which states of what it names a message still has a reason to be sent.
STILL_TRUE: dict[str, frozenset[str]] = {
    Kind.REQUESTED: frozenset({Status.PENDING}),
    Kind.STAFF_NEW_REQUEST: frozenset({Status.PENDING}),
    Kind.CONFIRMED: frozenset(together.WENT_AHEAD),
    Kind.DECLINED: frozenset({Status.CANCELLED}),
    Kind.EXPIRED: frozenset({Status.CANCELLED}),
    Kind.CANCELLED: frozenset({Status.CANCELLED}),
    Kind.MOVED: frozenset({Status.PENDING, *together.WENT_AHEAD}),
    Kind.OFFERED: frozenset({Status.PROPOSED}),
    Kind.OFFER_ENDED: frozenset({Status.CANCELLED}),
    Kind.REMINDER_DAYS: frozenset({Status.BOOKED}),
    Kind.REMINDER_HOURS: frozenset({Status.BOOKED}),
    Kind.LINK_AGAIN: frozenset(Status.values),
    Kind.STAFF_CANCELLED: frozenset({Status.CANCELLED}),
    Kind.STAFF_EXPIRED: frozenset({Status.CANCELLED}),
    Kind.STAFF_ANSWER_SOON: frozenset({Status.PENDING}),
    Kind.STAFF_MOVED: frozenset({Status.PENDING, *together.WENT_AHEAD}),
    Kind.STAFF_OFFER_TAKEN: frozenset(together.WENT_AHEAD),
    Kind.STAFF_OFFER_ENDED: frozenset({Status.CANCELLED}),
    Kind.STAFF_OFFER_DECLINED: frozenset({Status.CANCELLED}),
}


def run_once(*, now: datetime) -> None:
    """One round of everything that is due."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": now})
    if Appointment.objects.lapsed(now=now).exists():
        actions.expire_lapsed(now=now)
    if LostLink.objects.exists():
        actions.send_lost_links(now=now)
    for key in Message.objects.due(now=now).values_list("id", flat=True)[:MESSAGES_A_ROUND]:
        # Each message is an operation of its own: fifty slow ones must not outlast their lease.
        moment = max(now, timezone.now())
        Heartbeat.objects.filter(name="worker").update(at=moment)
        message = claim(key, now=moment)
        if message:
            deliver(message, now=moment)
    staff_mail.send_due(now=max(now, timezone.now()))


def look_ahead(*, now: datetime) -> None:
    """Once a minute: what is coming, and who is to be told of it in time."""
    actions.remind_patients(now=now)
    actions.warn_staff(now=now)
    actions.forget_useless_messages(now=now)
    actions.forget_senders(now=now)


def tidy_up(*, now: datetime) -> None:
    """Once an hour: what nobody needs any longer, none of it a sent request."""
    forget_old_hits(now=now)
    Session.objects.filter(expire_date__lt=now).delete()
    abandoned = AppointmentRequest.objects.abandoned(before=now - ABANDONED_AFTER)
    for key in abandoned.values_list("id", flat=True)[:500]:
        actions.forget_draft(request_id=key, now=now)


def claim(message_id: UUID, *, now: datetime) -> Message | None:
    """Make a due message ours for the time of the lease, unless somebody was faster."""
    due = Message.objects.due(now=now).order_by().filter(id=message_id)
    if not due.update(claimed_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    message = Message.objects.select_related("request", "appointment__location").get(id=message_id)
    if not is_still_true(message, now=now):
        _finish(message, State.OBSOLETE, now)
        return None
    return message


def is_still_true(message: Message, *, now: datetime) -> bool:
    """A confirmation is not sent for what was cancelled before, nor a reminder of what began."""
    if message.useless_after and message.useless_after <= now:
        return False
    spoken = together.spoken_in(message, now=now)
    return any(each.status in STILL_TRUE[message.kind] for each in spoken.of)


def deliver(message: Message, *, now: datetime) -> None:
    """Send a claimed message, or plan the next attempt; log its kind and nothing of its text."""
    try:
        mail = emails.render(message, now=now)
        if not mail.recipients():
            raise NobodyToSendTo
        mail.send()
    except DatabaseError:
        raise
    except Exception as error:  # one message that cannot be made or sent stops no other
        _postpone(message, error, now)
    else:
        _finish(message, State.SENT, now)


class NobodyToSendTo(ValueError):
    """The patient has no address any more, or nobody works at the desk."""


def is_final(error: Exception) -> bool:
    """Whether trying again is of no use: no address, an impossible one, or a refused one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, ValueError)


def _finish(message: Message, state: str, now: datetime) -> None:
    Message.objects.filter(id=message.id).update(
        state=state, finished_at=now, claimed_until=None, last_error=""
    )
    log.info("Message %s (%s) is %s", message.id, message.kind, state)


def _postpone(message: Message, error: Exception, now: datetime) -> None:
    """Growing pauses: one minute, two, four, … up to six hours; in the end staff see it."""
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    gave_up = message.attempts >= MOST_ATTEMPTS or is_final(error)
    Message.objects.filter(id=message.id).update(
        state=State.FAILED if gave_up else State.WAITING,
        claimed_until=None,
        next_attempt_at=now + pause,
        last_error=describe(error),
    )
    log.warning("Message %s (%s): %s", message.id, message.kind, describe(error))


def describe(error: Exception) -> str:
    """The error without what a mail server may have quoted: no address, no text."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
