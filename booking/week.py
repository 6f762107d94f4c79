"""What the page of times shows: one week of free times, and the ways to others."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dateparse import parse_date

from booking.availability import Opening
from booking.flow import Draft
from booking.openings import FreeTimes, free_times
from booking.wishes import Wish
from clinic.memory import the_clinic
from clinic.models import Practitioner

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    free: FreeTimes
    zone: ZoneInfo
    practitioner: Practitioner | None
    choices: list[Practitioner]
    wanted: datetime | None
    first_day: date
    today: date
    horizon: date

    @classmethod
    def read(cls, query: QueryDict, draft: Draft, *, now: datetime) -> "Week":
        """The week that a query asks for: `week` a day of it, `at` a wished time, `practitioner`.

        Nonsense is passed over; without a week it is that of the wish, else of the first opening.
        """
        wish = Wish.read(query)
        service = draft.request.service
        zone = the_clinic().zone
        today = now.astimezone(zone).date()
        horizon = today + timedelta(days=service.horizon_days)
        free = free_times(
            service,
            first_day=today,
            last_day=horizon,
            now=now,
            practitioner=wish.practitioner,
            besides=draft.request.id,
        )
        first = free.first()
        near = wish.at or (first[0].starts_at if first else now)
        day = _day(query.get("week", "")) or near.astimezone(zone).date()
        day = min(max(day, today), horizon)
        return cls(
            free=free,
            zone=zone,
            practitioner=wish.practitioner,
            choices=list(service.practitioners.active()),
            wanted=wish.at,
            first_day=max(day - timedelta(days=day.weekday()), today),
            today=today,
            horizon=horizon,
        )

    @property
    def last_day(self) -> date:
        """Weeks end on Sunday; this week begins today."""
        return self.first_day + timedelta(days=6 - self.first_day.weekday())

    @property
    def days(self) -> list[tuple[date, list[Opening]]]:
        return self.free.by_day(self.first_day, self.last_day)

    @property
    def is_empty(self) -> bool:
        return not any(openings for _day, openings in self.days)

    @property
    def first(self) -> Opening | None:
        return next(iter(self.free.first()), None)

    @property
    def wished(self) -> Opening | None:
        """The time that a link carried here, if it is still free."""
        return self.free.at(self.wanted) if self.wanted else None

    @property
    def nearest(self) -> list[Opening]:
        """The free times closest to the one that could not be had."""
        return self.free.nearest(self.wanted) if self.wanted else self.free.first(3)

    @property
    def previous_query(self) -> str:
        return self._query(self.first_day - WEEK) if self.first_day > self.today else ""

    @property
    def next_query(self) -> str:
        following = self.last_day + timedelta(days=1)
        return self._query(following) if following <= self.horizon else ""

    @property
    def first_query(self) -> str:
        """The week of the first free time."""
        return self._query(self.first.local_start.date()) if self.first else ""

    def _query(self, day: date) -> str:
        who = {"practitioner": self.practitioner.slug} if self.practitioner else {}
        return "?" + urlencode({"week": day.isoformat(), **who})


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
