"""The patient's own page, opened by the link: see, move, cancel, answer an offer, say "I come".

Every page is shown on GET, for mail scanners follow links, and acts on POST.
"""

import functools
from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import actions, limits, links
from booking.actors import Actor
from booking.errors import BookingError, NotFree, TooMany
from booking.history import history_of
from booking.ics import calendar_file
from booking.models.appointments import Appointment, Reason, Status
from booking.models.requests import AppointmentRequest
from booking.pages import private, submission_of
from booking.week import Week
from booking.wishes import Wish, parse_instant
from clinic.memory import the_clinic
from clinic.views import not_found

LinkView = Callable[[HttpRequest, AppointmentRequest], HttpResponse]
Act = Callable[[Actor], object]


def unnamed(response: HttpResponse) -> HttpResponse:
    """Private, and its address is told to nobody, not even to our own pages."""
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return private(response)


def with_form(response: HttpResponse) -> HttpResponse:
    """Under no-referrer a browser posts a form with the origin "null", which the check against
    forgery refuses; this names the site and nothing of the path.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def linked_page(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open the request that the token names; every kind of wrong token is the same 404."""

    @functools.wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        found = links.request_for(token, now=now)
        if found is None:
            if not limits.check_link(request, now=now):
                return unnamed(render(request, "booking/too_many.html", status=429))
            return unnamed(not_found(request, Http404()))
        try:
            return unnamed(view(request, found))
        except TooMany as error:
            context = {"error": error}
            return unnamed(render(request, "booking/too_many.html", context, status=429))
        except Http404 as error:
            return unnamed(not_found(request, error))

    return page


def _context(found: AppointmentRequest, current: Appointment) -> dict[str, object]:
    now, status = timezone.now(), current.status
    until = actions.change_until(current)
    is_open = status in {Status.PENDING, Status.BOOKED} and now <= until
    return {
        "found": found,
        "appointment": current,
        "token": links.token_for(found),
        "submission": uuid4(),
        "is_pending": status == Status.PENDING,
        "is_offered": status == Status.PROPOSED,
        "is_booked": status == Status.BOOKED and now < current.ends_at,
        "is_cancelled": status == Status.CANCELLED,
        "offers": Appointment.objects.offered_to(found).with_people(),
        "history": history_of(found, current.location.zone),
        "reason": Reason(current.reason_code).label if current.reason_code else "",
        "can_change": is_open,
        "can_attend": status == Status.BOOKED and now < current.starts_at,
        "change_until": until.astimezone(current.location.zone),
    }


def _page(
    request: HttpRequest,
    found: AppointmentRequest,
    template: str = "appointment",
    *,
    error: BookingError | None = None,
) -> HttpResponse:
    context = _context(found, Appointment.objects.current_of(found)) | {"error": error}
    status = 409 if error else 200
    return with_form(render(request, f"booking/{template}.html", context, status=status))


def _act(request: HttpRequest, found: AppointmentRequest, act: Act) -> HttpResponse:
    """Do what the form asks, once; then to the page, or say there what stands in the way."""
    submission = submission_of(request)
    if submission is None:
        return _page(request, found)
    limits.check_change(request, now=timezone.now())
    try:
        act(Actor.patient(submission))
    except BookingError as error:
        return _page(request, found, error=error)
    return redirect("appointment", token=links.token_for(found))


@require_safe
@linked_page
def appointment(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    return _page(request, found)


@require_safe
@linked_page
def appointment_calendar(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    current = Appointment.objects.current_of(found)
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
    current, now = Appointment.objects.current_of(found), timezone.now()
    if request.method == "POST":
        return _act(
            request,
            found,
            lambda by: actions.cancel(appointment_id=current.id, by=by, now=now),
        )
    if not _context(found, current)["can_change"]:
        return redirect("appointment", token=links.token_for(found))
    return _page(request, found, "cancel")


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_attend(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    current, now = Appointment.objects.current_of(found), timezone.now()
    if request.method == "POST":
        return _act(
            request,
            found,
            lambda by: actions.confirm_attendance(appointment_id=current.id, by=by, now=now),
        )
    if not _context(found, current)["can_attend"]:
        return redirect("appointment", token=links.token_for(found))
    return _page(request, found, "attend")


@require_POST
@linked_page
def appointment_accept(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    """Take one of the times offered: one of this request, whatever the form names."""
    try:
        wanted = UUID(request.POST.get("offer", ""))
    except ValueError:
        return _page(request, found)
    if not found.appointments.filter(id=wanted).exists():
        raise Http404
    now = timezone.now()
    return _act(
        request, found, lambda by: actions.accept_offer(appointment_id=wanted, by=by, now=now)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_decline(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    """None of the times offered suits."""
    current, now = Appointment.objects.current_of(found), timezone.now()
    if request.method == "POST":
        return _act(
            request,
            found,
            lambda by: actions.decline_offers(appointment_id=current.id, by=by, now=now),
        )
    if current.status != Status.PROPOSED:
        return redirect("appointment", token=links.token_for(found))
    return _page(request, found, "decline")


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_move(request: HttpRequest, found: AppointmentRequest) -> HttpResponse:
    """Choose another real free time; the old one stands until the new one is taken."""
    current = Appointment.objects.current_of(found)
    submission = submission_of(request)
    if request.method == "POST" and submission:
        return _move(request, found, current, Actor.patient(submission))
    if not _context(found, current)["can_change"]:
        return redirect("appointment", token=links.token_for(found))
    return _times(request, found, current)


def _move(
    request: HttpRequest, found: AppointmentRequest, current: Appointment, by: Actor
) -> HttpResponse:
    now = timezone.now()
    starts_at = parse_instant(request.POST.get("slot", ""))
    if starts_at is None:
        return _times(request, found, current)
    limits.check_change(request, now=now)
    who = Wish.read(request.POST).practitioner
    try:
        actions.move(
            appointment_id=current.id, starts_at=starts_at, practitioner=who, by=by, now=now
        )
    except NotFree as error:
        return _times(request, found, current, error=error)
    except BookingError as error:
        return _page(request, found, error=error)
    return redirect("appointment", token=links.token_for(found))


def _times(
    request: HttpRequest,
    found: AppointmentRequest,
    current: Appointment,
    *,
    error: NotFree | None = None,
) -> HttpResponse:
    """The free times of a week, those of the same practitioner first."""
    query = request.GET.copy()
    if error:
        query["at"] = request.POST.get("slot", "")
        query["practitioner"] = request.POST.get("practitioner", "")
    week = Week.read(
        query,
        service=found.service,
        request_id=found.id,
        now=timezone.now(),
        practitioner=current.practitioner,
    )
    context = _context(found, current) | {"week": week, "error": error}
    return with_form(render(request, "booking/move.html", context, status=409 if error else 200))
