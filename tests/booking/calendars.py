"""Days, hours and calendars for the tests of the pure rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.availability import Calendar, Hours, Rules
from booking.walltime import Interval

NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
ADELAIDE = ZoneInfo("Australia/Adelaide")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HAVANA = ZoneInfo("America/Havana")

SPRING_FORWARD = date(2027, 3, 14)  # 02:00 becomes 03:00 in New York
FALL_BACK = date(2027, 11, 7)  # 02:00 becomes 01:00 in New York
TUESDAY = date(2026, 6, 16)
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF_HOUR = Rules(
    duration=30 * MINUTE,
    buffer_before=timedelta(),
    buffer_after=timedelta(),
    step=30 * MINUTE,
    minimum_notice=timedelta(),
    horizon=1000 * DAY,
)


def clock(text: str) -> time:
    return time.fromisoformat(text)


def maybe(text: str | None) -> time | None:
    return clock(text) if text else None


def at(day: date, text: str, zone: ZoneInfo = NEW_YORK, *, fold: int = 0) -> datetime:
    """A wall time as an instant, the way Python itself reads it."""
    return datetime.combine(day, clock(text).replace(fold=fold), zone).astimezone(UTC)


def between(day: date, start: str, end: str, zone: ZoneInfo = NEW_YORK) -> Interval:
    return Interval(at(day, start, zone), at(day, end, zone))


def open_on(day: date, *stretches: tuple[str, str], zone: ZoneInfo = NEW_YORK) -> Calendar:
    """A practitioner who works these stretches on the weekday of `day`."""
    hours = tuple(Hours(day.weekday(), clock(start), clock(end)) for start, end in stretches)
    return Calendar(practitioner_id=1, location_id=1, zone=zone, hours=hours)


# Days on which clocks change, or do not, and where.
DAYS_TO_TRY = [
    (SPRING_FORWARD, NEW_YORK),
    (FALL_BACK, NEW_YORK),
    (TUESDAY, NEW_YORK),
    (TUESDAY, KOLKATA),
    (date(2026, 10, 4), ADELAIDE),
    (date(2026, 10, 4), LORD_HOWE),
    (date(2027, 4, 4), LORD_HOWE),
    (date(2026, 3, 8), HAVANA),
    (date(2026, 11, 1), HAVANA),
]
