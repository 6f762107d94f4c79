"""How long a member of staff stays signed in, and when the second factor was last shown.

Two moments in the session say it all. That the password and the factor are still the same is in
the hash that Django compares on every request (`User.session_version`).
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F
from django.http import HttpRequest

from clinic.models import User

SEEN, VERIFIED = "staff_seen_at", "staff_verified_at"
# Written down at most so often, so that looking at a page rarely costs a write.
SEEN_EVERY = timedelta(minutes=1)


def _since(session: SessionBase, name: str, now: datetime) -> timedelta | None:
    """How long ago; None for never."""
    at = session.get(name)
    return now - datetime.fromtimestamp(at, UTC) if at is not None else None


def begin(request: HttpRequest, *, now: datetime) -> None:
    """After the password at the front door: the second factor is asked for in any case."""
    request.session[SEEN] = now.timestamp()
    request.session.pop(VERIFIED, None)


def unlock(request: HttpRequest, *, now: datetime) -> None:
    request.session[SEEN] = now.timestamp()


def verify(request: HttpRequest, *, now: datetime) -> None:
    """The second factor was shown: a session that is worth more gets another key."""
    request.session.cycle_key()
    request.session[SEEN] = request.session[VERIFIED] = now.timestamp()


def is_locked(session: SessionBase, *, now: datetime) -> bool:
    idle = _since(session, SEEN, now)
    return idle is None or idle >= settings.STAFF_IDLE


def is_verified(session: SessionBase, *, now: datetime) -> bool:
    age = _since(session, VERIFIED, now)
    return age is not None and age < settings.SECOND_FACTOR_GOOD_FOR


def refreshes_itself(request: HttpRequest) -> bool:
    """A page that asks for itself again while nobody does anything says so."""
    if request.method not in {"GET", "HEAD"}:
        return False
    return request.headers.get("X-Refresh") == "1" or request.GET.get("refresh") == "1"


def note_activity(request: HttpRequest, *, now: datetime) -> None:
    """Somebody is there, unless the page only refreshed itself."""
    idle = _since(request.session, SEEN, now)
    if refreshes_itself(request) or (idle and idle < min(SEEN_EVERY, settings.STAFF_IDLE / 10)):
        return
    if idle is None or idle > timedelta(0):
        request.session[SEEN] = now.timestamp()


def end_sessions(user: User) -> None:
    """Every session of this person ends, wherever it is."""
    User.objects.filter(pk=user.pk).update(session_version=F("session_version") + 1)


def keep_this_session(request: HttpRequest, user: User) -> None:
    """While all the others end."""
    user.refresh_from_db(fields=["session_version", "password"])
    update_session_auth_hash(request, user)
