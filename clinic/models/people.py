"""Who treats patients here."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from clinic.fields import Bilingual
from clinic.image_fields import PictureField
from clinic.images import Picture
from clinic.models.services import Service
from clinic.models.staff import User

PORTRAIT_WIDTHS = (240, 480)


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
    portrait = PictureField(
        blank=True, widths=PORTRAIT_WIDTHS, help_text="A picture of this person, if they like."
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

    @property
    def picture(self) -> Picture | None:
        return Picture.parse(self.portrait)
