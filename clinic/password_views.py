"""Setting a password without having signed in: by an invitation, or because it was forgotten."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic import password_links, staff_mail
from clinic.limits import Limit, client_address, within_limits
from clinic.models import User

A_DAY_AND_ADDRESS, A_DAY_AND_PERSON = 10, 5
TITLES = {
    password_links.Kind.INVITATION: "Welcome: choose a password",
    password_links.Kind.PASSWORD: "Choose a new password",
}


class ForgottenForm(forms.Form):
    use_required_attribute = False

    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={"required": "Enter your e-mail address."},
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class NewPasswordForm(SetPasswordForm[User]):
    """Long, and nothing else: no rule says which characters must be in it."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = "New password"
        self.fields["new_password1"].help_text = "At least 15 characters, any that you like."
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""


def show(
    request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    whole = {**admin.site.each_context(request), "has_permission": False, "title": title, **context}
    return TemplateResponse(request, f"admin/{template}.html", whole, status=status)


def may_ask(request: HttpRequest, email: str, *, now: datetime) -> bool:
    """Counted whether anybody signs in with the address or not."""
    by_address = Limit("password", client_address(request), A_DAY_AND_ADDRESS)
    by_email = Limit("password-email", email, A_DAY_AND_PERSON)
    return within_limits(by_address, by_email, period=timedelta(days=1), now=now)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """The same page and the same writes for every address."""
    form, now = ForgottenForm(request.POST if request.method == "POST" else None), timezone.now()
    if not form.is_valid():
        return show(request, "forgotten_password", "Forgot your password?", form=form)
    email = form.cleaned_data["email"]
    if not may_ask(request, email, now=now):
        status = HTTPStatus.TOO_MANY_REQUESTS
        return show(request, "password_too_often", "Please wait a while", status=status)
    staff_mail.ask_for_password(email=email, now=now)
    return show(request, "forgotten_password_sent", "Check your e-mail")


@never_cache
@csrf_protect
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """A page on GET, the act on POST: mail programs follow links."""
    try:
        kind, user = password_links.open_link(token)
        form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
        if form.is_valid():
            password_links.use(request, token, password=form.cleaned_data["new_password1"])
            logout(request)
            messages.success(request, "Your password is set. Sign in with it.")
            return redirect("admin:login")
    except password_links.LinkEnded:
        title = "This link has ended"
        return unnamed(show(request, "password_link_ended", title, status=HTTPStatus.NOT_FOUND))
    return unnamed(show(request, "set_password", TITLES[kind], form=form, account=user))


def unnamed(response: HttpResponse) -> HttpResponse:
    """The address opens something: it is told to nobody, not even to our own pages.

    Under no-referrer the form would be posted with the origin "null", which the check against
    forgery refuses.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def urls() -> list[URLPattern]:
    return [
        path("password/", forgotten, name="forgotten_password"),
        path("password/<str:token>/", set_password, name="set_password"),
    ]
