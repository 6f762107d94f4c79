"""What articles and points have in common: topics, sources, warning signs, cautions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.fields import Bilingual


class Topic(models.Model):
    slug = models.SlugField(unique=True)
    name_en = models.CharField("name (English)", max_length=128)
    name_es = models.CharField("name (Spanish)", max_length=128, blank=True)
    summary_en = models.CharField("summary (English)", max_length=300, blank=True)
    summary_es = models.CharField("summary (Spanish)", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    name = Bilingual()
    summary = Bilingual()

    class Meta:
        ordering = ("order", "slug")

    def __str__(self) -> str:
        return self.name_en


class Reference(models.Model):
    """A source. Texts cite it as [@key]; the page numbers the citations in order."""

    key = models.SlugField(unique=True)
    authors = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    source = models.CharField(max_length=200, help_text="Journal, volume, pages; or publisher.")
    doi = models.CharField("DOI", max_length=128, blank=True)
    url = models.URLField("address", blank=True)

    class Meta:
        ordering = ("authors", "year")

    def __str__(self) -> str:
        return f"{self.authors} {self.year}"

    @property
    def link(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else self.url


class RedFlag(models.Model):
    """A symptom that needs help before any appointment."""

    class Level(models.TextChoices):
        CALL_911 = "911", _("Call 911")
        CALL_988 = "988", _("Call or text 988")
        EMERGENCY = "emergency", _("Go to the emergency department now")
        SAME_DAY = "same_day", _("See a doctor today")

    slug = models.SlugField(unique=True)
    level = models.CharField(max_length=16, choices=Level)
    text_en = models.CharField("text (English)", max_length=300)
    text_es = models.CharField("text (Spanish)", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    text = Bilingual()

    class Meta:
        ordering = ("order", "slug")

    def __str__(self) -> str:
        return self.text_en


class Caution(models.Model):
    """Something about a person or a place on the body that limits pressing."""

    class Kind(models.TextChoices):
        AVOID_AREA = "avoid_area", _("Do not press here")
        ASK_FIRST = "ask_first", _("Ask first")

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    name_en = models.CharField("name (English)", max_length=128)
    name_es = models.CharField("name (Spanish)", max_length=128, blank=True)
    text_en = models.CharField("text (English)", max_length=400)
    text_es = models.CharField("text (Spanish)", max_length=400, blank=True)
    ask_at_booking = models.BooleanField(
        default=False, help_text="Asked, as a choice, once a time has been chosen."
    )
    is_personal = models.BooleanField(
        "readers are asked",
        default=True,
        help_text="Something that applies to some people: readers tick it on the body map, and the "
        "points to leave out are marked. Off: it holds for everybody, as “press muscle, not bone”.",
    )
    order = models.PositiveSmallIntegerField(default=0)

    name = Bilingual()
    text = Bilingual()

    class Meta:
        ordering = ("order", "slug")

    def __str__(self) -> str:
        return self.name_en
