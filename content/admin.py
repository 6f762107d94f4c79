"""Writing, reviewing and publishing: articles made of blocks, points, and what they cite."""

from typing import Any

from content_editor.admin import ContentEditor
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from clinic.admin_base import PublishingAdmin
from content.article_admin import WorkflowAdmin
from content.block_admin import BLOCK_INLINES
from content.models import (
    Article,
    Caution,
    PressurePoint,
    RedFlag,
    Reference,
    Topic,
)
from content.writing_admin import WritingAdmin


@admin.register(Article)
class ArticleAdmin(WritingAdmin, WorkflowAdmin, ContentEditor):
    list_display = (
        "title",
        "language",
        "status",
        "readers_see",
        "review",
        "links_to_mend",
        "updated_at",
    )
    list_filter = ("status", "language", "topics")
    list_select_related = ("reviewed_by",)
    search_fields = ("title", "lead", "slug")
    prepopulated_fields = {"slug": ("title",)}
    inlines = BLOCK_INLINES
    fieldsets = (
        (None, {"fields": ("title", ("slug", "language"), "lead", "description")}),
        ("Written", {"fields": (("author", "written_on"),)}),
        (
            "Belongs to",
            {"classes": ("collapse",), "fields": ("topics", "red_flags", "cautions")},
        ),
    )

    class Media:
        css = {"all": ("css/prose-editor.css",)}
        js = ("js/static-styles.js", "js/editor-names.js")

    @admin.display(description="reviewed", ordering="reviewed_on")
    def review(self, article: Article) -> str:
        if article.reviewed_by is None:
            return "not yet"
        return f"{article.reviewed_on}, {article.reviewed_by.name}"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new article is written today, by whoever begins it."""
        first = {"author": str(request.user), "written_on": timezone.localdate().isoformat()}
        return {**first, **super().get_changeform_initial_data(request)}


@admin.register(PressurePoint)
class PressurePointAdmin(PublishingAdmin):
    list_display = ("code", "name_en", "region", "evidence_grade", "self_press", "order")
    list_filter = ("region", "view", "evidence_grade", "self_press")
    search_fields = ("code", "pinyin", "name_en", "name_es")
    prepopulated_fields = {"slug": ("code", "name_en")}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("code", "slug"),
                    "pinyin",
                    "region",
                    "self_press",
                    "cautions",
                    "topics",
                    "order",
                )
            },
        ),
        ("On the figure", {"fields": ("view", ("x", "y"), "paired")}),
        ("Evidence", {"fields": ("evidence_grade", "evidence_en", "evidence_es")}),
        (
            "English",
            {
                "fields": (
                    "name_en",
                    "channel_en",
                    "location_en",
                    "caution_en",
                    "technique_en",
                    "tradition_en",
                )
            },
        ),
        (
            "Spanish",
            {
                "fields": (
                    "name_es",
                    "channel_es",
                    "location_es",
                    "caution_es",
                    "technique_es",
                    "tradition_es",
                )
            },
        ),
    )


@admin.register(Topic)
class TopicAdmin(PublishingAdmin):
    list_display = ("name_en", "name_es", "slug", "order")
    prepopulated_fields = {"slug": ("name_en",)}


@admin.register(RedFlag)
class RedFlagAdmin(PublishingAdmin):
    """Shown before the times of every booking, and in the articles that name them."""

    list_display = ("text_en", "level", "order")
    list_filter = ("level",)
    search_fields = ("text_en", "text_es")


@admin.register(Caution)
class CautionAdmin(PublishingAdmin):
    list_display = ("name_en", "kind", "ask_at_booking", "order")
    list_filter = ("kind", "ask_at_booking")
    search_fields = ("name_en", "name_es")
    prepopulated_fields = {"slug": ("name_en",)}


@admin.register(Reference)
class ReferenceAdmin(PublishingAdmin):
    """Cited in texts as [@key]."""

    list_display = ("key", "authors", "year", "title")
    search_fields = ("key", "authors", "title")
