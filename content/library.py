"""Everything published, in this process's memory: read once for each version of the site.

It is small, so it is read whole, in a number of queries that does not depend on how much there
is. A page then costs none for its content, and stays readable while the database is away.
Articles are read from their published versions, what they refer to as it is today.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from clinic import memory, page_cache
from content.models import (
    ArticleEvent,
    ArticleVersion,
    Caution,
    Reference,
    Topic,
)
from content.pieces import Piece, Point, piece, point_of
from content.snapshots import read_vocabulary
from content.timeline import Showing, Timeline, current, next_change, timeline, worth_knowing

MOST_RELATED = 4


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
        points=tuple(point_of(row) for row in known.points.values()),
        topics=tuple(known.topics.values()),
        references=dict(known.references),
        timelines=timelines,
    )


page_cache.changes_at(lambda now: library().next_change(now))
