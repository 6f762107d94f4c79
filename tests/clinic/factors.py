"""Second factors for the tests: an app with a known secret, and what it shows now."""

import time
from typing import Any

from django_otp.oath import TOTP

from clinic.models import AuthenticatorApp, User

KEY = "3132333435363738393031323334353637383930"
WRONG = "000000"


def code_of(key: str = KEY, *, steps: int = 0) -> str:
    """What the app shows, now or so many half-minutes later."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def give_app(user: User) -> Any:
    return AuthenticatorApp.objects.create(user=user, name="Authenticator app", key="", secret=KEY)
