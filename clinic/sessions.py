"""Sessions in the database, for keys that are keys, and a database that may be away."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.db import InterfaceError, OperationalError


class SessionStore(db.SessionStore):
    """Django asks the database for whatever the cookie says, and PostgreSQL takes no NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) == 32 and set(key) <= set(VALID_KEY_CHARS)

    def save(self, must_create: bool = False) -> None:
        """Django takes every failure for a session that is gone, and blames the request for it:
        one of the line to the database is said to be that.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from error
            raise
