"""Patients at the desk: found, read, corrected and noted upon, on one page each."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, finding
from booking.desk.facts import facts_of
from booking.desk.patient_forms import CorrectForm, NoteForm
from booking.desk.patient_page import Page, Visits
from booking.desk.views import act, page, posted, signed_in, staff_of
from booking.errors import PatientChanged
from booking.models import Patient, PatientNote
from booking.models.patients import CONTACT
from clinic.admin_site import OutOfReach, clinic_zone
from clinic.audit import record_access

GET_AND_POST = ["GET", "HEAD", "POST"]
# What a search that is made while booking leads back with.
OF_A_BOOKING = ("service", "slot")
GONE = "This record is erased. What is left of it are times, without a name."


def reach_patient(
    request: HttpRequest,
    patient_id: UUID,
    permission: str = "booking.view_patient",
    action: str = "",
) -> Patient:
    """The record, for who may do this with it: 403 for the wrong role, 404 for a stranger."""
    user = signed_in(request)
    if not user.has_perms(("booking.view_patient", permission)):
        raise PermissionDenied
    rows = Patient.objects.within_reach_of(user).select_related("merged_into")
    patient = rows.filter(pk=patient_id).first()
    if patient is None:
        raise OutOfReach
    action = action or ("change" if request.method == "POST" else "open")
    record_access(request, action=action, subject_type="patient", subject=patient.pk)
    return patient


def write_down(request: HttpRequest, action: str, *patients: Patient) -> None:
    for each in patients:
        record_access(request, action=action, subject_type="patient", subject=each.pk)


def to_page(patient: Patient) -> HttpResponse:
    return redirect("desk:patient", patient.pk)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """By name, e-mail, telephone, birth date or reference; with `book`, to book for one of them."""
    user = signed_in(request)
    if not user.has_perm("booking.view_patient"):
        raise PermissionDenied
    query = request.GET.get("q", "").replace("\x00", " ").strip()[: finding.LONGEST_QUERY]
    record_access(request, action="search" if query else "list", subject_type="patient")
    found = finding.find(query, user) if query else []
    is_booking = "book" in request.GET and user.has_perm("booking.reach_everyone")
    keep = [(name, text) for name in OF_A_BOOKING for text in request.GET.getlist(name)]
    is_visit = len(request.GET.getlist("service")) > 1
    return page(
        request,
        "patients",
        "Patients",
        query=query,
        found=Visits.of(found, user, now=timezone.now()),
        is_booking=is_booking,
        keep=keep,
        here=urlencode(keep),
        booking=reverse("desk:book-visit" if is_visit else "desk:book"),
        may_merge=user.has_perm("booking.merge_patient"),
    )


@require_safe
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All that is known of a person, of every record that was merged."""
    found = reach_patient(request, patient_id)
    return show(request, found)


def show(
    request: HttpRequest, found: Patient, note: NoteForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The patient's page; with a note that could not be kept, as it was typed."""
    whole = Page.of(found, signed_in(request), now=timezone.now())
    title = found.full_name or str(found)
    form = note or NoteForm()
    return page(request, "patient", title, status=status, whole=whole, patient=found, form=form)


@require_http_methods(GET_AND_POST)
def correct(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    found, now = reach_patient(request, patient_id, "booking.change_patient"), timezone.now()
    if found.erased_at:
        messages.warning(request, GONE)
        return to_page(found)
    today = now.astimezone(clinic_zone()).date()
    known = {name: getattr(found, name) for name in CONTACT}
    form = CorrectForm(posted(request), initial={**known, "today": today, "shown": found.shown})
    changed = None
    if form.is_valid():
        by, details = staff_of(request, form), form.details()
        try:
            actions.correct_patient(patient_id=found.pk, details=details, by=by, now=now)
        except PatientChanged as refusal:
            changed = refusal
        else:
            messages.success(request, "Corrected.")
            return to_page(found)
    return page(
        request,
        "patient_correct",
        "Correct the record",
        status=409 if changed else 200,
        patient=found,
        form=form,
        error=changed,
        shown=found.shown if changed else form["shown"].value(),
        facts=facts_of(found) if changed else (),
    )


@require_http_methods(GET_AND_POST)
def note(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A new note; `corrects` names the one of this record that it puts right."""
    found, now = reach_patient(request, patient_id, "booking.add_patientnote"), timezone.now()
    wrong = note_to_correct(request, found)
    corrects = wrong.pk if wrong else None
    form = NoteForm(posted(request))
    if form.is_valid():
        by, text = staff_of(request, form), form.cleaned_data["text"]
        act(
            request,
            lambda: actions.add_note(
                patient_id=found.pk, text=text, corrects=corrects, by=by, now=now
            ),
            "The note is kept.",
        )
        return to_page(found)
    title = "Correct a note" if wrong else "Write a note"
    return page(request, "patient_note", title, patient=found, form=form, wrong=wrong)


def note_to_correct(request: HttpRequest, patient: Patient) -> PatientNote | None:
    """None where there is none of this record; what is typed is then a note like another."""
    try:
        key = UUID(request.GET.get("corrects", ""))
    except ValueError:
        return None
    return patient.notes.select_related("author").filter(pk=key).first()
