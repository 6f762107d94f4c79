"""Reminders: found by "due and unsent", one a day of whatever was booked together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from booking import deadlines, outbox, together
from booking.models.appointments import Appointment, AppointmentEvent, Status
from booking.models.messages import Message
from booking.transactions import lock_calendar, one_transaction

Kind, Channel = Message.Kind, Message.Channel
TWO_DAYS, THREE_HOURS = timedelta(hours=48), timedelta(hours=3)
# The furthest ahead that a reminder is due: two days, and from a night to the evening before it.
REACH = TWO_DAYS + timedelta(hours=24)

# What was booked together, or an appointment by itself; and its day at the location.
OneDay = tuple[UUID, date]
Agreed = dict[UUID, datetime]


@one_transaction
def remind_patients(*, now: datetime) -> int:
    """Put the reminders that are due and unsent into the outbox; say how many.

    Of several that became due while nobody came round, the last one is sent. What was due before
    the time was agreed is not: whoever books today for tomorrow needs no reminder of it now.
    What was booked as one visit has one reminder a day, due with the first of its parts; a part
    that was given another time since is reminded of anew.
    """
    lock_calendar()
    coming = Appointment.objects.filter(
        status=Status.BOOKED, needs_other_time=False, starts_at__gt=now, starts_at__lte=now + REACH
    )
    rows = list(coming.filter(request__patient__wants_reminders=True).with_people())
    agreed, earlier = _agreed_at(rows), _reminders_of(rows)
    said = 0
    for day in together.on_one_day(rows):
        made = earlier[_day_of(day[0], day[0].starts_at)]
        if reminder := _due_of(day, made, agreed, now):
            outbox.withdraw_these(made, now=now)
            outbox.put([reminder])
            said += 1
    return said


def _agreed_at(rows: Iterable[Appointment]) -> Agreed:
    """When each got the time that it has."""
    events = AppointmentEvent.objects.filter(
        appointment__in=[row.id for row in rows], to_status=Status.BOOKED, reason_code=""
    )
    return dict(events.order_by("at", "number").values_list("appointment", "at"))


def _reminders_of(rows: Collection[Appointment]) -> dict[OneDay, list[Message]]:
    """Those that were made before, be they sent or not, by the day that they are of."""
    visits = {row.request.visit for row in rows} - {None}
    about = Q(appointment__in=[row.id for row in rows]) | Q(request__visit__in=visits)
    reminders = Message.objects.filter(about, kind__in=together.REMINDERS)
    made: dict[OneDay, list[Message]] = defaultdict(list)
    for each in reminders.select_related("request", "appointment__location"):
        assert each.appointment is not None  # every reminder is about one,
        assert each.useless_after is not None  # and useless once that begins
        each.appointment.request = each.request
        made[_day_of(each.appointment, each.useless_after)].append(each)
    return made


def _day_of(appointment: Appointment, starts_at: datetime) -> OneDay:
    day = starts_at.astimezone(appointment.location.zone).date()
    return appointment.request.visit or appointment.pk, day


def _due_of(
    day: Sequence[Appointment], made: Iterable[Message], agreed: Agreed, now: datetime
) -> Message | None:
    """The one reminder that is due now of a day, and that nobody was sent or called for."""
    untold: dict[Message.Kind, Message] = {}
    for row in day:
        at = agreed.get(row.id, row.created_at)
        kind = _kind_due(row, at, now)
        if kind and not _was_made(kind, made, since=at):
            # One a time that was agreed: nothing else makes a second reminder.
            key = f"{kind}:{row.id}:{at.astimezone(UTC):%Y%m%dT%H%M%S}"
            untold.setdefault(kind, _reminder(kind, day[0], key, now))
    reminder = untold.get(Kind.REMINDER_HOURS) or untold.get(Kind.REMINDER_DAYS)
    if reminder is None:
        return None
    if reminder.channel == Channel.CALL and reminder.kind != Kind.REMINDER_DAYS:
        return None  # the desk calls once, two days before
    if not outbox.unsaid([reminder.unique_key]):
        return None
    # Of a visit they may be here already.
    return reminder if together.spoken_in(reminder, now=now).of else None


def _kind_due(appointment: Appointment, agreed_at: datetime, now: datetime) -> Message.Kind | None:
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


def _was_made(kind: Message.Kind, made: Iterable[Message], *, since: datetime) -> bool:
    """Whoever has the later reminder needs no earlier one."""
    kinds = {kind, Kind.REMINDER_HOURS}
    return any(each.kind in kinds and each.created_at > since for each in made)


def _reminder(kind: Message.Kind, first: Appointment, key: str, now: datetime) -> Message:
    patient = first.request.patient
    assert patient is not None  # it was sent
    return outbox.message(
        kind,
        Channel.EMAIL if patient.email else Channel.CALL,
        first,
        key,
        language=first.request.language,
        now=now,
        useless_after=first.starts_at,
    )
