"""Everything published, in this process's memory: read once for each version of the site.

It is small, so it is read whole, in a number of queries that does not depend on how much there
is. A page then costs none for its content, and stays readable while the database is away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from typing import Any, cast

from content_editor.contents import contents_for_items
from django.db.models import Model, prefetch_related_objects
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.safestring import SafeString
from django.utils.text import slugify

from clinic import memory
from clinic.images import Picture
from content.models import (
    BLOCKS,
    Article,
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
    """One article in one language, with all that stands on its page."""

    row: Article
    topics: tuple[Topic, ...]
    red_flags: tuple[RedFlag, ...]
    cautions: tuple[Caution, ...]  # its own and those of its points, each once
    blocks: tuple[Block, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        found = {point.row.pk: point for block in self.blocks for point in block.points}
        return tuple(found.values())

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

    @property
    def published_at(self) -> datetime:
        return self.row.published_at

    @property
    def changed_at(self) -> datetime:
        """When it last became other than it was for its readers."""
        return max(self.row.updated_at, self.row.published_at)

    def is_out(self, now: datetime) -> bool:
        return self.published_at <= now


@dataclass(frozen=True)
class Library:
    pieces: tuple[Piece, ...]
    points: tuple[Point, ...]
    topics: tuple[Topic, ...]
    references: dict[str, Reference]

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

    def languages(self, slug: str, *, now: datetime) -> set[str]:
        """The languages that an article can be read in."""
        return {p.row.language for p in self.pieces if p.row.slug == slug and p.is_out(now)}

    def related(self, piece: Piece, *, now: datetime) -> list[Piece]:
        """The other articles with a topic in common; the closest first."""
        topics = {topic.pk for topic in piece.topics}
        shared = [
            (len(topics & {topic.pk for topic in other.topics}), other)
            for other in self.articles(piece.row.language, now=now)
            if other is not piece
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


def _read_points() -> dict[int, Point]:
    rows = PressurePoint.objects.all().fetch_mode(FETCH_RAISE)
    return {
        row.pk: Point(row, _related(row, "cautions", Caution), _related(row, "topics", Topic))
        for row in rows.prefetch_related("cautions", "topics")
    }


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


def _piece(article: Article, rows: list[HeadedBlock], points: dict[int, Point]) -> Piece:
    blocks = tuple(
        _block(row, anchor, points) for row, anchor in zip(rows, anchors_of(rows), strict=True)
    )
    cautions = list(_related(article, "cautions", Caution))
    for block in blocks:
        for point in block.points:
            cautions += point.cautions
    return Piece(
        row=article,
        topics=_related(article, "topics", Topic),
        red_flags=_related(article, "red_flags", RedFlag),
        cautions=tuple(sorted(set(cautions), key=lambda caution: (caution.order, caution.slug))),
        blocks=blocks,
    )


@memory.remembered
def cautions_asked() -> tuple[Caution, ...]:
    """What patients are asked about when they book."""
    return tuple(Caution.objects.filter(ask_at_booking=True))


@memory.remembered
def caution_names() -> dict[str, str]:
    """What staff call each of them, those included that are not asked about."""
    return dict(Caution.objects.values_list("slug", "name_en"))


@memory.remembered
def library() -> Library:
    points = _read_points()
    articles = list(
        Article.objects.filter(status=Article.Status.PUBLISHED)
        .select_related("reviewed_by")
        .prefetch_related("topics", "red_flags", "cautions")
    )
    contents = contents_for_items(articles, BLOCKS)
    blocks = [block for content in contents.values() for block in content]
    for kind, relation in ((PointsBlock, "points"), (RedFlagsBlock, "red_flags")):
        prefetch_related_objects([block for block in blocks if type(block) is kind], relation)
    return Library(
        pieces=tuple(_piece(row, list(contents[row]), points) for row in articles),
        points=tuple(points.values()),
        topics=tuple(Topic.objects.all()),
        references={row.key: row for row in Reference.objects.all()},
    )
