"""On which days a closure falls that comes again. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

MONTHS_BETWEEN = {"monthly": 1, "yearly": 12}


def occurrences(
    first_day: date, last_day: date, repeats: str, window: tuple[date, date]
) -> Iterator[tuple[date, date]]:
    """Each time that a closure falls within a window: its first and its last day, in order.

    One that repeats ("yearly", "monthly") has no end, and each time is as many days long as the
    first. It begins on the same day of the year or month; a month that lacks the day closes on
    its last day, so 29 February is 28 February in common years.
    """
    if repeats not in MONTHS_BETWEEN:
        if first_day <= window[1] and last_day >= window[0]:
            yield first_day, last_day
        return
    further = (last_day - first_day).days
    earliest = max(_moved(window[0], -further), first_day)
    for begin in _beginnings(first_day, MONTHS_BETWEEN[repeats], earliest, window[1]):
        yield begin, _moved(begin, further)


def _beginnings(first_day: date, step: int, earliest: date, latest: date) -> Iterator[date]:
    """On the day of the month of the first one, every so many months, in this time."""
    between = (earliest.year - first_day.year) * 12 + earliest.month - first_day.month
    months = first_day.year * 12 + first_day.month - 1 + between // step * step
    while months <= latest.year * 12 + latest.month - 1:
        year, month = months // 12, months % 12 + 1
        begin = date(year, month, min(first_day.day, monthrange(year, month)[1]))
        if earliest <= begin <= latest:
            yield begin
        months += step


def _moved(day: date, by: int) -> date:
    """So many days away, at most as far as the calendar goes."""
    ordinal = min(max(day.toordinal() + by, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)
