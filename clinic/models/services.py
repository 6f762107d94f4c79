"""What can be booked."""

from datetime import timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from clinic.fields import Bilingual


class ServiceQuerySet(models.QuerySet["Service"]):
    def bookable(self) -> Self:
        """Offered to patients, and done by somebody who works here."""
        return self.filter(is_active=True, practitioners__is_active=True).distinct()


class Service(models.Model):
    """What can be booked: how long it takes, and the rules of its calendar."""

    slug = models.SlugField(unique=True)
    name_en = models.CharField("name (English)", max_length=128)
    name_es = models.CharField("name (Spanish)", max_length=128, blank=True)
    summary_en = models.CharField("summary (English)", max_length=300, blank=True)
    summary_es = models.CharField("summary (Spanish)", max_length=300, blank=True)
    duration = models.PositiveSmallIntegerField(
        help_text="Minutes.", validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    buffer_before = models.PositiveSmallIntegerField(
        default=0, help_text="Minutes kept free before.", validators=[MaxValueValidator(120)]
    )
    buffer_after = models.PositiveSmallIntegerField(
        default=0, help_text="Minutes kept free after.", validators=[MaxValueValidator(120)]
    )
    slot_step = models.PositiveSmallIntegerField(
        default=30,
        help_text="Minutes between the times offered.",
        validators=[MinValueValidator(5), MaxValueValidator(240)],
    )
    minimum_notice_hours = models.PositiveSmallIntegerField(default=24)
    horizon_days = models.PositiveSmallIntegerField(
        default=60,
        help_text="How many days ahead patients can book.",
        validators=[MinValueValidator(1), MaxValueValidator(400)],
    )
    answer_within_open_hours = models.PositiveSmallIntegerField(
        default=8,
        help_text="Staff answer a request within so many hours, counted while the location is "
        "open: 8 are about one working day.",
        validators=[MinValueValidator(1), MaxValueValidator(80)],
    )
    cancel_cutoff_hours = models.PositiveSmallIntegerField(
        default=24, help_text="Until then patients cancel by their link; afterwards they call."
    )
    reminds_two_days_before = models.BooleanField(default=True)
    reminds_three_hours_before = models.BooleanField(
        default=True, help_text="The evening before instead, where that would be at night."
    )
    needs_room = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    name = Bilingual()
    summary = Bilingual()

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ("order", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(duration__gte=5, duration__lte=480), name="service_duration_sane"
            ),
            models.CheckConstraint(
                condition=models.Q(slot_step__gte=5), name="service_slot_step_sane"
            ),
        )

    def __str__(self) -> str:
        return self.name_en

    @property
    def minimum_notice(self) -> timedelta:
        return timedelta(hours=self.minimum_notice_hours)

    @property
    def cancel_cutoff(self) -> timedelta:
        return timedelta(hours=self.cancel_cutoff_hours)
