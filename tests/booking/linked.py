"""Somebody behind the patient's link, who opens a page and sends the form on it."""

import re

from django.http import HttpResponse
from django.utils import translation

from booking.links import token_for
from booking.models import AppointmentRequest
from tests.booking.visitor import Visitor, text_of

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
# Where the form of a page stands, if not on itself.
SHOWN_ON = {"accept": ""}

Form = dict[str, str]


def form_on(response: HttpResponse) -> Form:
    """What the forms of a page carry unseen; they carry the same."""
    return dict(HIDDEN.findall(response.content.decode()))


def opens(visitor: Visitor, request: AppointmentRequest, page: str = "") -> HttpResponse:
    return visitor.opens(request, f"appointment-{page}" if page else "appointment")


def form_of(visitor: Visitor, request: AppointmentRequest, page: str) -> Form:
    return form_on(opens(visitor, request, SHOWN_ON.get(page, page)))


def sends(
    visitor: Visitor,
    request: AppointmentRequest,
    page: str,
    form: Form | None = None,
    /,
    **data: str,
) -> HttpResponse:
    """Press the button of a page that was opened before, or is opened now."""
    form = form_of(visitor, request, page) if form is None else form
    return visitor.post(f"appointment-{page}", token_for(request), data=form | data)


def says(visitor: Visitor, response: HttpResponse, text: str) -> bool:
    """Whether the page has a text of the catalogue, in the language of the visitor."""
    with translation.override(visitor.language):
        return " ".join(str(translation.gettext(text)).split()) in text_of(response)


def leads_back(visitor: Visitor, response: HttpResponse, request: AppointmentRequest) -> bool:
    """Whether the reply leads to the patient's page, where what was done is to be seen."""
    path = visitor.path("appointment", token_for(request))
    return (response.status_code, response.headers.get("Location")) == (302, path)
