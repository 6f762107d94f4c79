"""What the calendar of the desk shows, as text."""

import re
from datetime import date
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from clinic.roles import FRONT_DESK
from tests.booking.builders import (
    a_patient,
    a_request,
)
from tests.clinic.staff import a_client

DAY, WEEK = reverse("desk:calendar"), reverse("desk:calendar-week")
WEDNESDAY = date(2026, 6, 17)


def html_of(response: Any) -> str:
    return unescape(response.content.decode())


def day(client: Client | None = None, on: date = WEDNESDAY, **query: str) -> str:
    return html_of((client or a_client(FRONT_DESK)).get(DAY, {"date": on.isoformat(), **query}))


def said(html: str) -> str:
    """What the page says between its first column and the legend, in one line."""
    part = html.partition('<section class="calendar-section"')[2].partition("What is what")[0]
    text = re.sub(r"<[^>]+>", " ", f"<{part}").replace("\u00a0", " ")
    return " ".join(text.split()).replace(" ,", ",")


def classes_of(html: str, words: str) -> str:
    """Where an entry stands that says so."""
    entries = re.findall(r'<li class="entry ([^"]+)">(.*?)</li>', html, re.DOTALL)
    return str(next(classes for classes, inside in entries if words in inside))


def named(name: str, **fields: Any) -> Any:
    return a_request(patient=a_patient(full_name=name), **fields)
