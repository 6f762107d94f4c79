"""The clinic, its people and its hours in the admin; who may sign in; who read what."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from clinic.admin_base import PublishingAdmin, ReadOnlyAdmin
from clinic.models import (
    AccessLog,
    Clinic,
    Closure,
    Location,
    Practitioner,
    Room,
    Service,
    User,
    WorkingHours,
)
from clinic.roles import OWNER, ROLES, owners

admin.site.unregister(Group)  # the groups follow the table in clinic/roles.py
# Their pages would show the secrets of the staff's second factors.
admin.site.unregister([TOTPDevice, StaticDevice])


ROLES_HELP = (
    "Owner: everything. Front desk: requests, patients, messages and closures. "
    "Practitioner: their own patients. Editor: articles and what belongs to them."
)


def lower_email(form: forms.ModelForm) -> str:
    """Addresses are one spelling, since people sign in with any."""
    email: str = form.cleaned_data["email"].lower()
    others = User.objects.exclude(pk=form.instance.pk)
    if others.filter(email__iexact=email).exists():
        raise ValidationError("Somebody already signs in with this address.")
    return email


class NewStaffForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "full_name", "groups")

    def clean_email(self) -> str:
        return lower_email(self)


class StaffForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("email", "full_name", "is_active", "groups")

    def clean_email(self) -> str:
        return lower_email(self)

    def clean(self) -> dict[str, Any]:
        """An owner stays: two owners who remove each other at once wait for the same lock."""
        data = super().clean() or self.cleaned_data
        Clinic.objects.select_for_update().first()
        others = owners().exclude(pk=self.instance.pk)
        if owners().filter(pk=self.instance.pk).exists() and not others.exists():
            if not data.get("is_active", True):
                self.add_error("is_active", "The last owner stays active.")
            groups = data.get("groups")
            if groups is not None and not any(group.name == OWNER for group in groups):
                self.add_error("groups", "The last owner keeps this role.")
        return data


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Nobody is deleted, only switched off; nobody changes their own role."""

    form = StaffForm
    add_form = NewStaffForm
    add_form_template = None
    list_display = ("email", "full_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "full_name", "password")}),
        ("Role", {"fields": ("groups", "is_active")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "full_name", "groups", "password1", "password2")}),
    )

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "none"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        own = ("groups", "is_active") if obj and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name__in=ROLES)
            kwargs["widget"] = forms.CheckboxSelectMultiple()
            kwargs["label"], kwargs["help_text"] = "Roles", ROLES_HELP
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Clinic)
class ClinicAdmin(PublishingAdmin):
    fieldsets = (
        (None, {"fields": ("name", "telephone", "email", "time_zone")}),
        (
            "Bookings",
            {
                "fields": (
                    *("accepts_bookings", "consultation"),
                    *("open_requests_a_patient", "unconfirmed_share"),
                )
            },
        ),
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
    )

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


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0


@admin.register(Location)
class LocationAdmin(PublishingAdmin):
    list_display = ("name_en", "city", "time_zone", "is_active")
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (RoomInline,)


class WorkingHoursInline(admin.TabularInline):
    model = WorkingHours
    template = "admin/clinic/workinghours/tabular.html"
    extra = 0


@admin.register(Practitioner)
class PractitionerAdmin(PublishingAdmin):
    list_display = ("name", "credentials", "role_en", "user", "is_example", "is_active")
    list_filter = ("is_active", "is_example", "services")
    list_select_related = ("user",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    filter_horizontal = ("services",)
    inlines = (WorkingHoursInline,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "credentials", "licence", "services")}),
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

    @admin.display(description="who", empty_value="everybody")
    def who(self, closure: Closure) -> Practitioner | None:
        return closure.practitioner

    @admin.display(description="where", empty_value="everywhere")
    def where(self, closure: Closure) -> Location | None:
        return closure.location


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who looked at which patient's data, and who was refused."""

    list_display = ("at", "who", "action", "subject_type", "subject", "address")
    list_filter = ("action", "subject_type")
    search_fields = ("=subject", "=user")
    date_hierarchy = "at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AccessLog]:
        person = User.objects.filter(pk=models.OuterRef("user"))
        address = models.Subquery(person.values("email")[:1])
        return AccessLog.objects.annotate(email=address)

    @admin.display(description="who", empty_value="somebody who is gone")
    def who(self, entry: AccessLog) -> str | None:
        email: str | None = getattr(entry, "email", None)
        return email
