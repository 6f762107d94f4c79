"""The clinic, its people and its hours in the admin; who read what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.admin_base import PublishingAdmin, RowsInline
from clinic.audit_admin import AccessLogAdmin
from clinic.legal_admin import LanguageNoticeAdmin, LegalPageAdmin, LegalPageVersionAdmin
from clinic.models import (
    AccessLog,
    Clinic,
    Closure,
    Location,
    Practitioner,
    Room,
    Service,
    WorkingHours,
)
from clinic.staff_admin import StaffAdmin

# Django finds these pages through this module.
__all__ = ["LanguageNoticeAdmin", "LegalPageAdmin", "LegalPageVersionAdmin", "StaffAdmin"]


@admin.register(Clinic)
class ClinicAdmin(PublishingAdmin):
    fieldsets = (
        (None, {"fields": ("name", "specialty", "telephone", "email", "time_zone")}),
        (
            "Bookings",
            {
                "fields": (
                    *("accepts_bookings", "consultation"),
                    *("open_requests_a_patient", "unconfirmed_share"),
                )
            },
        ),
        ("Patients’ records", {"fields": ("retention_years",)}),
        ("English", {"fields": ("tagline_en", "about_en")}),
        ("Spanish", {"fields": ("tagline_es", "about_es")}),
        (
            "What patients are told about costs",
            {
                "fields": (
                    "network_notice_en",
                    "network_notice_es",
                    "good_faith_notice_en",
                    "good_faith_notice_es",
                )
            },
        ),
        (
            "Look",
            {
                "description": "All of it may stay empty. Colors are written as # and six digits; "
                "one that could not be read is refused, with the nearest one that can be. Empty "
                "ones are the house’s own, or are made of the others.",
                "fields": (
                    "logo",
                    ("accent_light", "paper_light", "ink_light"),
                    ("accent_dark", "paper_dark", "ink_dark"),
                ),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Clinic, form: Any, change: bool) -> None:
        """What was changed, and not the site version: others may have published meanwhile."""
        obj.save(update_fields=form.changed_data)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one clinic: its list is its page."""
        the_one = Clinic.objects.first()
        if the_one and self.has_view_or_change_permission(request):
            return redirect("admin:clinic_clinic_change", the_one.pk)
        return super().changelist_view(request, extra_context)


class RoomInline(RowsInline):
    model = Room


@admin.register(Location)
class LocationAdmin(PublishingAdmin):
    list_display = ("name_en", "city", "time_zone", "is_active")
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (RoomInline,)


class WorkingHoursInline(RowsInline):
    model = WorkingHours
    template = "admin/clinic/workinghours/tabular.html"


@admin.register(Practitioner)
class PractitionerAdmin(PublishingAdmin):
    list_display = ("name", "credentials", "role_en", "user", "is_example", "is_active")
    list_filter = ("is_active", "is_example", "services")
    list_select_related = ("user",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (WorkingHoursInline,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "credentials", "licence", "portrait", "services")}),
        ("English", {"fields": ("role_en", "bio_en", "languages_en")}),
        ("Spanish", {"fields": ("role_es", "bio_es", "languages_es")}),
        (
            "Here",
            {
                "description": "With an account in the role “Practitioner”, this person "
                "sees their own patients.",
                "fields": ("user", "appointments_a_day", "is_active", "is_example", "order"),
            },
        ),
    )


@admin.register(Service)
class ServiceAdmin(PublishingAdmin):
    list_display = ("name_en", "duration", "answer_within_open_hours", "order", "is_active")
    list_filter = ("is_active",)
    prepopulated_fields = {"slug": ("name_en",)}
    fieldsets = (
        (None, {"fields": ("slug", "is_active", "order")}),
        ("English", {"fields": ("name_en", "summary_en")}),
        ("Spanish", {"fields": ("name_es", "summary_es")}),
        (
            "Time",
            {
                "fields": (
                    "duration",
                    ("buffer_before", "buffer_after"),
                    "slot_step",
                    "needs_room",
                )
            },
        ),
        (
            "Rules",
            {
                "fields": (
                    "minimum_notice_hours",
                    "horizon_days",
                    "answer_within_open_hours",
                    "cancel_cutoff_hours",
                    ("reminds_two_days_before", "reminds_three_hours_before"),
                )
            },
        ),
    )


@admin.register(Closure)
class ClosureAdmin(PublishingAdmin):
    list_display = (
        *("first_day", "last_day", "starts", "ends", "repeats", "reason_en", "who", "where"),
    )
    list_filter = ("practitioner", "location")
    list_select_related = ("practitioner", "location")
    date_hierarchy = "first_day"
    fieldsets = (
        (
            None,
            {
                "description": "Days and times are those of the clinic’s place, wherever you are.",
                "fields": (
                    *("location", "practitioner", "first_day", "last_day", "starts", "ends"),
                    *("repeats", "reason_en", "reason_es"),
                ),
            },
        ),
    )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Named as whoever looks for it would: most who come here enter a vacation."""
        verb = "Add"
        if object_id:
            verb = "Change" if self.has_change_permission(request) else "View"
        extra = {"title": f"{verb} time off or a closure", **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    @admin.display(description="who", empty_value="everybody")
    def who(self, closure: Closure) -> Practitioner | None:
        return closure.practitioner

    @admin.display(description="where", empty_value="everywhere")
    def where(self, closure: Closure) -> Location | None:
        return closure.location


admin.site.register(AccessLog, AccessLogAdmin)
