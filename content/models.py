"""What we say: articles and their blocks, pressure points, red flags, cautions, references."""

from datetime import date, datetime
from typing import Self

from content_editor.models import Region, create_plugin_base
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_prose_editor.fields import ProseEditorField

from clinic.fields import Bilingual
from clinic.models import Practitioner

PROSE_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Heading": {"levels": [3]},
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
}


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
    order = models.PositiveSmallIntegerField(default=0)

    name = Bilingual()
    text = Bilingual()

    class Meta:
        ordering = ("order", "slug")

    def __str__(self) -> str:
        return self.name_en


class PressurePoint(models.Model):
    class View(models.TextChoices):
        FRONT = "front", _("Front")
        BACK = "back", pgettext_lazy("view of the body", "Back")
        HAND = "hand", _("Back of the hand")
        HEAD = "head", _("Head, from the side")

    class Region(models.TextChoices):
        HEAD = "head", _("Head")
        NECK_SHOULDER = "neck_shoulder", _("Neck and shoulder")
        CHEST = "chest", _("Chest")
        ABDOMEN = "abdomen", _("Belly")
        ARM = "arm", _("Arm")
        HAND = "hand", _("Hand")

    class Evidence(models.TextChoices):
        TRADITIONAL = "traditional", _("Traditional use only")
        VERY_LOW = "very_low", _("Very low")
        LOW = "low", _("Low")
        MODERATE = "moderate", _("Moderate")

    code = models.CharField(max_length=8, unique=True)
    slug = models.SlugField(unique=True)
    pinyin = models.CharField(max_length=64)
    name_en = models.CharField("name (English)", max_length=64)
    name_es = models.CharField("name (Spanish)", max_length=64, blank=True)
    channel_en = models.CharField("channel (English)", max_length=64)
    channel_es = models.CharField("channel (Spanish)", max_length=64, blank=True)
    region = models.CharField(max_length=16, choices=Region)
    view = models.CharField(max_length=8, choices=View)
    x = models.PositiveSmallIntegerField(help_text="On the figure, from its left edge.")
    y = models.PositiveSmallIntegerField(help_text="On the figure, from its top.")
    paired = models.BooleanField(default=True, help_text="Shown on both sides of the body.")
    self_press = models.BooleanField(
        default=True, help_text="Off: only a practitioner presses this point."
    )
    location_en = models.TextField("where it is (English)")
    location_es = models.TextField("where it is (Spanish)", blank=True)
    caution_en = models.TextField("its own caution (English)", blank=True)
    caution_es = models.TextField("its own caution (Spanish)", blank=True)
    technique_en = models.TextField("how to press (English)")
    technique_es = models.TextField("how to press (Spanish)", blank=True)
    tradition_en = models.TextField("what tradition says (English)")
    tradition_es = models.TextField("what tradition says (Spanish)", blank=True)
    evidence_grade = models.CharField(max_length=16, choices=Evidence)
    evidence_en = models.TextField("evidence (English)", blank=True)
    evidence_es = models.TextField("evidence (Spanish)", blank=True)
    cautions = models.ManyToManyField(Caution, blank=True, related_name="points")
    order = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    name = Bilingual()
    channel = Bilingual()
    location = Bilingual()
    caution = Bilingual()
    technique = Bilingual()
    tradition = Bilingual()
    evidence = Bilingual()

    class Meta:
        ordering = ("order", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"

    def get_absolute_url(self) -> str:
        return reverse("point", args=[self.slug])


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, *, now: datetime) -> Self:
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=now)

    def due_for_review(self, *, on: date) -> Self:
        """Published, and to be read again by a clinician; the longest overdue first."""
        due = self.filter(status=Article.Status.PUBLISHED, review_due_on__lte=on)
        return due.order_by("review_due_on", "title", "language")

    def in_language(self, language: str) -> Self:
        return self.filter(language=language)


# The blocks get their base class while the program runs, where the checker does not see it.
class Article(models.Model):  # type: ignore[django-manager-missing]
    """One article in one language; the same slug links it to its translation."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        PUBLISHED = "published", "Published"

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        SPANISH = "es", "Español"

    slug = models.SlugField()
    language = models.CharField(max_length=2, choices=Language)
    title = models.CharField(max_length=128)
    lead = models.TextField()
    description = models.CharField(max_length=160, help_text="For search engines and shared links.")
    author = models.CharField(max_length=128)
    written_on = models.DateField()
    reviewed_by = models.ForeignKey(
        Practitioner,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviewed_articles",
    )
    reviewed_on = models.DateField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)
    translation_reviewed_on = models.DateField(
        null=True, blank=True, help_text="When a person who knows both languages checked it."
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    topics = models.ManyToManyField(Topic, blank=True, related_name="articles")
    red_flags = models.ManyToManyField(RedFlag, blank=True, related_name="articles")
    cautions = models.ManyToManyField(
        Caution, blank=True, related_name="articles", help_text="Besides those of its points."
    )

    regions = (Region(key="main", title="Article"),)
    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ("title",)
        constraints = (
            models.UniqueConstraint(
                fields=("slug", "language"), name="article_slug_once_a_language"
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by=None, reviewed_on=None)
                | models.Q(reviewed_by__isnull=False, reviewed_on__isnull=False),
                name="article_review_is_whole",
                violation_error_message="A review has both a reviewer and a date.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])


ArticleBlock = create_plugin_base(Article)


class HeadedBlock(ArticleBlock):  # type: ignore[misc, valid-type]
    """What every block has: a heading that the contents list links to, and prose."""

    heading = models.CharField(max_length=128, blank=True)
    body = ProseEditorField(extensions=PROSE_EXTENSIONS, sanitize=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.heading or "Block"

    @property
    def anchor(self) -> str:
        return slugify(self.heading)


class TextBlock(HeadedBlock):
    class Meta(HeadedBlock.Meta):
        verbose_name = "text"


class PointsBlock(HeadedBlock):
    """A section about points; each brings its place, caution, technique and evidence along."""

    points = models.ManyToManyField(PressurePoint, related_name="blocks")

    class Meta(HeadedBlock.Meta):
        verbose_name = "points"


class BookingBlock(HeadedBlock):
    class Meta(HeadedBlock.Meta):
        verbose_name = "call to book"


class StarterEntry(models.Model):
    """What the starter content has put in once: never again, whatever staff did with it since."""

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "starter entries"
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="starter_entry_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
