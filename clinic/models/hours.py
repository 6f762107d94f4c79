"""When somebody works, and when nobody does."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models

from clinic.fields import Bilingual
from clinic.models.people import Practitioner
from clinic.models.places import Location


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class WorkingHoursQuerySet(models.QuerySet["WorkingHours"]):
    def between(self, first: date, last: date) -> Self:
        """Those that may hold on one of these days."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=last),
            models.Q(valid_until=None) | models.Q(valid_until__gte=first),
        )


class WorkingHours(models.Model):
    """One stretch of a weekday in the location's wall time; a lunch break lies between two."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="hours")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(
        null=True, blank=True, help_text="The same day as “valid from”: hours of that day alone."
    )
    despite_closures = models.BooleanField(
        default=False,
        help_text="Open even while the clinic or the location is closed. "
        "A closure of the practitioner still counts.",
    )

    objects = WorkingHoursQuerySet.as_manager()

    class Meta:
        ordering = ("weekday", "starts")
        verbose_name_plural = "working hours"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")),
                name="working_hours_end_after_start",
                violation_error_message="Hours end after they start.",
            ),
        )

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.starts:%H:%M}–{self.ends:%H:%M}"

    def clean(self) -> None:
        """Hours of a single day are no hours at all if the weekday is another."""
        if self.valid_from and self.valid_until:
            if self.valid_until < self.valid_from:
                raise ValidationError({"valid_until": "The last day is the first or a later one."})
            if self.valid_from == self.valid_until and self.valid_from.weekday() != self.weekday:
                name = Weekday(self.valid_from.weekday()).label
                raise ValidationError({"weekday": f"This day is a {name}."})


class ClosureQuerySet(models.QuerySet["Closure"]):
    def between(self, first: date, last: date) -> Self:
        """Those that fall on these days, and those that come again and may."""
        comes_again = ~models.Q(repeats=Closure.Repeats.NEVER)
        return self.filter(models.Q(last_day__gte=first) | comes_again, first_day__lte=last)


class Closure(models.Model):
    """Days, or hours of days, without appointments: of the clinic, a location or one person."""

    class Repeats(models.TextChoices):
        NEVER = "", "Never"
        MONTHLY = "monthly", "Every month"
        YEARLY = "yearly", "Every year"

    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: everywhere."
    )
    practitioner = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: everybody."
    )
    first_day = models.DateField()
    last_day = models.DateField(help_text="This day is closed too.")
    starts = models.TimeField(
        null=True, blank=True, help_text="On each of the days. Empty: from its beginning."
    )
    ends = models.TimeField(
        null=True, blank=True, help_text="On each of the days. Empty: to its end."
    )
    repeats = models.CharField(
        max_length=8,
        choices=Repeats,
        blank=True,
        default=Repeats.NEVER,
        help_text="A month that lacks the day closes on its last day.",
    )
    reason_en = models.CharField("reason (English)", max_length=128, blank=True)
    reason_es = models.CharField("reason (Spanish)", max_length=128, blank=True)

    reason = Bilingual()

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ("first_day", "starts")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="closure_ends_after_it_starts",
                violation_error_message="The last day is the first day or a later one.",
            ),
            models.CheckConstraint(
                condition=models.Q(starts=None)
                | models.Q(ends=None)
                | models.Q(ends__gt=models.F("starts")),
                name="closure_hours_in_order",
                violation_error_message="These hours hold on each of the days: end after start.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason_en or 'Closed'}, {self.first_day}"
