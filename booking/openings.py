"""Free times from the database: at most four queries, then the search among them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from booking.availability import Hours, Opening, Rules, open_on
from booking.consecutive import Chain, Stage, chains
from booking.models import Appointment
from booking.search import search
from booking.team import HOURS, closed_times, team_of
from booking.walltime import DAY, Interval, days, merged
from clinic.directory import Directory
from clinic.models import Location, Practitioner, Service

FIRST_LOOK = timedelta(days=15)


def rules_of(service: Service, *, for_staff: bool = False) -> Rules:
    return Rules(
        duration=timedelta(minutes=service.duration),
        buffer_before=timedelta(minutes=service.buffer_before),
        buffer_after=timedelta(minutes=service.buffer_after),
        step=timedelta(minutes=service.slot_step),
        minimum_notice=service.minimum_notice,
        horizon=timedelta(days=service.horizon_days),
        needs_room=service.needs_room,
        for_staff=for_staff,
    )


Fits = Callable[[Opening], bool]


@dataclass(frozen=True)
class FreeTimes:
    """The free times of one service over some days, in order; at one time the least busy first."""

    service: Service
    openings: list[Opening]
    practitioners: dict[int, Practitioner]

    def by_day(self, first_day: date, last_day: date) -> list[tuple[date, list[Opening]]]:
        """Each day with its openings, one for each time: whoever is least busy that day."""
        of_day: dict[date, list[Opening]] = {day: [] for day in days(first_day, last_day)}
        for opening in self.openings:
            times = of_day.get(opening.local_start.date())
            if times is not None and not (times and times[-1].starts_at == opening.starts_at):
                times.append(opening)
        return list(of_day.items())

    def only(self, fits: Fits | None) -> "FreeTimes":
        """Without `fits` all of them."""
        kept = list(filter(fits, self.openings))
        return FreeTimes(self.service, kept, self.practitioners)

    def at(self, starts_at: datetime) -> Opening | None:
        return next((o for o in self.openings if o.starts_at == starts_at), None)

    def nearest(self, moment: datetime, limit: int = 3) -> list[Opening]:
        """The free times closest to a moment, in order of time, each once."""
        once = {opening.starts_at: opening for opening in reversed(self.openings)}
        closest = sorted(once.values(), key=lambda o: abs(o.starts_at - moment))[:limit]
        return sorted(closest, key=lambda o: o.starts_at)

    def spread(self, limit: int) -> list[Opening]:
        """The first of each half day, so that a short list offers a real choice."""
        halves: dict[tuple[date, bool], Opening] = {}
        for opening in self.openings:
            halves.setdefault(opening.half_day, opening)
        return list(halves.values())[:limit]

    def first(self, limit: int = 1) -> list[Opening]:
        once = {opening.starts_at: opening for opening in reversed(self.openings)}
        return sorted(once.values(), key=lambda o: o.starts_at)[:limit]


def is_apart(opening: Opening, parts: Iterable[Appointment]) -> bool:
    return not any(
        part.starts_at < opening.ends_at and opening.starts_at < part.ends_at for part in parts
    )


def elsewhere(current: Appointment) -> Fits:
    """Times for what is to move: another than its own, and apart from the rest of its visit."""
    own = current.starts_at, current.practitioner_id
    others = Appointment.objects.other_parts_of(current.request)
    return lambda opening: (
        (opening.starts_at, opening.practitioner_id) != own and is_apart(opening, others)
    )


def free_times(
    service: Service,
    *,
    first_day: date,
    last_day: date,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
    as_if_empty: bool = False,
    as_if_uncapped: bool = False,
    for_staff: bool = False,
) -> FreeTimes:
    """The free times of `service` on days of the locations' calendars, both included.

    `besides` is a request whose own times count as free; `as_if_empty` asks what would be offered
    if nothing were taken, `as_if_uncapped` if a day could hold any number of visits. Staff may
    pass minimum notice, horizon and the ceiling on what nobody has confirmed, and nothing else.
    """
    team = team_of(service, first_day, last_day, practitioner=practitioner)
    if not as_if_empty:
        team = team.with_taken(first_day, last_day, now=now, besides=besides)
    calendars = [each.uncapped() for each in team.calendars] if as_if_uncapped else team.calendars
    rules = rules_of(service, for_staff=for_staff)
    found = search(calendars, rules, first_day=first_day, last_day=last_day, now=now)
    return FreeTimes(service, list(found), team.people)


def visit_times(
    services: Sequence[Service], *, first_day: date, last_day: date, now: datetime
) -> list[Chain]:
    """When all of these services fit one after the other, as staff may book them."""
    team = team_of(None, first_day, last_day, practitioner=None)
    team = team.with_taken(first_day, last_day, now=now, besides=None)
    stages = []
    for service in services:
        doing = set(service.practitioners.values_list("pk", flat=True))
        theirs = [each for each in team.calendars if each.practitioner_id in doing]
        stages.append(Stage(rules_of(service, for_staff=True), theirs))
    return list(chains(stages, first_day=first_day, last_day=last_day, now=now))


def around(
    service: Service,
    moment: datetime,
    *,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
    for_staff: bool = False,
) -> FreeTimes:
    """The free times within a week of a moment: where to look for the nearest."""
    day = max(moment, now).date()
    week = timedelta(days=7)
    return free_times(
        service,
        first_day=max(day - week, now.date() - DAY),
        last_day=day + week,
        now=now,
        practitioner=practitioner,
        besides=besides,
        for_staff=for_staff,
    )


def next_openings(
    service: Service,
    *,
    now: datetime,
    practitioner: Practitioner | None = None,
    besides: UUID | None = None,
    fits: Fits | None = None,
    limit: int = 3,
) -> FreeTimes:
    """The first free times, of so many half days; the search ends at the service's horizon."""
    first, horizon = (now - DAY).date(), (now + timedelta(days=service.horizon_days + 1)).date()
    team = team_of(service, first, horizon, practitioner=practitioner)
    found = FreeTimes(service, [], team.people)
    halves: set[tuple[date, bool]] = set()
    for last in (min(first + FIRST_LOOK, horizon), horizon):  # all the rest at once
        known = team.with_taken(first, last, now=now, besides=besides)
        times = search(known.calendars, rules_of(service), first_day=first, last_day=last, now=now)
        for opening in filter(fits, times):
            halves.add(opening.half_day)
            found.openings.append(opening)
            if len(halves) >= limit:
                return found
        first = last + DAY
    return found


def open_hours(
    known: Directory, location: Location, first_day: date, last_day: date
) -> list[Interval]:
    """When a location is open, as the site says: the hours of all there, less its closures."""
    zone, asked = location.zone, (first_day, last_day)
    closed = list(closed_times(known.closures, location.pk, zone, asked))
    here = (row for row in known.hours if row.location_id == location.pk)
    hours = {Hours(*(getattr(row, name) for name in HOURS)) for row in here}
    return merged(
        piece
        for day in days(first_day, last_day)
        for piece in open_on(day, zone, hours, closed=closed)
    )
