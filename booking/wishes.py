"""What a link carries into the booking: a wish, which never holds a time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from clinic.models import Practitioner, Service
from content.models import Article


def parse_instant(text: str) -> datetime | None:
    """An instant as links and forms write it, ISO 8601 with its offset; None for all else.

    The edges of the calendar are nonsense, too: no day could be added to them.
    """
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not 1900 < moment.year < 2200:
        return None
    return moment.astimezone(UTC)


def write_instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@dataclass(frozen=True)
class Wish:
    service: Service | None = None
    practitioner: Practitioner | None = None
    article: Article | None = None
    at: datetime | None = None

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Take what makes sense of a query string; the rest is passed over without a word."""
        service = practitioner = article = None
        if slug := _text(query, "service"):
            service = Service.objects.bookable().filter(slug=slug).first()
        if slug := _text(query, "practitioner"):
            people = Practitioner.objects.active().filter(slug=slug)
            practitioner = (people.filter(services=service) if service else people).first()
        if slug := _text(query, "article"):
            article = Article.objects.in_language(get_language() or "en").filter(slug=slug).first()
        return cls(service, practitioner, article, parse_instant(_text(query, "at")))

    def query(self) -> str:
        """The wish as a query string, with its question mark; empty for no wish."""
        parts = {
            "service": self.service.slug if self.service else "",
            "practitioner": self.practitioner.slug if self.practitioner else "",
            "article": self.article.slug if self.article else "",
            "at": write_instant(self.at) if self.at else "",
        }
        said = {key: value for key, value in parts.items() if value}
        return f"?{urlencode(said)}" if said else ""


def _text(query: QueryDict, key: str) -> str:
    """A value of the query that a database takes: short, and without NUL."""
    return query.get(key, "")[:128].replace("\x00", "")
