"""Who is on the telephone: somebody new, somebody known, or whose request came to nothing."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from booking import actions
from booking.actors import Actor
from booking.desk.flags import named_cautions
from booking.desk.forms import TelephoneBookingForm
from booking.desk.views import CAME_FROM, posted, signed_in
from booking.errors import BookingError
from booking.models import Appointment, AppointmentRequest
from booking.models.patients import CONTACT, Patient
from clinic.admin_site import clinic_zone
from clinic.audit import record_access
from clinic.fields import Unreadable

# What the form that chooses other days has to say again.
KEPT = (*CAME_FROM, "service", "for", "patient")
# What the pages between ask themselves, and the mark of what is carried through them.
DAYS = ("from", "practitioner")
CARRIED = "carried"
LOOKED_BACK = 10  # requests
NOT_TYPED = ("csrfmiddlewaretoken", "submission", *DAYS, *KEPT)


def kept(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in KEPT if name in request.GET}


def whose(request: HttpRequest) -> dict[str, str]:
    """Who a booking is for, where that is known: the same whatever else is chosen anew."""
    return {name: text for name, text in kept(request).items() if name in ("for", "patient")}


def is_carried(request: HttpRequest) -> bool:
    """Whether what was typed about a caller comes along, while something is chosen anew."""
    return CARRIED in request.POST


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, for the pages between to say again: by POST alone, so that it stands in no
    address and nowhere has to be kept.
    """
    if not is_carried(request):
        return []
    typed = [(name, texts) for name, texts in request.POST.lists() if name not in NOT_TYPED]
    return [(name, text) for name, texts in typed for text in texts]


def carry_on(request: HttpRequest) -> None:
    """What was typed for a time or a service that is gone comes along to another one."""
    if request.method == "POST" and not is_carried(request):
        typed = request.POST.copy()
        typed[CARRIED] = "1"
        request.POST = cast("Any", typed)


def asked(request: HttpRequest) -> QueryDict:
    """What a page is asked by its address, or by its own form where something is carried."""
    query = request.GET.copy()
    if is_carried(request):
        for name in {*DAYS, "service"}.intersection(request.POST):
            query.setlist(name, request.POST.getlist(name))
    return query


def caller_form(request: HttpRequest, known: Patient | None, now: datetime) -> TelephoneBookingForm:
    """Who it is for; what was carried here is shown as it was typed, and nothing is done."""
    initial = initial_answers(request, known, now)
    data = None if is_carried(request) else posted(request)
    form = TelephoneBookingForm(data, initial=initial, known=known)
    if is_carried(request):
        typed = {
            name: field.widget.value_from_datadict(request.POST, request.FILES, name)
            for name, field in form.fields.items()
        }
        form.initial = {**form.initial, **typed}
    return form


def write_down_booking(request: HttpRequest) -> None:
    is_sent = request.method == "POST" and not is_carried(request)
    record_access(request, action="change" if is_sent else "open", subject_type="booking")


def keep_together(
    request: HttpRequest, booked: Appointment, known: Patient, by: Actor, now: datetime
) -> None:
    """Staff have said that whom they booked for is somebody who was here before."""
    new = booked.request.patient
    assert new is not None  # it was sent
    try:
        actions.merge_patients(patient_id=new.pk, into=known.pk, by=by, now=now)
    except BookingError as refusal:  # erased a moment ago: the booking stands
        messages.warning(request, str(refusal))
    else:
        for each in (new, known):
            record_access(request, action="merge", subject_type="patient", subject=each.pk)


def settle_before(request: HttpRequest, by: Actor, now: datetime) -> None:
    """Whose offer was withdrawn has another time now."""
    if before := _request_before(request):
        rows = Appointment.objects.without_a_time().filter(request=before)
        for key in rows.values_list("pk", flat=True):
            actions.settle_other_time(appointment_id=key, is_found=True, by=by, now=now)


def initial_answers(
    request: HttpRequest, chosen: Patient | None, now: datetime
) -> dict[str, object]:
    """A new start, or what is known: of a request that came to nothing, or of the patient."""
    initial = {"today": now.astimezone(clinic_zone()).date(), "wants_reminders": True}
    before = _request_before(request)
    known = before.patient if before else chosen
    if known is None:
        return {**initial, "prefers": Patient.Contact.TELEPHONE, "language": "en"}
    said = {name: getattr(known, name) for name in CONTACT}
    if before:
        said |= {"reason": before.reason, "payment": before.payment}
    said["screening"] = _cautions_last_named_by(known)
    return initial | {name: told for name, told in said.items() if not isinstance(told, Unreadable)}


def _cautions_last_named_by(known: Patient) -> list[str]:
    """For staff to ask whether they still apply; of all records of the person."""
    people = Patient.objects.same_person_as(known).values("pk")
    requests = AppointmentRequest.objects.filter(patient__in=people, sent_at__isnull=False)
    latest = requests.order_by("-sent_at").only("screening")[:LOOKED_BACK]
    return next((named for request in latest if (named := named_cautions(request))), [])


def patient_chosen(request: HttpRequest) -> Patient | None:
    """Somebody who is known here and was found by `patients`; the request is one of its own."""
    try:
        key = UUID(request.GET.get("patient", ""))
    except ValueError:
        return None
    rows = Patient.objects.within_reach_of(signed_in(request)).not_erased()
    found = rows.filter(pk=key).first()
    if found:
        record_access(request, action="open", subject_type="patient", subject=found.pk)
    return found


def _request_before(request: HttpRequest) -> AppointmentRequest | None:
    """The request that `for` names: that of the patient who is called to find another time."""
    try:
        key = UUID(request.GET.get("for", ""))
    except ValueError:
        return None
    rows = AppointmentRequest.objects.within_reach_of(signed_in(request))
    rows = rows.filter(patient__erased_at=None)
    found = rows.select_related("patient").filter(id=key).first()
    if found:
        record_access(request, action="open", subject_type="appointmentrequest", subject=found.pk)
    return found
