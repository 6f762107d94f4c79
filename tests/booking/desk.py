"""Somebody at the desk, without a browser: forms as its pages write them, and what they reply."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from booking.models import Appointment
from clinic.models import AccessLog
from tests.booking.ledger import nothing_changes

INDEX = reverse("admin:index")


def address(verb: str, key: object) -> str:
    return reverse(f"desk:{verb}", args=[key])


def page_of(appointment_id: object) -> str:
    return reverse("admin:booking_appointment_change", args=[appointment_id])


def form(about: Appointment | None = None, /, **data: Any) -> dict[str, Any]:
    """What a form sends: its token, another one each time the page is shown, what the page showed
    of an appointment, and what was typed.
    """
    shown = {"shown": about.shown} if about else {}
    return {"submission": str(uuid4())} | shown | data


def said(response: Any) -> str:
    """What the next page will say last; the test client's responses know their request."""
    messages = list(get_messages(response.wsgi_request))
    return str(messages[-1]) if messages else ""


def text_of(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


@contextmanager
def nothing_is_done() -> Iterator[None]:
    """Looking and trying are written down, what the next page says waits in the session, and
    nothing else is.
    """
    with nothing_changes(besides=(AccessLog, Session)):
        yield


def desk_of(client: Client) -> str:
    """What the first page says, in one line."""
    return text_of(client.get(INDEX))
