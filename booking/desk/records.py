"""A whole record: taken out as a file or a page, kept by a legal hold, erased for good."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, retention
from booking.desk.facts import facts_of
from booking.desk.patient_forms import EraseForm, HoldForm
from booking.desk.patient_page import Page
from booking.desk.patients import GET_AND_POST, GONE, reach_patient, to_page, write_down
from booking.desk.record import record_of
from booking.desk.views import act, page, posted, signed_in, staff_of
from booking.models import Patient, PatientEvent

EXPORT, HOLD, ERASE = "booking.export_patient", "booking.hold_patient", "booking.erase_patient"


@require_safe
def export(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The file; its name is that of the record, and no person's."""
    found = reach_patient(request, patient_id, EXPORT, "export")
    record = record_of(Page.of(found, signed_in(request), now=timezone.now()))
    response = JsonResponse(record, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="patient-{str(found.pk)[:8]}.json"'
    return response


@require_safe
def read(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The same to be read, or printed."""
    found = reach_patient(request, patient_id, EXPORT, "export")
    whole = Page.of(found, signed_in(request), now=timezone.now())
    people = [(record, facts_of(record)) for record in whole.records]
    record = record_of(whole)
    return page(
        request, "patient_record", "Whole record", patient=found, record=record, people=people
    )


@require_http_methods(GET_AND_POST)
def hold(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Nothing of a record may be erased; or no longer. A page on GET, the act on POST."""
    found = reach_patient(request, patient_id, HOLD)
    if found.erased_at:
        messages.warning(request, GONE)
        return to_page(found)
    form = HoldForm(posted(request))
    if form.is_valid():
        by, now, is_held = staff_of(request, form), timezone.now(), form.cleaned_data["is_held"]
        act(
            request,
            lambda: actions.set_legal_hold(patient_id=found.pk, is_held=is_held, by=by, now=now),
            "Under legal hold." if is_held else "The legal hold is lifted.",
        )
        return to_page(found)
    title = "Lift the legal hold?" if found.legal_hold else "Set a legal hold?"
    return page(request, "patient_hold", title, patient=found, form=form)


@require_http_methods(GET_AND_POST)
def erase(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """For good: the owner sees what stands in the way, and says why."""
    found, now = reach_patient(request, patient_id, ERASE), timezone.now()
    if found.erased_at and request.method != "POST":
        messages.warning(request, GONE)
        return to_page(found)
    records = list(Patient.objects.same_person_as(found))
    kept = retention.of(records)
    form = EraseForm(posted(request), is_due=kept.is_due(now))
    if form.is_valid():
        by, reason = (
            staff_of(request, form),
            PatientEvent.ErasedBecause(form.cleaned_data["reason"]),
        )
        is_done = act(
            request,
            lambda: actions.erase_patient(patient_id=found.pk, reason=reason, by=by, now=now),
            "Erased. Times and events are kept, without a name.",
        )
        write_down(request, "erase" if is_done else "refused", found)
        return to_page(found)
    return page(
        request,
        "patient_erase",
        "Erase this record?",
        patient=found,
        records=records,
        retention=kept,
        is_due=kept.is_due(now),
        is_held=any(record.legal_hold for record in records),
        is_to_come=retention.is_to_come(records, now=now),
        form=form,
    )
