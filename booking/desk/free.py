"""The free places of a calendar: where somebody could be booked, and for which services."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from booking.actions import Proposal
from booking.availability import Opening
from booking.desk.slots import write_slot
from booking.openings import rules_of
from booking.search import search
from booking.team import Team, team_of
from booking.walltime import DAY
from clinic.models import Practitioner, Service


@dataclass(frozen=True)
class Place:
    """A time of one practitioner at which at least one service can begin."""

    opening: Opening
    services: tuple[Service, ...]

    @property
    def slot(self) -> str:
        return write_slot(self.opening.starts_at, self.opening.practitioner_id)

    @property
    def booking(self) -> str:
        """What the page of booking is asked; with the service, where only one can begin here."""
        only = {"service": self.services[0].slug} if len(self.services) == 1 else {}
        return urlencode({**only, "slot": self.slot})

    @property
    def moving(self) -> str:
        """What the form that moves an appointment is asked, so that this time is chosen in it."""
        day = self.opening.local_start.date().isoformat()
        return urlencode({"from_calendar": "", "from": day, "slot": self.slot})


def free_places(
    team: Team,
    services: Iterable[Service],
    people: Iterable[Practitioner],
    days: tuple[date, date],
    *,
    now: datetime,
) -> list[Place]:
    """In order of time; what staff may pass is passed, as on every page of theirs.

    Wants the services of `people` prefetched: then no further query is needed.
    """
    doing = {person.pk: {service.pk for service in person.services.all()} for person in people}
    found: dict[tuple[datetime, int, int], tuple[Opening, list[Service]]] = {}
    for service in services:
        theirs = [c for c in team.calendars if service.pk in doing.get(c.practitioner_id, ())]
        rules = rules_of(service, for_staff=True)
        for opening in search(theirs, rules, first_day=days[0], last_day=days[1], now=now):
            key = opening.starts_at, opening.practitioner_id, opening.location_id
            found.setdefault(key, (opening, []))[1].append(service)
    in_order = sorted(found.items(), key=lambda item: item[0])
    return [Place(opening, tuple(can)) for _key, (opening, can) in in_order]


def services_at(wanted: Proposal, services: Iterable[Service], *, now: datetime) -> list[Service]:
    """Which services can begin at a time of one practitioner."""
    person, day = wanted.practitioner, wanted.starts_at.date()
    assert person
    days = day - DAY, day + DAY  # whatever the zone
    team = team_of(None, *days, practitioner=person)
    team = team.with_taken(*days, now=now, besides=None)
    people = Practitioner.objects.filter(pk=person.pk).prefetch_related("services")
    places = free_places(team, services, people, days, now=now)
    found = {s.pk: s for p in places if p.opening.starts_at == wanted.starts_at for s in p.services}
    return list(found.values())
