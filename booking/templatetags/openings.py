"""The next openings on public pages, and instants as forms and links write them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone

from booking import openings
from booking.flow import bookings_open
from booking.wishes import write_instant
from clinic.memory import the_clinic
from clinic.models import Practitioner
from content.models import Article

register = template.Library()


@register.filter
def as_instant(moment: datetime) -> str:
    return write_instant(moment)


@register.inclusion_tag("booking/next_openings.html")
def next_openings(
    article: Article | None = None, practitioner: Practitioner | None = None, limit: int = 3
) -> dict[str, Any]:
    """The first free times of the clinic's consultation, as links that carry them as a wish."""
    service = the_clinic().consultation
    if service is None or not bookings_open():
        return {"openings": []}
    found = openings.next_openings(
        service, now=timezone.now(), practitioner=practitioner, limit=limit
    )
    wish = {"service": service.slug}
    if practitioner:
        wish["practitioner"] = practitioner.slug
    if article:
        wish["article"] = article.slug
    book = reverse("book")
    return {
        "openings": [
            {
                "opening": opening,
                "practitioner": found.practitioners[opening.practitioner_id],
                "url": f"{book}?{urlencode({**wish, 'at': write_instant(opening.starts_at)})}",
            }
            for opening in found.first(limit)
        ],
        "zone": the_clinic().zone,
    }
