"""The pages of one's own second factor: setting it up, and new recovery codes."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clinic import memory, second_factor, staff_session
from clinic.audit import record_access
from clinic.gate import (
    ENTER_CODE,
    SIX_DIGITS,
    check_own_password,
    own_password_field,
    sets_up_the_factor,
)
from clinic.models import User

KEY = "new_second_factor"  # in the session until its first code is shown


class OwnPasswordForm(forms.Form):
    """Whoever finds an open page changes nothing of its owner's sign-in."""

    use_required_attribute = False

    password = own_password_field()

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request = request

    def clean_password(self) -> None:
        check_own_password(self.request, self.cleaned_data["password"])


class SetUpForm(OwnPasswordForm):
    """The first code of a new app proves that it has the secret."""

    code = forms.RegexField(
        SIX_DIGITS,
        label="Code that the app shows now",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": ENTER_CODE, "invalid": ENTER_CODE},
    )

    def __init__(self, request: HttpRequest, *, key: str, is_first: bool) -> None:
        super().__init__(request)
        self.key = key
        if is_first:  # the password was asked for a moment ago
            del self.fields["password"]

    def clean_code(self) -> int:
        """The step of time that is used up by it."""
        code = "".join(str(self.cleaned_data["code"]).split())
        step = second_factor.is_code_of(self.key, code)
        if step is None:
            raise ValidationError(
                "This is not the code of this app just now. Is the clock of your phone right?"
            )
        return step


def member(request: HttpRequest) -> User:
    return cast("User", request.user)


def safe_next(request: HttpRequest) -> str:
    """Where to go on: a page of this site, or today's desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    values = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"admin/{template}.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """What one has, and new recovery codes in place of the old."""
    user, form = member(request), OwnPasswordForm(request)
    if form.is_valid():
        codes = second_factor.new_recovery_codes(user=user)
        record_access(request, action="new recovery codes", subject_type="user", subject=user.pk)
        return recovery_codes(request, codes)
    return show(
        request,
        "second_factor",
        "Second factor",
        form=form,
        factor=second_factor.factor_of(user),
        codes_left=second_factor.codes_left(user),
    )


def recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Shown in the answer itself and never again: nothing has them afterwards."""
    title = "Keep these recovery codes"
    return show(request, "recovery_codes", title, codes=codes, next=safe_next(request))


@sets_up_the_factor
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The first app at the first sign-in, or another one in its place."""
    user = member(request)
    current = second_factor.factor_of(user)
    new = new_factor(request)
    form = SetUpForm(request, key=new.key, is_first=current is None)
    if form.is_valid():
        return finish_set_up(request, user, new, form.cleaned_data["code"], current)
    clinic = memory.the_clinic()
    address = second_factor.address_of(new.key, account=user.email, issuer=clinic.name)
    return show(
        request,
        "second_factor_set_up",
        "Set up your second factor" if current is None else "Set up another app",
        form=form,
        is_first=current is None,
        has_permission=current is not None,
        secret=second_factor.secret_of(new.key),
        qr_code=second_factor.qr_code(address),
        next=safe_next(request),
    )


def new_factor(request: HttpRequest) -> second_factor.NewFactor:
    """The same for as long as its page is open, however often it is loaded or sent."""
    new = second_factor.NewFactor.opened(request.session.get(KEY, ""))
    if new is None:
        new = second_factor.NewFactor.made()
        request.session[KEY] = new.sealed()
    return new


def finish_set_up(
    request: HttpRequest, user: User, new: second_factor.NewFactor, step: int, current: Any
) -> HttpResponse:
    instead_of = current.pk if current else None
    try:
        codes = second_factor.set_up(user=user, new=new, step=step, instead_of=instead_of)
    except second_factor.AlreadySetUp:
        if second_factor.has_just_set_up(user, new):
            request.session.modified = False  # it has ended: the other one goes on in a new one
            return recovery_codes(request, new.codes)  # the browser shows the second answer
        messages.warning(request, "A second factor was set up elsewhere just now.")
        return redirect("admin:index")
    del request.session[KEY]
    staff_session.keep_this_session(request, user)
    staff_session.verify(request, now=timezone.now())
    record_access(request, action="second factor set up", subject_type="user", subject=user.pk)
    return recovery_codes(request, codes)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Below the admin's own address, and behind its sign-in."""
    return [
        path("second-factor/", site.admin_view(overview), name="second_factor"),
        path("second-factor/set-up/", site.admin_view(set_up), name="second_factor_set_up"),
    ]
