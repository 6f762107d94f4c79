"""The newest articles as an Atom feed, one for each language."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic import memory
from clinic.page_cache import public_page
from clinic.structured_data import absolute
from content.library import library
from content.pieces import Piece

MOST_ENTRIES = 30
PAGE = "text/html"


class ArticleFeed(Atom1Feed):
    """An Atom feed that knows the languages of its entries."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        for language, address in self.feed["alternates"].items():
            link = {"rel": "alternate", "type": "application/atom+xml"}
            handler.addQuickElement("link", "", {**link, "hreflang": language, "href": address})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for language, address in item["alternates"].items():
            link = {"rel": "alternate", "type": PAGE, "hreflang": language, "href": address}
            handler.addQuickElement("link", "", link)


def for_xml(text: str) -> str:
    """Without the signs that XML has no room for."""
    return "".join(c for c in text if c in "\n\t" or c >= " ")


def in_languages(name: str, *args: str, languages: set[str]) -> dict[str, str]:
    addresses = {}
    for language in sorted(languages):
        with translation.override(language):
            addresses[language] = absolute(reverse(name, args=args))
    return addresses


def add(feed: ArticleFeed, piece: Piece, languages: set[str]) -> None:
    """Its address is its id: that stays, whatever is corrected, and whenever it came out."""
    row = piece.row
    address = absolute(row.get_absolute_url())
    feed.add_item(
        title=for_xml(row.title),
        link=address,
        unique_id=address,
        description=escape(for_xml(row.lead)),  # feed readers take it for HTML
        author_name=for_xml(row.author),
        pubdate=piece.published_at,
        updateddate=piece.changed_at,
        categories=[for_xml(topic.name) for topic in piece.topics],
        alternates=in_languages("article", row.slug, languages=languages - {row.language}),
    )


@public_page
def articles(request: HttpRequest) -> HttpResponse:
    now, known, language = timezone.now(), library(), get_language()
    name = for_xml(memory.the_clinic().name)
    feed = ArticleFeed(
        title=_("%(clinic)s: articles") % {"clinic": name},
        link=absolute(reverse("articles")),
        description=None,
        language=language,
        author_name=name,
        feed_url=absolute(reverse("feed")),
        feed_guid=absolute(reverse("feed")),
        alternates=in_languages("feed", languages={"en", "es"} - {language}),
    )
    for piece in known.articles(language, now=now)[:MOST_ENTRIES]:
        add(feed, piece, known.languages(piece.row.slug, now=now))
    return HttpResponse(feed.writeString("utf-8"), content_type=Atom1Feed.content_type)
