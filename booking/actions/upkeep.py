"""What the clock does, and what staff and patients do with messages and links."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import F

from booking import changes, deadlines, outbox, together
from booking.actors import Actor
from booking.errors import PatientErased
from booking.models.appointments import Appointment, AppointmentEvent, Status
from booking.models.calls import CallNote
from booking.models.messages import LostLink, Message
from booking.models.patients import Patient
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction
from clinic.models import Practitioner, User

Kind, Channel = Message.Kind, Message.Channel
TWO_DAYS, THREE_HOURS = timedelta(hours=48), timedelta(hours=3)
# The furthest ahead that a reminder is due: two days, and from a night to the evening before it.
SENDERS_ARE_KNOWN = timedelta(days=7)
REMINDERS_REACH = TWO_DAYS + timedelta(hours=24)
LINK_AGAIN_EVERY = timedelta(minutes=10)
LOST_LINKS_A_ROUND = 50


@one_transaction
def expire_lapsed(*, now: datetime, appointment_id: UUID | None = None, limit: int = 100) -> int:
    """End what was held, offered or requested past its deadline; say how many."""
    lock_calendar()
    return changes.expire_lapsed(now=now, appointment_id=appointment_id, limit=limit)


@one_transaction
def remind_patients(*, now: datetime) -> int:
    """Put the reminders that are due and unsent into the outbox; say how many.

    Of several that became due while nobody came round, the last one is sent. What was due before
    the time was agreed is not: whoever books today for tomorrow needs no reminder of it now.
    What was booked as one visit has one reminder a day, due with the first of its parts.
    """
    lock_calendar()
    coming = Appointment.objects.filter(
        status=Status.BOOKED, starts_at__gt=now, starts_at__lte=now + REMINDERS_REACH
    )
    rows = list(coming.filter(request__patient__wants_reminders=True).with_people())
    agreed = _agreed_at(rows)
    due: dict[str, tuple[Message.Kind, Appointment]] = {}
    for day in together.on_one_day(rows):
        wanted = {_reminder_due(row, agreed.get(row.id, row.created_at), now) for row in day}
        for kind in (Kind.REMINDER_HOURS, Kind.REMINDER_DAYS):
            if kind in wanted:
                due[_reminder_key(kind, day[0])] = (kind, day[0])
                break
    for key in _unsaid(due):
        kind, row = due[key]
        _remind(kind, row, key, now)
    return len(due)


def _agreed_at(rows: Iterable[Appointment]) -> dict[UUID, datetime]:
    """When each got the time that it has."""
    events = AppointmentEvent.objects.filter(
        appointment__in=[row.id for row in rows], to_status=Status.BOOKED, reason_code=""
    )
    return dict(events.order_by("at", "number").values_list("appointment", "at"))


def _reminder_due(
    appointment: Appointment, agreed_at: datetime, now: datetime
) -> Message.Kind | None:
    """The latest reminder that is due now and was not when the time was agreed."""
    service, zone = appointment.request.service, appointment.location.zone
    choices = (
        (service.reminds_three_hours_before, Kind.REMINDER_HOURS, THREE_HOURS),
        (service.reminds_two_days_before, Kind.REMINDER_DAYS, TWO_DAYS),
    )
    for is_wished, kind, before in choices:
        due = deadlines.reminder_at(appointment.starts_at, before, zone)
        if is_wished and due <= now:
            return kind if due > agreed_at else None
    return None


def _reminder_key(kind: Message.Kind, first: Appointment) -> str:
    """A moved appointment is reminded of anew, and nothing else makes a second reminder.

    A visit is named by its day: what it begins with may be cancelled, and the rest of it stays.
    """
    if visit := first.request.visit:
        return f"{kind}:{visit}:{first.local_start:%Y%m%d}"
    return f"{kind}:{first.id}:{first.starts_at:%Y%m%dT%H%M}"


def _unsaid(keys: Iterable[str]) -> list[str]:
    wanted = list(keys)
    said = set(Message.objects.filter(unique_key__in=wanted).values_list("unique_key", flat=True))
    return [key for key in wanted if key not in said]


def _remind(kind: Message.Kind, appointment: Appointment, key: str, now: datetime) -> None:
    """By e-mail; without an address the desk calls, once, two days before."""
    patient = appointment.request.patient
    assert patient is not None  # it was sent
    if not patient.email and kind != Kind.REMINDER_DAYS:
        return
    outbox.withdraw_one(_reminder_key(Kind.REMINDER_DAYS, appointment), now=now)
    reminder = outbox.message(
        kind,
        Channel.EMAIL if patient.email else Channel.CALL,
        appointment,
        key,
        language=appointment.request.language,
        now=now,
        useless_after=appointment.starts_at,
    )
    if together.spoken_in(reminder, now=now).of:  # of a visit they may be here already
        outbox.put([reminder])


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
        for key in _unsaid(due)
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
        try:
            address = lost.values_list("email", flat=True).get()
        except ValueError:  # written with a key that is gone: nobody can answer it any more
            address = ""
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
