"""What the search looks through: articles, topics, points, the team and the visit, as documents."""

import threading
from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import memory
from clinic.directory import Directory, directory
from clinic.models import Practitioner
from content import words
from content.library import library
from content.models import Topic
from content.pieces import Piece, Point
from content.search import Document, Index

_one_at_a_time = threading.Lock()


def of_article(piece: Piece) -> Document:
    row = piece.row
    headings = [block.heading for block in piece.blocks if block.heading]
    for block in piece.blocks:
        headings += words.headings(block.body)
    headings += [f"{point.row.code} {point.row.name}" for point in piece.points]
    return Document(
        kind="article",
        label=gettext_lazy("Article"),
        title=row.title,
        url=row.get_absolute_url(),
        summary=row.description,
        text=(row.lead, *(text for block in piece.blocks for text in (block.body, block.caption))),
        headings=(*headings, *(topic.name for topic in piece.topics)),
    )


def of_topic(topic: Topic) -> Document:
    return Document(
        kind="topic",
        label=gettext_lazy("Topic"),
        title=topic.name,
        url=reverse("topic", args=[topic.slug]),
        summary=topic.summary,
    )


def of_point(point: Point) -> Document:
    row = point.row
    letters, _space, number = row.code.partition(" ")
    others = [f"{other} {number}" for other in words.CHANNELS.get(letters.upper(), ())]
    return Document(
        kind="point",
        label=gettext_lazy("Pressure point"),
        title=f"{row.code}: {row.name}",
        url=row.get_absolute_url(),
        summary=row.location,
        text=(row.technique, row.tradition, row.evidence, row.caution),
        headings=(row.get_region_display(), row.channel, *(topic.name for topic in point.topics)),
        names=(row.pinyin, *others),
    )


def of_person(person: Practitioner, known: Directory) -> Document:
    title = f"{person.name}, {person.credentials}" if person.credentials else person.name
    return Document(
        kind="person",
        label=gettext_lazy("Team"),
        title=title,
        url=person.get_absolute_url(),
        summary=person.role,
        text=(person.bio, person.languages),
        headings=tuple(service.name for service in known.services_of(person)),
        note=gettext_lazy("Example, not a real person") if person.is_example else "",
    )


def of_visit(known: Directory) -> Document:
    clinic = memory.the_clinic()
    return Document(
        kind="page",
        label=gettext_lazy("Page"),
        title=_("Visit us"),
        url=reverse("visit"),
        summary=_("Where %(clinic)s is, when it is open, and how to reach us.")
        % {"clinic": clinic.name},
        text=(
            *(place.directions for place in known.locations),
            *(f"{service.name}. {service.summary}" for service in known.services),
            clinic.network_notice,
            clinic.good_faith_notice,
        ),
        headings=(
            _("Hours and directions"),
            _("Opening hours"),
            _("Paying"),
            _("Insurance networks"),
            _("Good-faith estimate"),
            *(service.name for service in known.services),
        ),
    )


def documents(pieces: list[Piece], topics: list[Topic]) -> Iterator[Document]:
    known = directory()
    yield from map(of_article, pieces)
    yield from map(of_topic, topics)
    yield from map(of_point, library().points)
    for person in known.practitioners:
        yield of_person(person, known)
    yield of_visit(known)


@memory.remembered
def _indexes() -> dict[str, tuple[list[Piece], Index]]:
    """By language, each with the articles that were out when it was made."""
    return {}


def index(language: str, *, now: datetime) -> Index:
    """All that a reader of this language can find now."""
    kept = _indexes()
    pieces = library().articles(language, now=now)
    with _one_at_a_time:
        if language not in kept or kept[language][0] != pieces:
            with translation.override(language):
                topics = library().topics_with_something(language, now=now)
                kept[language] = (pieces, Index(list(documents(pieces, topics)), language))
        return kept[language][1]
