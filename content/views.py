"""Articles, topics and points: read from memory, the same for every reader."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinic.page_cache import public_page
from clinic.pages import Crumb, Page, show
from content import structured_data
from content.body_map import plates
from content.citations import Citations
from content.library import Piece, library
from content.models import Reference

MOST_RELATED = 6


def to_articles() -> Crumb:
    return Crumb(gettext_lazy("Articles"), reverse("articles"))


@public_page
def articles(request: HttpRequest) -> HttpResponse:
    now, language = timezone.now(), get_language()
    page = Page(
        title=_("Articles"),
        description=_("Plain words on pain: what may help, what research says, when to get help."),
        section="articles",
    )
    return show(
        request,
        "content/articles.html",
        page,
        pieces=library().articles(language, now=now),
        topics=library().topics_with_articles(language, now=now),
    )


@public_page
def article(request: HttpRequest, slug: str) -> HttpResponse:
    now, known, language = timezone.now(), library(), get_language()
    piece = known.article(slug, language, now=now)
    if piece is None:
        if last := known.withdrawn(slug, language, now=now):
            return gone(request, last)
        raise Http404
    page, context = article_page(piece, known.references, now=now)
    return show(request, "content/article.html", page, **context)


def article_page(
    piece: Piece, references: Mapping[str, Reference], *, now: datetime
) -> tuple[Page, dict[str, Any]]:
    """What its template needs: readers, previews and old versions are shown the same page."""
    known = library()
    page = Page(
        title=piece.row.title,
        description=piece.row.description,
        section="articles",
        above=(to_articles(),),
        kind="article",
        languages=frozenset(known.languages(piece.row.slug, now=now)),
        structured_data=[structured_data.article(piece)],
    )
    return page, {
        "piece": piece,
        "article": piece.row,
        "plates": plates(piece.points),
        "citations": Citations(references),
        "related": known.related(piece, now=now),
    }


def gone(request: HttpRequest, last: Piece) -> HttpResponse:
    """An article that was withdrawn: said as it is, with the way to what is like it."""
    known, now = library(), timezone.now()
    context = {"last": last, "related": known.related(last, now=now)[:MOST_RELATED]}
    response = render(request, "content/gone.html", context, status=HTTPStatus.GONE)
    response.headers["Cache-Control"] = "no-cache"  # it may come back
    return response


@public_page
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    known = library()
    found = known.topic(slug)
    if found is None:
        raise Http404
    page = Page(
        title=found.name,
        description=found.summary,
        section="articles",
        above=(to_articles(),),
    )
    pieces = known.about(found, get_language(), now=timezone.now())
    return show(request, "content/topic.html", page, topic=found, pieces=pieces)


@public_page
def points(request: HttpRequest) -> HttpResponse:
    known = library()
    page = Page(
        title=_("Pressure points"),
        description=_("Where the points are, who should leave them alone, and what is known."),
        section="points",
    )
    return show(
        request, "content/points.html", page, points=known.points, plates=plates(known.points)
    )


@public_page
def point(request: HttpRequest, slug: str) -> HttpResponse:
    known = library()
    found = known.point(slug)
    if found is None:
        raise Http404
    name = f"{found.row.code}: {found.row.name}"
    page = Page(
        title=name,
        description=_("Where the point %(name)s is, who should not press it, and how to press.")
        % {"name": name},
        section="points",
        above=(Crumb(gettext_lazy("Pressure points"), reverse("points")),),
        structured_data=[structured_data.point(found)],
    )
    return show(
        request,
        "content/point.html",
        page,
        point=found,
        citations=Citations(known.references),
        mentions=known.mentions(found, get_language(), now=timezone.now()),
    )
