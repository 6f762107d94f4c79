"""A database that stays locked: a clear answer in good time, and all is well once it is free."""

import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import pytest
from django.db import connection

from tests.browser.site import Site, running_site

pytestmark = [
    pytest.mark.race,
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="one writer at a time is SQLite's"),
]
FIRST_SERVICE = """
from clinic.models import Service
print(Service.objects.bookable().first().slug)
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site(SQLITE_TIMEOUT="1") as site:
        yield site


def test_locked_past_the_timeout(site: Site) -> None:
    jar = CookieJar()
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    service = site.python(FIRST_SERVICE)
    gate = f"{site.url}/book/safety/?{urlencode({'service': service})}"
    assert answered(visitor, gate)[0] == 200
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name)
    form = urlencode({"none": "on", "csrfmiddlewaretoken": token}).encode()
    with closing(sqlite3.connect(site.data_dir / "clinic.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, headers, _ = answered(visitor, gate, form)
        assert status == 503
        assert headers["Retry-After"]
        assert answered(visitor, f"{site.url}/")[0] == 200, "readers do not wait"
        other.execute("ROLLBACK")
    status, _, url = answered(visitor, gate, form)
    assert status == 200
    assert url.startswith(f"{site.url}/book/time/")


def answered(
    visitor: urllib.request.OpenerDirector, url: str, form: bytes | None = None
) -> tuple[int, Message, str]:
    """Status, headers, and the address where it ended."""
    try:
        with visitor.open(url, form) as answer:
            return answer.status, answer.headers, answer.url
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.url
