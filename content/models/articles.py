"""Articles: one row for each language, made of blocks.

The rows are the working copy of those who write. Readers see a published version of it
(content/models/versions.py), which stays as it is while the rows are changed.
"""

from typing import Self

from content_editor.models import Region
from django.db import models
from django.urls import reverse
from django.utils import timezone

from clinic.models import Practitioner
from content.models.vocabulary import Caution, RedFlag, Topic


class ArticleQuerySet(models.QuerySet["Article"]):
    def in_review(self) -> Self:
        """Waiting for a clinician to read them; whoever waits longest first."""
        return self.filter(status=Article.Status.IN_REVIEW).order_by("updated_at", "pk")

    def in_language(self, language: str) -> Self:
        return self.filter(language=language)


# The blocks get their base class while the program runs, where the checker does not see it.
class Article(models.Model):  # type: ignore[django-manager-missing]
    """One article in one language; the same slug links it to its translation."""

    class Status(models.TextChoices):
        """How far the working copy is; what readers see is content/timeline.py's to say."""

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
    # A signature holds for the text whose digest stands beside it (content/snapshots.py).
    reviewed_by = models.ForeignKey(
        Practitioner,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="reviewed_articles",
    )
    reviewed_on = models.DateField(null=True, blank=True, editable=False)
    review_due_on = models.DateField(null=True, blank=True, editable=False)
    reviewed_digest = models.CharField(max_length=64, blank=True, editable=False)
    translation_reviewed_by = models.CharField(max_length=128, blank=True, editable=False)
    translation_reviewed_on = models.DateField(null=True, blank=True, editable=False)
    translation_digest = models.CharField(max_length=64, blank=True, editable=False)
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT, editable=False)
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
        permissions = (
            ("publish_article", "Can publish and withdraw an article"),
            ("review_article", "Can sign an article or send it back"),
        )
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
