"""Links that open something by themselves: whatever is logged, their tokens are not."""

import io
import logging
from collections.abc import Iterator
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from gunicorn.config import Config

from booking import appointment_views, calendar_views, links
from booking.models import Status
from clinic.logs import HideLinks, WebServerLogger
from clinic.roles import EDITOR
from tests.booking.builders import a_clinic, a_practitioner, an_appointment
from tests.clinic.staff import a_client

pytestmark = pytest.mark.django_db

PAGES = ["", "calendar/", "cancel/", "move/", "attend/", "decline/"]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site's own handler writes, with everything let through."""
    (handler,) = (
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler)
        and any(isinstance(each, HideLinks) for each in handler.filters)
    )
    written = io.StringIO()
    before = handler.setStream(written)
    with mock.patch.object(logging.getLogger(), "level", logging.INFO):
        yield written
    if before is not None:
        handler.setStream(before)


@pytest.fixture
def token() -> str:
    return links.token_for(an_appointment(Status.PENDING).request)


@pytest.fixture
def feed_token(db: None) -> str:
    a_clinic()
    return links.feed_token_for(a_practitioner())


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_whatever_is_asked_of_the_link_the_log_does_not_name_it(
    log: io.StringIO, token: str, prefix: str, page: str, method: str
) -> None:
    """The right link, one of another version, and one cut short."""
    for tried in (token, token[:-4] + "AAAA", token[:30]):
        getattr(Client(), method)(f"{prefix}/appointment/{tried}/{page}?again={tried}")
    assert token[:30] not in log.getvalue()


def test_the_log_still_says_what_happened(log: io.StringIO, token: str) -> None:
    Client().get(f"/appointment/{token[:30]}/")
    assert "Not Found: /appointment/…/" in log.getvalue()


@pytest.mark.parametrize("error", [OperationalError("locked"), ValueError("a mistake of ours")])
def test_an_error_behind_the_link_does_not_name_it_either(
    log: io.StringIO, token: str, error: Exception
) -> None:
    with mock.patch.object(appointment_views, "_page", side_effect=error):
        response = Client(raise_request_exception=False).get(f"/appointment/{token}/")
    assert response.status_code in {500, 503}
    assert log.getvalue()
    assert token not in log.getvalue()
    assert token not in response.content.decode()


def test_a_forged_form_behind_the_link_is_logged_without_it(log: io.StringIO, token: str) -> None:
    Client(enforce_csrf_checks=True).post(f"/appointment/{token}/cancel/")
    assert "Forbidden" in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_whatever_is_asked_of_a_feed_the_log_does_not_name_it(
    log: io.StringIO, feed_token: str, method: str
) -> None:
    """The right address, one letter off, cut short, and cut so short that it is no feed's."""
    for tried in (feed_token, feed_token[:-1] + "*", feed_token[:20], f"{feed_token[:-1]}A"):
        for end in (".ics", ".ics/", ".ics?again", "", "/"):
            getattr(Client(), method)(f"/calendar/{tried}{end}")
            getattr(Client(), method)(f"/es/calendar/{tried}{end}")
    assert "/calendar/…" in log.getvalue()
    assert feed_token[:20] not in log.getvalue()


def test_an_error_behind_a_feed_does_not_name_it(log: io.StringIO, feed_token: str) -> None:
    with mock.patch.object(calendar_views, "busy_times", side_effect=ValueError("a mistake")):
        response = Client(raise_request_exception=False).get(f"/calendar/{feed_token}.ics")
    assert response.status_code == 500
    assert "Internal Server Error: /calendar/…" in log.getvalue()
    assert feed_token not in log.getvalue() + response.content.decode()


def test_where_somebody_may_not_go_is_one_line_and_a_mistake_of_ours_is_not(
    log: io.StringIO,
) -> None:
    a_clinic()
    client = a_client(EDITOR)
    log.truncate(0)  # of the signing in
    log.seek(0)
    assert client.get(reverse("desk:book")).status_code == 403
    assert "Forbidden (Permission denied): /admin/desk/book/" in log.getvalue()
    assert "Traceback" not in log.getvalue()
    assert log.getvalue().count("\n") == 1
    with mock.patch("clinic.views.show", side_effect=ValueError("a mistake of ours")):
        Client(raise_request_exception=False).get("/team/")
    assert "Traceback" in log.getvalue()


def test_the_web_servers_own_log_hides_it_too(token: str) -> None:
    written = io.StringIO()
    logger = WebServerLogger(Config())
    handler = logging.StreamHandler(written)
    logger.error_log.addHandler(handler)
    try:
        logger.error("Error handling request %s", f"/appointment/{token}/")
    finally:
        logger.error_log.removeHandler(handler)
    assert written.getvalue() == "Error handling request /appointment/…/\n"
