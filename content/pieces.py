"""An article as its page shows it, made of a snapshot: blocks, points, cautions, reviewer."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, count
from typing import Any, cast

from django.db.models import Model
from django.utils.safestring import SafeString
from django.utils.text import slugify

from clinic.directory import directory
from clinic.images import Picture
from clinic.models import Practitioner
from content.models import (
    Article,
    Caution,
    FigureBlock,
    HeadedBlock,
    PointsBlock,
    PressurePoint,
    QuotationBlock,
    RedFlag,
    RedFlagsBlock,
    Topic,
)
from content.models.blocks import sanitize
from content.snapshots import (
    Data,
    Vocabulary,
    blocks_of,
    kept_vocabulary,
    prefetched,
    referred,
    row_of,
)
from content.timeline import Showing


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


def _related[M: Model](row: Model, name: str, model: type[M]) -> tuple[M, ...]:
    """What was prefetched, as a tuple; a query here would be one for each row."""
    return tuple(cast(Any, row)._prefetched_objects_cache[name])


def point_of(row: PressurePoint) -> Point:
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
    points = {key: point_of(point) for key, point in known.points.items()}
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
