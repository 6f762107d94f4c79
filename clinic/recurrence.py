"""On which days a closure falls that comes again. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date


def occurrences(
    first_day: date, last_day: date, repeats: str, window: tuple[date, date]
) -> Iterator[tuple[date, date]]:
    """The days of a closure within a window, both ends included.

    One that repeats ("yearly", "monthly") has no end, and each time is as many days long as the
    first. It begins on the same day of the year or month; a month that lacks the day closes on
    its last day, so 29 February is 28 February in common years.
    """
    if repeats not in {"monthly", "yearly"}:
        if first_day <= window[1] and last_day >= window[0]:
            yield max(first_day, window[0]), min(last_day, window[1])
        return
    length = last_day - first_day
    for begin in _beginnings(first_day, repeats, window[0] - length, window[1]):
        if begin <= window[1] and begin + length >= window[0]:
            yield max(begin, window[0]), min(begin + length, window[1])


def _beginnings(first_day: date, repeats: str, earliest: date, latest: date) -> Iterator[date]:
    start = max(first_day, earliest)
    for month in range(start.year * 12 + start.month - 2, latest.year * 12 + latest.month):
        year, number = month // 12, month % 12 + 1
        if repeats == "yearly" and number != first_day.month:
            continue
        day = date(year, number, min(first_day.day, monthrange(year, number)[1]))
        if day >= first_day:
            yield day
