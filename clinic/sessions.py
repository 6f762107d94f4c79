"""Sessions in the database, for keys that are keys."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS


class SessionStore(db.SessionStore):
    """Django asks the database for whatever the cookie says, and PostgreSQL takes no NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) == 32 and set(key) <= set(VALID_KEY_CHARS)
