"""The style guide: every component of the public site, by its real template and the real sheet.

For staff, in English. It stands up here because it shows parts of all the rooms.
"""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from booking.form_fields import BirthDateField
from booking.week import Week
from clinic.brand import brand, declared
from clinic.brand_colours import SCHEMES, house
from clinic.directory import directory
from clinic.memory import the_clinic
from clinic.opening import opening_at
from clinic.pages import Crumb, Page
from content.body_map import plates
from content.citations import Citations
from content.library import library
from content.models import RedFlag

# Of the tokens that the sheet's colours come from, what each is for.
COLOURS = {
    "paper": "the page",
    "sheet": "fields",
    "tint": "quiet bands",
    "ink": "text",
    "soft": "second text",
    "line": "hairlines",
    "edge": "edges of controls",
    "clay": "the accent",
    "clay-deep": "the accent, pointed at",
    "on-clay": "text upon it",
    "alarm": "emergencies and errors",
    "alarm-fill": "the same, filled",
    "alarm-tint": "their ground",
}


class SampleForm(forms.Form):
    """One of each kind of field; sent empty, so that each shows its error."""

    use_required_attribute = False
    name = forms.CharField(
        help_text="As it stands on your insurance card.",
        error_messages={"required": "Enter your name"},
    )
    email = forms.EmailField(label="E-mail", required=False)
    reason = forms.CharField(
        widget=forms.Textarea, error_messages={"required": "Write a few words"}
    )
    born = BirthDateField(label="Date of birth", required=False)
    side = forms.ChoiceField(
        choices=[("left", "Left"), ("right", "Right")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a side"},
    )
    agrees = forms.BooleanField(
        label="I have read this", error_messages={"required": "Tick the box"}
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


def sample_block(name: str, body: str, **more: Any) -> SimpleNamespace:
    """What a block's template asks of a block."""
    return SimpleNamespace(
        heading=name, anchor=f"sample-{name.lower()}", body=mark_safe(body), **more
    )


def parts_of_articles() -> dict[str, Any]:
    known, now = library(), timezone.now()
    pieces = known.articles("en", now=now)
    piece = next((one for one in pieces if one.points), pieces[0] if pieces else None)
    cautions = {c.pk: c for point in known.points for c in point.cautions}
    flags = RedFlag.objects.all()
    text = "<p>Short sentences, one thought each, with a source where a figure stands.</p>"
    return {
        "pieces": pieces[:2],
        "article": piece.row if piece else None,
        "point": known.points[0] if known.points else None,
        "points": known.points,
        "plate": plates(known.points)[0] if known.points else None,
        "cautions": list(cautions.values()),
        "red_flags": flags,
        "citations": Citations(known.references),
        "blocks": {
            "caution": sample_block("Pregnancy", text),
            "quotation": sample_block("Words", text, source="Somebody, in a letter"),
            "questions": sample_block("Questions", f"<h3>Does it hurt?</h3>{text}"),
            "ask": sample_block("Bring", "<ul><li>What should I try first?</li></ul>"),
        },
    }


def parts_of_the_clinic() -> dict[str, Any]:
    known, clinic, now = directory(), the_clinic(), timezone.now()
    place = known.locations[0] if known.locations else None
    service = clinic.consultation
    return {
        "place": place,
        "now": opening_at(known, place, now) if place else None,
        "hours": known.hours_at(place, now.astimezone(place.zone).date()) if place else [],
        "person": known.practitioners[0] if known.practitioners else None,
        "week": Week.read(QueryDict(""), service=service, request_id=uuid4(), now=now)
        if service
        else None,
        "action_url": reverse("book"),
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    theme = request.GET.get("theme", "")
    form = SampleForm({})
    form.is_valid()
    trail = Page(title="Style guide", description="", above=(Crumb("Articles", "/articles/"),))
    return render(
        request,
        "styleguide/page.html",
        {
            "theme": theme if theme in SCHEMES else "",
            "colours": COLOURS,
            "form": form,
            "sample": trail,
            **parts_of_the_clinic(),
            **parts_of_articles(),
        },
    )


@require_safe
def styleguide_theme(request: HttpRequest, scheme: str) -> HttpResponse:
    """One of the two looks, whatever the system asks for."""
    if scheme not in SCHEMES:
        raise Http404
    own = brand().light if scheme == "light" else brand().dark
    # The empty :not() only makes it weigh more than what the sheet itself says.
    rule = f":root:not(#x){{color-scheme:{scheme};{declared({**house(scheme), **own})}}}\n"
    return HttpResponse(rule, content_type="text/css; charset=utf-8")


urlpatterns: list[URLPattern] = [
    path("", admin.site.admin_view(styleguide), name="styleguide"),
    path("<slug:scheme>.css", admin.site.admin_view(styleguide_theme), name="styleguide-theme"),
]
