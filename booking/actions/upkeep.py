"""What the clock does, and what staff and patients do with messages and links."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import F

from booking import changes, deadlines, outbox
from booking.actors import Actor
from booking.errors import PatientErased
from booking.models.appointments import Appointment
from booking.models.calls import CallNote
from booking.models.messages import LostLink, Message
from booking.models.patients import Patient
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction
from clinic.fields import readable
from clinic.models import Practitioner, User

Kind, Channel = Message.Kind, Message.Channel
SENDERS_ARE_KNOWN = timedelta(days=7)
LINK_AGAIN_EVERY = timedelta(minutes=10)
LOST_LINKS_A_ROUND = 50


@one_transaction
def expire_lapsed(*, now: datetime, appointment_id: UUID | None = None, limit: int = 100) -> int:
    """End what was held, offered or requested past its deadline; say how many."""
    lock_calendar()
    return changes.expire_lapsed(now=now, appointment_id=appointment_id, limit=limit)


@one_transaction
def warn_staff(*, now: datetime) -> int:
    """Tell staff of the requests that have to be answered soon; say how many."""
    lock_calendar()
    soon = now + deadlines.WARN_STAFF_AT_MOST
    waiting = Appointment.objects.waiting_for_staff().filter(
        expires_at__gt=now, expires_at__lte=soon
    )
    due = {
        f"{Kind.STAFF_ANSWER_SOON}:{row.id}": row
        for row in waiting.with_people()
        if _answer_soon(row, now)
    }
    outbox.put(
        outbox.message(
            Kind.STAFF_ANSWER_SOON,
            Channel.EMAIL,
            due[key],
            key,
            language="en",
            now=now,
            useless_after=due[key].expires_at,
        )
        for key in outbox.unsaid(due)
    )
    return len(due)


def _answer_soon(waiting: Appointment, now: datetime) -> bool:
    asked_at, deadline = waiting.request.sent_at, waiting.expires_at
    assert asked_at is not None  # the database says so of every request,
    assert deadline is not None  # and of every one that waits
    return deadlines.warn_staff_at(asked_at=asked_at, deadline=deadline) <= now


@one_transaction
def forget_useless_messages(*, now: datetime) -> None:
    """What came too late to be said: a reminder, or a call, of a visit that has begun."""
    late = Message.objects.unsent().filter(useless_after__lte=now)
    late.update(state=Message.State.OBSOLETE, finished_at=now)


@one_transaction
def forget_senders(*, now: datetime) -> None:
    """By then nobody needs to know which requests came from one network address."""
    old = AppointmentRequest.objects.filter(sent_at__lt=now - SENDERS_ARE_KNOWN)
    old.exclude(sent_from="").update(sent_from="")


@one_transaction
def ask_for_links(*, email: str, now: datetime) -> None:
    """Somebody lost the link; whether the address is known is found out by the worker."""
    LostLink.objects.create(email=email.lower(), asked_at=now)


@one_transaction
def send_lost_links(*, now: datetime) -> None:
    """Send each request's link again to the address on file, if that was asked for.

    One message a request, as each was told of on its own: an equal address proves nothing, so
    nothing is brought together.
    """
    lock_calendar()
    for key in LostLink.objects.order_by("id").values_list("id", flat=True)[:LOST_LINKS_A_ROUND]:
        lost = LostLink.objects.filter(id=key)
        address = readable(lost.values_list("email", flat=True).get())
        for appointment in _coming_for(address, now) if address else ():
            _send_link(appointment, now)
        lost.delete()


def _coming_for(address: str, now: datetime) -> Iterable[Appointment]:
    """The next time of each request of an address that is still to come."""
    rows = Appointment.objects.filter(request__patient__email__iexact=address)
    coming = rows.standing().filter(ends_at__gt=now).with_people().order_by("-starts_at")
    return {row.request_id: row for row in coming}.values()


def _send_link(appointment: Appointment, now: datetime) -> None:
    kind, request = Kind.LINK_AGAIN, appointment.request
    since = now - LINK_AGAIN_EVERY
    if request.messages.filter(kind=kind, created_at__gt=since).exists():
        return
    key = f"{kind}:{request.pk}:{now.timestamp():.0f}"
    language = request.language
    again = outbox.message(kind, Channel.EMAIL, appointment, key, language=language, now=now)
    outbox.put([again])


@one_transaction
def record_call(*, message_id: UUID, by: Actor, now: datetime) -> None:
    """Staff have made a call of the call list, or one in place of an e-mail that failed."""
    Message.objects.to_be_called().filter(id=message_id).update(
        state=Message.State.SENT, finished_at=now
    )


@one_transaction
def note_call(*, request_id: UUID, author: User, text: str, by: Actor, now: datetime) -> CallNote:
    """Write down what was said in a call; the same form twice leaves one note.

    Raises PatientErased: nothing more is written about whoever was erased.
    """
    changes.refuse_all_but_staff(by)
    lock_calendar()
    if Patient.objects.filter(requests=request_id, erased_at__isnull=False).exists():
        raise PatientErased
    note, _is_new = CallNote.objects.get_or_create(
        submission=by.submission or uuid4(),
        defaults={"request_id": request_id, "author": author, "text": text, "at": now},
    )
    return note


@one_transaction
def send_again(*, message_id: UUID, by: Actor, now: datetime) -> None:
    """Put a message that failed back into the outbox."""
    failed = Message.objects.filter(id=message_id, state=Message.State.FAILED)
    failed.update(state=Message.State.WAITING, attempts=0, next_attempt_at=now, last_error="")


@one_transaction
def renew_feed(*, practitioner_id: int, version: int) -> None:
    """End this version of the address of a practitioner's feed; a new one takes its place.

    Asked twice to end the same one, it ends one.
    """
    now_current = Practitioner.objects.filter(id=practitioner_id, feed_version=version)
    now_current.update(feed_version=F("feed_version") + 1)
