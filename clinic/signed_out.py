"""A form of the staff that arrives when the session behind its page has ended.

Its password is asked for at the address of the form, as the gate asks whoever is locked; what was
typed is carried along, and goes through once the second factor was shown, too. It goes through for
the account alone that had signed in before: a cookie holds a keyed hash of it, which names nobody.
Who brings none, or asks for a page only, gets the page of signing in.
"""

import functools
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from clinic import staff_session
from clinic.gate import MINE, GateForm, ask, own_password_field, user_with_password
from clinic.models import User

View = Callable[..., HttpResponseBase]

# Passwords and codes of one's own are typed anew, and stand in no page.
OWN_SIGN_IN = {"password_change", "second_factor", "second_factor_set_up"}
COOKIE = "__Secure-account" if settings.IS_HTTPS else "account"


def account_hash(user: User) -> str:
    return salted_hmac("clinic.signed_out", str(user.pk), algorithm="sha256").hexdigest()


def remember_account(request: HttpRequest, response: HttpResponse) -> None:
    """Until the browser is closed, and for the pages of the staff alone."""
    response.set_cookie(
        COOKIE,
        account_hash(cast("User", request.user)),
        path=reverse("admin:index"),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def forget_account(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=reverse("admin:index"), samesite="Strict")


class SignInAgainForm(GateForm):
    name = "signed_out"
    title = "You were signed out"

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={"required": "Enter your e-mail address."},
    )
    password = own_password_field()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        email = data["email"].strip().lower()
        found = user_with_password(self.request, email, data["password"])
        if found is None or not found.is_staff:
            raise ValidationError(
                "This e-mail address and password do not match. Please try again."
            )
        if not constant_time_compare(account_hash(found), self.request.COOKIES.get(COOKIE, "")):
            raise ValidationError(
                "This was typed under another account, and only that one can send it."
            )
        self.user = found
        return data

    def passed(self, *, now: Any) -> None:
        """The forms of other tabs stay good: it is the same account, and its token was checked."""
        token = self.request.META.get("CSRF_COOKIE")
        login(self.request, self.user)
        if token:
            self.request.META["CSRF_COOKIE"] = token
        staff_session.begin(self.request, now=now)


def may_be_carried(request: HttpRequest) -> bool:
    match = request.resolver_match
    is_own_sign_in = match is not None and match.url_name in OWN_SIGN_IN
    return request.method == "POST" and COOKIE in request.COOKIES and not is_own_sign_in


def carries_on(view: View, *, is_staff: Callable[[HttpRequest], bool]) -> View:
    """Ask for the password where a form would be lost; everything else is the view's own."""

    @sensitive_post_parameters(f"{MINE}password")
    @functools.wraps(view)
    def carried_on(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if is_staff(request) or not may_be_carried(request):
            return view(request, *args, **kwargs)
        is_answer = request.POST.get(f"{MINE}asked") == SignInAgainForm.name
        form = SignInAgainForm(request, bound=is_answer)
        if not (is_answer and form.is_valid()):
            return ask(request, form)
        form.passed(now=timezone.now())
        return view(request, *args, **kwargs)

    return never_cache(carried_on)
