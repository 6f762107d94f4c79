"""What the check of the links has to say on articles as they stand in the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from content_editor.contents import contents_for_items
from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation

from clinic.directory import directory
from content.library import Library, library
from content.links import Finding, Place, Site, Text, findings, links_of
from content.models import BLOCKS, Article, FigureBlock, HeadedBlock, PointsBlock
from content.pieces import anchors_of

LANGUAGES = ("en", "es")
# On every article's page, besides its blocks and points; see templates/content/article.html.
FIXED = {"top", "main", "contents", "map", "safety", "grades", "sources", "related"}
# Whose addresses are known one by one; all others of the site are only looked up.
ONE_BY_ONE = {"article", "point", "topic", "practitioner"}


def path_of(name: str, language: str, slug: str) -> str:
    with translation.override(language):
        return reverse(name, args=[slug])


def the_site(*, now: datetime) -> Site:
    """What readers can open at this moment, and what is still hidden from them."""
    known = library()
    pages: dict[str, frozenset[str] | None] = dict(_articles(known, now))
    slugs = [("point", point.row.slug) for point in known.points]
    slugs += [("topic", topic.slug) for topic in known.topics]
    slugs += [("practitioner", person.slug) for person in directory().practitioners]
    for language in LANGUAGES:
        pages |= {path_of(name, language, slug): None for name, slug in slugs}
    hidden = {
        path: "an article that is not published yet"
        for slug, language in Article.objects.values_list("slug", "language")
        if (path := path_of("article", language, slug)) not in pages
    }
    return Site(settings.SITE_URL, pages, hidden, known.references, leads_on)


def _articles(known: Library, now: datetime) -> Iterable[tuple[str, frozenset[str]]]:
    for piece in known.pieces:
        if piece.is_out(now):
            anchors = {block.anchor for block in piece.blocks}
            anchors |= {point.row.slug for point in piece.points}
            path = path_of("article", piece.row.language, piece.row.slug)
            yield path, frozenset(anchors | FIXED)


def leads_on(path: str) -> bool:
    try:
        return resolve(path).url_name not in ONE_BY_ONE
    except Resolver404:
        return False


def texts_of(rows: Iterable[HeadedBlock]) -> list[Text]:
    """The prose of the blocks; a block is named by its heading, or by its kind and number."""
    return [
        Text(
            row.heading or f"{row._meta.verbose_name} (block {number})".capitalize(),
            row.caption if isinstance(row, FigureBlock) else row.body,
        )
        for number, row in enumerate(rows, start=1)
    ]


def place_of(article: Article, rows: Sequence[HeadedBlock]) -> Place:
    points = chain.from_iterable(row.points.all() for row in rows if isinstance(row, PointsBlock))
    anchors = {*anchors_of(rows), *(point.slug for point in points)}
    path = path_of("article", article.language, article.slug)
    return Place(path, article.language, frozenset(anchors | FIXED))


def elsewhere(*, now: datetime) -> dict[str, set[str]]:
    """The addresses of others that readers are led to, and the titles of what leads there."""
    found: dict[str, set[str]] = defaultdict(set)
    known = library()
    for piece in known.pieces:
        if piece.is_out(now):
            texts = [text for block in piece.blocks for text in (block.body, block.caption)]
            for link in chain.from_iterable(map(links_of, texts)):
                if link.href.startswith("https://"):
                    found[link.href.partition("#")[0]].add(piece.row.title)
    for reference in known.references.values():
        if reference.link.startswith("https://"):
            found[reference.link].add(f"source {reference.key}")
    return dict(found)


def of_articles(articles: Sequence[Article], *, now: datetime) -> Mapping[int, list[Finding]]:
    """By the key of the article, in a number of queries that does not depend on how many."""
    if not articles:
        return {}
    contents = contents_for_items(articles, BLOCKS)
    rows = {article.pk: list(contents[article]) for article in articles}
    with_points = [
        row for of_one in rows.values() for row in of_one if isinstance(row, PointsBlock)
    ]
    prefetch_related_objects(with_points, "points")
    site = the_site(now=now)
    return {
        article.pk: findings(texts_of(rows[article.pk]), place_of(article, rows[article.pk]), site)
        for article in articles
    }


def of_article(article: Article, *, now: datetime | None = None) -> list[Finding]:
    return of_articles([article], now=now or timezone.now())[article.pk]


def what_stops(article: Article, *, now: datetime | None = None) -> list[str]:
    """Sentences on what has to be mended before readers may see it, as it is saved."""
    return [str(finding) for finding in of_article(article, now=now) if finding.stops]
