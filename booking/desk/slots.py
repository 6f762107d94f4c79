"""Free times as staff choose among them: two weeks at once, without notice and horizon."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Self
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_date

from booking import openings
from booking.actions import Proposal
from booking.availability import Opening
from booking.consecutive import Chain
from booking.desk.words import moment
from booking.models import Appointment
from booking.wishes import parse_instant, write_instant
from clinic.admin_site import clinic_zone
from clinic.models import Location, Practitioner, Service, User

DAYS_SHOWN = timedelta(days=14)
FURTHEST = timedelta(days=730)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def people_for(user: User, service: Service) -> list[Practitioner]:
    """Whose time this member of staff gives: everybody's, or their own."""
    people = service.practitioners.active()
    reaches_everyone = user.has_perm("booking.reach_everyone")
    return list(people if reaches_everyone else people.filter(user=user))


def write_slot(starts_at: datetime, practitioner_id: int) -> str:
    """A time of one practitioner, as the desk's forms and links write it."""
    return f"{write_instant(starts_at)} {practitioner_id}"


def parse_slot(text: str, people: Iterable[Practitioner]) -> Proposal | None:
    """The time that a form names; None for what no page of ours has written."""
    instant, _space, key = text[:64].partition(" ")
    starts_at = parse_instant(instant)
    practitioner = next((person for person in people if str(person.pk) == key), None)
    return Proposal(starts_at, practitioner) if starts_at and practitioner else None


@dataclass(frozen=True)
class Slot:
    """A free time with its practitioner; where, if the times are at several places; and what
    follows it, if several services are booked for one visit.
    """

    opening: Opening
    practitioner: Practitioner
    place: str = ""
    rest: tuple["Slot", ...] = ()

    @property
    def value(self) -> str:
        return write_slot(self.opening.starts_at, self.practitioner.pk)

    @property
    def query(self) -> str:
        """As a link names it, with what follows."""
        values = [("slot", each.value) for each in (self, *self.rest)]
        return urlencode(values, quote_via=quote)

    @property
    def others(self) -> list[Practitioner]:
        """Who comes after its practitioner, in order."""
        people = dict.fromkeys(each.practitioner for each in self.rest)
        return [person for person in people if person != self.practitioner]

    @property
    def in_words(self) -> str:
        said = f"{moment(self.opening.starts_at, self.opening.zone)}, {self.practitioner.name}"
        return f"{said}, {self.place}" if self.place else said


@dataclass(frozen=True)
class Day:
    """The free times of a day, by whom they are with and where."""

    date: date
    people: list[tuple[Practitioner, str, list[Slot]]]


@dataclass(frozen=True)
class Slots:
    """The free times of a service from a day on, and what they were narrowed to."""

    people: Sequence[Practitioner]
    practitioner: Practitioner | None
    today: date
    first_day: date
    free: list[Slot]

    @classmethod
    def read(
        cls,
        query: QueryDict,
        service: Service,
        people: Sequence[Practitioner],
        *,
        now: datetime,
        instead_of: Appointment | None = None,
    ) -> Self:
        """What a query asks for: `from` a day on, `practitioner`; nonsense is passed over.

        `instead_of` gets another time: its own counts as free, and is not among the others.
        """
        asked = cls.asked(query, people, now=now)
        found = openings.free_times(
            service,
            first_day=asked.first_day,
            last_day=asked.last_day,
            now=now,
            practitioner=asked.practitioner,
            besides=instead_of.request_id if instead_of else None,
            for_staff=True,
        )
        if instead_of:
            found = found.only(openings.elsewhere(instead_of))
        return replace(asked, free=list(_with(people, found.openings)))

    @classmethod
    def of_a_visit(
        cls,
        query: QueryDict,
        services: Sequence[Service],
        people: Sequence[Practitioner],
        *,
        now: datetime,
    ) -> Self:
        """The same for several services; `people` do the first of them, and one may be chosen."""
        asked = cls.asked(query, people, now=now)
        first, last = asked.first_day, asked.last_day
        found = openings.visit_times(services, first_day=first, last_day=last, now=now)
        who = asked.practitioner
        free = [slot for slot in _chained(found) if who is None or slot.practitioner == who]
        return replace(asked, free=free)

    @classmethod
    def asked(cls, query: QueryDict, people: Sequence[Practitioner], *, now: datetime) -> Self:
        """What is to be shown, with nothing found yet."""
        today = now.astimezone(clinic_zone()).date()
        first = min(max(_day(query.get("from", "")) or today, today), today + FURTHEST)
        slug = query.get("practitioner", "")
        practitioner = next((person for person in people if person.slug == slug), None)
        return cls(people, practitioner, today, first, [])

    @property
    def last_day(self) -> date:
        return self.first_day + DAYS_SHOWN - DAY

    @property
    def days(self) -> list[Day]:
        """The days on which anything is free."""
        days: dict[date, dict[tuple[Practitioner, str], list[Slot]]] = {}
        for slot in self.free:
            of_day = days.setdefault(slot.opening.local_start.date(), {})
            of_day.setdefault((slot.practitioner, slot.place), []).append(slot)
        return [
            Day(day, [(*whom, slots) for whom, slots in sorted(of_day.items(), key=_by_order)])
            for day, of_day in sorted(days.items())
        ]

    @property
    def later(self) -> dict[str, str]:
        """The query of the next two weeks."""
        who = {"practitioner": self.practitioner.slug} if self.practitioner else {}
        return {"from": (self.first_day + DAYS_SHOWN).isoformat(), **who}

    def has(self, *values: str) -> bool:
        """Whether a page of these times can show that all of them are chosen."""
        return {slot.value for slot in self.free}.issuperset(values)

    def gone(self, proposals: Iterable[Proposal]) -> list[Proposal]:
        """Those that are not free, of times that were chosen here."""
        free = {(slot.opening.starts_at, slot.practitioner) for slot in self.free}
        return [each for each in proposals if (each.starts_at, each.practitioner) not in free]


def nearest(
    service: Service, people: Sequence[Practitioner], wanted: Proposal, *, now: datetime
) -> list[Slot]:
    """The free times closest to one that could not be had, where there are any with its person."""
    found = openings.around(service, wanted.starts_at, now=now, for_staff=True)
    free = list(_with(people, found.openings))
    same = [slot for slot in free if slot.practitioner == wanted.practitioner]
    closest = sorted(same or free, key=lambda s: abs(s.opening.starts_at - wanted.starts_at))[:3]
    return sorted(closest, key=lambda slot: slot.opening.starts_at)


def nearest_visits(services: Sequence[Service], wanted: Proposal, *, now: datetime) -> list[Slot]:
    """The closest times at which all of these services fit, each once."""
    day = max(wanted.starts_at, now).date()
    first, last = max(day - WEEK, now.date() - DAY), day + WEEK
    found = _chained(openings.visit_times(services, first_day=first, last_day=last, now=now))

    def preference(slot: Slot) -> tuple[timedelta, int, bool]:
        away = abs(slot.opening.starts_at - wanted.starts_at)
        return away, len(slot.others), slot.practitioner != wanted.practitioner

    once: dict[datetime, Slot] = {}
    for slot in sorted(found, key=preference):
        once.setdefault(slot.opening.starts_at, slot)
    return sorted(list(once.values())[:3], key=lambda slot: slot.opening.starts_at)


def _chained(found: Sequence[Chain]) -> list[Slot]:
    """Each first time with those that follow it."""
    every = [opening for chain in found for opening in chain]
    people = Practitioner.objects.in_bulk({opening.practitioner_id for opening in every})
    slots = iter(_with(people.values(), every))
    chains = [[next(slots) for _opening in chain] for chain in found]
    return [replace(first, rest=tuple(rest)) for first, *rest in chains]


def _with(people: Iterable[Practitioner], found: Sequence[Opening]) -> Iterator[Slot]:
    known = {person.pk: person for person in people}
    places = {opening.location_id for opening in found}
    names = Location.objects.in_bulk(places) if len(places) > 1 else {}
    for opening in found:
        if person := known.get(opening.practitioner_id):
            place = names.get(opening.location_id)
            yield Slot(opening, person, place.name_en if place else "")


def _by_order(item: tuple[tuple[Practitioner, str], object]) -> tuple[int, str, str]:
    """The same order every day, as in the clinic's lists."""
    (person, place), _slots = item
    return person.order, person.name, place


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
