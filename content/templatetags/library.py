"""Articles, topics and points for the pages of every room."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clinic.models import Practitioner
from content.body_map import Plate, plates
from content.care import cares
from content.citations import Citations
from content.library import library
from content.marks import caution_key, keys
from content.models import Article, ArticleEvent, Caution, PressurePoint, Topic
from content.pieces import Piece, Point
from content.regions import BodyRegion, regions

register = template.Library()
Evidence = PressurePoint.Evidence
MOST_LISTED = 20
MARKS = {Evidence.TRADITIONAL: 0, Evidence.VERY_LOW: 1, Evidence.LOW: 2, Evidence.MODERATE: 3}


@register.filter
def cited(text: str, citations: Citations) -> SafeString:
    """The text, escaped unless it is safe HTML, with its [@key] marks as numbers."""
    return citations.mark(conditional_escape(text))


@register.filter
def marks(grade: str) -> int:
    """How many of the four marks of an evidence grade are filled."""
    return MARKS[Evidence(grade)]


register.filter("cares", cares)
register.filter("keys", keys)
register.filter("caution_key", caution_key)


@register.filter
def of_kind(cautions: tuple[Caution, ...], kind: str) -> list[Caution]:
    return [caution for caution in cautions if caution.kind == kind]


@register.filter
def plate(point: Point) -> Plate:
    """The drawing with this point alone."""
    return plates([point])[0]


@register.simple_tag
def back_plate() -> Plate | None:
    """The drawing on the home page."""
    found = [plate for plate in plates(library().points) if plate.view == PressurePoint.View.BACK]
    return found[0] if found else None


@register.simple_tag
def readable_topics() -> list[tuple[Topic, list[Piece]]]:
    """Each topic that there is something to read about, with its articles."""
    now, language = timezone.now(), get_language()
    return [
        (topic, library().about(topic, language, now=now))
        for topic in library().topics_with_articles(language, now=now)
    ]


@register.simple_tag
def body_regions() -> list[BodyRegion]:
    """The regions that have a point."""
    return regions(library().points)


@register.simple_tag
def latest_articles(most: int = 3) -> list[Piece]:
    return library().articles(get_language(), now=timezone.now())[:most]


@register.simple_tag
def reviewed_by(person: Practitioner) -> list[Piece]:
    """What somebody of the team has read and signed, in the page's language."""
    pieces = library().articles(get_language(), now=timezone.now())
    return [piece for piece in pieces if piece.row.reviewed_by_id == person.pk]


@register.simple_tag(takes_context=True)
def articles_due(context: dict[str, Any]) -> list[Piece]:
    """On the admin's first page, for those who write: what has to be reviewed again by now."""
    if not context["request"].user.has_perm("content.change_article"):
        return []
    now = timezone.now()
    return library().due_for_review(on=timezone.localdate(now), now=now)[:MOST_LISTED]


@register.simple_tag(takes_context=True)
def articles_in_review(context: dict[str, Any]) -> list[Article]:
    """On the admin's first page, for those who review: what waits for them."""
    if not context["request"].user.has_perm("content.review_article"):
        return []
    return list(Article.objects.in_review()[:MOST_LISTED])


@register.simple_tag(takes_context=True)
def articles_sent_back(context: dict[str, Any]) -> list[ArticleEvent]:
    """On the admin's first page, for those who write: what a reviewer wants changed."""
    if not context["request"].user.has_perm("content.add_article"):
        return []
    return list(ArticleEvent.objects.sent_back()[:MOST_LISTED])


@register.inclusion_tag("partials/plate.html")
def body_map(plate: Plate, *, anchors: bool = False, choosing: bool = False) -> dict[str, Any]:
    """A drawing with its points as links: to their places on this page, or to their own pages.

    With `choosing` the page's own controls strike points out.
    """
    return {"plate": plate, "anchors": anchors, "choosing": choosing}
