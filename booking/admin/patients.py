"""Patients: what they said of themselves."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from booking import actions
from booking.actions import Details
from booking.actors import Actor
from booking.admin.cells import lines, link_to, user_of
from booking.models import Patient
from booking.models.patients import CONTACT
from clinic.admin_base import AuditedAdmin


class PatientForm(forms.ModelForm):
    def clean_email(self) -> str:
        """One spelling, by which the open requests of an address are counted."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """The database asks it of everybody who is not erased; a form cannot see that."""
        data = super().clean() or self.cleaned_data
        if {"email", "telephone"} <= data.keys() and not (data["email"] or data["telephone"]):
            raise ValidationError("An e-mail address or a telephone number is needed.")
        return data


@admin.register(Patient)
class PatientAdmin(AuditedAdmin):
    """What the patient said of themselves; the desk may correct it, and nobody deletes it."""

    actions = None
    form = PatientForm
    list_display = ("full_name", "birth_date", "email", "telephone", "language", "created_at")
    list_filter = ("language", "prefers")
    search_fields = ("full_name", "email", "telephone")
    found_by = "requests__reference"
    date_hierarchy = "created_at"
    show_full_result_count = False
    readonly_fields = ("desk_page", "requests", "created_at")
    fieldsets = (
        (None, {"fields": ("full_name", "birth_date", "booked_by")}),
        (
            "Contact",
            {"fields": ("email", "telephone", "prefers", "may_leave_voicemail", "wants_reminders")},
        ),
        ("Needs", {"fields": ("language", "needs")}),
        ("Here", {"fields": ("desk_page", "requests", "created_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Patient]:
        return Patient.objects.within_reach_of(user_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is put right any more of what was erased."""
        is_erased = obj is not None and obj.erased_at is not None
        return super().has_change_permission(request, obj) and not is_erased

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: bool) -> None:
        """By the action, which writes down what was corrected and by whom."""
        details = Details(**{name: getattr(obj, name) for name in CONTACT})
        by = Actor.staff(user_of(request))
        actions.correct_patient(patient_id=obj.pk, details=details, by=by, now=timezone.now())

    @admin.display(description="everything")
    def desk_page(self, patient: Patient) -> SafeString:
        address = reverse("desk:patient", args=[patient.pk])
        return format_html('<a href="{}">Appointments, messages and notes</a>', address)

    @admin.display(description="requests")
    def requests(self, patient: Patient) -> SafeString:
        rows = patient.requests.select_related("service")
        return lines(link_to(row, f"{row.reference}, {row.service.name_en}") for row in rows)
