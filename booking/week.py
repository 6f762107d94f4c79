"""What a page of times shows: one week of free times, and the ways to others."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dateparse import parse_date

from booking import openings
from booking.availability import Opening
from booking.models import Appointment
from booking.openings import Fits, FreeTimes
from booking.wishes import Wish
from clinic.memory import the_clinic
from clinic.models import Practitioner, Service

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """Read for whoever chooses a time: in a draft, or for an appointment that is to move."""

    service: Service
    request_id: UUID
    practitioner: Practitioner | None
    now: datetime
    zone: ZoneInfo
    wanted: datetime | None
    current: Appointment | None  # which is to move, and not to where it is
    asked_for: date | None

    @classmethod
    def read(
        cls,
        query: QueryDict,
        *,
        service: Service,
        request_id: UUID,
        now: datetime,
        current: Appointment | None = None,
    ) -> "Week":
        """The week that a query asks for: `week` a day of it, `at` a wished time, `practitioner`.

        Nonsense is passed over; without a week it is that of the wish, else of the first opening.
        What is to move begins with its own practitioner; an empty choice means anyone.
        """
        wish = Wish.read(query)
        before = current.practitioner if current else None
        who = wish.practitioner if "practitioner" in query else before
        asked_for = _day(query.get("week", ""))
        zone = the_clinic().zone
        return cls(service, request_id, who, now, zone, wish.at, current, asked_for)

    @cached_property
    def first(self) -> Opening | None:
        """The first free time; whoever asks for a week has left it behind."""
        if self.asked_for:
            return None
        found = openings.next_openings(
            self.service,
            now=self.now,
            practitioner=self.practitioner,
            besides=self.request_id,
            fits=self.fits,
            limit=1,
        )
        return next(iter(found.openings), None)

    @cached_property
    def fits(self) -> Fits | None:
        """What a free time has to be besides; nothing, in a draft."""
        return openings.elsewhere(self.current) if self.current else None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def horizon(self) -> date:
        return self.today + timedelta(days=self.service.horizon_days)

    @cached_property
    def first_day(self) -> date:
        day = self.asked_for or self._near.astimezone(self.zone).date()
        day = min(max(day, self.today), self.horizon)
        return max(day - timedelta(days=day.weekday()), self.today)

    @property
    def _near(self) -> datetime:
        return self.wanted or (self.first.starts_at if self.first else self.now)

    @property
    def last_day(self) -> date:
        """Weeks end on Sunday; this week begins today."""
        return self.first_day + timedelta(days=6 - self.first_day.weekday())

    @cached_property
    def free(self) -> FreeTimes:
        found = openings.free_times(
            self.service,
            first_day=self.first_day,
            last_day=self.last_day,
            now=self.now,
            practitioner=self.practitioner,
            besides=self.request_id,
        )
        return found.only(self.fits)

    @cached_property
    def choices(self) -> list[Practitioner]:
        return list(self.service.practitioners.active())

    @cached_property
    def days(self) -> list[tuple[date, list[Opening]]]:
        return self.free.by_day(self.first_day, self.last_day)

    @property
    def is_empty(self) -> bool:
        return not any(times for _day, times in self.days)

    @property
    def nothing_at_all(self) -> bool:
        """Not even one until the horizon."""
        return self.asked_for is None and self.is_empty and self.first is None

    @property
    def wished(self) -> Opening | None:
        """The time that a link carried here, if it is still free."""
        return self.free.at(self.wanted) if self.wanted else None

    @cached_property
    def nearest(self) -> list[Opening]:
        """The free times closest to the one that could not be had, else the first ones."""
        who, request_id = self.practitioner, self.request_id
        if self.wanted:
            around = openings.around(
                self.service, self.wanted, now=self.now, practitioner=who, besides=request_id
            )
            near = around.only(self.fits)
            if near.openings:
                return near.nearest(self.wanted)
        first = openings.next_openings(
            self.service, now=self.now, practitioner=who, besides=request_id, fits=self.fits
        )
        return first.first(3)

    @property
    def previous_query(self) -> str:
        return self._query(self.first_day - WEEK) if self.first_day > self.today else ""

    @property
    def next_query(self) -> str:
        following = self.last_day + timedelta(days=1)
        return self._query(following) if following <= self.horizon else ""

    @property
    def first_query(self) -> str:
        """Back to the week of the first free time."""
        return "?" + urlencode(self._who())

    def _query(self, day: date) -> str:
        return "?" + urlencode({"week": day.isoformat(), **self._who()})

    def _who(self) -> dict[str, str]:
        return {"practitioner": self.practitioner.slug if self.practitioner else ""}


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
