"""Several services booked for one visit: which ones, then a time for all, then who it is for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import actions, openings
from booking.actions import MOST_IN_A_VISIT, Part
from booking.desk.caller import (
    DAYS,
    asked,
    caller_form,
    carried,
    carry_on,
    is_carried,
    keep_together,
    patient_chosen,
    settle_before,
    whose,
    write_down_booking,
)
from booking.desk.forms import CancelForm
from booking.desk.parts import Visit
from booking.desk.slots import Slots, nearest_visits, parse_slot, people_for
from booking.desk.views import (
    act,
    ask,
    back,
    name_of,
    page,
    posted,
    reach_appointment,
    refuse,
    signed_in,
    staff_of,
    told,
)
from booking.desk.words import moment
from booking.errors import NotFree
from booking.models import Appointment, Status
from clinic.admin_site import OutOfReach, clinic_zone
from clinic.audit import record_access
from clinic.models import Service

TITLE = "Book several services in one visit"
TOO_MANY = f"A visit has at most {MOST_IN_A_VISIT} services."
TOO_FEW = "Choose at least two services. A single one is booked on the page before."
UNKNOWN = "One of these services cannot be booked. Choose from the list."
DAY = timedelta(days=1)


@require_http_methods(["GET", "HEAD", "POST"])
def book_visit(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    if not user.has_perms(("booking.decide_request", "booking.reach_everyone")):
        raise PermissionDenied
    write_down_booking(request)
    services, problem = services_chosen(request)
    if problem or "other" in request.GET:
        carry_on(request)
        return choose_services(request, services, problem)
    parts = parts_chosen(request, services)
    if parts:
        return _book(request, parts, now)
    carry_on(request)
    slots = Slots.of_a_visit(asked(request), services, people_for(user, services[0]), now=now)
    here = said_again(request, services)
    return page(
        request,
        "book_visit_time",
        TITLE,
        services=services,
        slots=slots,
        keep=here,
        here=urlencode(here),
        other_services=urlencode([*here, *days_wanted(request), ("other", "1")]),
        later=urlencode([*here, *slots.later.items()]),
        carried=carried(request),
        is_unknown="slot" in request.GET,
    )


def services_chosen(request: HttpRequest) -> tuple[list[Service], str]:
    """In the order of the visit, and what is wrong with them."""
    slugs = [slug for slug in asked(request).getlist("service") if slug]
    known = {service.slug: service for service in Service.objects.bookable()}
    services = [known[slug] for slug in slugs if slug in known]
    if len(services) < len(slugs):
        return services[:MOST_IN_A_VISIT], UNKNOWN
    if len(services) > MOST_IN_A_VISIT:
        return services[:MOST_IN_A_VISIT], TOO_MANY
    return services, "" if len(services) > 1 else TOO_FEW


def choose_services(
    request: HttpRequest, services: Sequence[Service], problem: str = ""
) -> HttpResponse:
    """Asked for the first time there is no problem yet, whatever is missing."""
    return page(
        request,
        "book_visit_services",
        TITLE,
        bookable=Service.objects.bookable(),
        chosen=places(services),
        problem=problem if "service" in asked(request) else "",
        keep=[*whose(request).items(), *days_wanted(request)],
        whose=urlencode(whose(request)),
        carried=carried(request),
    )


def places(services: Sequence[Service]) -> list[tuple[str, Service | None]]:
    """The places of a visit, each with the service that was chosen for it."""
    names = ("First", "Second", "Third (optional)", "Fourth (optional)")
    filled = [*services, *[None] * MOST_IN_A_VISIT]
    return list(zip(names, filled, strict=False))


def parts_chosen(request: HttpRequest, services: Sequence[Service]) -> list[Part]:
    """A time for each of the services; nothing for what no page of ours has written."""
    values, user = request.GET.getlist("slot"), signed_in(request)
    if len(values) != len(services):
        return []
    parts = []
    for service, value in zip(services, values, strict=True):
        slot = parse_slot(value, people_for(user, service))
        if slot is None or slot.practitioner is None:
            return []
        parts.append(Part(service, slot.starts_at, slot.practitioner))
    return parts


def said_again(request: HttpRequest, services: Sequence[Service]) -> list[tuple[str, str]]:
    """What every page of this booking says again."""
    return [*[("service", service.slug) for service in services], *whose(request).items()]


def days_wanted(request: HttpRequest) -> list[tuple[str, str]]:
    """From when on, and with whom the visit shall begin."""
    query = asked(request)
    return [(name, str(query[name])) for name in DAYS if query.get(name)]


def _book(request: HttpRequest, parts: list[Part], now: datetime) -> HttpResponse:
    """Who it is for; if a time was taken meanwhile, the nearest ones and all that was typed."""
    known, error = patient_chosen(request), None
    form = caller_form(request, known, now)
    if form.is_valid():
        by, details = staff_of(request, form), form.details()
        try:
            booked = actions.book_visit(parts=parts, details=details, by=by, now=now)
        except NotFree as refusal:
            error = refusal
        else:
            if known and form.cleaned_data["same_person"]:
                keep_together(request, booked[0], known, by, now)
            settle_before(request, by, now)
            return _booked(request, booked)
    services = [part.service for part in parts]
    here = said_again(request, services)
    slots = [("slot", value) for value in request.GET.getlist("slot")]
    context = {
        "form": form,
        "is_begun": form.is_bound or is_carried(request),
        "parts": [(part.service, in_words(part)) for part in parts],
        "error": error,
        "here": urlencode(here),
        "with_slots": urlencode([*here, *slots]),
    }
    if error:
        context["gone"] = [in_words(part) for part in parts if not is_free(part, now=now)]
        wanted = actions.Proposal(parts[0].starts_at, parts[0].practitioner)
        context["near"] = nearest_visits(services, wanted, now=now)
    return page(request, "book_visit", TITLE, status=409 if error else 200, **context)


def _booked(request: HttpRequest, booked: list[Appointment]) -> HttpResponse:
    for each in booked:
        record_access(request, action="add", subject_type="appointment", subject=each.pk)
    messages.success(request, f"Booked and confirmed: {len(booked)} appointments in one visit.")
    return redirect("admin:booking_appointment_change", booked[0].pk)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_visit(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """All that still stands of the visit that an appointment is part of, with one press."""
    appointment = reach_appointment(request, appointment_id)
    whole = Visit.of(appointment, signed_in(request))
    if not whole.reaches_all:
        raise OutOfReach
    form = CancelForm(posted(request))
    if form.is_valid():
        by, note, now = staff_of(request, form), form.cleaned_data["note"], timezone.now()
        cancel = partial(actions.cancel_visit, appointment_id=appointment.pk, by=by, now=now)
        if act(
            request,
            lambda: cancel(note=note),
            f"The visit of {name_of(appointment)} is cancelled. {told(appointment)}",
        ):
            for key in {each.pk for each in whole.ends} - {appointment.pk}:
                record_access(request, action="change", subject_type="appointment", subject=key)
        return back(request, appointment)
    if not whole.standing:
        return refuse(request, appointment)
    return ask(
        request, appointment, form, "Cancel the whole visit", tuple(Status), whole_visit=whole
    )


def in_words(part: Part) -> str:
    return f"{moment(part.starts_at, clinic_zone())}, {part.practitioner}"


def is_free(part: Part, *, now: datetime) -> bool:
    found = openings.free_times(
        part.service,
        first_day=(part.starts_at - DAY).date(),
        last_day=(part.starts_at + DAY).date(),
        now=now,
        practitioner=part.practitioner,
        for_staff=True,
    )
    return found.at(part.starts_at) is not None
