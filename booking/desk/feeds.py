"""The private address of a practitioner's calendar feed: to see it, and to renew it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, links
from booking.desk.views import signed_in
from clinic.admin_site import OutOfReach
from clinic.audit import record_access
from clinic.models import Practitioner


def reach_feeds(request: HttpRequest) -> list[Practitioner]:
    """Everybody's, for who manages the practitioners; else one's own."""
    user = signed_in(request)
    people = Practitioner.objects.active()
    if user.has_perm("clinic.change_practitioner"):
        return list(people)
    if not user.has_perm("booking.view_appointment"):
        raise PermissionDenied
    return list(people.filter(user=user))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    people = [(person, links.feed_address_for(person)) for person in reach_feeds(request)]
    record_access(request, action="open", subject_type="calendar feed")
    context = {
        **admin.site.each_context(request),
        "title": "Calendar feeds",
        "people": people,
    }
    return TemplateResponse(request, "booking/desk/feeds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, practitioner_id: int) -> HttpResponse:
    """A new address; whoever subscribed to the old one sees nothing any more."""
    person = next((p for p in reach_feeds(request) if p.pk == practitioner_id), None)
    if person is None:
        raise OutOfReach
    if request.method == "POST":
        actions.renew_feed(practitioner_id=person.pk)
        record_access(request, action="change", subject_type="calendar feed", subject=person.pk)
        messages.success(request, "The address is new. Subscribe to it anew where you need it.")
        return redirect("desk:feed")
    context = {
        **admin.site.each_context(request),
        "title": "Renew the address?",
        "person": person,
    }
    return TemplateResponse(request, "booking/desk/renew_feed.html", context)
