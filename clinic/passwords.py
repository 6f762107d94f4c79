"""Passwords that everybody tries first, also where they are made longer by a habit."""

import re
from itertools import pairwise
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

# What people put before and behind a word when it has to be longer.
PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def smallest_part(password: str) -> str:
    """What the password is a repetition of: “abcabc” is “abc” twice."""
    turn = (password + password).find(password, 1)
    return password[:turn]


def is_one_step_each(password: str) -> bool:
    """Letters or digits in a row, upwards or downwards: 0 follows 9."""
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return steps <= {1, -9} or steps <= {-1, 9}


class WellKnownPasswordValidator(CommonPasswordValidator):
    """Django's list of common passwords, and what is made of one by repeating or padding it.

    The list holds few passwords of fifteen characters; “passwordpassword” and “password1234567”
    are as well known as “password”.
    """

    def validate(self, password: str, user: Any = None) -> None:
        plain = password.lower().strip()
        part = smallest_part(plain)
        word = PADDING.sub("", plain)
        known = {plain, part, word, smallest_part(word) if word else ""} & self.passwords
        is_row = is_one_step_each(part) or any(word in row * 3 for row in ROWS if word)
        if known or len(part) < 4 or is_row or not word:
            raise ValidationError(
                "This password is too well known, or too easily guessed.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return "Not one that is well known; several words in a row are good."
