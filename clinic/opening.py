"""When a place is open: its people's hours less what closes it. Pure; `now` is given.

What is said of a day names the day, and what is said of a moment names the moment: a copy of the
page that is some minutes old is then still true.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic.directory import Directory, is_valid, merged
from clinic.models import Closure, Location, WorkingHours
from clinic.recurrence import occurrences

Stretch = tuple[time, time]
LAST_MINUTE = time.max
DAYS_AHEAD = 31  # further off, nobody is told when it opens again


@dataclass(frozen=True)
class Day:
    on: date
    hours: list[Stretch]
    closure: Closure | None = None  # why it is closed all day, or for a part of it


@dataclass(frozen=True)
class Opening:
    """Today at a place, as it is at `said_at`, the time on its own wall."""

    said_at: datetime
    today: Day
    next_day: Day | None  # the next one with hours, where there are none left today

    @property
    def open_until(self) -> time | None:
        at = self.said_at.time()
        return next((ends for starts, ends in self.today.hours if starts <= at < ends), None)

    @property
    def opens_at(self) -> time | None:
        """Later today."""
        at = self.said_at.time()
        return next((starts for starts, _ends in self.today.hours if at < starts), None)


def opening_at(known: Directory, place: Location, now: datetime) -> Opening:
    local = now.astimezone(place.zone).replace(second=0, microsecond=0)
    today = day_at(known, place, local.date())
    rest = [ends for _starts, ends in today.hours if local.time() < ends]
    return Opening(local, today, None if rest else next_open_day(known, place, local.date()))


def next_open_day(known: Directory, place: Location, after: date) -> Day | None:
    days = (
        day_at(known, place, after + timedelta(days=number)) for number in range(1, DAYS_AHEAD + 1)
    )
    return next((day for day in days if day.hours), None)


def day_at(known: Directory, place: Location, on: date) -> Day:
    """Whoever works there that day, less what closes the house and their own time off."""
    rows = [
        row
        for row in known.hours
        if row.location_id == place.pk and row.weekday == on.weekday() and is_valid(row, on)
    ]
    closures = [row for row in known.closures if falls_on(row, on) and concerns(row, place)]
    absences = [row for row in known.absences if falls_on(row, on) and concerns(row, place)]
    stretches: list[Stretch] = []
    for row in rows:
        off = [absence for absence in absences if absence.practitioner_id == row.practitioner_id]
        stretches += less(row, [*off, *([] if row.despite_closures else closures)])
    return Day(on, merged(stretches), closures[0] if closures else None)


def concerns(closure: Closure, place: Location) -> bool:
    return closure.location_id in (None, place.pk)


def falls_on(closure: Closure, on: date) -> bool:
    days = occurrences(closure.first_day, closure.last_day, closure.repeats, (on, on))
    return next(days, None) is not None


def less(row: WorkingHours, closures: Iterable[Closure]) -> list[Stretch]:
    left = [(row.starts, row.ends)]
    for closure in closures:
        begins, ends = closure.starts or time.min, closure.ends or LAST_MINUTE
        left = [
            part
            for starts, stops in left
            for part in ((starts, min(stops, begins)), (max(starts, ends), stops))
            if part[0] < part[1]
        ]
    return left
