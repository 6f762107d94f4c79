"""What stands before every page of the staff, besides the sign-in itself.

A page that nobody touched for half an hour asks for the password, and twelve hours after the
second factor for a code. Both are asked for at the address of the page, so that there is no
address to come back to that somebody could forge; what a form had sent is carried along and goes
through afterwards. Who has no second factor yet sets one up first.
"""

import functools
from collections.abc import Callable
from copy import copy
from datetime import datetime
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters

from clinic import second_factor, staff_session
from clinic.models import User

View = Callable[..., HttpResponseBase]

# Everything that the gate itself asks begins so; the rest belongs to the page behind it.
PREFIX = "gate"
MINE = f"{PREFIX}-"
ENTER_CODE = "Enter the six digits that your app shows."
SIX_DIGITS = r"\s*[0-9]{3}\s?[0-9]{3}\s*"


class GateForm(forms.Form):
    """One question; `method` is what was on its way when it was asked."""

    use_required_attribute = False
    name: ClassVar[str]
    title: ClassVar[str]

    asked = forms.CharField(widget=forms.HiddenInput)
    method = forms.ChoiceField(choices=[("GET", "GET"), ("POST", "POST")], widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, *, bound: bool) -> None:
        data = request.POST if bound else None
        is_sent = request.method == "POST"
        method = request.POST.get(f"{MINE}method", "POST") if is_sent else "GET"
        initial = {"asked": self.name, "method": method}
        super().__init__(data, prefix=PREFIX, initial=initial)
        self.request = request
        self.user = cast("User", request.user)

    def passed(self, *, now: datetime) -> None:
        raise NotImplementedError


def own_password_field(**attributes: Any) -> forms.CharField:
    attributes = {"autocomplete": "current-password", **attributes}
    return forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs=attributes),
        error_messages={"required": "Enter your password."},
    )


def user_with_password(request: HttpRequest, email: str, password: str) -> User | None:
    """Counted like any other attempt to sign in: axes looks at all of them.

    It keeps what came with a wrong one, so it is shown a request that holds nothing.
    """
    bare = copy(request)
    bare.GET, bare.POST = QueryDict(), QueryDict()
    found = authenticate(bare, username=email, password=password)
    for name in ("axes_locked_out", "axes_credentials"):  # for the middleware's answer
        setattr(request, name, getattr(bare, name, None))
    return found


def check_own_password(request: HttpRequest, password: str) -> None:
    user = cast("User", request.user)
    found = user_with_password(request, user.email, password)
    if found is None or found.pk != user.pk:
        raise ValidationError("This password is not right. Please try again.")


class UnlockForm(GateForm):
    name = "password"
    title = "Locked"

    password = own_password_field(autofocus=True)

    def clean_password(self) -> None:
        check_own_password(self.request, self.cleaned_data["password"])

    def passed(self, *, now: datetime) -> None:
        # Not login(): it would make a new CSRF token, and forms in other tabs would be lost.
        user_logged_in.send(sender=User, request=self.request, user=self.user)
        staff_session.unlock(self.request, now=now)


class CodeForm(GateForm):
    name = "code"
    title = "Second step"

    code = forms.RegexField(
        SIX_DIGITS,
        label="Code from your app",
        help_text="Six digits.",
        required=False,
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        error_messages={"invalid": ENTER_CODE},
    )
    recovery = forms.CharField(
        label="Recovery code",
        help_text="One of the ten that you have kept; it works once.",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        field = "recovery" if data["recovery"] else "code"
        if not data[field]:
            self.add_error("code", ENTER_CODE)
        else:
            self._compare(field, data[field])
        return data

    def _compare(self, field: str, text: str) -> None:
        check = second_factor.check_recovery_code
        if field == "code":
            check, text = second_factor.check_code, "".join(text.split())
        try:
            if not check(self.user, text):
                self.add_error(field, "This code is not right, or was used before.")
        except second_factor.TooManyWrongCodes as error:
            self.add_error(field, too_many_wrong_codes(error))

    def passed(self, *, now: datetime) -> None:
        staff_session.verify(self.request, now=now)
        if self.cleaned_data["recovery"]:
            say_how_many_are_left(self.request, self.user)
        elif second_factor.has_new_codes(self.user, now=now):
            say_where_codes_are_made(self.request)


FORMS: dict[str, type[GateForm]] = {form.name: form for form in (UnlockForm, CodeForm)}
SET_UP = "set up"
LACKS_FACTOR = "sets_up_the_factor"  # the mark on a view


def too_many_wrong_codes(error: second_factor.TooManyWrongCodes) -> str:
    seconds = max(1, round((error.until - timezone.now()).total_seconds()))
    wait = f"{round(seconds / 60)} minutes"
    if seconds < 120:
        wait = "a second" if seconds == 1 else f"{seconds} seconds"
    return f"Too many codes were not right. Please wait {wait}, then try again."


def say_how_many_are_left(request: HttpRequest, user: User) -> None:
    left = second_factor.codes_left(user)
    messages.warning(
        request,
        f"You used a recovery code; {left} {'is' if left == 1 else 'are'} left. If your phone is "
        "gone, set up your app anew under “Second factor”.",
    )


def say_where_codes_are_made(request: HttpRequest) -> None:
    """Whoever pressed twice may come back here without having seen the page that shows them."""
    page = reverse("admin:second_factor")
    said = "Your recovery codes were made a moment ago. If you have not seen them, {} now."
    link = format_html('<a href="{}">make new ones</a>', page)
    messages.warning(request, format_html(said, link))


def sets_up_the_factor[V: View](view: V) -> V:
    """For the one page that somebody without a second factor may open."""
    setattr(view, LACKS_FACTOR, True)
    return view


def missing(request: HttpRequest, *, now: datetime) -> str:
    """What stands between a signed-in member of staff and the page; nothing is ""."""
    if staff_session.is_locked(request.session, now=now):
        return UnlockForm.name
    if staff_session.is_verified(request.session, now=now):
        return ""
    has_factor = second_factor.factor_of(cast("User", request.user)) is not None
    return CodeForm.name if has_factor else SET_UP


def gate(view: View) -> View:
    """Let the request on to the view, or ask for what is missing."""
    may_lack_factor = getattr(view, LACKS_FACTOR, False)

    @sensitive_post_parameters(f"{MINE}password", f"{MINE}code", f"{MINE}recovery")
    @functools.wraps(view)
    def gated(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        now = timezone.now()
        what = missing(request, now=now)
        if what in FORMS and request.POST.get(f"{MINE}asked") == what:
            form = FORMS[what](request, bound=True)
            if not form.is_valid():
                return ask(request, form)
            form.passed(now=now)
            what = missing(request, now=now)
        if what in FORMS:
            return ask(request, FORMS[what](request, bound=False))
        if what == SET_UP and not may_lack_factor:
            return to_set_up(request)
        staff_session.note_activity(request, now=now)
        if is_answer_to_a_question(request):
            return HttpResponseRedirect(request.get_full_path())
        request.POST = without_answers(request)
        return view(request, *args, **kwargs)

    return gated


def is_answer_to_a_question(request: HttpRequest) -> bool:
    """Nothing but the gate's own form was sent: what is wanted is the page."""
    return request.method == "POST" and request.POST.get(f"{MINE}method") == "GET"


def without_answers(request: HttpRequest) -> Any:
    if not any(name.startswith(MINE) for name in request.POST):
        return request.POST
    posted = request.POST.copy()
    for name in [name for name in posted if name.startswith(MINE)]:
        del posted[name]
    return posted


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What the page behind was sent, to be sent on with the answer."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith(MINE) and name != "csrfmiddlewaretoken"
        for value in values
    ]


def ask(request: HttpRequest, form: GateForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "has_permission": False,  # nothing of the admin is shown around the question
        "title": form.title,
        "form": form,
        "carried": carried(request),
        "address": request.get_full_path(),
    }
    return TemplateResponse(request, f"admin/gate_{form.name}.html", context, status=403)


def to_set_up(request: HttpRequest) -> HttpResponse:
    """Where somebody wanted to go is only ever a page of this site: see `safe_next`."""
    wanted = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return HttpResponseRedirect(
        f"{reverse('admin:second_factor_set_up')}?{urlencode({'next': wanted})}"
    )
