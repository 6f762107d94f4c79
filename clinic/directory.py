"""Who and where we are, as the public site shows it: in memory, like the articles."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import DatabaseError
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst

from clinic import memory
from clinic.models import Clinic, Closure, Location, Practitioner, Service, WorkingHours
from clinic.recurrence import occurrences

MOST_CLOSURES = 6
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class OpenDay:
    """The hours of one weekday, from and to; none means closed."""

    name: str
    number: int
    hours: list[tuple[time, time]]


@dataclass(frozen=True)
class ClosedDays:
    """One time that a closure falls: once, or again and again."""

    closure: Closure
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Directory:
    practitioners: tuple[Practitioner, ...]
    locations: tuple[Location, ...]
    services: tuple[Service, ...]
    hours: tuple[WorkingHours, ...]
    closures: tuple[Closure, ...]
    absences: tuple[Closure, ...] = ()  # of one person

    def practitioner(self, slug: str) -> Practitioner | None:
        return next((person for person in self.practitioners if person.slug == slug), None)

    def location(self, key: int) -> Location | None:
        return next((location for location in self.locations if location.pk == key), None)

    def service(self, key: int) -> Service | None:
        return next((service for service in self.services if service.pk == key), None)

    def services_of(self, person: Practitioner) -> list[Service]:
        return [service for service in person.services.all() if service.is_active]

    def week(self, hours: list[WorkingHours]) -> list[OpenDay]:
        """Monday to Sunday; stretches that meet or overlap are one."""
        days: list[OpenDay] = []
        for number in range(7):
            stretches = [(row.starts, row.ends) for row in hours if row.weekday == number]
            days.append(OpenDay(str(capfirst(WEEKDAYS[number])), number, merged(stretches)))
        return days

    def hours_at(self, location: Location, today: date) -> list[OpenDay]:
        here = [row for row in self.hours if row.location_id == location.pk]
        return self.week([row for row in here if is_valid(row, today)])

    def hours_of(self, person: Practitioner, today: date) -> list[OpenDay]:
        theirs = [row for row in self.hours if row.practitioner_id == person.pk]
        return self.week([row for row in theirs if is_valid(row, today)])

    def hours_are_examples(self, location: Location) -> bool:
        examples = {person.pk for person in self.practitioners if person.is_example}
        return any(
            row.practitioner_id in examples for row in self.hours if row.location_id == location.pk
        )

    def closures_from(self, today: date) -> list[ClosedDays]:
        """The next times that the whole clinic, or one of its places, is closed.

        What comes again is announced for a year, so that it does not crowd out the rest.
        """
        coming = [
            ClosedDays(row, *days)
            for row in self.closures
            for days in occurrences(
                row.first_day,
                row.last_day,
                row.repeats,
                (today, today + YEAR if row.repeats else date.max),
            )
        ]
        return sorted(coming, key=lambda days: days.first_day)[:MOST_CLOSURES]


def is_valid(hours: WorkingHours, today: date) -> bool:
    return (hours.valid_from is None or hours.valid_from <= today) and (
        hours.valid_until is None or today <= hours.valid_until
    )


def merged(stretches: list[tuple[time, time]]) -> list[tuple[time, time]]:
    whole: list[tuple[time, time]] = []
    for starts, ends in sorted(stretches):
        if whole and starts <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], ends))
        else:
            whole.append((starts, ends))
    return whole


@memory.remembered
def directory() -> Directory:
    people = tuple(Practitioner.objects.active().prefetch_related("services"))
    # A day that is over closes nothing more, however long this is remembered.
    yesterday = timezone.now().date() - timedelta(days=1)
    closures = list(Closure.objects.between(yesterday, date.max).select_related("location"))
    return Directory(
        practitioners=people,
        locations=tuple(Location.objects.filter(is_active=True)),
        services=tuple(Service.objects.bookable()),
        hours=tuple(WorkingHours.objects.filter(practitioner__in=people)),
        closures=tuple(row for row in closures if row.practitioner_id is None),
        absences=tuple(row for row in closures if row.practitioner_id is not None),
    )


def today_at(location: Location | None, now: datetime) -> date:
    """The day on the wall calendar of a place, or of the clinic."""
    zone = location.zone if location else memory.the_clinic().zone
    return now.astimezone(zone).date()


def clinic_if_known() -> Clinic | None:
    """The clinic even while the database is away, if this process ever read it."""
    try:
        return memory.the_clinic()
    except (DatabaseError, Clinic.DoesNotExist):
        return None
