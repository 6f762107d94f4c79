"""Every page in every look: `make audit`."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import Look, assert_focus_is_seen, assert_looks, assert_narrow_and_large
from tests.browser.site import Site
from tests.browser.steps import Person, Visitor
from tests.browser.walks import (
    UNLISTED_PATHS,
    WRONG_LINK,
    admin_pages,
    answered_pages,
    booking_pages,
    desk_pages,
    withdrawn_page,
)

pytestmark = pytest.mark.audit

LOOKS: list[Look] = [("light", 320), ("light", 1280), ("dark", 1280), ("dark", 320)]
TOO_MANY_WRONG_LINKS = 61
TOO_MANY_PASSWORDS = 6


def assert_sound(page: Page) -> None:
    assert_looks(page, LOOKS)
    assert_narrow_and_large(page)
    assert_focus_is_seen(page)


def test_every_page_of_the_sitemap(page: Page) -> None:
    answer = page.request.get("/sitemap.xml")
    addresses = re.findall(r"<loc>([^<]+)</loc>", answer.text())
    assert len(addresses) > 30
    for address in addresses:
        page.goto(address)
        assert_sound(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_public_page_that_no_sitemap_has(page: Page, site: Site, language: str) -> None:
    reader = Visitor(page, language)
    for path in UNLISTED_PATHS:
        reader.opens(path)
        assert_sound(page)
    for _stop in withdrawn_page(reader, site):
        assert_sound(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_step_of_the_booking(page: Page, language: str) -> None:
    for _stop in booking_pages(Visitor(page, language), Person.somebody()):
        assert_sound(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_answer_behind_the_link(page: Page, site: Site, language: str) -> None:
    for _stop in answered_pages(Visitor(page, language), site, Person.somebody()):
        assert_sound(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_too_many_wrong_links(page: Page, language: str) -> None:
    visitor = Visitor(page, language)
    for _attempt in range(TOO_MANY_WRONG_LINKS):
        page.request.get(visitor.path(WRONG_LINK))
    visitor.opens(WRONG_LINK)
    visitor.reads("Please call us")
    assert_sound(page)


def set_bookings(site: Site, *, accepted: bool) -> None:
    site.python(
        "from clinic import memory; from clinic.models import Clinic;"
        f"Clinic.objects.update(accepts_bookings={accepted}); memory.publish()"
    )


@pytest.fixture
def _closed(site: Site) -> Iterator[None]:
    set_bookings(site, accepted=False)
    yield
    set_bookings(site, accepted=True)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize("language", ["en", "es"])
def test_bookings_are_closed(page: Page, language: str) -> None:
    visitor = Visitor(page, language)
    visitor.opens("/book/")
    while not visitor.heading("Book by telephone").count():  # pages know of it within a second
        page.reload()
    assert_sound(page)


def test_the_desk(new_page: NewPage, owner_page: Page) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    for _stop in desk_pages(owner_page, person):
        assert_sound(owner_page)


def test_every_list_of_the_admin(owner_page: Page) -> None:
    for _stop in admin_pages(owner_page):
        assert_sound(owner_page)


def test_signing_in_too_often(page: Page) -> None:
    for _attempt in range(TOO_MANY_PASSWORDS):
        page.goto("/admin/login/")
        if page.get_by_role("heading", name="Please wait a while").count():
            break
        page.get_by_label("E-mail").fill("nobody@clinic.example")
        page.get_by_label("Password").fill("a wrong password")
        page.get_by_role("button", name="Log in").click()
        assert_sound(page)
    expect(page.get_by_role("heading", name="Please wait a while")).to_be_visible()
