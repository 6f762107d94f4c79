"""Requests: what patients asked for, and the calls about it."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString

from booking.admin.cells import lines, link_to, link_to_patient, shown, user_of
from booking.desk.flags import flags_of
from booking.desk.words import when
from booking.models import AppointmentRequest, CallNote
from booking.models.appointments import Status
from clinic.admin_base import AuditedAdmin, ReadOnlyAdmin, RowsInline


class CallNoteInline(RowsInline):
    """What was said in calls: to read. Nobody changes a note, and another one is written beside."""

    model = CallNote
    verbose_name_plural = "Calls"
    fields = ("at", "author", "text")
    readonly_fields = fields
    ordering = ("at", "id")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[CallNote]:
        return super().get_queryset(request).select_related("author")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AppointmentRequest)
class AppointmentRequestAdmin(ReadOnlyAdmin, AuditedAdmin):
    """What was asked for. Drafts are their visitors' own and are not shown."""

    inlines = (CallNoteInline,)
    list_display = ("reference", "patient_name", "service", "sent_at", "payment", "source")
    list_filter = ("service", "payment", "source", "language", "seen_by_doctor")
    list_select_related = ("patient", "service", "article")
    search_fields = ("reference", "patient__full_name", "patient__email")
    found_by = "reference"
    date_hierarchy = "sent_at"
    show_full_result_count = False
    ordering = ("-sent_at",)
    fieldsets = (
        (
            None,
            {
                "fields": ("reference", "patient_page", "service_name", "wish", "times"),
            },
        ),
        ("What the patient says", {"fields": ("reason", "cautions", "payment")}),
        ("Safety", {"fields": ("seen", "gate_accepted_at", "gate_wording")}),
        (
            "Answer",
            {"fields": ("sent_at", "answer_by", "note_to_patient", "article_title", "source")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AppointmentRequest]:
        rows = AppointmentRequest.objects.within_reach_of(user_of(request))
        return rows.select_related(*self.list_select_related, "practitioner_wish").order_by(
            *self.ordering
        )

    service_name = shown("service")
    wish = shown("practitioner_wish")
    article_title = shown("article")

    @admin.display(description="patient", ordering="patient__full_name")
    def patient_name(self, request: AppointmentRequest) -> str:
        return request.patient.full_name if request.patient else "–"

    @admin.display(description="patient")
    def patient_page(self, request: AppointmentRequest) -> SafeString | str:
        return link_to_patient(request.patient)

    @admin.display(description="times")
    def times(self, request: AppointmentRequest) -> SafeString:
        rows = request.appointments.exclude(status=Status.HELD).select_related("location")
        return lines(
            link_to(row, f"{when(row)}, {row.get_status_display().lower()}") for row in rows
        )

    @admin.display(description="seen by a doctor")
    def seen(self, request: AppointmentRequest) -> str:
        if request.seen_by_doctor:
            return "yes: a same-day sign was named, and a doctor had looked at it"
        return "no, and no sign was named"

    @admin.display(description="cautions")
    def cautions(self, request: AppointmentRequest) -> str:
        return ", ".join(flags_of(request)) or "none"
