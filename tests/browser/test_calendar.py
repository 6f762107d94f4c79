"""The calendar at the desk: free places are booked, appointments opened and dragged; on paper."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.looks import Look, assert_focus_is_seen, assert_looks, assert_narrow_and_large
from tests.browser.steps import CONSULTATION, Person, said

LOOKS: list[Look] = [("light", 1280), ("dark", 1024), ("dark", 390)]
PRINTED_PAGE = re.compile(rb"/Type\s*/Page\b")


def free_places(staff: Page) -> Locator:
    return staff.get_by_role("link", name=re.compile(r" free, "))


def follow(staff: Page, link: str) -> None:
    """To another page of the calendar, which looks like this one."""
    before = staff.url
    staff.get_by_role("link", name=link, exact=True).click()
    expect(staff).not_to_have_url(before)


def opens_a_day_with_free_places(staff: Page) -> None:
    """By the first page, and then from day to day; on Sundays nobody works."""
    staff.goto("/admin/")
    follow(staff, "Calendar of today")
    for _day in range(8):
        follow(staff, "Next day")
        if free_places(staff).count() > 4:
            return


def books(staff: Page, place: Locator) -> Person:
    person = Person.somebody()
    place.click()
    service = staff.get_by_role("link", name=CONSULTATION)
    if service.count():  # several could begin there
        service.click()
    staff.get_by_label("Full name of the patient").fill(person.name)
    staff.get_by_label("Telephone", exact=True).first.fill("732-555-0123")
    staff.get_by_role("button", name="Book and confirm").click()
    expect(staff.get_by_text("Booked and confirmed.")).to_be_visible()
    return person


def test_a_free_place_is_pressed_and_booked(owner_page: Page) -> None:
    opens_a_day_with_free_places(owner_page)
    day, place = owner_page.url, free_places(owner_page).first
    begins = said(place).split(" free")[0]
    person = books(owner_page, place)
    owner_page.goto(day)
    entry = owner_page.get_by_role("listitem").filter(has_text=person.name)
    expect(entry).to_contain_text(begins.split()[0])
    expect(entry).to_contain_text("Confirmed")
    assert_looks(owner_page, LOOKS)
    assert_narrow_and_large(owner_page)
    assert_focus_is_seen(owner_page)
    entry.get_by_role("link").click()
    expect(owner_page.get_by_role("heading", name="What became of it")).to_be_visible()
    expect(owner_page.get_by_role("link", name=person.name)).to_be_visible()


def test_an_appointment_is_dragged_to_a_free_place_and_moved_by_the_form(
    owner_page: Page,
) -> None:
    owner_page.set_viewport_size({"width": 1280, "height": 1800})  # nothing scrolls on the way
    opens_a_day_with_free_places(owner_page)
    day = owner_page.url
    person = books(owner_page, free_places(owner_page).first)
    owner_page.goto(f"{day}&service=initial-consultation")
    to = free_places(owner_page).last
    begins = said(to).split(" free")[0]
    owner_page.get_by_role("link", name=person.name).drag_to(to)
    expect(owner_page.get_by_role("heading", name="Move to another time")).to_be_visible()
    expect(owner_page.get_by_role("radio", checked=True)).to_have_count(1)
    owner_page.get_by_role("button", name="Move to another time").click()
    expect(owner_page.get_by_text(re.compile("^Moved\\."))).to_be_visible()
    owner_page.goto(day)
    entry = owner_page.get_by_role("listitem").filter(has_text=person.name)
    expect(entry).to_contain_text(begins.split()[0])


def test_is_printed_a_page_a_day(owner_page: Page) -> None:
    opens_a_day_with_free_places(owner_page)
    assert len(PRINTED_PAGE.findall(owner_page.pdf(prefer_css_page_size=True))) == 1
    follow(owner_page, "Week")
    assert_looks(owner_page, LOOKS)
    owner_page.emulate_media(media="print")
    days = owner_page.locator(".column:visible").count()
    assert days > 1
    assert len(PRINTED_PAGE.findall(owner_page.pdf(prefer_css_page_size=True))) == days
