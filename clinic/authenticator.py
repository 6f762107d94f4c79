"""The authenticator app of a member of staff: its secret is sealed, should the database leak."""

import logging
from typing import Any

from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.fields import EncryptedText, Unreadable

log = logging.getLogger(__name__)


class AuthenticatorApp(TOTPDevice):
    """The library's device with all it counts and compares; its own column `key` stays empty."""

    secret = EncryptedText(editable=False)

    class Meta:
        verbose_name = "authenticator app"

    @property
    def bin_key(self) -> bytes:
        return bytes.fromhex(self.secret)

    def opened(self) -> str | None:
        """The secret; None without the key of FIELD_KEYS that opens it."""
        if isinstance(self.secret, Unreadable):
            log.error("None of FIELD_KEYS opens the secret of authenticator app %s", self.pk)
            return None
        return self.secret

    def verify_token(self, token: Any) -> bool:
        """No code of a secret that cannot be opened is right."""
        return self.opened() is not None and bool(super().verify_token(token))
