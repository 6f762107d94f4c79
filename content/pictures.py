"""The pictures of articles: their titles, and the drawing that most of their points stand on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from clinic import picture_views, pictures
from clinic.pages import Picture
from content.body_map import plates
from content.library import library
from content.main_topic import main_topic
from content.pieces import Piece


def card_of(piece: Piece) -> pictures.Card:
    plate = max(plates(piece.points), key=lambda plate: len(plate.markers), default=None)
    markers = plate.markers if plate else []
    dots = [(marker.x, marker.y) for marker in markers]
    dots += [(marker.twin_x, marker.y) for marker in markers if marker.twin_x is not None]
    topic = main_topic(piece)
    return picture_views.card(
        piece.row.title,
        kicker=topic.name if topic else "",
        plate=plate.view if plate else "",
        dots=tuple(dots),
    )


def picture_of(piece: Piece) -> Picture:
    card = card_of(piece)
    path = reverse("article-picture", args=[piece.row.language, piece.row.slug, card.version])
    return Picture(path, f"{piece.row.title}. {card.clinic}")


@require_safe
def article(request: HttpRequest, language: str, slug: str, version: str) -> HttpResponse:
    """Of what is out now, and of nothing else: so there is no more to draw than to read."""
    with translation.override(picture_views.known_language(language)):
        piece = library().article(slug, language, now=timezone.now())
        if piece is None:
            raise Http404
        return picture_views.answer(card_of(piece), version, picture_of(piece).path)
