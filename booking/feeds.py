"""A practitioner's private calendar feed, for the calendar program that subscribes to it."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking import links
from booking.ics import feed_file
from booking.models.appointments import Appointment, AppointmentQuerySet
from booking.pages import unnamed, wrong_link
from clinic.models import Practitioner

BACK, AHEAD = timedelta(days=30), timedelta(days=400)


def busy_times(practitioner: Practitioner, *, now: datetime) -> AppointmentQuerySet:
    """What blocks the practitioner's time; of the requests nothing is read but the reference."""
    rows = Appointment.objects.blocking_at(now=now).touching(now - BACK, now + AHEAD)
    return (
        rows.filter(practitioner=practitioner)
        .select_related("request")
        .only(
            *("calendar_uid", "calendar_sequence", "starts_at", "ends_at", "status"),
            "request__reference",
        )
    )


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    practitioner = links.practitioner_for(token)
    if practitioner is None:
        return wrong_link(request, now=now)
    file = feed_file(practitioner, busy_times(practitioner, now=now), now=now)
    return unnamed(HttpResponse(file, content_type="text/calendar; charset=utf-8"))
