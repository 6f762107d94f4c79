"""Articles and points in schema.org's words; the clinic's own are in clinic/structured_data.py."""

from collections.abc import Iterator

from clinic.pages import JsonLd, Picture
from clinic.structured_data import (
    CONTEXT,
    absolute,
    clinic_reference,
    image,
    practitioner,
    site_reference,
    without_gaps,
)
from content.citations import MARK
from content.library import Library
from content.models import Topic
from content.pieces import Piece, Point

PATIENTS: JsonLd = {"@type": "MedicalAudience", "audienceType": "Patient"}


def about(topics: tuple[Topic, ...]) -> list[JsonLd]:
    return [{"@type": "Thing", "name": topic.name} for topic in topics]


def texts(piece: Piece) -> Iterator[str]:
    """In the order in which they are read, so that sources come as they are numbered."""
    for block in piece.blocks:
        yield from (block.body, block.caption)
        for point in block.points:
            row = point.row
            yield from (row.location, row.technique, row.tradition, row.evidence)


def citations(piece: Piece, known: Library) -> list[str]:
    """The sources by their addresses, or titles: what else is known of them stands on the page."""
    keys = dict.fromkeys(key for text in texts(piece) for key in MARK.findall(text))
    cited = [known.references[key] for key in keys if key in known.references]
    return [reference.link or reference.title for reference in cited]


def review(piece: Piece) -> JsonLd:
    """Who reviewed it and when; nothing where nobody did. Only real people can sign."""
    row = piece.row
    reviewer = row.reviewed_by
    if reviewer is None or row.reviewed_on is None:
        return {}
    return {"lastReviewed": row.reviewed_on.isoformat(), "reviewedBy": practitioner(reviewer)}


def article(piece: Piece, known: Library, picture: Picture) -> JsonLd:
    row = piece.row
    address = absolute(row.get_absolute_url())
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": ["MedicalWebPage", "Article"],
            "@id": f"{address}#article",
            "headline": row.title,
            "description": row.description,
            "inLanguage": row.language,
            "url": address,
            "isPartOf": site_reference(),
            "image": image(picture),
            "author": {"@type": "Organization", "name": row.author, "url": absolute("/")},
            "publisher": clinic_reference(),
            "datePublished": piece.published_at.isoformat(),
            "dateModified": piece.changed_at.isoformat(),
            **review(piece),
            "about": about(piece.topics),
            "citation": citations(piece, known),
            "audience": PATIENTS,
        }
    )


def point(shown: Point, language: str) -> JsonLd:
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": "MedicalWebPage",
            "name": f"{shown.row.code} {shown.row.name}",
            "inLanguage": language,
            "url": absolute(shown.row.get_absolute_url()),
            "isPartOf": site_reference(),
            "publisher": clinic_reference(),
            "dateModified": shown.row.updated_at.isoformat(),
            "about": about(shown.topics),
            "audience": PATIENTS,
        }
    )
