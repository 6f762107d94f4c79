"""What holds for every public page: alike for all, traceless, complete, findable."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic import catalogs, memory, page_cache
from clinic.models import Clinic, Closure, Practitioner
from tests.public import ARTICLE, BOTH_LANGUAGES, PATHS, get, text

pytestmark = pytest.mark.usefixtures("starter")
MACHINES = ["/robots.txt", "/sitemap.xml", "/feed/", "/es/feed/"]


def refuse(*args: object) -> Any:
    raise OperationalError("the database is away")


def json_ld(path: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text(path), re.DOTALL)
    return [json.loads(block) for block in found]


@pytest.mark.parametrize("path", [*BOTH_LANGUAGES, *MACHINES])
def test_a_page_leaves_no_trace_and_is_the_same_for_everybody(path: str) -> None:
    first = get(path)
    other = Client(
        headers={"accept-language": "es-MX,es;q=0.9", "user-agent": "another", "cookie": "a=b"}
    ).get(path)
    assert first.status_code == 200
    assert not first.cookies
    assert "Set-Cookie" not in first.headers
    assert not {"cookie", "accept-language"} & {
        name.strip().lower() for name in first.headers.get("Vary", "").split(",")
    }
    assert first.headers["Cache-Control"].startswith("public, max-age=60")
    assert first.content == other.content
    page_cache._pages.clear()
    assert get(path).content == first.content


@pytest.mark.parametrize("path", BOTH_LANGUAGES)
def test_a_page_names_itself_and_its_twin(path: str) -> None:
    page = text(path)
    english = path.removeprefix("/es")
    language = "es" if path.startswith("/es/") else "en"
    address = "http://127.0.0.1:8000"
    assert f'<html lang="{language}">' in page
    assert f'<link rel="canonical" href="{address}{path}">' in page
    assert f'hreflang="en" href="{address}{english}"' in page
    assert f'hreflang="x-default" href="{address}{english}"' in page
    assert f'hreflang="es" href="{address}/es{english}"' in page
    assert re.search(r'<meta name="description" content="[^"]{20,}">', page)
    assert '<meta name="robots"' not in page
    assert len(re.findall("<h1", page)) == 1
    assert page.count('href="tel:+17327880349"') >= 2


@pytest.mark.parametrize("path", BOTH_LANGUAGES)
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(path: str) -> None:
    page = text(path)
    assert not re.search(r"<style|\sstyle=|\son\w+=|nonce=|csrfmiddlewaretoken", page)
    assert re.findall(r"<script(?! type=\"application/ld\+json\">)", page) == []
    assert not re.search(r'(?:src|<link [^>]*stylesheet[^>]*href)="(?:https?:)?//', page)


@pytest.mark.parametrize("path", PATHS)
def test_the_spanish_page_has_no_english_of_ours(path: str) -> None:
    """Each text of the templates that has a translation is gone from the Spanish page."""
    spanish = re.sub(r"<[^>]+>", "\n", text("/es" + path))
    known = catalogs.read_catalog(catalogs.po_file("es"), "es")
    english = {
        message.id
        for message in catalogs.messages(known)
        if isinstance(message.id, str) and len(message.id) > 20 and "%(" not in message.id
    }
    assert not [words for words in english if words in spanish]


@pytest.mark.parametrize("path", BOTH_LANGUAGES)
def test_a_page_costs_few_queries_and_none_from_memory(
    path: str, django_assert_num_queries: Callable[[int], Any]
) -> None:
    text("/team/")
    text("/points/")  # what everybody shares is in memory now
    with CaptureQueriesContext(connection) as cold:
        get(path)
    assert len(cold) <= 8
    with django_assert_num_queries(0):
        get(path)


def test_other_visitors_cannot_post_or_put(client: Client) -> None:
    assert client.post("/articles/").status_code == 405
    assert client.put("/").status_code == 405


def test_an_unknown_address_is_not_found_in_its_language() -> None:
    for path in ("/nope/", "/articles/nope/", "/points/nope/", "/topics/nope/", "/team/nope/"):
        assert get(path).status_code == 404
        assert get("/es" + path).status_code == 404
    assert "We could not find that page" in text("/nope/")
    assert "No encontramos esa página" in text("/es/nope/")
    assert '<meta name="robots" content="noindex">' in text("/nope/")


def test_a_forged_host_is_refused_and_never_shows() -> None:
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400
    Client(headers={"host": "localhost"}).get("/feed/")
    for path in (ARTICLE, "/feed/", "/sitemap.xml", "/robots.txt"):
        assert "localhost" not in text(path)


def test_a_change_shows_once_it_is_published() -> None:
    assert "Gramercy Pain Center" in text("/team/")
    Clinic.objects.update(name="Hudson Pain Clinic")
    assert "Gramercy Pain Center" in text("/team/")
    memory.publish()
    assert "Hudson Pain Clinic" in text("/team/")


def test_hostile_text_is_shown_and_does_nothing() -> None:
    hostile = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    Clinic.objects.update(name=hostile, tagline_en=hostile, about_en=hostile)
    Practitioner.objects.update(name=hostile, bio_en=hostile, is_example=False)
    Closure.objects.update(reason_en=hostile)
    memory.publish()
    for path in PATHS:
        page = text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert json_ld("/")[0]["name"] == hostile


def test_readers_keep_reading_while_the_database_is_away() -> None:
    for path in (ARTICLE, "/visit/"):
        text(path)
    with connection.execute_wrapper(refuse):
        assert get(ARTICLE).status_code == 200
        assert get("/visit/").status_code == 200
        assert get("/points/li-4/").status_code == 200  # never asked for before


def test_while_one_reader_waits_for_the_database_the_others_read_on() -> None:
    for path in ("/", "/visit/"):
        text(path)
    memory.publish()
    asked: list[object] = []

    def answer_late(*question: object) -> Any:
        asked.append(question)
        assert len(asked) == 1
        assert get("/visit/").status_code == 200
        raise OperationalError("no answer in time")

    with connection.execute_wrapper(answer_late):
        assert get("/").status_code == 200
    assert asked


def test_with_nothing_in_memory_a_database_away_is_a_503_with_advice() -> None:
    memory.forget_everything()
    with connection.execute_wrapper(refuse):
        response = get("/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "call 911" in response.content.decode()


def test_a_503_has_the_telephone_if_this_process_ever_read_it() -> None:
    text("/")
    page_cache._pages.clear()
    with connection.execute_wrapper(refuse):
        page = get("/book/").content.decode()
    assert "tel:+17327880349" in page


def test_a_mistake_of_ours_is_a_500_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("clinic.views.directory", fail)
    response = Client(raise_request_exception=False).get("/es/team/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "Algo salió mal" in page
    assert "secret detail" not in page
    assert "732-788-0349" in page


def test_robots_are_kept_from_what_is_no_page() -> None:
    lines = text("/robots.txt").splitlines()
    assert {"Disallow: /admin/", "Disallow: /calendar/"} <= set(lines)
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in lines


def test_pages_that_are_not_for_search_engines_say_so_and_may_be_asked() -> None:
    """Behind a Disallow nobody could read that they are to be left out."""
    closed = [
        line.removeprefix("Disallow: ")
        for line in text("/robots.txt").splitlines()
        if line.startswith("Disallow")
    ]
    for path in ("/book/", "/es/book/", "/search/", "/es/search/?q=neck", "/appointment/lost/"):
        assert not path.startswith(tuple(closed))
        assert get(path).headers["X-Robots-Tag"] == "noindex"
    for path in PATHS:
        assert "X-Robots-Tag" not in get(path).headers


def test_search_engines_are_told_nothing_of_people_who_do_not_exist() -> None:
    (clinic,) = (item for item in json_ld("/visit/") if item["@type"] == "MedicalClinic")
    assert clinic["telephone"] == "+17327880349"
    assert "address" not in clinic
    assert "openingHoursSpecification" not in clinic
    assert [item["@type"] for item in json_ld("/team/example-physical-therapist/")] == [
        "BreadcrumbList"
    ]


def test_search_engines_are_told_of_real_people() -> None:
    Practitioner.objects.update(is_example=False)
    memory.publish()
    person = json_ld("/team/example-physical-therapist/")[0]
    assert person["@type"] == "Person"
    assert person["honorificSuffix"] == "PT"
    assert len(json_ld("/visit/")[0]["openingHoursSpecification"]) == 9


def test_examples_are_marked() -> None:
    assert text("/team/").count("Example, not a real person") == 3
    assert "Example, not a real person." in text("/team/example-pain-physician/")
    assert "These hours belong to example practitioners" in text("/visit/")


def test_what_was_read_ahead_no_reader_waits_for() -> None:
    memory.forget_everything()
    memory.read_ahead()
    with CaptureQueriesContext(connection) as first:
        text(ARTICLE)
    assert len(first) <= 8


def test_a_start_while_the_database_is_away_is_a_start() -> None:
    memory.forget_everything()
    with connection.execute_wrapper(refuse):
        memory.read_ahead()
    assert get("/").status_code == 200
