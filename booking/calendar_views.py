"""The calendar feed of a practitioner, opened by a private address and by nothing else."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking import ics, limits, links
from booking.appointment_views import unnamed
from booking.models import Appointment
from clinic.views import not_found

BACK, AHEAD = timedelta(days=30), timedelta(days=400)


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Busy times and references; every kind of wrong token is the same 404, and throttled."""
    now = timezone.now()
    person = links.practitioner_for(token)
    if person is None:
        if not limits.check_link(request, now=now):
            return unnamed(render(request, "booking/too_many.html", status=429))
        return unnamed(not_found(request, Http404()))
    busy = Appointment.objects.blocking_at(now=now).filter(
        practitioner=person, starts_at__gte=now - BACK, starts_at__lt=now + AHEAD
    )
    rows = busy.select_related("request").order_by("starts_at")
    file = ics.feed_file(rows, name=person.name, now=now)
    return unnamed(HttpResponse(file, content_type="text/calendar; charset=utf-8"))
