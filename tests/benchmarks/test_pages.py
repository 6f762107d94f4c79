"""What a public page costs: its queries, and its time against a view that does nothing."""

from collections.abc import Callable
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from clinic import memory, page_cache
from tests.benchmarks.conftest import Measured
from tests.benchmarks.test_calendar import milliseconds

pytestmark = [pytest.mark.race, pytest.mark.django_db]

ARTICLE = "/articles/pressure-points-upper-back-pain/"
PAGES = ("/", ARTICLE, "/points/", "/points/gb-21/", "/team/", "/visit/")


@pytest.fixture(autouse=True)
def _starter_clinic() -> None:
    call_command("load_starter", verbosity=0)
    memory.forget_everything()


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_queries(measured: Measured) -> None:
    client = Client()
    # The content is read whole, once for every version of the site, and at the start already.
    measured("Queries of the first page after publishing", queries(lambda: client.get(ARTICLE)))
    for page in PAGES:
        client.get(page)
        page_cache._pages.clear()
        look = partial(client.get, page)
        measured(f"Queries of {page}, not in the page cache", queries(look), at_most=8)
        measured(f"Queries of {page}, cached", queries(look), at_most=0)


def bare(request: HttpRequest) -> HttpResponse:
    """As many bytes as the article, and nothing else."""
    return HttpResponse(article[0])


article: list[bytes] = []
urlpatterns = [path("bare/", bare)]


def test_time_against_a_bare_view(measured: Measured) -> None:
    client = Client()
    article[:] = [client.get(ARTICLE).content]
    cached = milliseconds(lambda: client.get(ARTICLE), repeats=200)

    def uncached() -> None:
        page_cache._pages.clear()
        client.get(ARTICLE)

    measured("The article from the cache", cached, "ms")
    measured("The article, built anew", milliseconds(uncached, repeats=30), "ms")
    with override_settings(ROOT_URLCONF=__name__):
        plain = milliseconds(lambda: client.get("/bare/"), repeats=200)
    measured("A bare view with the same bytes and middleware", plain, "ms")
    measured("Cached pages for each bare one", plain / cached, "×")
