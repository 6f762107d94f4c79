"""Everything published, in this process's memory: read once for each version of the site.

It is small, so it is read whole, in a number of queries that does not depend on how much there
is. A page then costs none for its content, and stays readable while the database is away.
Articles are read from their published versions, what they refer to as it is today.
"""

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, count
from typing import Any, cast

from django.db.models import Model
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import slugify

from clinic import memory, page_cache
from clinic.directory import directory
from clinic.images import Picture
from clinic.models import Practitioner
from content.models import (
    Article,
    ArticleEvent,
    ArticleVersion,
    Caution,
    FigureBlock,
    HeadedBlock,
    PointsBlock,
    PressurePoint,
    QuotationBlock,
    RedFlag,
    RedFlagsBlock,
    Reference,
    Topic,
)
from content.models.blocks import sanitize
from content.snapshots import (
    Data,
    Vocabulary,
    blocks_of,
    kept_vocabulary,
    prefetched,
    read_vocabulary,
    referred,
    row_of,
)
from content.timeline import Showing, Timeline, current, next_change, timeline, worth_knowing

MOST_RELATED = 4


@dataclass(frozen=True)
class Point:
    """A pressure point with its cautions, and what hurts when people use it."""

    row: PressurePoint
    cautions: tuple[Caution, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Block:
    kind: str  # as in content/models/blocks.py
    heading: str
    anchor: str
    body: SafeString
    points: tuple[Point, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    source: str = ""
    picture: Picture | None = None
    alternative_text: str = ""
    caption: str = ""

    @property
    def template(self) -> str:
        return f"content/blocks/{self.kind}.html"


@dataclass(frozen=True)
class Piece:
    """A version of one article in one language, with all that stands on its page."""

    row: Article  # its columns as they were published, and the key of the article
    topics: tuple[Topic, ...]
    red_flags: tuple[RedFlag, ...]
    cautions: tuple[Caution, ...]  # its own and those of its points, each once
    blocks: tuple[Block, ...]
    showing: Showing
    published_at: datetime  # when readers could first read any version of it
    changed_at: datetime  # when they first could read this one

    @property
    def points(self) -> tuple[Point, ...]:
        found = {point.row.pk: point for block in self.blocks for point in block.points}
        return tuple(found.values())

    @property
    def key(self) -> tuple[str, str, int]:
        """Language, slug and version: by which it is known until something is published."""
        return self.row.language, self.row.slug, self.showing.version

    @property
    def safety_before(self) -> int:
        """The number of the block that the safety box stands before: the first that says how to
        press, or else the second, so that nobody has read what to do before it.
        """
        numbers = (number for number, block in enumerate(self.blocks) if block.points)
        return next(numbers, min(1, len(self.blocks)))

    @property
    def has_booking(self) -> bool:
        return any(block.kind == "booking" for block in self.blocks)

    @property
    def cites(self) -> bool:
        texts = [text for block in self.blocks for text in (block.body, block.caption)]
        texts += [point.row.evidence for point in self.points]
        return any("[@" in text for text in texts)

    def is_out(self, now: datetime) -> bool:
        return self.showing.is_on(now)


@dataclass(frozen=True)
class Library:
    pieces: tuple[Piece, ...]
    points: tuple[Point, ...]
    topics: tuple[Topic, ...]
    references: dict[str, Reference]
    timelines: dict[int, Timeline]  # by the key of the article

    def articles(self, language: str, *, now: datetime) -> list[Piece]:
        """What a reader of this language can read now, the newest first."""
        out = [
            piece for piece in self.pieces if piece.row.language == language and piece.is_out(now)
        ]
        return sorted(out, key=lambda piece: piece.published_at, reverse=True)

    def article(self, slug: str, language: str, *, now: datetime) -> Piece | None:
        return next(
            (piece for piece in self.articles(language, now=now) if piece.row.slug == slug), None
        )

    def withdrawn(self, slug: str, language: str, *, now: datetime) -> Piece | None:
        """The last version of an article that readers once could read, and no more."""
        known = [p for p in self.pieces if (p.row.slug, p.row.language) == (slug, language)]
        over = [piece for piece in known if piece.showing.is_over(now)]
        return None if any(p.is_out(now) for p in known) else next(reversed(over), None)

    def due_for_review(self, *, on: date, now: datetime) -> list[Piece]:
        """What readers see, and a clinician has to read again; the longest overdue first."""
        due = [
            (piece.row.review_due_on, piece.row.title, piece.row.language, piece)
            for piece in self.pieces
            if piece.is_out(now) and piece.row.review_due_on and piece.row.review_due_on <= on
        ]
        return [piece for *_order, piece in sorted(due, key=lambda each: each[:3])]

    def showing(self, article: int, *, now: datetime) -> Showing | None:
        return current(self.timelines.get(article, ()), now)

    def next_change(self, now: datetime) -> datetime | None:
        """The next moment at which an article appears, changes or goes by itself."""
        return next_change(self.timelines.values(), now)

    def languages(self, slug: str, *, now: datetime) -> set[str]:
        """The languages that an article can be read in."""
        return {p.row.language for p in self.pieces if p.row.slug == slug and p.is_out(now)}

    def related(self, piece: Piece, *, now: datetime) -> list[Piece]:
        """The other articles with a topic in common; the closest first."""
        topics = {topic.pk for topic in piece.topics}
        shared = [
            (len(topics & {topic.pk for topic in other.topics}), other)
            for other in self.articles(piece.row.language, now=now)
            if other.row.pk != piece.row.pk
        ]
        return [other for n, other in sorted(shared, key=lambda pair: -pair[0]) if n][:MOST_RELATED]

    def point(self, slug: str) -> Point | None:
        return next((point for point in self.points if point.row.slug == slug), None)

    def mentions(self, point: Point, language: str, *, now: datetime) -> list[Piece]:
        return [
            piece
            for piece in self.articles(language, now=now)
            if any(other.row.pk == point.row.pk for other in piece.points)
        ]

    def topic(self, slug: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.slug == slug), None)

    def about(self, topic: Topic, language: str, *, now: datetime) -> list[Piece]:
        return [
            piece
            for piece in self.articles(language, now=now)
            if any(other.pk == topic.pk for other in piece.topics)
        ]

    def topics_with_articles(self, language: str, *, now: datetime) -> list[Topic]:
        """The topics that there is something to read about."""
        return [topic for topic in self.topics if self.about(topic, language, now=now)]

    def points_for(self, topic: Topic) -> list[Point]:
        """The points that people use when this hurts."""
        return [p for p in self.points if any(other.pk == topic.pk for other in p.topics)]

    def topics_with_something(self, language: str, *, now: datetime) -> list[Topic]:
        """The topics that there is an article or a point to."""
        return [
            topic
            for topic in self.topics
            if self.points_for(topic) or self.about(topic, language, now=now)
        ]


def _related[M: Model](row: Model, name: str, model: type[M]) -> tuple[M, ...]:
    """What was prefetched, as a tuple; a query here would be one for each row."""
    return tuple(cast(Any, row)._prefetched_objects_cache[name])


def _point(row: PressurePoint) -> Point:
    return Point(row, _related(row, "cautions", Caution), _related(row, "topics", Topic))


def _block(row: HeadedBlock, anchor: str, points: dict[int, Point]) -> Block:
    # Cleaned when it was written in the admin, and here whatever wrote it.
    body = SafeString(sanitize(row.body))
    block = Block(row.kind, row.heading, anchor, body)
    if isinstance(row, PointsBlock):
        of_points = _related(row, "points", PressurePoint)
        return replace(block, points=tuple(points[point.pk] for point in of_points))
    if isinstance(row, RedFlagsBlock):
        return replace(block, red_flags=_related(row, "red_flags", RedFlag))
    if isinstance(row, FigureBlock):
        return replace(
            block,
            picture=row.shown,
            alternative_text=row.alternative_text,
            caption=row.caption,
        )
    if isinstance(row, QuotationBlock):
        return replace(block, source=row.source)
    return block


def anchors_of(rows: Sequence[HeadedBlock]) -> list[str]:
    """An anchor for each block: its heading's, with a number where two are alike."""
    given: list[str] = []
    for row in rows:
        wanted = slugify(row.heading) or "part"
        others = (f"{wanted}-{n}" for n in count(2))
        given.append(next(name for name in chain([wanted], others) if name not in given))
    return given


def _reviewer(review: Data) -> Practitioner:
    """Who signed, as they then were; with a page to lead to while they work here."""
    here = {person.pk: person for person in directory().practitioners}
    then = row_of(Practitioner, {**review, "is_active": False})
    if then.pk not in here:
        return then
    now = copy(here[then.pk])
    now.name, now.credentials, now.licence = then.name, then.credentials, then.licence
    return now


def _row(article: int, data: Data) -> Article:
    row = row_of(Article, data["article"])
    row.pk = article
    if review := data["review"]:
        row.reviewed_by = _reviewer(review)
        row.reviewed_on = date.fromisoformat(review["on"])
        row.review_due_on = date.fromisoformat(review["due"]) if review["due"] else None
    if translation := data["translation_review"]:
        row.translation_reviewed_by = translation["by"]
        row.translation_reviewed_on = date.fromisoformat(translation["on"])
    return row


def piece(
    article: int, data: Data, showing: Showing, *, since: datetime, known: Vocabulary | None = None
) -> Piece:
    """An article as its page shows it, from a snapshot; with the words of today, or its own."""
    known = known or kept_vocabulary(data)
    row = _row(article, data)
    refers = referred(Article, data["article"], data, known)
    prefetched(row, **refers)
    rows = list(blocks_of(data, known))
    points = {key: _point(point) for key, point in known.points.items()}
    blocks = tuple(
        _block(row, anchor, points) for row, anchor in zip(rows, anchors_of(rows), strict=True)
    )
    cautions = {caution.pk: caution for caution in refers["cautions"]}
    for block in blocks:
        for point in block.points:
            cautions |= {caution.pk: caution for caution in point.cautions}
    return Piece(
        row=row,
        topics=refers["topics"],
        red_flags=refers["red_flags"],
        cautions=tuple(sorted(cautions.values(), key=lambda row: (row.order, row.slug))),
        blocks=blocks,
        showing=showing,
        published_at=since,
        changed_at=showing.starts,
    )


@memory.remembered
def cautions_asked() -> tuple[Caution, ...]:
    """What patients are asked about when they book."""
    return tuple(Caution.objects.filter(ask_at_booking=True))


@memory.remembered
def caution_names() -> dict[str, str]:
    """What staff call each of them, those included that are not asked about."""
    return dict(Caution.objects.values_list("slug", "name_en"))


def _timelines() -> dict[int, Timeline]:
    events: dict[int, list[ArticleEvent]] = defaultdict(list)
    for event in ArticleEvent.objects.of_showing():
        events[event.article_id].append(event)
    return {article: timeline(of_one) for article, of_one in events.items()}


@memory.remembered
def library() -> Library:
    known, timelines = read_vocabulary(), _timelines()
    now = timezone.now()
    shown = {
        each.version: each for of_one in timelines.values() for each in worth_knowing(of_one, now)
    }
    versions = ArticleVersion.objects.filter(pk__in=shown).order_by("pk")
    return Library(
        pieces=tuple(
            piece(
                version.article_id,
                version.snapshot,
                shown[version.pk],
                since=timelines[version.article_id][0].starts,
                known=known,
            )
            for version in versions
        ),
        points=tuple(_point(row) for row in known.points.values()),
        topics=tuple(known.topics.values()),
        references=dict(known.references),
        timelines=timelines,
    )


page_cache.changes_at(lambda now: library().next_change(now))
