"""The twelve parts of the desk, and the roles as which each of them is walked."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.signing_in import FRONT_DESK, OWNER, PRACTITIONER

ROLES = (FRONT_DESK, PRACTITIONER, OWNER)
TODAY, REQUESTS, CALENDAR = "today", "requests", "calendar"
TELEPHONE, TIME_OFF, PATIENTS = "booking by telephone", "time off and hours", "patients"
STAFF_ACCOUNTS, SIGN_IN, AUDIT = "roles and staff", "signing in", "who read what"
REPORTS, MESSAGES, SET_UP = "reports", "messages and wording", "setting up and backups"
PARTS = (
    *(TODAY, REQUESTS, CALENDAR, TELEPHONE, TIME_OFF, PATIENTS),
    *(STAFF_ACCOUNTS, SIGN_IN, AUDIT, REPORTS, MESSAGES, SET_UP),
)
walked: set[tuple[str, str]] = set()


def walk[T: Callable[..., None]](part: str, *roles: str) -> Callable[[T], T]:
    """Marks a test as a walk through the part, once as each of the roles."""
    walked.update((part, role) for role in roles)
    return pytest.mark.parametrize("staff", roles, indirect=True)


def not_walked() -> Iterator[tuple[str, str]]:
    yield from ((part, role) for part in PARTS for role in ROLES if (part, role) not in walked)
