"""The days that a report is about, and the form that asks for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError

from booking.walltime import DAY

WEEK = timedelta(days=7)
PRESETS = {"Last 4 weeks": 4, "Last 12 weeks": 12, "Last year": 52}
USUAL_WEEKS = 12
LONGEST = timedelta(days=731)
EARLIEST = date(2000, 1, 1)
FURTHEST = timedelta(days=366)
HOW = "Choose a day, or write it as 2026-03-31."


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        """“Mar 30 to Apr 5, 2026”, in one line"""
        begins = f"{self.first:%b} {self.first.day}"
        month = "" if self.first.month == self.last.month else f"{self.last:%b} "
        ends = "" if self.first == self.last else f" to {month}{self.last.day}"
        return f"{begins}{ends}, {self.last.year}".replace(" ", "\u00a0")


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Period:
    """Days as the clinic's own clock has them; weeks begin on Monday."""

    days: Days
    zone: tzinfo

    @classmethod
    def last_weeks(cls, weeks: int, *, now: datetime, zone: tzinfo) -> Self:
        """So many weeks, of which this one is the last and goes until today."""
        today = now.astimezone(zone).date()
        return cls(Days(monday_of(today) - (weeks - 1) * WEEK, today), zone)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.days.first, time.min, tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.days.last + DAY, time.min, tzinfo=self.zone)

    @property
    def query(self) -> dict[str, str]:
        return {"first": self.days.first.isoformat(), "last": self.days.last.isoformat()}

    def week_of(self, moment: datetime) -> Days:
        """Its week, as far as the period reaches."""
        return self._cut(monday_of(moment.astimezone(self.zone).date()))

    def weeks(self) -> list[Days]:
        return list(self._weeks())

    def _weeks(self) -> Iterator[Days]:
        monday = monday_of(self.days.first)
        while monday <= self.days.last:
            yield self._cut(monday)
            monday += WEEK

    def _cut(self, monday: date) -> Days:
        sunday = monday + WEEK - DAY
        return Days(max(monday, self.days.first), min(sunday, self.days.last))


def is_part(week: Days) -> bool:
    return week.last - week.first < WEEK - DAY


class PeriodForm(forms.Form):
    """From and to; without both of them the usual weeks."""

    use_required_attribute = False

    first = forms.DateField(label="From", required=False, error_messages={"invalid": HOW})
    last = forms.DateField(label="To", required=False, error_messages={"invalid": HOW})

    def __init__(self, data: Any, *, now: datetime, zone: tzinfo) -> None:
        usual = Period.last_weeks(USUAL_WEEKS, now=now, zone=zone)
        asked = data if data.get("first") or data.get("last") else usual.query
        super().__init__(asked)
        self.zone, self.today = zone, now.astimezone(zone).date()
        for field in self.fields.values():
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean_first(self) -> date | None:
        return self._within_reach("first")

    def clean_last(self) -> date | None:
        return self._within_reach("last")

    def _within_reach(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        latest = self.today + FURTHEST
        if day and not EARLIEST <= day <= latest:
            raise ValidationError(f"Choose a day from {EARLIEST} to {latest}.")
        return day

    def clean(self) -> dict[str, Any]:
        """One day alone: until today, or the usual weeks before it."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        last = data["last"] or max(self.today, data["first"])
        first = data["first"] or max(monday_of(last) - (USUAL_WEEKS - 1) * WEEK, EARLIEST)
        if first > last:
            self.add_error("last", "The last day is the first day or a later one.")
        elif last - first > LONGEST:
            self.add_error("last", "At most two years at once.")
        return {"first": first, "last": last}

    @property
    def period(self) -> Period:
        return Period(Days(self.cleaned_data["first"], self.cleaned_data["last"]), self.zone)
