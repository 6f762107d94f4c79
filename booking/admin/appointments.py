"""Appointments, with what may be done about them, and every change that they went through."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from booking.actions.day import REMOVABLE
from booking.admin.cells import link_to, link_to_patient, said, shown, user_of
from booking.desk.flags import flags_of
from booking.desk.history import history_of, who_booked
from booking.desk.parts import Visit
from booking.desk.words import moment, when
from booking.models import Appointment, AppointmentEvent, Patient
from booking.models.appointments import Status
from clinic.admin_base import AuditedAdmin, ReadOnlyAdmin
from clinic.templatetags.telephone import telephone_link


def patient_of(appointment: Appointment) -> Patient:
    """Who it is for: a request that was sent, and no other is shown here, has a patient."""
    patient = appointment.request.patient
    assert patient is not None
    return patient


def is_undecided(appointment: Appointment) -> bool:
    return appointment.status in {Status.PENDING, Status.PROPOSED}


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin, AuditedAdmin):
    change_form_template = "admin/booking/appointment/change_form.html"
    list_display = ("when", "patient_name", "service", "practitioner", "room", "status")
    list_filter = ("status", "practitioner", "location", "request__service")
    search_fields = ("request__reference", "request__patient__full_name", "request__patient__email")
    found_by = "request__reference"
    date_hierarchy = "starts_at"
    show_full_result_count = False
    ordering = ("-starts_at",)
    empty_value_display = "–"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "when",
                    "status",
                    "ended_because",
                    "kept_until",
                    "attendance",
                    "service",
                    "practitioner_name",
                    "location_name",
                    "room_name",
                )
            },
        ),
        ("Patient", {"fields": ("patient_page", "telephone", "email", "needs", "booked_by")}),
        (
            "Request",
            {"fields": ("request_page", "reason", "cautions", "payment", "article", "note")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Appointment]:
        rows = Appointment.objects.within_reach_of(user_of(request))
        return rows.with_people().select_related("request__article").order_by(*self.ordering)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {
            **(extra_context or {}),
            "may_decide": user_of(request).has_perm("booking.decide_request"),
        }
        return super().change_view(request, object_id, form_url, extra)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What most appointments have nothing to say of is only there when they have."""
        (name, first), *others = super().get_fieldsets(request, obj)
        told = {
            "ended_because": obj and obj.reason_code,
            "kept_until": obj and obj.expires_at,
            "attendance": obj and obj.attendance_confirmed_at,
            "room_name": obj and obj.room_id,
        }
        fields = [field for field in first["fields"] if told.get(str(field), True)]
        return [(name, {"fields": fields}), *others]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        appointment = context["original"]
        context["patient"] = patient_of(appointment)
        context["title"] = "Appointment"  # the heading is the patient's name
        context["subtitle"] = when(appointment)
        context["changes"] = history_of(appointment)
        context["is_pending"] = appointment.status == Status.PENDING
        context["is_booked"] = appointment.status == Status.BOOKED
        context["is_offered"] = appointment.status == Status.PROPOSED
        context["may_remove_sender"] = (
            is_undecided(appointment)
            and bool(appointment.request.sent_from)
            and user_of(request).has_perm("booking.reach_everyone")
        )
        context["is_removable"] = appointment.status in REMOVABLE
        context["visit"] = Visit.of(appointment, user_of(request))
        context["call_notes"] = appointment.request.call_notes.with_authors()
        return super().render_change_form(request, context, *args, **kwargs)

    practitioner_name = shown("practitioner")
    location_name = shown("location")
    room_name = shown("room")

    @admin.display(description="when", ordering="starts_at")
    def when(self, appointment: Appointment) -> str:
        return when(appointment)

    @admin.display(description="why it ended")
    def ended_because(self, appointment: Appointment) -> str:
        return said(appointment.get_reason_code_display())

    @admin.display(description="kept until")
    def kept_until(self, appointment: Appointment) -> str:
        at = appointment.expires_at
        return moment(at, appointment.location.zone) if at else "–"

    @admin.display(description="says they are coming")
    def attendance(self, appointment: Appointment) -> str:
        at = appointment.attendance_confirmed_at
        return f"since {moment(at, appointment.location.zone)}" if at else "–"

    @admin.display(description="patient", ordering="request__patient__full_name")
    def patient_name(self, appointment: Appointment) -> str:
        return patient_of(appointment).full_name

    @admin.display(description="service", ordering="request__service__order")
    def service(self, appointment: Appointment) -> str:
        return appointment.request.service.name_en

    @admin.display(description="patient")
    def patient_page(self, appointment: Appointment) -> SafeString | str:
        return link_to_patient(patient_of(appointment))

    @admin.display(description="telephone")
    def telephone(self, appointment: Appointment) -> SafeString | str:
        return telephone_link(patient_of(appointment).telephone) or "–"

    @admin.display(description="e-mail")
    def email(self, appointment: Appointment) -> str:
        return said(patient_of(appointment).email)

    @admin.display(description="access or interpreter needs")
    def needs(self, appointment: Appointment) -> str:
        return said(patient_of(appointment).needs)

    @admin.display(description="booked by")
    def booked_by(self, appointment: Appointment) -> str:
        return who_booked(appointment)

    @admin.display(description="request")
    def request_page(self, appointment: Appointment) -> SafeString | str:
        return link_to(appointment.request)

    @admin.display(description="reason")
    def reason(self, appointment: Appointment) -> str:
        return said(appointment.request.reason)

    @admin.display(description="cautions")
    def cautions(self, appointment: Appointment) -> str:
        request = appointment.request
        return ", ".join(flags_of(request)) or "none"

    @admin.display(description="how it is paid")
    def payment(self, appointment: Appointment) -> str:
        return said(appointment.request.get_payment_display())

    @admin.display(description="article")
    def article(self, appointment: Appointment) -> str:
        return said(appointment.request.article and appointment.request.article.title)

    @admin.display(description="note to the patient")
    def note(self, appointment: Appointment) -> str:
        return said(appointment.request.note_to_patient)


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(ReadOnlyAdmin, AuditedAdmin):
    """Every change of every appointment; the database refuses to rewrite one."""

    list_display = (
        *("at", "appointment", "number", "from_status", "to_status", "starts_at"),
        *("actor_kind", "reason_code"),
    )
    list_filter = ("to_status", "actor_kind")
    search_fields = ("=appointment", "=request", "=actor")
    date_hierarchy = "at"
    show_full_result_count = False
    ordering = ("-at", "-number")
