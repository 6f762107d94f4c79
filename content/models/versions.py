"""What was published, word for word and for good, and what happened to an article.

Both tables only grow: what readers saw can be shown again years later (N.J.A.C. 13:39A-8.7 asks
for three), and when a version was shown follows from the events (content/timeline.py).
"""

from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from clinic.constraints import AppendOnly
from content.models.articles import Article


class ArticleVersion(models.Model):
    """An article as it was published once; `snapshot` is content/snapshots.py's to read."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=254, blank=True)
    snapshot = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ("article", "number")
        constraints = (
            models.UniqueConstraint(fields=("article", "number"), name="article_version_once"),
            AppendOnly(name="article_version_append_only"),
        )

    def __str__(self) -> str:
        return f"Version {self.number}"


class ArticleEventQuerySet(models.QuerySet["ArticleEvent"]):
    def of_showing(self) -> Self:
        """Those that decide what readers see, in the order in which they were decided."""
        return self.filter(kind__in=ArticleEvent.OF_SHOWING).order_by("pk")

    def sent_back(self) -> Self:
        """Notes of reviewers that still wait for whoever writes; the oldest first."""
        kinds = ArticleEvent.Kind
        over = (kinds.SENT_TO_REVIEW, kinds.SIGNED, *ArticleEvent.OF_SHOWING)
        later = ArticleEvent.objects.filter(
            article=models.OuterRef("article"), kind__in=over, pk__gt=models.OuterRef("pk")
        )
        waiting = self.filter(kind=kinds.SENT_BACK, article__status="draft")
        return waiting.filter(~models.Exists(later)).select_related("article").order_by("pk")


class ArticleEvent(models.Model):
    """Who did what with an article. No foreign key to it in the database: drafts may be deleted."""

    class Kind(models.TextChoices):
        SENT_TO_REVIEW = "sent_to_review", "Sent to review"
        SENT_BACK = "sent_back", "Sent back"
        SIGNED = "signed", "Review signed"
        TRANSLATION_SIGNED = "translation_signed", "Translation signed"
        VOIDED = "voided", "Signature void: the text was changed"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        CALLED_OFF = "called_off", "Schedule called off"
        BROUGHT_BACK = "brought_back", "Brought back as a draft"

    OF_SHOWING = (Kind.PUBLISHED, Kind.WITHDRAWN, Kind.CALLED_OFF)

    article = models.ForeignKey(
        Article, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    kind = models.CharField(max_length=24, choices=Kind)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=254, blank=True)
    note = models.TextField(blank=True)
    version = models.ForeignKey(ArticleVersion, null=True, on_delete=models.PROTECT)
    takes_effect = models.DateTimeField(null=True)

    objects = ArticleEventQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (AppendOnly(name="article_event_append_only"),)

    def __str__(self) -> str:
        return self.get_kind_display()
