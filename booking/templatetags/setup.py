"""The owner's set-up list on the admin's first page."""

from typing import Any

from django import template
from django.utils import timezone

from booking.desk.setup import checklist_for, is_owner

register = template.Library()


@register.inclusion_tag("booking/desk/setup.html", takes_context=True)
def setup_list(context: dict[str, Any]) -> dict[str, Any]:
    """For owners, until all is done or they put it away."""
    user = context["request"].user
    if not is_owner(user) or user.setup_put_away_at:
        return {}
    return {"checklist": checklist_for(user, now=timezone.now())}


@register.inclusion_tag("booking/desk/setup_put_away.html", takes_context=True)
def setup_put_away(context: dict[str, Any]) -> dict[str, Any]:
    """The way to have it again."""
    user = context["request"].user
    return {"is_put_away": is_owner(user) and user.setup_put_away_at is not None}
