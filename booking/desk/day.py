"""What staff note of a visit, in one press each; and the removal of what was a slip."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking import actions
from booking.actions.day import BACK_TO, REMOVABLE
from booking.desk.forms import OUT_OF_DATE, AppointmentForm, DeskForm
from booking.desk.views import (
    act,
    ask,
    back,
    name_of,
    page,
    posted,
    reach_appointment,
    signed_in,
    staff_of,
)
from booking.errors import NotFree, TakenMeanwhile
from booking.models import Appointment, AppointmentRequest, Status
from clinic.audit import record_access


@dataclass(frozen=True)
class Mark:
    """A button of the day's list: what it is called, and what is said when it is done."""

    verb: str
    label: str
    done: str
    action: Callable[..., Appointment]


MARKS = {
    mark.verb: mark
    for mark in (
        Mark("arrive", "Arrived", "has arrived", actions.arrive),
        Mark("complete", "Completed", "is done", actions.complete),
        Mark("no-show", "Did not come", "did not come", actions.mark_no_show),
        Mark("take-back", "Undo", "is as before", actions.take_back),
    )
}


def marks_of(appointment: Appointment, *, now: datetime) -> list[Mark]:
    """What can be noted now; before its day, and after it, nothing."""
    if not appointment.is_on_the_day_of(now):
        return []
    verbs = []
    if appointment.status == Status.BOOKED:
        verbs = ["arrive", "no-show"] if appointment.starts_at <= now else ["arrive"]
    elif appointment.status == Status.ARRIVED:
        verbs = ["complete"]
    if appointment.status in BACK_TO:
        verbs.append("take-back")
    return [MARKS[verb] for verb in verbs]


@require_POST
def mark(request: HttpRequest, appointment_id: UUID, verb: str) -> HttpResponse:
    appointment, chosen = reach_appointment(request, appointment_id), MARKS[verb]
    form = AppointmentForm(request.POST)
    if not form.is_valid():
        messages.warning(request, OUT_OF_DATE)
        return back(request, appointment)
    by, now = staff_of(request, form), timezone.now()
    try:
        act(
            request,
            lambda: chosen.action(appointment_id=appointment.pk, by=by, now=now),
            f"{name_of(appointment)} {chosen.done}.",
        )
    except NotFree:  # the database itself refused it
        messages.warning(request, str(TakenMeanwhile()))
    return back(request, appointment)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Asks first: nobody is told of it, so it is for slips alone."""
    appointment = reach_appointment(request, appointment_id)
    form = AppointmentForm(posted(request))
    if form.is_valid():
        by, now = staff_of(request, form), timezone.now()
        act(
            request,
            lambda: actions.remove(appointment_id=appointment.pk, by=by, now=now),
            "Removed. Nobody is told.",
        )
        return back(request, appointment)
    return ask(request, appointment, form, "Remove this entry", REMOVABLE, removes=True)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_sender(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Against a flood: everything undecided that one network address has asked for, at once."""
    appointment = reach_appointment(request, appointment_id)
    if not signed_in(request).has_perm("booking.reach_everyone"):
        raise PermissionDenied
    form = DeskForm(posted(request))
    if form.is_valid():
        by, now = staff_of(request, form), timezone.now()
        count = actions.remove_all_of_sender(appointment_id=appointment.pk, by=by, now=now)
        said = "1 request is" if count == 1 else f"{count} requests are"
        messages.success(request, f"{said} removed. Nobody is told.")
        return redirect("admin:index")
    same = AppointmentRequest.objects.from_the_sender_of(appointment.request)
    rows = Appointment.objects.undecided_of(same)
    record_access(request, action="list", subject_type="appointment")
    title = "Remove all of this sender"
    return page(request, "sender", title, appointment=appointment, form=form, rows=rows)
