"""Records that may be one person's, side by side: staff decide, and can take it back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions
from booking.actors import Actor
from booking.desk.facts import facts_of
from booking.desk.forms import AppointmentForm
from booking.desk.patient_forms import CompareForm
from booking.desk.patients import GET_AND_POST, reach_patient, to_page, write_down
from booking.desk.views import act, page, posted, signed_in, staff_of
from booking.doubles import all_doubles, pair_of
from booking.models import Patient
from clinic.audit import record_access

MERGE = "booking.merge_patient"


@require_safe
def doubles(request: HttpRequest) -> HttpResponse:
    """Whom staff should look at; nothing is merged by itself."""
    if not signed_in(request).has_perms(("booking.view_patient", MERGE)):
        raise PermissionDenied
    record_access(request, action="list", subject_type="patient")
    pairs = all_doubles()
    return page(
        request,
        "patient_doubles",
        "Possible doubles",
        alike=[pair for pair in pairs if pair.is_alike],
        sharing=[pair for pair in pairs if not pair.is_alike],
    )


@require_http_methods(GET_AND_POST)
def compare(request: HttpRequest, patient_id: UUID, other_id: UUID) -> HttpResponse:
    """Two records side by side: one person’s, and which is kept, or two people’s."""
    first = reach_patient(request, patient_id, MERGE)
    second = reach_patient(request, other_id, MERGE)
    is_over = first.person_id == second.person_id or first.erased_at or second.erased_at
    if is_over and request.method != "POST":
        messages.warning(request, "These records are one person’s already, or erased.")
        return to_page(first)
    form = CompareForm(posted(request))
    if form.is_valid():
        decide(request, first, second, form.cleaned_data["decision"], staff_of(request, form))
        return to_page(second if form.cleaned_data["decision"] == "second" else first)
    rows = [
        (label, mine, theirs, mine != theirs)
        for (label, mine), (_label, theirs) in zip(facts_of(first), facts_of(second), strict=True)
    ]
    return page(
        request,
        "patient_compare",
        "One person or two?",
        first=first,
        second=second,
        shown=f"{first.shown} {second.shown}",
        pair=pair_of(first, second),
        rows=rows,
        form=form,
    )


def decide(request: HttpRequest, first: Patient, second: Patient, decision: str, by: Actor) -> None:
    now = timezone.now()
    if decision == "two":
        act(
            request,
            lambda: actions.tell_apart(patient_id=first.pk, other=second.pk, by=by, now=now),
            "These are two people. They are not shown as doubles any more.",
        )
        return
    merged, kept = (second, first) if decision == "first" else (first, second)
    is_done = act(
        request,
        lambda: actions.merge_patients(patient_id=merged.pk, into=kept.pk, by=by, now=now),
        "Merged. Both records are kept, and it can be undone.",
    )
    if is_done:
        write_down(request, "merge", merged, kept)


@require_http_methods(GET_AND_POST)
def separate(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Undo a merge: a page on GET, the act on POST."""
    found = reach_patient(request, patient_id, MERGE)
    kept = found.merged_into
    if kept is None and request.method != "POST":
        messages.warning(request, "This record is not merged with another one.")
        return to_page(found)
    form = AppointmentForm(posted(request))
    if form.is_valid():
        by, now = staff_of(request, form), timezone.now()
        is_done = act(
            request,
            lambda: actions.undo_merge(patient_id=found.pk, by=by, now=now),
            "Undone. These are two people again.",
        )
        if is_done:
            write_down(request, "undo merge", found, *([kept] if kept else []))
        return to_page(found)
    return page(request, "patient_separate", "Undo the merge?", patient=found, kept=kept, form=form)
