"""The steps of the booking, the draft that walks through them, and which step is next."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from booking.models.appointments import Appointment
from booking.models.requests import AppointmentRequest
from clinic.directory import directory
from clinic.memory import the_clinic

SESSION_KEY = "draft"  # all that the session holds


def bookings_open() -> bool:
    """Closed by staff, and on a public address for as long as the practitioners are examples."""
    if not the_clinic().accepts_bookings:
        return False
    if settings.IS_LOOPBACK:
        return True
    return not any(person.is_example for person in directory().practitioners)


@dataclass
class Draft:
    """The request that this visitor is filling in, or has just sent."""

    request: AppointmentRequest

    @cached_property
    def chosen(self) -> Appointment | None:
        """The time it last chose, held or not."""
        return Appointment.objects.chosen_for(self.request.id)

    @property
    def next_step(self) -> str:
        """The name of the first step that is not done yet."""
        if not self.request.is_draft:
            return "book-done"
        if self.chosen is None:
            return "book-time"
        if not self.request.kept_answers:
            return "book-details"
        return "book-check"

    @property
    def next_url(self) -> str:
        return reverse(self.next_step)


def remember_draft(http: HttpRequest, request: AppointmentRequest) -> None:
    http.session[SESSION_KEY] = str(request.id)


def draft_of(http: HttpRequest) -> Draft | None:
    try:
        key = UUID(http.session.get(SESSION_KEY, ""))
    except ValueError:
        return None
    request = AppointmentRequest.objects.filter(id=key).first()
    return Draft(request) if request else None
