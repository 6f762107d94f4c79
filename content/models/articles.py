"""Articles: one row for each language, made of blocks."""

from datetime import date, datetime
from typing import Self

from content_editor.models import Region
from django.db import models
from django.urls import reverse
from django.utils import timezone

from clinic.models import Practitioner
from content.models.vocabulary import Caution, RedFlag, Topic


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
