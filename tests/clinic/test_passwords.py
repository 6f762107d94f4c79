"""Passwords: long, not well known, and no rule about what must be in them."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from clinic.models import User

ANA = User(email="ana.lopez@staff.test", full_name="Ana Maria Lopez")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "all lower case letters",
        "seven green herons over a lake",
        "пароль из нескольких слов",
        "x7" * 3 + "blue kettle",
        "a very long one, with every word that came to mind " * 4,
        "🐢🐢 slow turtles win",
    ],
)
def test_good_ones(password: str) -> None:
    validate_password(password, ANA)


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars",
        "passwordpassword",
        "Password123456789",
        "123456789012345",
        "098765432109876",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "qwertyuiopqwertyuiop",
        "1q2w3e4r5t6y7u8i9o0p",
        "2026!2026!2026!2026!",
        "ana.lopez@staff.test",
        "ana maria lopez",
    ],
)
def test_bad_ones(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, ANA)
