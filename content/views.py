"""Articles, topics and points: read from memory, the same for every reader."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.page_cache import public_page
from clinic.pages import Crumb, Page, show
from content import structured_data
from content.body_map import plates
from content.citations import Citations
from content.library import library
from content.marks import marks

FOR_EVER = "public, max-age=31536000, immutable"


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
    now, known = timezone.now(), library()
    piece = known.article(slug, get_language(), now=now)
    if piece is None:
        raise Http404
    page = Page(
        title=piece.row.title,
        description=piece.row.description,
        section="articles",
        above=(to_articles(),),
        kind="article",
        languages=frozenset(known.languages(slug, now=now)),
        structured_data=[structured_data.article(piece)],
    )
    return show(
        request,
        "content/article.html",
        page,
        piece=piece,
        article=piece.row,
        plates=plates(piece.points),
        citations=Citations(known.references),
        related=known.related(piece, now=now),
    )


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
    response["Cache-Control"] = FOR_EVER if is_current else "public, max-age=60"
    return response


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
