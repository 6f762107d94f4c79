"""Patients, requests, appointments and messages in the admin: to read, search and act upon.

Only booking/actions.py changes them; the buttons on these pages lead to booking/desk/.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking import actions, emails, links
from booking.actions import Details
from booking.actions.day import REMOVABLE
from booking.actors import Actor
from booking.desk import (
    touched,
    wordings,  # noqa: F401  its page registers itself
)
from booking.desk.calls import offers_in, what_to_say
from booking.desk.history import history_of
from booking.desk.today import caution_names, flags_of
from booking.desk.words import moment, when
from booking.models import (
    Appointment,
    AppointmentEvent,
    AppointmentRequest,
    CallNote,
    Message,
    Patient,
)
from booking.models.appointments import Status
from booking.models.patients import CONTACT
from clinic.admin_base import AuditedAdmin, ReadOnlyAdmin
from clinic.models import User
from clinic.templatetags.telephone import telephone_link

touched.take_over()


def link_to(target: models.Model | None, text: str = "") -> SafeString | str:
    """The target's own page in the admin, where its looking at is written down."""
    if target is None:
        return "–"
    meta = target._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', address, text or str(target))


def link_to_patient(patient: Patient | None) -> SafeString | str:
    """The page of the desk, with everything about them on it."""
    if patient is None:
        return "–"
    address = reverse("desk:patient", args=[patient.pk])
    return format_html('<a href="{}"><bdi>{}</bdi></a>', address, patient.full_name)


def lines(parts: Iterable[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((part,) for part in parts))


def said(value: object) -> str:
    """What stands on a page where nothing was said."""
    return str(value) if value else "–"


def shown(field: str) -> Callable[[Any, models.Model], str]:
    """What a row names, without Django's link: not everybody who reads here may open the other."""

    @admin.display(description=field.replace("_", " "))
    def show(_admin: object, row: models.Model) -> str:
        return said(getattr(row, field))

    return show


def patient_of(appointment: Appointment) -> Patient:
    """Who it is for: a request that was sent, and no other is shown here, has a patient."""
    patient = appointment.request.patient
    assert patient is not None
    return patient


def is_undecided(appointment: Appointment) -> bool:
    return appointment.status in {Status.PENDING, Status.PROPOSED}


def user_of(request: HttpRequest) -> User:
    return cast("User", request.user)


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


class CallNoteInline(admin.TabularInline):
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
        ("Safety", {"fields": ("seen_by_doctor", "gate_accepted_at", "gate_wording")}),
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

    @admin.display(description="flags")
    def cautions(self, request: AppointmentRequest) -> str:
        return ", ".join(flags_of(request, caution_names([request]))) or "none"


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
        ("Request", {"fields": ("request_page", "reason", "flags", "payment", "article", "note")}),
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
        of_the_visit = Appointment.objects.of_the_visit(appointment.request)
        reached = of_the_visit.within_reach_of(user_of(request))
        context["of_the_same_visit"] = reached.exclude(request=appointment.request_id)
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
        return patient_of(appointment).booked_by or "the patient"

    @admin.display(description="request")
    def request_page(self, appointment: Appointment) -> SafeString | str:
        return link_to(appointment.request)

    @admin.display(description="reason")
    def reason(self, appointment: Appointment) -> str:
        return said(appointment.request.reason)

    @admin.display(description="flags")
    def flags(self, appointment: Appointment) -> str:
        request = appointment.request
        return ", ".join(flags_of(request, caution_names([request]))) or "none"

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


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin, AuditedAdmin):
    """What is said to whom; the text is made when it is sent, and shown here as it would be."""

    change_form_template = "admin/booking/message/change_form.html"
    list_display = ("created_at", "kind", "channel", "reference", "state", "attempts", "to_whom")
    list_filter = ("state", "channel", "kind", "language")
    list_select_related = ("request__patient", "appointment__location")
    search_fields = ("request__reference",)
    found_by = "request__reference"
    date_hierarchy = "created_at"
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("kind", "channel", "language", "to_whom", "request_page", "time")}),
        (
            "Sending",
            {
                "fields": (
                    "state",
                    "created_at",
                    "next_attempt_at",
                    "useless_after",
                    "attempts",
                    "finished_at",
                    "last_error",
                )
            },
        ),
    )

    @admin.display(description="request", ordering="request__reference")
    def reference(self, message: Message) -> str:
        return message.request.reference

    @admin.display(description="request")
    def request_page(self, message: Message) -> SafeString | str:
        return link_to(message.request)

    @admin.display(description="appointment")
    def time(self, message: Message) -> SafeString | str:
        appointment = message.appointment
        return link_to(appointment, when(appointment) if appointment else "")

    @admin.display(description="to")
    def to_whom(self, message: Message) -> str:
        if message.is_for_staff:
            return "staff"
        patient = message.request.patient
        if patient is None:
            return "–"
        by_call = message.channel == Message.Channel.CALL
        return str(patient.telephone) if by_call else patient.email

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        message: Message = context["original"]
        context["is_call"] = message.channel == Message.Channel.CALL
        context["is_failed"] = message.state == Message.State.FAILED
        context["handles"] = user_of(request).has_perm("booking.handle_message")
        context |= preview_of(message)
        return super().render_change_form(request, context, *args, **kwargs)


def is_offer_that_ended(message: Message) -> bool:
    """The words of an offer are its times and until when they are kept."""
    appointment = message.appointment
    is_open = appointment is not None and appointment.status == Status.PROPOSED
    return message.kind == Message.Kind.OFFERED and not is_open


def preview_of(message: Message) -> dict[str, str]:
    """The words of the message, without the link that would open the patient's page."""
    if is_offer_that_ended(message):
        return {"preview": "The times that it names are no longer on offer."}
    if message.channel == Message.Channel.CALL:
        return {"preview": what_to_say(message, offers_in([message]))}
    mail = emails.render(message, now=timezone.now())
    body = str(mail.body).replace(links.address_for(message.request), "[the patient’s own link]")
    return {"subject": str(mail.subject), "preview": body}
