"""An article as readers would see it, before it is saved; and as they saw it, years ago.

Pages of the staff, on the readers' own template: never kept, never found by a search engine.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms.formsets import all_valid
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from clinic.admin_site import OutOfReach
from clinic.models import User
from clinic.page_cache import without_indentation
from clinic.structured_data import absolute
from content import compare, publishing, snapshots
from content.models import Article, ArticleVersion, HeadedBlock, Reference
from content.pieces import piece
from content.printing import print_anew
from content.snapshots import Data, WorkingCopy, Written
from content.timeline import Showing, Timeline, current
from content.views import article_page

WORKING_COPY = "now"  # stands for it where a version's number would


LOOK, ACT, BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")


def urls(of: Any) -> list[URLPattern]:
    """The pages beside the form, for the admin of articles."""
    return [
        path(
            address,
            of.admin_site.admin_view(require_http_methods(methods)(partial(view, of))),
            name=f"content_article_{name}",
        )
        for address, view, methods, name in (
            ("preview/", preview_new, ACT, "preview_new"),
            ("<int:key>/preview/", preview, BOTH, "preview"),
            ("<int:key>/versions/", versions, LOOK, "versions"),
            ("<int:key>/versions/compare/", comparison, LOOK, "compare"),
            ("<int:key>/versions/<int:number>/", version, LOOK, "version"),
            ("<int:key>/versions/<int:number>/bring-back/", bring_back, ACT, "bring_back"),
        )
    ]


def reach(of: Any, request: HttpRequest, key: int) -> Article:
    if not of.has_view_or_change_permission(request):
        raise PermissionDenied
    article = Article.objects.filter(pk=key).first()
    if article is None:
        raise OutOfReach
    return article


def reach_version(article: Article, number: int) -> ArticleVersion:
    found = article.versions.filter(number=number).first()
    if found is None:
        raise OutOfReach
    return found


def as_readers_see(
    request: HttpRequest,
    article_id: int,
    data: Data,
    *,
    showing: Showing,
    now: datetime,
    **banner: Any,
) -> HttpResponse:
    known = snapshots.kept_vocabulary(data)
    language, slug = data["article"]["language"], data["article"]["slug"]
    with translation.override(language):
        shown = piece(article_id, data, showing, since=showing.starts, known=known)
        page, context = article_page(shown, print_anew(shown, known.references), now=now)
        page.structured_data.clear()
        address = reverse("article", args=[slug or "-"])
        paths = {}
        for code in ("en", "es"):
            with translation.override(code):
                paths[code] = reverse("article", args=[slug or "-"])
        context |= {
            "page": page,
            "page_language": language,
            "canonical_url": absolute(address),
            "english_path": paths["en"],
            "spanish_path": paths["es"],
            **banner,
        }
        response = TemplateResponse(request, "content/preview.html", context)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Content-Language"] = language
        without_indentation(response.render())
        return response


def preview(of: Any, request: HttpRequest, key: int) -> HttpResponse:
    """The working copy: as it is saved, or as the form would save it."""
    article = reach(of, request, key)
    if request.method != "POST":
        return show_working_copy(request, article, snapshots.take_all([article])[article.pk])
    if not of.has_change_permission(request, article):
        raise PermissionDenied
    return preview_form(of, request, article)


def preview_new(of: Any, request: HttpRequest) -> HttpResponse:
    if not of.has_add_permission(request):
        raise PermissionDenied
    return preview_form(of, request, None)


def preview_form(of: Any, request: HttpRequest, article: Article | None) -> HttpResponse:
    """Checked as it would be when it is saved; nothing is."""
    form_class = of.get_form(request, article, change=article is not None)
    form = form_class(request.POST, request.FILES, instance=article)
    is_valid = form.is_valid()
    formsets, _inlines = of._create_formsets(request, form.instance, change=article is not None)
    if not (all_valid(formsets) and is_valid):
        context = {
            **of.admin_site.each_context(request),
            "title": "Preview",
            "opts": of.opts,
            "form": form,
            "formsets": [formset for formset in formsets if not formset.is_valid()],
        }
        return TemplateResponse(request, "admin/content/article/no_preview.html", context)
    copy = WorkingCopy(typed(form), blocks_typed(formsets))
    references = {row.key: row for row in Reference.objects.all()}
    return show_working_copy(request, form.instance, snapshots.take(copy, references), typed=True)


def typed(form: Any) -> Written:
    """A row as it was typed; what the form does not show is as it is saved."""
    row = form.instance
    related = {
        name: list(form.cleaned_data[name])
        if name in form.cleaned_data
        else list(getattr(row, name).all() if row.pk else ())
        for name in snapshots.relations(row)
    }
    return Written(row, related)


def blocks_typed(formsets: Sequence[Any]) -> list[Written]:
    blocks = [
        typed(form)
        for formset in formsets
        if issubclass(formset.model, HeadedBlock)
        for form in formset.forms
        if (form.instance.pk or form.has_changed()) and form not in formset.deleted_forms
    ]
    return sorted(blocks, key=lambda block: block.row.ordering)


def show_working_copy(
    request: HttpRequest, article: Article, data: Data, *, typed: bool = False
) -> HttpResponse:
    now = timezone.now()
    on = current(publishing.timeline_of(article), now) if article.pk else None
    published = on and ArticleVersion.objects.get(pk=on.version)
    return as_readers_see(
        request,
        article.pk or 0,
        data,
        showing=Showing(0, now),
        now=now,
        preview=article,
        unsaved=typed,
        published=published,
        differences=compare.differences(published.snapshot, data) if published else [],
    )


def shown_of(version: ArticleVersion, shown: Timeline) -> list[Showing]:
    return [each for each in shown if each.version == version.pk]


def versions(of: Any, request: HttpRequest, key: int) -> HttpResponse:
    article, now = reach(of, request, key), timezone.now()
    shown = publishing.timeline_of(article)
    rows = [(row, shown_of(row, shown)) for row in article.versions.order_by("-number")]
    context = {
        **of.admin_site.each_context(request),
        "title": f"Versions of “{article.title}”",
        "opts": of.opts,
        "article": article,
        "rows": rows,
        "events": article.events.select_related("version").order_by("-pk"),
        "now": now,
        "may_bring_back": may_bring_back(request),
        "working_copy": WORKING_COPY,
    }
    return TemplateResponse(request, "admin/content/article/versions.html", context)


def version(of: Any, request: HttpRequest, key: int, number: int) -> HttpResponse:
    """A version as it looked: its own words, and those that points and cautions then had."""
    article, now = reach(of, request, key), timezone.now()
    found = reach_version(article, number)
    shown = shown_of(found, publishing.timeline_of(article))
    return as_readers_see(
        request,
        article.pk,
        found.snapshot,
        showing=shown[0] if shown else Showing(found.pk, found.made_at),
        now=now,
        old=found,
        article_key=article.pk,
        shown=shown,
        is_on=any(each.is_on(now) for each in shown),
    )


def snapshot_named(article: Article, name: str) -> tuple[str, Data]:
    if name == WORKING_COPY:
        return "the working copy", snapshots.take_all([article])[article.pk]
    if not name.isascii() or not name.isdigit() or len(name) > 9:
        raise OutOfReach
    found = reach_version(article, int(name))
    return f"version {found.number}", found.snapshot


def comparison(of: Any, request: HttpRequest, key: int) -> HttpResponse:
    article = reach(of, request, key)
    old, before = snapshot_named(article, request.GET.get("old", ""))
    new, after = snapshot_named(article, request.GET.get("new", ""))
    changes = compare.compare(before, after)
    context = {
        **of.admin_site.each_context(request),
        "title": f"From {old} to {new}",
        "opts": of.opts,
        "article": article,
        "changes": [change for change in changes if change.differs],
        "same": [change.part for change in changes if not change.differs],
    }
    return TemplateResponse(request, "admin/content/article/compare.html", context)


def may_bring_back(request: HttpRequest) -> bool:
    """It writes blocks anew, which is for those who write."""
    return request.user.has_perm("content.add_article")


def bring_back(of: Any, request: HttpRequest, key: int, number: int) -> HttpResponse:
    if not may_bring_back(request):
        raise PermissionDenied
    article = reach(of, request, key)
    found = reach_version(article, number)
    publishing.bring_back(version=found, by=cast("User", request.user), now=timezone.now())
    of.log_change(request, article, f"Brought back version {number} as a draft.")
    messages.success(
        request,
        f"Version {number} is the working copy now. Readers see what they saw until you publish.",
    )
    return redirect("admin:content_article_change", article.pk)
