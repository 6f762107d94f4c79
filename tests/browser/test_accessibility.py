"""One page of each template, in two looks; `make audit` has all pages in all of them."""

from itertools import chain

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.looks import (
    OF_LOOKS,
    Look,
    assert_focus_is_seen,
    assert_looks,
    assert_narrow_and_large,
)
from tests.browser.site import Site
from tests.browser.steps import Person, Visitor
from tests.browser.walks import (
    answered_pages,
    booking_pages,
    desk_pages,
    public_pages,
    withdrawn_page,
)

LOOKS: dict[str, list[Look]] = {"en": [("light", 1280)], "es": [("dark", 390)]}


@pytest.mark.parametrize("language", LOOKS)
def test_public_pages(page: Page, site: Site, language: str) -> None:
    reader = Visitor(page, language)
    for _stop in chain(public_pages(reader), withdrawn_page(reader, site)):
        assert_focus_is_seen(page)
        assert_looks(page, LOOKS[language])
        assert_narrow_and_large(page)


@pytest.mark.parametrize("language", LOOKS)
def test_booking(page: Page, language: str) -> None:
    for _stop in booking_pages(Visitor(page, language), Person.somebody()):
        assert_looks(page, LOOKS[language])
        assert_narrow_and_large(page)
        assert_focus_is_seen(page)


@pytest.mark.parametrize("language", LOOKS)
def test_answers_behind_the_link(page: Page, site: Site, language: str) -> None:
    for _stop in answered_pages(Visitor(page, language), site, Person.somebody()):
        assert_looks(page, LOOKS[language])
        assert_narrow_and_large(page)
        assert_focus_is_seen(page)


def test_admin(new_page: NewPage, owner_page: Page) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    for _stop in desk_pages(owner_page, person):
        assert_looks(owner_page, [("dark", 390)])
        assert_looks(owner_page, [("light", 1280)], only=OF_LOOKS)
        assert_narrow_and_large(owner_page)


def test_sign_in_to_the_admin(page: Page) -> None:
    page.goto("/admin/")
    assert_looks(page, [("light", 1280), ("dark", 390)])
    assert_narrow_and_large(page)
