"""What search engines may find, in which languages, and when it truly changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation

from clinic.directory import directory
from clinic.legal import legal_pages
from clinic.page_cache import public_page
from clinic.structured_data import absolute
from content.library import library
from content.regions import regions

BOTH = ("en", "es")


@dataclass(frozen=True)
class Entry:
    """One page in all its languages, and when it changed in each, where that is known."""

    addresses: dict[str, str]
    changed: dict[str, datetime]

    def __iter__(self) -> Iterator[tuple[str, datetime | None]]:
        for language, address in self.addresses.items():
            yield address, self.changed.get(language)


def entry(
    name: str,
    *args: str,
    languages: Iterable[str] = BOTH,
    changed: dict[str, datetime] | None = None,
) -> Entry:
    addresses = {}
    for language in languages:
        with translation.override(language):
            addresses[language] = absolute(reverse(name, args=args))
    return Entry(addresses, changed or {})


def pages() -> Iterator[Entry]:
    """Nothing is known of when the clinic's own pages changed, so nothing is said."""
    own = ("home", "articles", "topics", "points", "team", "visit")
    for name in (*own, *(page.key for page in legal_pages().pages)):
        yield entry(name)
    for person in directory().practitioners:
        if not person.is_example:
            yield entry("practitioner", person.slug)


def articles(now: datetime) -> Iterator[Entry]:
    known = library()
    out = [piece for code in BOTH for piece in known.articles(code, now=now)]
    for slug in sorted({piece.row.slug for piece in out}):
        versions = [piece for piece in out if piece.row.slug == slug]
        changed = {piece.row.language: piece.changed_at for piece in versions}
        yield entry("article", slug, languages=sorted(changed), changed=changed)


def topics_and_points(now: datetime) -> Iterator[Entry]:
    known = library()
    with_something = {code: known.topics_with_something(code, now=now) for code in BOTH}
    for topic in known.topics:
        languages = [code for code in BOTH if topic in with_something[code]]
        if languages:
            yield entry("topic", topic.slug, languages=languages)
    for region in regions(known.points):
        yield entry("point-region", region.slug)
    for point in known.points:
        changed = dict.fromkeys(BOTH, point.row.updated_at)
        yield entry("point", point.row.slug, changed=changed)


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    entries = [*pages(), *articles(now), *topics_and_points(now)]
    return TemplateResponse(
        request, "content/sitemap.xml", {"entries": entries}, content_type="application/xml"
    )
