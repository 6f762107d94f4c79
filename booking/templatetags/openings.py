"""The next openings on public pages, and instants as forms and links write them."""

from dataclasses import dataclass, replace
from datetime import datetime

from django import template
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from booking import openings
from booking.availability import Opening
from booking.flow import bookings_open
from booking.wishes import Wish, write_instant
from clinic.memory import the_clinic
from clinic.models import Practitioner
from content.models import Article

register = template.Library()


@register.filter
def as_instant(moment: datetime) -> str:
    return write_instant(moment)


@dataclass(frozen=True)
class Offer:
    """An opening as a link that carries it into the booking, as a wish."""

    opening: Opening
    practitioner: Practitioner
    url: str


@register.simple_tag
def next_openings(
    article: Article | None = None, practitioner: Practitioner | None = None, limit: int = 3
) -> list[Offer]:
    """The first free times of the clinic's consultation, for booking/next_openings.html.

    None while bookings are closed or the database is away: what there is to read stays readable.
    """
    service = the_clinic().consultation
    try:
        if service is None or not bookings_open():
            return []
        found = openings.next_openings(
            service, now=timezone.now(), practitioner=practitioner, limit=limit
        )
    except DatabaseError:
        return []
    wish = Wish(service=service, practitioner=practitioner, article=article)
    book = reverse("book")
    return [
        Offer(
            opening,
            found.practitioners[opening.practitioner_id],
            book + replace(wish, at=opening.starts_at).query(),
        )
        for opening in found.spread(limit)
    ]
