"""Every page is valid HTML, by the validator of the W3C."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from django.http import HttpResponse

from booking.models import Status
from clinic.models import Service
from clinic.roles import OWNER
from tests.booking.builders import an_appointment
from tests.booking.visitor import Visitor
from tests.clinic.routes import STAFF
from tests.clinic.staff import a_member, signed_in
from tests.clinic.test_every_route import address, ask, one_of_everything
from tests.public import open_clinic
from tests.site.crawl import crawl
from tests.site.html import complaints

LINK = ("", "-cancel", "-move", "-attend", "-decline")


def test_the_checker_would_complain(tmp_path: Path) -> None:
    page = '<!DOCTYPE html><html lang="en"><title>x</title><p id="a"><p id="a"><img src="/x">'
    found = complaints({"a page": page}, tmp_path)
    assert any("Duplicate ID" in each for each in found)
    assert any("alt" in each for each in found)


def texts(pages: Mapping[str, HttpResponse]) -> dict[str, str]:
    assert not {page.status_code for page in pages.values()} & {302, 404}
    return {name: page.content.decode() for name, page in pages.items()}


@pytest.mark.usefixtures("starter")
def test_the_public_site_is_valid(tmp_path: Path) -> None:
    found = crawl("/", "/es/", "/nothing-is-here/")
    pages = {path: page.html for path, page in found.pages.items() if not path.endswith(".svg")}
    assert len(pages) > 60
    assert not complaints(pages, tmp_path)


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_booking_is_valid_with_its_errors(language: str, tmp_path: Path) -> None:
    service, visitor = Service.objects.get(slug="initial-consultation"), Visitor(language)
    pages = {
        "a sign": visitor.post(
            "book-safety", data={"flags_911": "chest-pain"}, service=service.slug
        )
    }
    pages |= {"book": visitor.get("book"), "gate": visitor.get("book-safety", service=service.slug)}
    pages["gate, unanswered"] = visitor.post("book-safety", service=service.slug)
    visitor.passes_gate(service)
    pages |= {"times": visitor.get("book-time"), "times, none": visitor.chooses(slot="x")}
    visitor.chooses()
    pages |= {"details": visitor.get("book-details")}
    pages |= {"details, empty": visitor.post("book-details", data={"who": "other"})}
    visitor.tells()
    pages |= {"check": visitor.get("book-check")}
    visitor.sends()
    pages |= {"done": visitor.get("book-done"), "lost": visitor.get("lost-link")}
    assert not complaints(texts(pages), tmp_path)


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_behind_the_link_are_valid(language: str, tmp_path: Path) -> None:
    pages, visitor = {}, Visitor(language)
    for status in (Status.PENDING, Status.BOOKED, Status.PROPOSED, Status.CANCELLED):
        request = an_appointment(status).request
        for page in LINK:
            pages[f"{status}{page}"] = visitor.opens(request, f"appointment{page}")
    shown = {name: page for name, page in pages.items() if page.status_code != 302}
    assert len(shown) > 8
    assert not complaints(texts(shown), tmp_path)


@pytest.mark.django_db
def test_the_desk_is_valid(tmp_path: Path) -> None:
    open_clinic()
    rows, client = one_of_everything(), signed_in(a_member(OWNER))
    pages = {
        name: ask(client, "GET", address(name, route, rows), route)
        for name, route in STAFF.items()
        if route.get and name not in {"admin:jsi18n", "admin:autocomplete"}
    }
    shown = {
        name: page
        for name, page in pages.items()
        if page.status_code == 200 and "text/html" in page.headers["Content-Type"]
    }
    assert len(shown) > 20
    assert not complaints(texts(shown), tmp_path)
