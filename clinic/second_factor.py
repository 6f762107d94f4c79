"""The second factor of the staff: an authenticator app, and ten recovery codes for a lost phone.

The app's secret is sealed with FIELD_KEYS, and of the recovery codes only keyed hashes are kept.
A code works once: the app's because the device remembers its step, a recovery code because it is
deleted. Attempts are counted on the row that is locked while it is compared, so that guesses sent
at once wait for each other, and each failure doubles the pause before the next attempt.
"""

import json
import re
import secrets
import time
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import quote, urlencode

import segno
from cryptography.fernet import InvalidToken
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from clinic.fields import cipher
from clinic.models import AuthenticatorApp, User
from clinic.staff_session import end_sessions

RECOVERY_CODES = 10
# Without letters and digits that are taken for each other.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 10
TOLERANCE = 1  # steps of half a minute before and after
JUST_NOW = timedelta(minutes=10)


class TooManyWrongCodes(Exception):
    """No code is compared before `until`, the right one included."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class AlreadySetUp(Exception):
    """Another session of the same person was faster."""


def new_key() -> str:
    return str(random_hex(20))


@dataclass(frozen=True)
class NewFactor:
    """What is being set up: nothing of it counts until the app has shown its first code."""

    key: str
    codes: list[str]

    @classmethod
    def made(cls) -> Self:
        return cls(new_key(), new_codes())

    @classmethod
    def opened(cls, sealed: str) -> Self | None:
        try:
            return cls(*json.loads(cipher().decrypt(sealed)))
        except InvalidToken:
            return None

    def sealed(self) -> str:
        """As a session may keep it, for as long as its page is open."""
        return cipher().encrypt(json.dumps([self.key, self.codes]).encode()).decode()


def secret_of(key: str) -> str:
    """As it is typed into an app: base32, in fours."""
    text = b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address_of(key: str, *, account: str, issuer: str) -> str:
    """What the QR code says to an app."""
    issuer = issuer.replace(":", "")
    query = {
        "secret": b32encode(bytes.fromhex(key)).decode(),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": 6,
        "period": 30,
    }
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?{urlencode(query, quote_via=quote)}"


def qr_code(text: str) -> SafeString:
    """An SVG without style attributes; black on white in every theme, since a camera reads it."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr-code", omitsize=True)
    return mark_safe(svg)  # made of numbers alone


def factor_of(user: User) -> Any:
    """The authenticator app that this person has set up; None for none."""
    return apps_of(user).order_by("pk").last()


def apps_of(user: User) -> Any:
    """Their secrets are opened only to compare a code."""
    return AuthenticatorApp.objects.filter(user=user, confirmed=True).defer("secret")


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def is_code_of(key: str, code: str) -> int | None:
    """The step of time whose code this is; None if it is none of about now."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    return int(totp.t()) if totp.verify(int(code), TOLERANCE) else None


def has_just_set_up(user: User, new: NewFactor) -> bool:
    """By the same form: it was sent twice at once, and the other one was faster."""
    current = factor_of(user)
    return current is not None and bool(current.opened() == new.key)


def has_new_codes(user: User, *, now: datetime) -> bool:
    """Made a moment ago: the one page that shows them may have been lost on the way."""
    return bool(StaticDevice.objects.filter(user=user, created_at__gt=now - JUST_NOW).exists())


@transaction.atomic
def set_up(*, user: User, new: NewFactor, step: int, instead_of: int | None) -> list[str]:
    """The app is this person's factor from now on; its recovery codes, to be shown this once.

    Ends every session: the caller keeps its own.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    current = factor_of(locked)
    if (current and current.pk) != instead_of:
        raise AlreadySetUp
    remove(user=locked)
    AuthenticatorApp.objects.create(
        user=locked,
        name="Authenticator app",
        key="",
        secret=new.key,
        tolerance=TOLERANCE,
        last_t=step,
    )
    keep_codes(new.codes, user=locked)
    return new.codes


@transaction.atomic
def remove(*, user: User) -> None:
    """No factor, no codes; whoever is signed in with them is signed in no longer."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    end_sessions(user)


@transaction.atomic
def new_recovery_codes(*, user: User) -> list[str]:
    """Ten codes in place of those before; only their keyed hashes are kept."""
    codes = new_codes()
    keep_codes(codes, user=user)
    return codes


def new_codes() -> list[str]:
    codes = [
        "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@transaction.atomic
def keep_codes(codes: list[str], *, user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=kept(code)) for code in codes)


def kept(code: str) -> str:
    """A recovery code as the database has it: eighty bits that only SECRET_KEY relates to it."""
    plain = re.sub(r"[\s-]", "", code).lower()
    digest = salted_hmac("clinic.second_factor.recovery", plain, algorithm="sha256").digest()
    return b32encode(digest[:10]).decode()


def check_code(user: User, code: str) -> bool:
    """Whether the app shows this code; it is used up."""
    return _check(apps_of(user), code)


def check_recovery_code(user: User, code: str) -> bool:
    """Whether this is one of the codes; it is gone."""
    return _check(StaticDevice.objects.filter(user=user), kept(code))


@transaction.atomic
def _check(devices: models.QuerySet[Any], token: str) -> bool:
    """Compare under the lock of the row that counts the failures."""
    device = devices.select_for_update().order_by("-pk").first()
    if device is None:
        return False
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise TooManyWrongCodes(why["locked_until"])
    return bool(device.verify_token(token))
