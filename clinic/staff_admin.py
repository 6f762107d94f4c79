"""Who works here, in the admin: invited by e-mail, given roles, switched off, helped back in."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from clinic import mail, second_factor, staff_mail
from clinic.admin_base import ClinicModelAdmin
from clinic.admin_site import OutOfReach
from clinic.audit import record_access
from clinic.models import Clinic, StaffMail, User
from clinic.roles import OWNER, PRACTITIONER, ROLES, owners
from clinic.staff_session import end_sessions

admin.site.unregister(Group)  # the groups follow the table in clinic/roles.py
# Their pages would show the secrets of the staff's second factors.
admin.site.unregister([TOTPDevice, StaticDevice])

ROLES_HELP = (
    "Owner: everything. Front desk: requests, patients, messages and closures. "
    "Practitioner: their own patients. Editor: articles and what belongs to them. "
    "Clinical reviewer: reads articles, and reviews them."
)


class MemberForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("email", "full_name", "groups")

    def clean_email(self) -> str:
        """Addresses are one spelling, since people sign in with any."""
        email: str = self.cleaned_data["email"].lower()
        others = User.objects.exclude(pk=self.instance.pk)
        if others.filter(email__iexact=email).exists():
            raise ValidationError("Somebody already signs in with this address.")
        return email


class InvitationForm(MemberForm):
    """No password: whoever is invited chooses one."""


class StaffForm(MemberForm):
    class Meta:
        model = User
        fields = ("email", "full_name", "is_active", "groups")

    def clean(self) -> dict[str, Any]:
        """An owner stays: two owners who remove each other at once wait for the same lock."""
        data = super().clean() or self.cleaned_data
        Clinic.objects.select_for_update().first()
        others = owners().exclude(pk=self.instance.pk)
        if owners().filter(pk=self.instance.pk).exists() and not others.exists():
            if not data.get("is_active", True):
                self.add_error("is_active", "The last owner stays active.")
            groups = data.get("groups")
            if groups is not None and not _has_owner(groups):
                self.add_error("groups", "The last owner keeps this role.")
        return data


def _has_owner(groups: Iterable[Group]) -> bool:
    return any(group.name == OWNER for group in groups)


@admin.register(User)
class StaffAdmin(ClinicModelAdmin, UserAdmin):
    """Nobody is deleted, only switched off; nobody changes their own role or knows a password."""

    form = StaffForm
    add_form = InvitationForm
    add_form_template = None
    change_form_template = "admin/clinic/user/change_form.html"
    list_display = ("email", "full_name", "roles", "is_active", "signs_in_with", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("signs_in_with", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "full_name")}),
        ("Role", {"fields": ("groups", "is_active")}),
        ("Signing in", {"fields": ("signs_in_with", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "description": "A link goes to this address, with which they choose a password.",
                "fields": ("email", "full_name", "groups"),
            },
        ),
    )

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "none"

    @admin.display(description="signs in with")
    def signs_in_with(self, user: User) -> str:
        if not user.has_usable_password():
            return "nothing yet (invited)"
        has_factor = getattr(user, "has_factor", None) or second_factor.factor_of(user)
        return "password and second factor" if has_factor else "password, no second factor yet"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        apps = TOTPDevice.objects.filter(user=models.OuterRef("pk"), confirmed=True)
        rows: models.QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        return rows.annotate(has_factor=models.Exists(apps))

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

    def get_urls(self) -> list[URLPattern]:
        """Without the stock page on which one sets a password for somebody else."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:key>/send-link/", view(self.send_link), name="clinic_user_send_link"),
            path(
                "<uuid:key>/reset-second-factor/",
                view(self.reset_second_factor),
                name="clinic_user_reset_second_factor",
            ),
            *super(UserAdmin, self).get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Switched off is out at once and for good; who loses the role of owner loses all of it."""
        groups = form.cleaned_data.get("groups")
        if not change:
            obj.set_unusable_password()
        elif groups is not None and "groups" in form.changed_data and not _has_owner(groups):
            obj.is_superuser = False
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            end_sessions(obj)
        if not change:
            self.mail(request, obj)
            if any(group.name == PRACTITIONER for group in groups or ()):
                self.say_how_to_connect(request)

    def mail(self, request: HttpRequest, user: User) -> None:
        """Send the link that fits: an invitation until it was accepted, then a new password."""
        is_invited = not user.has_usable_password()
        kind = StaffMail.Kind.INVITATION if is_invited else StaffMail.Kind.PASSWORD
        staff_mail.ask(kind=kind, to=user, now=timezone.now())
        record_access(request, action=f"{kind.value} sent", subject_type="user", subject=user.pk)
        where = " Mail is only kept on this machine: see its folder “mail”."
        messages.success(
            request,
            f"{kind.label}: on its way to {user.email}.{where if mail.is_only_kept() else ''}",
        )

    def say_how_to_connect(self, request: HttpRequest) -> None:
        """The role alone shows no patients: those are of a practitioner, who has an account."""
        words = (
            "One thing is left: choose this account in the field “User” on the page of the "
            '<a href="{}">practitioner</a> it belongs to. Until then they see no calendar '
            "and no patients."
        )
        page = reverse("admin:clinic_practitioner_changelist")
        messages.warning(request, format_html(words, page))

    def reach(self, request: HttpRequest, key: Any) -> User:
        """Somebody else who works here, for who manages the staff."""
        if not self.has_change_permission(request) or key == request.user.pk:
            raise PermissionDenied
        user = User.objects.filter(pk=key).first()
        if user is None:
            raise OutOfReach
        return user

    @method_decorator(require_POST)
    def send_link(self, request: HttpRequest, key: Any) -> HttpResponse:
        user = self.reach(request, key)
        if user.is_active:
            self.mail(request, user)
        else:
            messages.warning(request, "Somebody who is switched off gets no link.")
        return redirect("admin:clinic_user_change", user.pk)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def reset_second_factor(self, request: HttpRequest, key: Any) -> HttpResponse:
        """A page on GET, the act on POST: for a lost phone, when the codes are lost too."""
        user = self.reach(request, key)
        if request.method == "POST":
            second_factor.remove(user=user)
            record_access(
                request, action="second factor reset", subject_type="user", subject=user.pk
            )
            self.log_change(request, cast("Any", user), "Reset the second factor.")
            messages.success(request, f"{user} sets up a second factor at the next sign-in.")
            return redirect("admin:clinic_user_change", user.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Reset the second factor?",
            "opts": self.opts,
            "member": user,
        }
        return TemplateResponse(request, "admin/clinic/user/reset_second_factor.html", context)
