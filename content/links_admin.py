"""What the check of the links found: on an article's page, and as a number in the list."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from content import proofreading
from content.models import Article


class LinksChecked(admin.ModelAdmin):
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
        return super().render_change_form(request, context, *args, **kwargs)


def warn(request: HttpRequest, article: Article) -> None:
    if found := proofreading.of_article(article):
        said = format_html_join("", "<li>{}</li>", ((str(finding),) for finding in found))
        intro = (
            "Some links or citations lead nowhere; it cannot be published until they do:"
            if any(finding.stops for finding in found)
            else "Some links could be better:"
        )
        messages.warning(request, format_html("{}<ul>{}</ul>", intro, said))
