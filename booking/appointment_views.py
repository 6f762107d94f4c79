"""The patient's own page, opened by the link: see it, add it to a calendar, cancel it."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, links
from booking.actors import Actor
from booking.errors import BookingError
from booking.ics import calendar_file
from booking.models.appointments import Appointment, Reason, Status
from booking.models.requests import AppointmentRequest
from booking.pages import unnamed, wrong_link
from clinic.memory import the_clinic
from clinic.views import not_found

LinkView = Callable[[HttpRequest, AppointmentRequest], HttpResponse]


def linked_page(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open the request that the token names; every kind of wrong token is the same 404."""

    @functools.wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        found = links.request_for(token, now=now)
        if found is None:
            return wrong_link(request, now=now)
        try:
            return unnamed(view(request, found))
        except Http404 as error:
            return unnamed(not_found(request, error))

    return page


def _current(found: AppointmentRequest) -> Appointment:
    """The appointment that the request has come to."""
    return Appointment.objects.current_of(found)


def _context(found: AppointmentRequest, appointment: Appointment) -> dict[str, object]:
    until = actions.change_until(appointment)
    open_to_change = appointment.status in {Status.PENDING, Status.BOOKED}
    return {
        "found": found,
        "appointment": appointment,
        "token": links.token_for(found),
        "is_pending": appointment.status == Status.PENDING,
        "is_booked": appointment.status == Status.BOOKED,
        "is_cancelled": appointment.status == Status.CANCELLED,
        "reason": Reason(appointment.reason_code).label if appointment.reason_code else "",
        "can_cancel": open_to_change and timezone.now() <= until,
        "cancel_until": until.astimezone(appointment.location.zone),
    }


@require_safe
@linked_page
def appointment(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    return render(request, "booking/appointment.html", _context(found, _current(found)))


@require_safe
@linked_page
def appointment_calendar(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    current = _current(found)
    if current.status not in {Status.BOOKED, Status.CANCELLED}:
        raise Http404
    file = calendar_file(
        current,
        clinic=the_clinic(),
        link=links.address_for(found),
        attendee=found.patient.email if found.patient else "",
        now=timezone.now(),
    )
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_cancel(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    """A page on GET, for mail scanners follow links; the act on POST."""
    current = _current(found)
    context = _context(found, current)
    if request.method != "POST":
        if not context["can_cancel"]:
            return redirect("appointment", token=context["token"])
        response = render(request, "booking/cancel.html", context)
        # Under no-referrer a browser posts the form with the origin "null", which the check
        # against forgery refuses; this names the site and nothing of the path.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response
    try:
        actions.cancel(appointment_id=current.id, by=Actor.patient(), now=timezone.now())
    except BookingError as error:
        context = {**_context(found, _current(found)), "error": error}
        return render(request, "booking/appointment.html", context, status=409)
    return redirect("appointment", token=context["token"])
