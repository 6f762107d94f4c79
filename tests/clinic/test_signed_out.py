"""A form that arrives when its session has ended otherwise than by the idle lock loses nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from clinic import memory
from clinic.models import Closure, User
from clinic.roles import FRONT_DESK
from clinic.signed_out import COOKIE
from clinic.staff_session import end_sessions
from tests.booking.builders import a_clinic
from tests.clinic.factors import code_of, give_app
from tests.clinic.staff import PASSWORD, a_member
from tests.clinic.test_gate import (
    ADD_CLOSURE,
    ASKS_CODE,
    INDEX,
    LOGIN,
    LOGOUT,
    fields_of,
    signed_in_really,
    text_of,
)

pytestmark = pytest.mark.django_db

DAYS = {"first_day": "2026-07-04", "last_day": "2026-07-04", "reason_en": 'A "quoted" <b>day</b>'}
ASKS_SIGN_IN = "You were signed out"


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    a_clinic(name="Harbor Clinic")


@pytest.fixture
def member(db: None) -> User:
    user = a_member(FRONT_DESK)
    give_app(user)
    return user


def row_is_gone(member: User) -> None:
    Session.objects.all().delete()


def password_is_new(member: User) -> None:
    end_sessions(member)


def sign_in_again(client: Client, asked: Any, user: User, password: str = PASSWORD) -> Any:
    sent = {"gate-email": user.email, "gate-password": password}
    return client.post(ADD_CLOSURE, DAYS | gate_fields(asked) | sent)


def gate_fields(reply: Any) -> dict[str, str]:
    return {name: text for name, text in fields_of(reply).items() if name.startswith("gate-")}


@pytest.mark.parametrize("ends", [row_is_gone, password_is_new])
def test_what_was_typed_goes_through_after_password_and_code(
    ends: Callable[[User], None], member: User, clock: time_machine.Traveller
) -> None:
    client = signed_in_really(member)
    ends(member)
    asked = client.post(ADD_CLOSURE, DAYS)
    assert asked.status_code == 403
    assert ASKS_SIGN_IN in text_of(asked)
    assert "Nothing of what you typed is lost." in text_of(asked)
    assert "&lt;b&gt;day" in text_of(asked)
    assert "no-store" in asked.headers["Cache-Control"]
    second = sign_in_again(client, asked, member)
    assert ASKS_CODE in text_of(second)
    assert PASSWORD not in text_of(second)
    assert not Closure.objects.exists()
    clock.shift(31)
    done = client.post(ADD_CLOSURE, DAYS | gate_fields(second) | {"gate-code": code_of()})
    assert done.status_code == 302
    assert Closure.objects.get().reason_en == DAYS["reason_en"]


def test_the_forms_of_other_tabs_stay_good(member: User) -> None:
    """Signing in gives a new token as a rule; here it is the same account's, and was checked."""
    client = signed_in_really(member)
    client.get(ADD_CLOSURE)
    token = client.cookies["csrftoken"].value
    row_is_gone(member)
    sign_in_again(client, client.post(ADD_CLOSURE, DAYS), member)
    assert client.cookies["csrftoken"].value == token


def test_after_the_absolute_time_out(member: User, clock: time_machine.Traveller) -> None:
    client = signed_in_really(member)
    clock.shift(timedelta(hours=13))
    assert ASKS_SIGN_IN in text_of(client.post(ADD_CLOSURE, DAYS))


def test_a_wrong_password_keeps_what_was_typed_and_is_counted(
    member: User, clock: time_machine.Traveller
) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    asked = client.post(ADD_CLOSURE, DAYS)
    for _ in range(4):
        asked = sign_in_again(client, asked, member, "wrong")
        assert "do not match" in text_of(asked)
        assert "&lt;b&gt;day" in text_of(asked)
    assert sign_in_again(client, asked, member, "wrong").status_code == 429
    assert sign_in_again(client, asked, member).status_code == 429
    assert "_auth_user_id" not in client.session


def test_nothing_of_it_is_kept_with_a_wrong_attempt(member: User) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    sign_in_again(client, client.post(ADD_CLOSURE, DAYS), member, "my-other-password")
    attempt = AccessAttempt.objects.get()
    assert attempt.username == member.email
    kept = f"{attempt.post_data} {attempt.get_data} {attempt.path_info}"
    assert "my-other-password" not in kept
    assert "quoted" not in kept


def test_it_goes_through_for_the_same_account_alone(member: User) -> None:
    client, other = signed_in_really(member), a_member(FRONT_DESK)
    row_is_gone(member)
    refused = sign_in_again(client, client.post(ADD_CLOSURE, DAYS), other)
    assert "typed under another account" in text_of(refused)
    assert "_auth_user_id" not in client.session
    assert not Closure.objects.exists()


def test_the_role_of_now_decides(member: User, clock: time_machine.Traveller) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    member.groups.remove(Group.objects.get(name=FRONT_DESK))
    second = sign_in_again(client, client.post(ADD_CLOSURE, DAYS), member)
    clock.shift(31)
    sent = DAYS | gate_fields(second) | {"gate-code": code_of()}
    assert "You may not open this page" in text_of(client.post(ADD_CLOSURE, sent))
    assert not Closure.objects.exists()


@pytest.mark.parametrize("text", ["", "nobody", "a@b.test\x00", "x" * 5000 + "@b.test"])
def test_what_is_no_address(member: User, text: str) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    fields = gate_fields(client.post(ADD_CLOSURE, DAYS))
    sent = DAYS | fields | {"gate-email": text, "gate-password": PASSWORD}
    reply = client.post(ADD_CLOSURE, sent)
    assert reply.status_code == 403
    assert 'role="alert"' in text_of(reply)


def test_a_form_of_another_site_is_refused_as_ever(member: User) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    reply = strict.post(ADD_CLOSURE, DAYS | {"gate-asked": "signed_out"})
    assert reply.status_code == 403
    assert ASKS_SIGN_IN not in text_of(reply)


def test_the_cookie_names_nobody_and_stays_with_the_staffs_pages(member: User) -> None:
    cookie = signed_in_really(member).cookies[COOKIE]
    assert cookie["path"] == INDEX
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == ""
    assert str(member.pk) not in cookie.value
    assert member.email not in cookie.value


def test_who_never_signed_in_here_is_led_to_the_sign_in(member: User) -> None:
    assert Client().post(ADD_CLOSURE, DAYS).headers["Location"].startswith(LOGIN)


def test_a_page_that_is_looked_at_and_leaving_are_as_ever(member: User) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    assert client.get(ADD_CLOSURE).headers["Location"].startswith(LOGIN)
    assert client.post(LOGOUT).headers["Location"] == INDEX
    assert client.post(LOGIN, {"username": "x", "password": "y"}).status_code == 200


@pytest.mark.parametrize("name", ["password_change", "second_factor", "second_factor_set_up"])
def test_passwords_and_codes_are_carried_nowhere(name: str, member: User) -> None:
    client = signed_in_really(member)
    row_is_gone(member)
    reply = client.post(reverse(f"admin:{name}"), {"password": PASSWORD, "code": "123456"})
    assert reply.headers["Location"].startswith(LOGIN)
