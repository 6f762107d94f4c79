"""What search engines may find, in which languages, and when it truly changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation

from clinic.directory import directory
from clinic.page_cache import public_page
from clinic.structured_data import absolute
from content.library import library

BOTH = ("en", "es")


@dataclass(frozen=True)
class Entry:
    """One page in all its languages."""

    addresses: dict[str, str]
    changed: datetime | None = None


def entry(
    name: str, *args: str, languages: tuple[str, ...] = BOTH, changed: datetime | None = None
) -> Entry:
    addresses = {}
    for language in languages:
        with translation.override(language):
            addresses[language] = absolute(reverse(name, args=args))
    return Entry(addresses, changed)


def pages() -> Iterator[Entry]:
    """Nothing is known of when the clinic's own pages changed, so nothing is said."""
    for name in ("home", "articles", "points", "team", "visit", "privacy", "accessibility"):
        yield entry(name)
    for person in directory().practitioners:
        if not person.is_example:
            yield entry("practitioner", person.slug)


def writings(now: datetime) -> Iterator[Entry]:
    known = library()
    out = {piece.row.slug for piece in known.pieces if piece.is_out(now)}
    for slug in sorted(out):
        languages = tuple(sorted(known.languages(slug, now=now)))
        versions = [p for p in known.pieces if p.row.slug == slug and p.is_out(now)]
        changed = max(piece.changed_at for piece in versions)
        yield entry("article", slug, languages=languages, changed=changed)
    for topic in known.topics:
        languages = tuple(code for code in BOTH if known.about(topic, code, now=now))
        if languages:
            yield entry("topic", topic.slug, languages=languages)
    for point in known.points:
        yield entry("point", point.row.slug, changed=point.row.updated_at)


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    entries = [*pages(), *writings(now)]
    return TemplateResponse(
        request, "content/sitemap.xml", {"entries": entries}, content_type="application/xml"
    )
