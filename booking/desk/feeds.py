"""The private address of a practitioner's calendar feed: to see one's own, and to renew it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, links
from booking.desk.views import signed_in
from clinic.admin_site import OutOfReach
from clinic.audit import record_access
from clinic.models import Practitioner

MANAGE = "clinic.change_practitioner"


class RenewForm(forms.Form):
    """Which version of the address is to end, so that a form sent twice ends only one."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


def reach_feed(request: HttpRequest, **which: Any) -> Practitioner:
    """Anybody's, for who manages the practitioners; else one's own, and a stranger's is a 404."""
    user = signed_in(request)
    people = Practitioner.objects.active().filter(**which)
    if not user.has_perm(MANAGE):
        if not user.has_perm("booking.view_appointment"):
            raise PermissionDenied
        people = people.filter(user=user)
    person = people.first()
    if person is None:
        raise OutOfReach
    action = "change" if request.method == "POST" else "open"
    record_access(request, action=action, subject_type="calendar feed", subject=person.pk)
    return person


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    values = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"booking/desk/{template}", values)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    person = reach_feed(request, user=signed_in(request))
    address = links.feed_address_for(person)
    return show(request, "feed.html", "Your calendar feed", person=person, address=address)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, practitioner_id: int) -> HttpResponse:
    """A page on GET, the act on POST: whoever subscribed to the old address sees nothing more."""
    person = reach_feed(request, id=practitioner_id)
    is_own = person.user_id == request.user.pk
    back = ("desk:feed",) if is_own else ("admin:clinic_practitioner_change", person.pk)
    form = RenewForm(request.POST if request.method == "POST" else None)
    if not form.is_valid() or form.cleaned_data["version"] > person.feed_version:
        return show(
            request,
            "renew_feed.html",
            "Renew the address?",
            person=person,
            back_url=resolve_url(*back),
        )
    actions.renew_feed(practitioner_id=person.pk, version=form.cleaned_data["version"])
    messages.success(request, "The address is new. Subscribe to it wherever you used the old one.")
    return redirect(*back)
