"""Several requests confirmed with one press, each by itself."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from booking import actions
from booking.actors import Actor
from booking.desk.forms import SeveralForm
from booking.desk.views import is_told_by_email, name_of, reach_appointment, signed_in, why_not
from booking.errors import BookingError
from booking.models import Appointment
from clinic.admin_site import OutOfReach
from clinic.audit import record_access


@require_POST
def confirm_several(request: HttpRequest) -> HttpResponse:
    """What cannot be confirmed keeps no other from it, and is named with what stands in the way."""
    user, now = signed_in(request), timezone.now()
    if not user.has_perm("booking.decide_request"):
        raise PermissionDenied
    form = SeveralForm(request.POST)
    if not form.is_valid():
        problems = [str(text) for errors in form.errors.values() for text in errors]
        messages.warning(request, " ".join(dict.fromkeys(problems)))
        return redirect("admin:index")
    confirmed: list[Appointment] = []
    for key, shown in form.cleaned_data["chosen"].items():
        # One form, and for each of its requests a token of its own that is always the same.
        by = Actor.staff(user, uuid5(form.cleaned_data["submission"], str(key)), shown)
        confirmed += confirm_one(request, key, by=by, now=now)
    if confirmed:
        messages.success(request, f"Confirmed: {names_of(confirmed)}. {how_told(confirmed)}")
    return redirect("admin:index")


def names_of(appointments: Iterable[Appointment]) -> str:
    return ", ".join(name_of(each) for each in appointments)


def how_told(appointments: Iterable[Appointment]) -> str:
    by_call = [each for each in appointments if not is_told_by_email(each)]
    return f"Please call: {names_of(by_call)}." if by_call else "They are told."


def confirm_one(request: HttpRequest, key: UUID, *, by: Actor, now: datetime) -> list[Appointment]:
    """It, if it is confirmed now; nothing, and a word why, if it is not."""
    try:
        appointment = reach_appointment(request, key)
    except OutOfReach:
        record_access(request, action="refused", subject_type="appointment", subject=key)
        messages.warning(request, "One of the requests is not there any more.")
        return []
    try:
        actions.confirm(appointment_id=key, by=by, now=now)
    except BookingError as error:
        messages.warning(request, f"Not confirmed: {name_of(appointment)}. {why_not(error)}")
        return []
    return [appointment]
