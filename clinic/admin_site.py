"""The one admin site of the clinic; its first page is today's desk."""

import functools
from collections.abc import Callable
from datetime import tzinfo
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

View = Callable[..., HttpResponseBase]


# As staff would say them, where a model's own name is a library's, or says too little.
PLAIN_NAMES = {
    ("axes", "AccessAttempt"): "Failed sign-ins, counted",
    ("axes", "AccessFailureLog"): "Failed sign-ins, each",
    ("axes", "AccessLog"): "Sign-ins",
    ("clinic", "AccessLog"): "Who read what",
    ("clinic", "Closure"): "Time off and closures",
}


class OutOfReach(Http404):
    """Not there, or not for this person: both look the same, and both are written down."""


class SignInForm(AdminAuthenticationForm):
    """One spelling of an address, so that tries are counted together however it is typed."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": "This e-mail address and password do not match. Please try again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254}
        )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


def clinic_zone() -> tzinfo:
    """The zone in which staff read and type times, as this process knows the clinic."""
    # Imported here: Django makes the site before there are models.
    from clinic.memory import the_clinic
    from clinic.models import Clinic

    try:
        return the_clinic().zone
    except Clinic.DoesNotExist:
        return timezone.get_default_timezone()


def record_refusal(request: HttpRequest) -> None:
    from clinic.audit import record_access

    match = request.resolver_match
    name = (match and match.url_name) or "unknown"
    key = str(next(iter(match.kwargs.values()), "")) if match else ""
    record_access(
        request,
        action="refused",
        subject_type=name.split("_", 1)[-1][:32],
        subject=key[:64] if key.isprintable() else "",
    )


class ClinicAdminSite(admin.AdminSite):
    site_header = "Clinic"
    site_title = "Clinic"
    index_title = "Today"
    enable_nav_sidebar = False
    login_form = SignInForm
    logout_template = "admin/logged_out.html"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """As Django's, but the list of everything, which no page shows beside its own content, is
        only made if somebody asks for it: it takes longer than most pages.
        """
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": request.META["SCRIPT_NAME"] or self.site_url,
            "has_permission": self.has_permission(request),
            "available_apps": SimpleLazyObject(lambda: self.get_app_list(request)),
            "is_popup": False,
            "is_nav_sidebar_enabled": self.enable_nav_sidebar,
            "log_entries": self.get_log_entries(request),
        }

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super().get_app_list(request, app_label)
        for app in found:
            for model in app["models"]:
                key = (app["app_label"], model["object_name"])
                model["name"] = PLAIN_NAMES.get(key, model["name"])
        return found

    def admin_view[V: View](self, view: V, cacheable: bool = False) -> V:
        """Every page of the staff: in the clinic's zone, never kept, refusals written down."""

        @functools.wraps(view)
        def watched(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            try:
                with timezone.override(clinic_zone()):
                    response = view(request, *args, **kwargs)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()
                    return response
            except (PermissionDenied, OutOfReach):
                record_refusal(request)
                raise

        # Imported here: Django makes the site before there are models.
        from clinic.gate import gate
        from clinic.signed_out import carries_on

        if view == self.logout:  # whoever is locked out of their own pages may still leave
            return cast("V", super().admin_view(watched, cacheable=False))
        kept = super().admin_view(gate(watched), cacheable=False)
        return cast("V", carries_on(kept, is_staff=self.has_permission))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The password; what else is missing is asked for by the page that comes next."""
        from clinic import signed_out, staff_session  # need the models, too

        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            staff_session.begin(request, now=timezone.now())
            signed_out.remember_account(request, response)
        return response

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Whoever leaves by themselves leaves nothing behind."""
        from clinic import signed_out  # needs the models, too

        response = super().logout(request, extra_context)
        signed_out.forget_account(response)
        return response

    def get_urls(self) -> list[Any]:
        from clinic import password_views, sign_in_views  # need the models, too

        return [*sign_in_views.urls(self), *password_views.urls(), *super().get_urls()]
