"""Who runs this site: one row."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from clinic.brand_colours import COLOUR_FIELDS, is_a_colour, mistakes
from clinic.fields import Bilingual
from clinic.image_fields import PictureField
from clinic.images import Picture
from clinic.models.zones import validate_zone

LOGO_WIDTHS = (96, 192)


class Clinic(models.Model):
    """The one row that says who runs this site; it is also the lock of the calendar."""

    class Specialty(models.TextChoices):
        """By the names that schema.org has for them."""

        PHYSICAL_THERAPY = "Physiotherapy", "Physical therapy"
        MUSCULOSKELETAL = "Musculoskeletal", "Muscles, bones and joints"
        ANESTHESIOLOGY = "Anesthesia", "Anesthesiology"
        NEUROLOGY = "Neurologic", "Neurology"
        RHEUMATOLOGY = "Rheumatologic", "Rheumatology"
        SURGERY = "Surgical", "Surgery"
        PRIMARY_CARE = "PrimaryCare", "Primary care"

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
    specialty = models.CharField(
        max_length=32, choices=Specialty, blank=True, help_text="For search engines."
    )
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
    accent_light = models.CharField("accent", max_length=7, blank=True, validators=[is_a_colour])
    accent_dark = models.CharField(
        "accent on dark",
        max_length=7,
        blank=True,
        validators=[is_a_colour],
        help_text="Empty: made of the other one.",
    )
    paper_light = models.CharField("paper", max_length=7, blank=True, validators=[is_a_colour])
    paper_dark = models.CharField("paper, dark", max_length=7, blank=True, validators=[is_a_colour])
    ink_light = models.CharField("ink", max_length=7, blank=True, validators=[is_a_colour])
    ink_dark = models.CharField("ink on dark", max_length=7, blank=True, validators=[is_a_colour])
    logo = PictureField(
        blank=True,
        widths=LOGO_WIDTHS,
        help_text="Stands beside the name at the head of every page. A square one, as PNG with "
        "nothing behind it, looks best.",
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

    @property
    def picture(self) -> Picture | None:
        return Picture.parse(self.logo)

    def clean(self) -> None:
        """Colours that somebody could not read are refused, each with one that passes."""
        if found := mistakes(self.colours):
            raise ValidationError(found)

    @property
    def colours(self) -> dict[str, str]:
        """What the clinic chose instead of the house's own: `accent_light` and its like."""
        return {name: getattr(self, name) for name in COLOUR_FIELDS if getattr(self, name)}
