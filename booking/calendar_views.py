"""The calendar feed of a practitioner, opened by a private address and by nothing else."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking import ics, links
from booking.models.appointments import Appointment, AppointmentQuerySet
from booking.pages import unnamed, wrong_link
from clinic.models import Practitioner

BACK, AHEAD = timedelta(days=30), timedelta(days=400)


def busy_times(person: Practitioner, *, now: datetime) -> AppointmentQuerySet:
    """What blocks somebody's time. Of the requests nothing is read but the reference."""
    rows = Appointment.objects.blocking_at(now=now).touching(now - BACK, now + AHEAD)
    times = ("starts_at", "ends_at", "blocks_until")
    columns = (*times, "status", "calendar_sequence", "request__reference")
    return (
        rows.filter(practitioner=person)
        .select_related("request")
        .only(*columns)
        .order_by("starts_at")
    )


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Busy times and references; every kind of wrong token is the same 404, and throttled."""
    now = timezone.now()
    person = links.practitioner_for(token)
    if person is None:
        return wrong_link(request, now=now)
    file = ics.feed_file(busy_times(person, now=now), name=person.name, now=now)
    return unnamed(HttpResponse(file, content_type="text/calendar; charset=utf-8"))
