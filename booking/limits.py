"""How often one visitor may take something from the calendar."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from booking.errors import TooMany
from clinic.limits import Limit, client_address, within_limit, within_limits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

DRAFTS_AN_HOUR = 30
HOLDS_AN_HOUR = 40
REQUESTS_A_DAY_AND_ADDRESS = 10
REQUESTS_A_DAY_AND_PERSON = 5
WRONG_LINKS_AN_HOUR = 60
CHANGES_AN_HOUR = 30
LOST_LINKS_A_DAY_AND_ADDRESS = 10
LOST_LINKS_A_DAY_AND_PERSON = 5


def _by_address(
    http: HttpRequest, scope: str, limit: int, period: timedelta, now: datetime
) -> None:
    address = client_address(http)
    if not within_limit(scope, address, limit=limit, period=period, now=now):
        raise TooMany


def check_draft(http: HttpRequest, *, now: datetime) -> None:
    _by_address(http, "draft", DRAFTS_AN_HOUR, HOUR, now)


def check_hold(http: HttpRequest, *, now: datetime) -> None:
    _by_address(http, "hold", HOLDS_AN_HOUR, HOUR, now)


def check_request(http: HttpRequest, *, email: str, telephone: str, now: datetime) -> None:
    """Count one request sent, by network address, by e-mail address and by number."""
    limits = [Limit("request", client_address(http), REQUESTS_A_DAY_AND_ADDRESS)]
    for scope, value in (("email", email), ("telephone", telephone)):
        if value:
            limits.append(Limit(scope, value, REQUESTS_A_DAY_AND_PERSON))
    if not within_limits(*limits, period=DAY, now=now):
        raise TooMany


def sender_of(http: HttpRequest) -> str:
    """A keyed hash of the network address, by which requests of one sender are found."""
    return Limit("sender", client_address(http), 0).key


def check_change(http: HttpRequest, *, now: datetime) -> None:
    """Count one change by a link: each sends messages and may take a time."""
    _by_address(http, "change", CHANGES_AN_HOUR, HOUR, now)


def check_lost_link(http: HttpRequest, *, email: str, now: datetime) -> None:
    """Count one asking for a lost link, whether the address is known or not."""
    by_address = Limit("lost-link", client_address(http), LOST_LINKS_A_DAY_AND_ADDRESS)
    by_email = Limit("lost-link-email", email, LOST_LINKS_A_DAY_AND_PERSON)
    if not within_limits(by_address, by_email, period=DAY, now=now):
        raise TooMany


def check_link(http: HttpRequest, *, now: datetime) -> bool:
    """Whether this address may go on trying links after a wrong one."""
    return within_limit(
        "link", client_address(http), limit=WRONG_LINKS_AN_HOUR, period=HOUR, now=now
    )
