"""Somebody in front of the booking's pages, without a browser."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from booking.links import token_for
from booking.models import Appointment, AppointmentRequest
from booking.wishes import write_instant
from clinic.models import Service
from tests.booking.builders import TEN_O_CLOCK, numbers

NO_SIGN = {"none": "on"}


def answers(**changes: Any) -> dict[str, Any]:
    """What somebody types on the details page; another address each time."""
    typed = {
        "who": "self",
        "full_name": "Ada Example",
        "email": f"ada{next(numbers)}@patients.test",
        "prefers": "email",
        "language": "en",
    }
    return typed | changes


def text_of(response: HttpResponse) -> str:
    """What the page says, in one line."""
    return " ".join(strip_tags(response.content.decode()).split())


@dataclass
class Visitor:
    language: str = "en"
    client: Client = field(default_factory=Client)

    def path(self, name: str, *args: object) -> str:
        with translation.override(self.language):
            return reverse(name, args=args)

    def get(self, name: str, *args: object, **query: Any) -> HttpResponse:
        return self._response(self.client.get(self.path(name, *args), query))

    def post(
        self, name: str, *args: object, data: dict[str, Any] | None = None, **query: str
    ) -> HttpResponse:
        path = self.path(name, *args) + (f"?{urlencode(query)}" if query else "")
        return self._response(self.client.post(path, data or {}))

    def _response(self, response: object) -> HttpResponse:
        assert isinstance(response, HttpResponse)
        return response

    # The steps

    def passes_gate(self, service: Service, **query: str) -> HttpResponse:
        return self.post("book-safety", data=NO_SIGN, service=service.slug, **query)

    def chooses(self, when: datetime = TEN_O_CLOCK, /, **data: str) -> HttpResponse:
        return self.post("book-time", data={"slot": write_instant(when), **data})

    def tells(self, **changes: Any) -> HttpResponse:
        return self.post("book-details", data=answers(**changes))

    def sends(self, **data: str) -> HttpResponse:
        token = {"token": str(self.draft.submission_token)}
        return self.post("book-check", data=token | data)

    def comes_to_check(
        self, service: Service, when: datetime = TEN_O_CLOCK, /, **changes: Any
    ) -> None:
        """All steps but the last."""
        self.passes_gate(service)
        self.chooses(when)
        self.tells(**changes)

    def books(
        self, service: Service, when: datetime = TEN_O_CLOCK, /, **changes: Any
    ) -> Appointment:
        """The whole booking; the appointment that now waits for staff."""
        self.comes_to_check(service, when, **changes)
        response = self.sends()
        assert response.headers["Location"] == self.path("book-done"), text_of(response)
        return Appointment.objects.get(request=self.draft, status="pending")

    @property
    def draft(self) -> AppointmentRequest:
        """The request that the visitor's session names."""
        return AppointmentRequest.objects.get(id=self.client.session["draft"])

    def opens(self, request: AppointmentRequest, page: str = "appointment") -> HttpResponse:
        """A page behind the patient's link."""
        return self.get(page, token_for(request))
