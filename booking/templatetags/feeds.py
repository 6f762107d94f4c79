"""The address of a calendar feed on the practitioner's own page in the admin."""

from typing import Any

from django import template

from booking import links
from booking.desk.feeds import MANAGE
from clinic.audit import record_access
from clinic.models import Practitioner

register = template.Library()


@register.simple_tag(takes_context=True)
def feed_address(context: dict[str, Any], person: Practitioner) -> str:
    """For who manages the practitioners; that it was shown is written down."""
    request = context["request"]
    if not person.is_active or not request.user.has_perm(MANAGE):
        return ""
    record_access(request, action="open", subject_type="calendar feed", subject=person.pk)
    return links.feed_address_for(person)
