"""Articles, topics and points: read from memory, the same for every reader."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.page_cache import public_page
from clinic.pages import Crumb, Page, show
from clinic.picture_views import FOR_A_YEAR
from content import structured_data
from content.body_map import plates
from content.citations import Citations
from content.library import library
from content.main_topic import main_topic
from content.marks import marks
from content.models import Topic
from content.pictures import picture_of
from content.pieces import Piece, Point
from content.printing import Printed, printed
from content.regions import region_path, regions


def to_articles() -> Crumb:
    return Crumb(gettext_lazy("Articles"), reverse("articles"))


def to_topics() -> Crumb:
    return Crumb(gettext_lazy("What hurts?"), reverse("topics"))


def to_points() -> Crumb:
    return Crumb(gettext_lazy("Pressure points"), reverse("points"))


def to_region(point: Point) -> Crumb:
    return Crumb(point.row.get_region_display(), region_path(point.row.region))


def way_to(piece: Piece) -> tuple[Crumb, ...]:
    """An article stands under its main topic."""
    over = main_topic(piece)
    if over is None:
        return (to_articles(),)
    return (to_topics(), Crumb(over.name, reverse("topic", args=[over.slug])))


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
        topics=library().topics_with_something(language, now=now),
    )


@public_page
def article(request: HttpRequest, slug: str) -> HttpResponse:
    now, known, language = timezone.now(), library(), get_language()
    piece = known.article(slug, language, now=now)
    if piece is None:
        if last := known.withdrawn(slug, language, now=now):
            return gone(request, last)
        raise Http404
    page, context = article_page(piece, printed(piece), now=now)
    return show(request, "content/article.html", page, **context)


def article_page(piece: Piece, shown: Printed, *, now: datetime) -> tuple[Page, dict[str, Any]]:
    """What its template needs: readers, previews and old versions are shown the same page."""
    known, picture = library(), picture_of(piece)
    page = Page(
        title=piece.row.title,
        description=piece.row.description,
        section="articles",
        above=way_to(piece),
        kind="article",
        languages=frozenset(known.languages(piece.row.slug, now=now)),
        picture=picture,
        structured_data=[structured_data.article(piece, known, picture)],
    )
    return page, {
        "piece": piece,
        "article": piece.row,
        "printed": shown,
        "related": known.related(piece, now=now),
    }


def gone(request: HttpRequest, last: Piece) -> HttpResponse:
    """An article that was withdrawn: said as it is, with the way to what is like it."""
    known, now = library(), timezone.now()
    context = {"last": last, "related": known.related(last, now=now)}
    response = render(request, "content/gone.html", context, status=HTTPStatus.GONE)
    response.headers["Cache-Control"] = "no-cache"  # it may come back
    return response


@public_page
def topics(request: HttpRequest) -> HttpResponse:
    page = Page(
        title=_("What hurts?"),
        description=_("Choose where it hurts: what to read on it, and the points people press."),
        section="articles",
    )
    found = library().topics_with_something(get_language(), now=timezone.now())
    return show(request, "content/topics.html", page, topics=found)


def languages_of(topic: Topic, *, now: datetime) -> frozenset[str]:
    """Those in which there is something to it; where there is nothing at all, its page says so."""
    known, both = library(), ("en", "es")
    there = [code for code in both if topic in known.topics_with_something(code, now=now)]
    return frozenset(there or both)


@public_page
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    now, known = timezone.now(), library()
    found = known.topic(slug)
    if found is None:
        raise Http404
    pieces = known.about(found, get_language(), now=now)
    pieces.sort(key=lambda piece: main_topic(piece) != found)  # those that are on it before others
    its_points = known.points_for(found)
    page = Page(
        title=found.name,
        description=found.summary,
        section="articles",
        above=(to_topics(),),
        languages=languages_of(found, now=now),
        indexed=bool(pieces or its_points),
    )
    return show(request, "content/topic.html", page, topic=found, pieces=pieces, points=its_points)


@public_page
def points(request: HttpRequest) -> HttpResponse:
    known = library()
    page = Page(
        title=_("Pressure points"),
        description=_("Where the points are, who should leave them alone, and what is known."),
        section="points",
    )
    return show(
        request,
        "content/points.html",
        page,
        points=known.points,
        plates=plates(known.points),
        marks=marks(),
    )


@require_safe
def points_sheet(request: HttpRequest, version: str) -> HttpResponse:
    """What answers the controls of the page of points; of an old page, as well as it can."""
    known = marks()
    response = HttpResponse(known.sheet, content_type="text/css; charset=utf-8")
    is_current = version == known.version
    response["Cache-Control"] = FOR_A_YEAR if is_current else "public, max-age=60"
    return response


@public_page
def point_region(request: HttpRequest, slug: str) -> HttpResponse:
    found = next((r for r in regions(library().points) if r.slug == slug), None)
    if found is None:
        raise Http404
    page = Page(
        title=_("Pressure points: %(region)s") % {"region": found.name},
        description=_(
            "The points of this part of the body: where they are, and who should not press them."
        ),
        section="points",
        above=(to_points(),),
    )
    return show(
        request,
        "content/point_region.html",
        page,
        region=found,
        plates=plates(found.points),
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
        above=(to_points(), to_region(found)),
        structured_data=[structured_data.point(found, get_language())],
    )
    return show(
        request,
        "content/point.html",
        page,
        point=found,
        citations=Citations(known.references),
        mentions=known.mentions(found, get_language(), now=timezone.now()),
    )
