"""What staff do with free times: offer some, book one, move to one."""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking import actions
from booking.actions import Proposal
from booking.desk.caller import (
    asked,
    caller_form,
    carried,
    carry_on,
    is_carried,
    keep_together,
    kept,
    patient_chosen,
    settle_before,
    whose,
    write_down_booking,
)
from booking.desk.forms import OUT_OF_DATE, AppointmentForm, MoveForm, OfferForm, SlotsForm
from booking.desk.free import services_at
from booking.desk.parts import Visit
from booking.desk.slots import Slots, nearest, parse_slot, people_for
from booking.desk.views import (
    act,
    back,
    back_url,
    came_from,
    name_of,
    page,
    posted,
    reach_appointment,
    refuse,
    signed_in,
    staff_of,
    told_and_stays,
)
from booking.desk.visits import places
from booking.desk.words import moment
from booking.errors import NotFree
from booking.models import Appointment, Status
from clinic.admin_site import clinic_zone
from clinic.audit import record_access
from clinic.models import Practitioner, Service

GET_AND_POST = ["GET", "HEAD", "POST"]
ASKED = "The patient is asked to choose."


@require_http_methods(GET_AND_POST)
def offer(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Up to three other times for a request that waits, or for what cannot be kept."""
    appointment, now = reach_appointment(request, appointment_id), timezone.now()
    people = people_for(signed_in(request), appointment.request.service)
    form, error = OfferForm(posted(request), people=people), None
    if form.is_valid():
        by, wanted = staff_of(request, form), form.chosen
        note = form.cleaned_data["note"]
        try:
            act(
                request,
                lambda: actions.offer(
                    appointment_id=appointment.pk, times=wanted, note=note, by=by, now=now
                ),
                f"Offered to {name_of(appointment)}. {told_and_stays(request, appointment, ASKED)}",
            )
            return back(request, appointment)
        except NotFree as refusal:
            error = refusal
    while_in = (Status.PENDING, Status.BOOKED)
    return choose(request, appointment, form, "Offer other times", while_in, error, now)


@require_http_methods(GET_AND_POST)
def move(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Another time for a request or a confirmed appointment."""
    appointment, now = reach_appointment(request, appointment_id), timezone.now()
    people = people_for(signed_in(request), appointment.request.service)
    form, error = MoveForm(posted(request), people=people), None
    if form.is_valid():
        by, [to] = staff_of(request, form), form.chosen
        try:
            act(
                request,
                lambda: actions.move(
                    appointment_id=appointment.pk,
                    starts_at=to.starts_at,
                    practitioner=to.practitioner,
                    by=by,
                    now=now,
                ),
                f"Moved: {name_of(appointment)}. {told_and_stays(request, appointment)}",
            )
            return back(request, appointment)
        except NotFree as refusal:
            error = refusal
    while_in = (Status.PENDING, Status.BOOKED)
    return choose(request, appointment, form, "Move to another time", while_in, error, now)


@require_POST
def no_other_time(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Whose offer was withdrawn wants none; or the time that is agreed stays after all."""
    appointment, now = reach_appointment(request, appointment_id), timezone.now()
    form = AppointmentForm(request.POST)
    if form.is_valid():
        by, done = staff_of(request, form), f"The time of {name_of(appointment)} stays."
        settle = partial(actions.keep_time, appointment_id=appointment.pk, by=by, now=now)
        if appointment.status == Status.CANCELLED:
            done = f"No other time is looked for any more for {name_of(appointment)}."
            settle = partial(
                actions.settle_other_time,
                appointment_id=appointment.pk,
                is_found=False,
                by=by,
                now=now,
            )
        act(request, settle, done)
    else:
        messages.warning(request, OUT_OF_DATE)
    return back(request, appointment)


def choose(
    request: HttpRequest,
    appointment: Appointment,
    form: SlotsForm,
    title: str,
    while_in: tuple[Status, ...],
    error: NotFree | None,
    now: datetime,
) -> HttpResponse:
    """The page of free times; after a refusal with what was ticked, and what of it is gone."""
    if appointment.status not in while_in:
        return refuse(request, appointment)
    service, zone = appointment.request.service, appointment.location.zone
    people = people_for(signed_in(request), service)
    slots = Slots.read(request.GET, service, people, now=now, instead_of=appointment)
    gone = slots.gone(form.chosen) if error else []
    is_asked = request.method != "POST" and form.name in request.GET
    ticked = (request.GET if is_asked else request.POST).getlist(form.name)
    return page(
        request,
        "choose",
        title,
        status=409 if error else 200,
        appointment=appointment,
        visit=Visit.of(appointment, signed_in(request)),
        form=form,
        slots=slots,
        ticked=ticked,
        is_unknown=is_asked and not slots.has(*ticked),
        error=error,
        gone=[f"{moment(each.starts_at, zone)}, {each.practitioner}" for each in gone],
        came_from=came_from(request),
        back_url=back_url(request, appointment),
        keep=kept(request),
        later=urlencode({**kept(request), **slots.later}),
    )


@require_http_methods(GET_AND_POST)
def book(request: HttpRequest) -> HttpResponse:
    """For somebody on the telephone: the service, then a time, then who it is for."""
    user, now = signed_in(request), timezone.now()
    if not user.has_perms(("booking.decide_request", "booking.reach_everyone")):
        raise PermissionDenied
    write_down_booking(request)
    slug = request.GET.get("service", "").replace("\x00", "")[:64]
    service = Service.objects.bookable().filter(slug=slug).first()
    title, keep = "Book for a patient", kept(request)
    if service is None:
        carry_on(request)
        return _choose_service(request, now)
    people = people_for(user, service)
    wanted = parse_slot(request.GET.get("slot", ""), people)
    if wanted is None:
        carry_on(request)
        slots = Slots.read(asked(request), service, people, now=now)
        later = urlencode({**keep, **slots.later})
        return page(
            request,
            "book_time",
            title,
            service=service,
            slots=slots,
            keep=keep,
            here=urlencode({"service": service.slug, **whose(request)}),
            whose=urlencode(whose(request)),
            later=later,
            carried=carried(request),
            is_unknown="slot" in request.GET,
        )
    return _book(request, service, wanted, now)


def _choose_service(request: HttpRequest, now: datetime) -> HttpResponse:
    """Where a time is chosen already, of what can begin then."""
    bookable = Service.objects.bookable()
    wanted = parse_slot(request.GET.get("slot", ""), Practitioner.objects.active())
    services = services_at(wanted, bookable, now=now) if wanted else []
    said = f"{moment(wanted.starts_at, clinic_zone())}, {wanted.practitioner}" if wanted else ""
    slot = {"slot": request.GET["slot"]} if services else {}
    day = {"from": f"{wanted.starts_at.astimezone(clinic_zone()).date()}"} if wanted else {}
    return page(
        request,
        "book_service",
        "Book for a patient",
        services=[
            (service, urlencode({"service": service.slug, **whose(request), **slot}))
            for service in services or bookable
        ],
        whose=urlencode(whose(request)),
        bookable=bookable,
        chosen=places(()),
        visit_keep=[*whose(request).items(), *day.items()],
        wanted=said,
        carried=carried(request),
        is_gone="slot" in request.GET and not services,
    )


def _book(request: HttpRequest, service: Service, wanted: Proposal, now: datetime) -> HttpResponse:
    """Who it is for; if the time was taken meanwhile, the nearest ones and all that was typed."""
    known, error = patient_chosen(request), None
    form = caller_form(request, known, now)
    if form.is_valid():
        by = staff_of(request, form)
        try:
            booked = actions.book(
                service=service,
                starts_at=wanted.starts_at,
                practitioner=wanted.practitioner,
                details=form.details(),
                by=by,
                now=now,
            )
        except NotFree as refusal:
            error = refusal
        else:
            if known and form.cleaned_data["same_person"]:
                keep_together(request, booked, known, by, now)
            settle_before(request, by, now)
            record_access(request, action="add", subject_type="appointment", subject=booked.pk)
            messages.success(request, f"Booked and confirmed: {name_of(booked)}.")
            return redirect("admin:booking_appointment_change", booked.pk)
    context = {
        "form": form,
        "is_begun": form.is_bound or is_carried(request),
        "service": service,
        "slot": request.GET["slot"],
        "wanted": f"{moment(wanted.starts_at, clinic_zone())}, {wanted.practitioner}",
        "error": error,
        "here": urlencode(kept(request)),
    }
    if error:
        people = people_for(signed_in(request), service)
        context["near"] = nearest(service, people, wanted, now=now)
    return page(request, "book", "Book for a patient", status=409 if error else 200, **context)
