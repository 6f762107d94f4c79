"""When something ends or is due: the clocks on requests and offers, and reminders.

Pure: what is open, and `now`, are passed in. Instants are aware and in UTC.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.walltime import DAY, Interval

# Between these nobody is woken by a deadline or a reminder.
MORNING, NIGHT = time(8), time(20)
EVENING = time(18)

OFFER_FOR = timedelta(hours=24)
OFFER_ENDS_BEFORE_START = timedelta(hours=1)
LEAST_TIME_TO_ACCEPT = timedelta(hours=1)
LEAST_TIME_TO_ANSWER = timedelta(hours=2)
WARN_STAFF_AT_MOST = timedelta(hours=2)


def after_open_time(
    open_hours: Iterable[Interval], amount: timedelta, now: datetime
) -> datetime | None:
    """When `amount` of open time has passed since `now`; None if that much is not there.

    `open_hours` are sorted and do not overlap.
    """
    left = amount
    for stretch in open_hours:
        start = max(stretch.start, now)
        if stretch.end - start >= left:
            return start + left
        left -= max(stretch.end - start, timedelta())
    return None


def awake(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last waking moment that is not later: at night, eight in the evening before."""
    local = moment.astimezone(zone)
    if MORNING <= local.time() <= NIGHT:
        return moment
    day = local.date() if local.time() > NIGHT else local.date() - DAY
    return datetime.combine(day, NIGHT, zone).astimezone(UTC)


def next_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + DAY
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def latest_answer(
    *, starts_at: datetime, cutoff: timedelta, zone: ZoneInfo, now: datetime
) -> datetime:
    """The last moment to answer for a visit: its start less the cut-off, while people are awake.

    Where that has passed already or is too near, half of the time that is left, if that is later:
    whoever asks for the first time that the notice allows may ask minutes before the cut-off.
    """
    latest = awake(starts_at - cutoff, zone)
    if latest - now >= LEAST_TIME_TO_ANSWER:
        return latest
    return max(latest, now + (starts_at - now) / 2)


def answer_by(
    *,
    open_hours: Iterable[Interval],
    within: timedelta,
    starts_at: datetime,
    cutoff: timedelta,
    zone: ZoneInfo,
    now: datetime,
) -> datetime:
    """When staff will have answered a request: `within` so much open time, and before the visit."""
    latest = latest_answer(starts_at=starts_at, cutoff=cutoff, zone=zone, now=now)
    counted = after_open_time(open_hours, within, now)
    return min(counted, latest) if counted else latest


def warn_staff_at(*, asked_at: datetime, deadline: datetime) -> datetime:
    """When staff are told that a request has to be answered soon."""
    return deadline - min((deadline - asked_at) / 4, WARN_STAFF_AT_MOST)


def offer_until(*, first_start: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """Until when a patient can take one of the times offered, the first of which is given.

    A day, but not past an hour before the visit, and at no hour of the night; who is asked in the
    evening has until the morning.
    """
    latest = min(now + OFFER_FOR, first_start - OFFER_ENDS_BEFORE_START)
    deadline = awake(latest, zone)
    if deadline - now >= LEAST_TIME_TO_ACCEPT:
        return deadline
    morning = next_morning(now, zone)
    if now < morning < first_start:
        return morning
    return max(latest, now + (first_start - now) / 2)


def reminder_at(starts_at: datetime, before: timedelta, zone: ZoneInfo) -> datetime:
    """When a reminder is due: so long before the visit on the wall clock, never at night.

    Two days before is the same time of day, across a change of the clock too; what would be at
    night is said on the evening before it.
    """
    wall = starts_at.astimezone(zone).replace(tzinfo=None) - before
    if wall.time() < MORNING:
        wall = datetime.combine(wall.date() - DAY, EVENING)
    elif wall.time() > NIGHT:
        wall = datetime.combine(wall.date(), EVENING)
    return wall.replace(tzinfo=zone).astimezone(UTC)
