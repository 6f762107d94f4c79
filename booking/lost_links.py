"""A link that was lost: sent again to the address on file, and nobody learns whose is on file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import actions, limits
from booking.errors import TooMany
from booking.forms import LostLinkForm
from booking.pages import private


@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: HttpRequest) -> HttpResponse:
    """The same page and the same writes, whether the address is known or not."""
    form = LostLinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return private(render(request, "booking/lost_link.html", {"form": form}))
    email, now = form.cleaned_data["email"].lower(), timezone.now()
    try:
        limits.check_lost_link(request, email=email, now=now)
    except TooMany:
        return private(render(request, "booking/too_many.html", status=429))
    actions.ask_for_links(email=email, now=now)
    return private(render(request, "booking/lost_link_sent.html"))
