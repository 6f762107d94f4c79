"""What staff do from the desk: answer requests, cancel, make calls, send again."""

from collections.abc import Callable
from functools import partial
from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking import actions
from booking.actors import Actor
from booking.desk.forms import (
    OUT_OF_DATE,
    AppointmentForm,
    CancelForm,
    DeclineForm,
    DeskForm,
    NoteForm,
)
from booking.desk.history import last_change, last_handling
from booking.desk.parts import Visit
from booking.errors import BookingError, NotFree, NotPossible
from booking.models import Appointment, Message, Status
from booking.models.appointments import Reason
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


def name_of(appointment: Appointment) -> str:
    patient = appointment.request.patient
    assert patient is not None  # nobody reaches what was not sent
    return patient.full_name


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing, while the page is only looked at."""
    return request.POST if request.method == "POST" else None


def staff_of(request: HttpRequest, form: BaseForm) -> Actor:
    """Who acts, and with which form: a double press is carried out once and answered alike."""
    data = form.cleaned_data
    return Actor.staff(signed_in(request), data["submission"], data.get("shown"))


def act(request: HttpRequest, action: Callable[[], object], done: str) -> bool:
    """Do it and say so, or say what stands in the way and who was first; whether it was done.

    Raises NotFree: the pages on which a time was chosen show the others.
    """
    try:
        action()
    except NotFree:
        raise
    except BookingError as error:
        messages.warning(request, why_not(error))
    else:
        messages.success(request, done)
        return True
    return False


def why_not(error: BookingError) -> str:
    """In a sentence; where somebody was first, who, and what they did."""
    if isinstance(error, NotPossible):
        return f"{error} {last_change(error.appointment)}".strip()
    return str(error)


def told(appointment: Appointment, how: str = "The patient is told.") -> str:
    """How the patient learns of it: by e-mail, or by a call that somebody has to make."""
    is_told = is_told_by_email(appointment)
    return how if is_told else "There is no e-mail address: please call."


def told_and_stays(
    request: HttpRequest, appointment: Appointment, how: str = "The patient is told."
) -> str:
    """The same, and what stays of the visit that it is part of."""
    stays = Visit.of(appointment, signed_in(request)).said_to_stay(now=timezone.now())
    return f"{told(appointment, how)} {stays}".strip()


def is_told_by_email(appointment: Appointment) -> bool:
    patient = appointment.request.patient
    return patient is not None and bool(patient.email)


CAME_FROM = ("from_appointment", "from_calendar")


def came_from(request: HttpRequest) -> str:
    """What the page or its form says of where the button was; never an address."""
    return next((name for name in CAME_FROM if name in {**request.GET, **request.POST}), "")


def back_url(request: HttpRequest, appointment: Appointment) -> str:
    match came_from(request):
        case "from_appointment":
            return reverse("admin:booking_appointment_change", args=[appointment.pk])
        case "from_calendar":
            return f"{reverse('desk:calendar')}?date={appointment.local_start.date()}"
    return reverse("admin:index")


def back(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """To where the button was, in the calendar to the day on which it is now."""
    now_is = Appointment.objects.with_people().get(pk=appointment.pk)
    return redirect(back_url(request, now_is))


def refuse(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Too late: say what it has become, and who was first."""
    messages.warning(request, why_not(NotPossible(appointment)))
    return back(request, appointment)


def page(
    request: HttpRequest, template: str, title: str, *, status: int = 200, **context: object
) -> HttpResponse:
    whole = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"booking/desk/{template}.html", whole, status=status)


def ask(
    request: HttpRequest,
    appointment: Appointment,
    form: BaseForm,
    title: str,
    while_in: tuple[Status, ...],
    *,
    removes: bool = False,
    ends_one: bool = False,
    whole_visit: Visit | None = None,
) -> HttpResponse:
    """The page that asks for a reason or a note, as long as there is something to answer."""
    if appointment.status not in while_in:
        return refuse(request, appointment)
    is_offer = appointment.status == Status.PROPOSED
    offers = Appointment.objects.offered_to(appointment.request).with_people()
    return page(
        request,
        "answer",
        title,
        appointment=appointment,
        visit=Visit.of(appointment, signed_in(request)),
        offers=offers if is_offer else None,
        form=form,
        from_appointment="from_appointment" in {**request.GET, **request.POST},
        removes=removes,
        ends_one=ends_one,
        whole_visit=whole_visit,
    )


@require_POST
def confirm(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    appointment = reach_appointment(request, appointment_id)
    form = AppointmentForm(request.POST)
    if form.is_valid():
        by, now = staff_of(request, form), timezone.now()
        act(
            request,
            lambda: actions.confirm(appointment_id=appointment.pk, by=by, now=now),
            f"Confirmed: {name_of(appointment)}. {told(appointment)}",
        )
    else:
        messages.warning(request, OUT_OF_DATE)
    return back(request, appointment)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    appointment = reach_appointment(request, appointment_id)
    form = DeclineForm(posted(request))
    if form.is_valid():
        by, now = staff_of(request, form), timezone.now()
        reason, note = Reason(form.cleaned_data["reason"]), form.cleaned_data["note"]
        act(
            request,
            lambda: actions.decline(
                appointment_id=appointment.pk, reason=reason, note=note, by=by, now=now
            ),
            f"Declined: {name_of(appointment)}. {told(appointment, 'The patient is told why.')}",
        )
        return back(request, appointment)
    return ask(request, appointment, form, "Decline this request", (Status.PENDING,))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """A request, what is confirmed, or an offer with all its times."""
    appointment = reach_appointment(request, appointment_id)
    form = CancelForm(posted(request))
    if form.is_valid():
        by, now = staff_of(request, form), timezone.now()
        note = form.cleaned_data["note"]
        act(
            request,
            lambda: actions.cancel(appointment_id=appointment.pk, note=note, by=by, now=now),
            f"Cancelled: {name_of(appointment)}. {told_and_stays(request, appointment)}",
        )
        return back(request, appointment)
    is_offer = appointment.status == Status.PROPOSED
    title = "Withdraw this offer" if is_offer else "Cancel this appointment"
    while_in = (Status.PENDING, Status.BOOKED, Status.PROPOSED)
    return ask(request, appointment, form, title, while_in, ends_one=True)


def handle(
    request: HttpRequest, message: Message, what: str, action: Callable[[Actor], object], done: str
) -> None:
    """Do something with a message, and write down who did it: the message itself keeps no name."""
    form = DeskForm(request.POST)
    if not form.is_valid():
        messages.warning(request, OUT_OF_DATE)
        return
    action(staff_of(request, form))
    record_access(request, action=what, subject_type="message", subject=message.pk)
    messages.success(request, done)


def too_late(request: HttpRequest, message: Message, what: str, done: str, gone: str) -> None:
    """The same reply for whoever has done it, and for others who that was."""
    by, said = last_handling(message, what)
    if by == signed_in(request):
        messages.success(request, done)
    else:
        messages.warning(request, f"{gone} {said}".strip())


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Write down what was said in a call about this request."""
    appointment = reach_appointment(request, appointment_id)
    form = NoteForm(posted(request))
    if form.is_valid():
        keep = partial(
            actions.note_call,
            request_id=appointment.request_id,
            author=signed_in(request),
            text=form.cleaned_data["text"],
            by=staff_of(request, form),
            now=timezone.now(),
        )
        act(request, keep, f"The call with {name_of(appointment)} is noted.")
        return back(request, appointment)
    return ask(request, appointment, form, "Note a call", tuple(Status))


@require_POST
def called(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message, now = reach_message(request, message_id), timezone.now()
    what, done = "call made", "The call is recorded."
    if message.is_to_be_called:
        record = partial(actions.record_call, message_id=message.pk, now=now)
        handle(request, message, what, lambda by: record(by=by), done)
    else:
        too_late(request, message, what, done, "This call is no longer on the list.")
    return redirect("admin:index")


@require_POST
def send_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message, now = reach_message(request, message_id), timezone.now()
    what, done = "sent again", "The message is on its way again."
    if message.state == Message.State.FAILED:
        send = partial(actions.send_again, message_id=message.pk, now=now)
        handle(request, message, what, lambda by: send(by=by), done)
    else:
        too_late(request, message, what, done, "Only a message that failed is sent again.")
    if "from_message" in request.POST:
        return redirect("admin:booking_message_change", message.pk)
    return redirect("admin:index")
