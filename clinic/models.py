"""Who we are and who works here: the clinic, its places, people, services and hours."""

import uuid
import zoneinfo
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from phonenumber_field.modelfields import PhoneNumberField

from clinic.audit import AccessLog
from clinic.authenticator import AuthenticatorApp
from clinic.fields import Bilingual
from clinic.limits import Hit
from clinic.staff_mail import StaffMail

__all__ = [
    "AccessLog",
    "AuthenticatorApp",
    "Clinic",
    "Closure",
    "Hit",
    "Location",
    "Practitioner",
    "Room",
    "Service",
    "StaffMail",
    "User",
    "WorkingHours",
]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff; patients have no account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=128, blank=True)
    is_staff = models.BooleanField(default=True, help_text="May sign in to the admin.")
    is_active = models.BooleanField(default=True, help_text="Switch off instead of deleting.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    setup_put_away_at = models.DateTimeField(null=True, editable=False)
    # Part of the hash that every session carries: a higher number ends them all.
    session_version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("email",)
        verbose_name = "member of staff"
        verbose_name_plural = "members of staff"

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Ends with the password, as Django's own, and with the second factor."""
        salt = "clinic.models.User.session"
        value = f"{self.session_version} {self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("This is not a time zone of the IANA database.")


class Clinic(models.Model):
    """The one row that says who runs this site; it is also the lock of the calendar."""

    name = models.CharField(max_length=128)
    tagline_en = models.CharField("tagline (English)", max_length=200, blank=True)
    tagline_es = models.CharField("tagline (Spanish)", max_length=200, blank=True)
    about_en = models.TextField("about us (English)", blank=True)
    about_es = models.TextField("about us (Spanish)", blank=True)
    telephone = PhoneNumberField()
    email = models.EmailField(
        blank=True, help_text="New requests and cancellations are announced here, without names."
    )
    time_zone = models.CharField(
        max_length=64, default="America/New_York", validators=[validate_zone]
    )
    network_notice_en = models.TextField("insurance networks (English)", blank=True)
    network_notice_es = models.TextField("insurance networks (Spanish)", blank=True)
    good_faith_notice_en = models.TextField("good-faith estimate (English)", blank=True)
    good_faith_notice_es = models.TextField("good-faith estimate (Spanish)", blank=True)
    consultation = models.ForeignKey(
        "Service",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Its next openings are shown on articles and the home page.",
    )
    accepts_bookings = models.BooleanField("accepts bookings online", default=True)
    open_requests_a_patient = models.PositiveSmallIntegerField(
        default=3,
        help_text="So many requests of one person may wait for an answer at once.",
        validators=[MinValueValidator(1)],
    )
    unconfirmed_share = models.PositiveSmallIntegerField(
        "share of a day for unconfirmed requests",
        default=60,
        help_text="Percent of a practitioner’s hours of a day that times chosen online may take "
        "before anybody has confirmed them, so that nobody can block the calendar.",
        validators=[MinValueValidator(10), MaxValueValidator(100)],
    )
    retention_years = models.PositiveSmallIntegerField(
        "years that a patient’s record is kept",
        default=7,
        help_text="After the last entry: a visit, a request or a note. New Jersey asks for seven "
        "(N.J.A.C. 13:35-6.5).",
        validators=[MinValueValidator(1), MaxValueValidator(99)],
    )
    site_version = models.PositiveBigIntegerField(default=1, editable=False)

    tagline = Bilingual()
    about = Bilingual()
    network_notice = Bilingual()
    good_faith_notice = Bilingual()

    class Meta:
        verbose_name_plural = "clinic"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="clinic_is_only_one"),)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Location(models.Model):
    slug = models.SlugField(unique=True)
    name_en = models.CharField("name (English)", max_length=128)
    name_es = models.CharField("name (Spanish)", max_length=128, blank=True)
    street = models.CharField(max_length=128, blank=True)
    city = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=32, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    directions_en = models.TextField("directions (English)", blank=True)
    directions_es = models.TextField("directions (Spanish)", blank=True)
    time_zone = models.CharField(
        max_length=64, default="America/New_York", validators=[validate_zone]
    )
    is_active = models.BooleanField(default=True)

    name = Bilingual()
    directions = Bilingual()

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name_en

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Room(models.Model):
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("location", "name"), name="room_name_once_a_location"),
        )

    def __str__(self) -> str:
        return self.name


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


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class Practitioner(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=128)
    credentials = models.CharField(max_length=64, blank=True, help_text="Degree, as “PT, DPT”.")
    licence = models.CharField(
        "license", max_length=128, blank=True, help_text="Type and number, as the state gives it."
    )
    role_en = models.CharField("role (English)", max_length=128)
    role_es = models.CharField("role (Spanish)", max_length=128, blank=True)
    bio_en = models.TextField("about (English)", blank=True)
    bio_es = models.TextField("about (Spanish)", blank=True)
    languages_en = models.CharField("languages spoken (English)", max_length=128, blank=True)
    languages_es = models.CharField("languages spoken (Spanish)", max_length=128, blank=True)
    services = models.ManyToManyField(Service, related_name="practitioners", blank=True)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="practitioner"
    )
    appointments_a_day = models.PositiveSmallIntegerField(
        "at most so many appointments a day",
        null=True,
        blank=True,
        help_text="Empty: as many as fit.",
        validators=[MinValueValidator(1)],
    )
    feed_version = models.PositiveIntegerField(default=1, editable=False)
    is_example = models.BooleanField(
        "is an example",
        default=False,
        help_text="Examples keep bookings closed on a public address.",
    )
    is_active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    role = Bilingual()
    bio = Bilingual()
    languages = Bilingual()

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        ordering = ("order", "name")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("practitioner", args=[self.slug])


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
