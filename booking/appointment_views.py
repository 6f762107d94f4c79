"""The patient's own page, opened by the link: see, move, cancel, answer an offer, say "I come".

Every page is shown on GET, for mail scanners follow links, and acts on POST.
"""

import functools
from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, limits, links
from booking.actors import Actor
from booking.errors import BookingError, ChangedMeanwhile, NotFree, NotPossible, TooMany
from booking.ics import calendar_file
from booking.models.appointments import Status
from booking.pages import submission_of, unnamed, wrong_link
from booking.standing import Standing
from booking.week import Week
from booking.wishes import Wish, parse_instant
from clinic.memory import the_clinic
from clinic.views import not_found

LinkView = Callable[[HttpRequest, Standing], HttpResponse]


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
            return wrong_link(request, now=now)
        try:
            return unnamed(view(request, Standing.of(found, now=now)))
        except TooMany:
            return unnamed(render(request, "booking/too_many.html", status=429))
        except Http404 as error:
            return unnamed(not_found(request, error))

    return page


def _page(
    request: HttpRequest,
    standing: Standing,
    template: str = "appointment",
    *,
    error: BookingError | None = None,
    week: Week | None = None,
) -> HttpResponse:
    context = {"standing": standing, "submission": uuid4(), "error": error, "week": week}
    status = 409 if error else 200
    return with_form(render(request, f"booking/{template}.html", context, status=status))


def _back(standing: Standing) -> HttpResponse:
    return redirect("appointment", token=standing.token)


def _sender(request: HttpRequest) -> Actor | None:
    """The patient, with the form that was sent; nobody, where none was or it has no token."""
    submission = submission_of(request)
    return Actor.patient(submission, request.POST.get("shown", "")) if submission else None


def _act(
    request: HttpRequest,
    standing: Standing,
    by: Actor,
    act: Callable[[], object],
    *,
    shown: str | None = None,
) -> HttpResponse:
    """Do what the form asks, once; then to the page, or say there what stands in the way.

    Raises NotFree where the form named a time: its page has others to show.
    """
    limits.check_change(request, now=standing.now)
    try:
        act()
    except NotFree:
        raise
    except NotPossible as error:
        is_old_page = by.shown != (shown or standing.appointment.shown)
        known = ChangedMeanwhile(error.appointment) if is_old_page else error
        return _refused(request, standing, known)
    except BookingError as error:
        return _refused(request, standing, error)
    return _back(standing)


def _refused(request: HttpRequest, standing: Standing, error: BookingError) -> HttpResponse:
    return _page(request, Standing.of(standing.request, now=standing.now), error=error)


@require_safe
@linked_page
def appointment(request: HttpRequest, standing: Standing) -> HttpResponse:
    return _page(request, standing)


@require_safe
@linked_page
def appointment_calendar(request: HttpRequest, standing: Standing) -> HttpResponse:
    if standing.status not in {Status.BOOKED, Status.CANCELLED}:
        raise Http404
    patient = standing.request.patient
    file = calendar_file(
        standing.appointment,
        clinic=the_clinic(),
        link=links.address_for(standing.request),
        attendee=patient.email if patient else "",
        now=standing.now,
    )
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_cancel(request: HttpRequest, standing: Standing) -> HttpResponse:
    key, now = standing.appointment.id, standing.now
    if by := _sender(request):
        cancel = functools.partial(actions.cancel, appointment_id=key, by=by, now=now)
        return _act(request, standing, by, cancel)
    return _page(request, standing, "cancel") if standing.can_change else _back(standing)


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_attend(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Where reminders lead: I am coming, I need another time, or cancel."""
    key, now = standing.appointment.id, standing.now
    if by := _sender(request):
        come = functools.partial(actions.confirm_attendance, appointment_id=key, by=by, now=now)
        return _act(request, standing, by, come, shown=standing.shown_coming)
    return _page(request, standing, "attend") if standing.can_attend else _back(standing)


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_accept(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Take one of the times offered: one of this request, whatever the form names."""
    by, wanted = _sender(request), _uuid(request.POST.get("offer", ""))
    if by is None or wanted is None:
        return _page(request, standing) if request.method == "POST" else _back(standing)
    if not standing.request.appointments.filter(id=wanted).exists():
        raise Http404
    accept = functools.partial(actions.accept_offer, appointment_id=wanted, by=by, now=standing.now)
    return _act(request, standing, by, accept)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_decline(request: HttpRequest, standing: Standing) -> HttpResponse:
    """None of the times offered suits."""
    key, now = standing.appointment.id, standing.now
    if by := _sender(request):
        decline = functools.partial(actions.decline_offers, appointment_id=key, by=by, now=now)
        return _act(request, standing, by, decline)
    return _page(request, standing, "decline") if standing.is_offered else _back(standing)


@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def appointment_move(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Choose another real free time; the old one stands until the new one is taken."""
    if by := _sender(request):
        try:
            return _act(request, standing, by, lambda: _move(request, standing, by))
        except NotFree as error:
            return _times(request, standing, error=error)
    return _times(request, standing) if standing.can_change else _back(standing)


def _move(request: HttpRequest, standing: Standing, by: Actor) -> None:
    starts_at = parse_instant(request.POST.get("slot", ""))
    if starts_at is None:
        raise NotFree(_("Choose a time."))
    actions.move(
        appointment_id=standing.appointment.id,
        starts_at=starts_at,
        practitioner=Wish.read(request.POST).practitioner,
        by=by,
        now=standing.now,
    )


def _times(
    request: HttpRequest, standing: Standing, *, error: NotFree | None = None
) -> HttpResponse:
    """The free times of a week, those of the same practitioner first."""
    query = request.GET.copy()
    if error:
        query["at"] = request.POST.get("slot", "")
        query["practitioner"] = request.POST.get("practitioner", "")
    week = Week.read(
        query,
        service=standing.request.service,
        request_id=standing.request.id,
        now=standing.now,
        current=standing.appointment,
    )
    return _page(request, standing, "move", error=error, week=week)
