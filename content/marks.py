"""Choosing points on their page without a script: what hurts, where, and what to leave out.

The page has a box for each caution of a person, and radio buttons for regions and complaints.
A style sheet made from the same data answers them, with `:has(:checked)`: nothing is sent or
stored. It begins with how all that looks (static/css/points.css), so that no other page
carries it. Its names are numbers of rows, never words that somebody typed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from clinic import memory
from clinic.staticfiles import without_comments
from content.library import library
from content.models import Caution, PressurePoint, Topic
from content.pieces import Point

Region = PressurePoint.Region
REGIONS: dict[str, str] = {region: f"r{number}" for number, region in enumerate(Region, 1)}
# What has none of it has no controls either: everything is shown.
RULES = "@supports selector(:has(*)){{\n.sift{{display:block}}\n{rules}\n}}\n"
LOOK = settings.BASE_DIR / "static" / "css" / "points.css"


@dataclass(frozen=True)
class Choice:
    """A region or a complaint, with the points that belong to it."""

    key: str
    of: Region | Topic
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Asked:
    """A caution that a reader can tick, with the points to leave out then."""

    key: str
    caution: Caution
    points: tuple[Point, ...]


def topic_key(topic: Topic) -> str:
    return f"t{topic.pk}"


def caution_key(caution: Caution) -> str:
    return f"c{caution.pk}"


def keys(point: Point) -> str:
    """The classes that the sheet knows a point by, on the map and in the list."""
    found = [REGIONS.get(point.row.region, "")]
    found += [topic_key(topic) for topic in point.topics]
    found += [caution_key(caution) for caution in point.cautions if caution.is_personal]
    return " ".join(key for key in found if key)


@dataclass(frozen=True)
class Marks:
    regions: tuple[Choice, ...]
    topics: tuple[Choice, ...]
    asked: tuple[Asked, ...]

    @cached_property
    def sheet(self) -> str:
        rules = [_leaves_out(asked.key) for asked in self.asked]
        rules += [_sifts(choice.key) for choice in (*self.regions, *self.topics)]
        rules += [_finds_nothing(*pair) for pair in self._empty()]
        look = without_comments(LOOK.read_text())
        return f"{look}\n" + RULES.format(rules="\n".join(rules))

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.sheet.encode()).hexdigest()[:12]

    def _empty(self) -> list[tuple[str, str]]:
        """The pairs of a region and a complaint that have no point in common."""
        return [
            (region.key, topic.key)
            for region in self.regions
            for topic in self.topics
            if not {p.row.pk for p in region.points} & {p.row.pk for p in topic.points}
        ]


def _leaves_out(key: str) -> str:
    return f".body-map:has(#{key}:checked) .{key}{{--out:block;--struck:line-through;--how:none}}"


def _sifts(key: str) -> str:
    chosen = f".body-map:has(#{key}:checked)"
    return (
        f"{chosen} :is(.spot,.entry):not(.{key}),{chosen} figure:not(:has(.{key})){{display:none}}"
    )


def _finds_nothing(region: str, topic: str) -> str:
    return f".body-map:has(#{region}:checked):has(#{topic}:checked) .nothing{{display:block}}"


def marks_for(points: Iterable[Point]) -> Marks:
    points = tuple(points)
    cautions = {c.pk: c for point in points for c in point.cautions if c.is_personal}
    topics = {topic.pk: topic for point in points for topic in point.topics}
    regions = [
        Choice(key, Region(value), tuple(p for p in points if p.row.region == value))
        for value, key in REGIONS.items()
    ]
    return Marks(
        regions=tuple(choice for choice in regions if choice.points),
        topics=tuple(
            Choice(topic_key(topic), topic, tuple(p for p in points if topic in p.topics))
            for topic in sorted(topics.values(), key=lambda topic: (topic.order, topic.slug))
        ),
        asked=tuple(
            Asked(caution_key(row), row, tuple(p for p in points if row in p.cautions))
            for row in sorted(cautions.values(), key=lambda row: (row.order, row.slug))
        ),
    )


@memory.remembered
def marks() -> Marks:
    return marks_for(library().points)
