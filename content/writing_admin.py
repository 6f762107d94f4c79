"""What helps whoever writes an article: words beside the fields, sources and pages to put in, and
what the check of the links found, on the article's page and as a number in the list.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from js_asset import JSON, Media

from clinic.directory import directory
from clinic.models import Practitioner
from content import proofreading
from content.library import library
from content.models import Article, PressurePoint

HELP = {
    "title": "What people would search for, in their words.",
    "slug": "The end of its address, made of the title. Leave it as it is once people can read "
    "the article, and give its translation the same.",
    "lead": "One to three sentences below the title: what it is about, and for whom.",
    "description": "One sentence for search engines and shared links, 160 letters at most.",
    "author": "As readers see it.",
    "red_flags": "The warning signs that stand at the top of the article.",
}
PAGES = (
    *(("book", "Ask for a consultation"), ("visit", "Hours and directions")),
    *(("team", "Our team"), ("points", "All pressure points"), ("articles", "All articles")),
)


class WritingAdmin(admin.ModelAdmin):
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in HELP:
            kwargs["help_text"] = HELP[db_field.name]
        if isinstance(db_field, models.TextField):
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="links to mend")
    def links_to_mend(self, article: Article) -> str:
        found = getattr(article, "findings", [])
        stops = sum(finding.stops for finding in found)
        return f"{len(found)} ({stops} broken)" if stops else str(len(found) or "")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Asked once for all articles of the page."""
        rows = super().get_changelist_instance(request)
        found = proofreading.of_articles(list(rows.result_list), now=timezone.now())
        for article in rows.result_list:
            article.findings = found[article.pk]
        return rows

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        article = kwargs.get("obj")
        if article and request.method == "GET":
            warn(request, article)
        context["media"] += Media(
            css={"all": ["css/article-editor.css"]},
            js=[
                JSON(to_put_in(article.language if article else "en"), id="article-editor-data"),
                "js/article-editor.js",
            ],
        )
        return super().render_change_form(request, context, *args, **kwargs)


def warn(request: HttpRequest, article: Article) -> None:
    if found := proofreading.of_article(article):
        said = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in found))
        intro = (
            "Some links or citations lead nowhere; it cannot be published until they do not:"
            if any(finding.stops for finding in found)
            else "Some links could be better:"
        )
        messages.warning(request, format_html("{}<ul>{}</ul>", intro, said))


def to_put_in(language: str) -> dict[str, list[dict[str, str]]]:
    """The sources that can be cited, and the pages to link to, by the names to find them by."""
    sources = [
        {"key": key, "name": f"{row.authors} {row.year}: {row.title} ({key})"}
        for key, row in sorted(library().references.items())
    ]
    with translation.override(language):
        pages = [{"name": f"{name} ({href})", **put} for name, href, put in _pages(language)]
    return {"sources": sources, "pages": pages}


def _pages(language: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    known, now = library(), timezone.now()
    found: list[tuple[str, str, PressurePoint | Article | Practitioner]]
    found = [(f"{p.row.code} {p.row.name}", p.row.code, p.row) for p in known.points]
    found += [(a.row.title, a.row.title, a.row) for a in known.articles(language, now=now)]
    found += [(person.name, person.name, person) for person in directory().practitioners]
    for name, words, row in found:
        href = row.get_absolute_url()
        yield name, href, {"href": href, "words": words}
    for topic in known.topics:
        href = reverse("topic", args=[topic.slug])
        yield topic.name, href, {"href": href, "words": topic.name}
    for view, name in PAGES:
        yield name, reverse(view), {"href": reverse(view), "words": name}
