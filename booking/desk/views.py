"""What staff do from the desk: answer requests, cancel, make calls, send again."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking import actions
from booking.actors import Actor
from booking.desk.forms import CancelForm, DeclineForm
from booking.desk.history import last_change
from booking.errors import BookingError, NotPossible
from booking.models import Appointment, Message, Status
from booking.models.appointments import Reason
from booking.pages import submission_of
from clinic.admin_site import OutOfReach
from clinic.audit import record_access
from clinic.models import User


def signed_in(request: HttpRequest) -> User:
    """The admin site lets nobody else through."""
    return cast("User", request.user)


def reach_appointment(request: HttpRequest, appointment_id: UUID) -> Appointment:
    """The appointment, for who may decide on it: 403 for the wrong role, 404 for a stranger."""
    user = signed_in(request)
    if not user.has_perm("booking.decide_request"):
        raise PermissionDenied
    rows = Appointment.objects.within_reach_of(user).with_people()
    appointment = rows.filter(id=appointment_id).first()
    if appointment is None:
        raise OutOfReach
    action = "change" if request.method == "POST" else "open"
    record_access(request, action=action, subject_type="appointment", subject=appointment.pk)
    return appointment


def reach_message(request: HttpRequest, message_id: UUID) -> Message:
    if not signed_in(request).has_perm("booking.handle_message"):
        raise PermissionDenied
    message = Message.objects.filter(id=message_id).first()
    if message is None:
        raise OutOfReach
    record_access(request, action="change", subject_type="message", subject=message.pk)
    return message


def staff_of(request: HttpRequest) -> Actor:
    """Who acts, and with which form: a double press is carried out once and answered alike."""
    return Actor.staff(signed_in(request), submission_of(request))


def act(request: HttpRequest, action: Callable[[], object], done: str) -> None:
    """Do it and say so, or say what stands in the way and who was first."""
    try:
        action()
    except NotPossible as error:
        messages.warning(request, f"{error} {last_change(error.appointment)}")
    except BookingError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)


def back(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """To where the button was; never to an address that a form names."""
    if "from_appointment" in request.POST or "from_appointment" in request.GET:
        return redirect("admin:booking_appointment_change", appointment.pk)
    return redirect("admin:index")


@require_POST
def confirm(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    appointment = reach_appointment(request, appointment_id)
    by, now = staff_of(request), timezone.now()
    act(
        request,
        lambda: actions.confirm(appointment_id=appointment.pk, by=by, now=now),
        "Confirmed. The patient is told.",
    )
    return back(request, appointment)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    appointment = reach_appointment(request, appointment_id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        by, now = staff_of(request), timezone.now()
        reason, note = Reason(form.cleaned_data["reason"]), form.cleaned_data["note"]
        act(
            request,
            lambda: actions.decline(
                appointment_id=appointment.pk, reason=reason, note=note, by=by, now=now
            ),
            "Declined. The patient is told why.",
        )
        return back(request, appointment)
    return ask(request, appointment, form, "Decline this request", (Status.PENDING,))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    appointment = reach_appointment(request, appointment_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        by, now = staff_of(request), timezone.now()
        note = form.cleaned_data["note"]
        act(
            request,
            lambda: actions.cancel(appointment_id=appointment.pk, note=note, by=by, now=now),
            "Cancelled. The patient is told.",
        )
        return back(request, appointment)
    title = (
        "Withdraw this offer"
        if appointment.status == Status.PROPOSED
        else "Cancel this appointment"
    )
    while_in = (Status.PENDING, Status.BOOKED, Status.PROPOSED)
    return ask(request, appointment, form, title, while_in)


def ask(
    request: HttpRequest,
    appointment: Appointment,
    form: Form,
    title: str,
    while_in: tuple[Status, ...],
) -> HttpResponse:
    """The page that asks for a reason or a note, as long as there is something to answer."""
    if appointment.status not in while_in:
        messages.warning(request, f"{NotPossible(appointment)} {last_change(appointment)}")
        return back(request, appointment)
    context = {
        **admin.site.each_context(request),
        "title": title,
        "appointment": appointment,
        "form": form,
        "from_appointment": "from_appointment" in {**request.GET, **request.POST},
    }
    return TemplateResponse(request, "booking/desk/answer.html", context)


@require_POST
def called(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message = reach_message(request, message_id)
    if message.channel != Message.Channel.CALL or message.state != Message.State.WAITING:
        messages.warning(request, "This call is no longer on the list.")
    else:
        by, now = staff_of(request), timezone.now()
        actions.record_call(message_id=message.pk, by=by, now=now)
        messages.success(request, "The call is recorded.")
    return redirect("admin:index")


@require_POST
def send_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message = reach_message(request, message_id)
    if message.state != Message.State.FAILED:
        messages.warning(request, "Only a message that failed is sent again.")
    else:
        by, now = staff_of(request), timezone.now()
        actions.send_again(message_id=message.pk, by=by, now=now)
        messages.success(request, "The message is on its way again.")
    if "from_message" in request.POST:
        return redirect("admin:booking_message_change", message.pk)
    return redirect("admin:index")
