"""Articles and points in schema.org's words; the clinic's own are in clinic/structured_data.py."""

from clinic import memory
from clinic.pages import JsonLd
from clinic.structured_data import CONTEXT, absolute, clinic_id, without_gaps
from content.library import Piece, Point


def article(piece: Piece) -> JsonLd:
    row = piece.row
    reviewer = row.reviewed_by
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": ["MedicalWebPage", "Article"],
            "headline": row.title,
            "description": row.description,
            "inLanguage": row.language,
            "url": absolute(row.get_absolute_url()),
            "mainEntityOfPage": absolute(row.get_absolute_url()),
            "author": {"@type": "Organization", "name": row.author, "url": absolute("/")},
            "publisher": {
                "@type": "MedicalClinic",
                "@id": clinic_id(),
                "name": memory.the_clinic().name,
            },
            "datePublished": piece.published_at.isoformat(),
            "dateModified": piece.changed_at.isoformat(),
            "lastReviewed": row.reviewed_on.isoformat() if row.reviewed_on else None,
            "reviewedBy": {"@type": "Person", "name": f"{reviewer.name}, {reviewer.credentials}"}
            if reviewer
            else None,
            "about": [topic.name for topic in piece.topics],
            "audience": {"@type": "MedicalAudience", "audienceType": "Patient"},
        }
    )


def point(shown: Point) -> JsonLd:
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": "MedicalWebPage",
            "name": f"{shown.row.code} {shown.row.name}",
            "url": absolute(shown.row.get_absolute_url()),
            "dateModified": shown.row.updated_at.isoformat(),
            "audience": {"@type": "MedicalAudience", "audienceType": "Patient"},
        }
    )
