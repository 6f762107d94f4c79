"""The calendar at the desk: free places are booked, appointments opened and dragged; on paper."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.desk import Staff
from tests.browser.looks import Look, assert_focus_is_seen, assert_looks, assert_narrow_and_large
from tests.browser.steps import CONSULTATION, Person, said

LOOKS: list[Look] = [("light", 1280), ("dark", 1024), ("dark", 390)]
PRINTED_PAGE = re.compile(rb"/Type\s*/Page\b")


def books(staff: Staff, place: Locator) -> Person:
    person = Person.somebody()
    place.click()
    service = staff.page.get_by_role("link", name=CONSULTATION)
    if service.count():  # several could begin there
        service.click()
    staff.books(person)
    return person


def test_a_free_place_is_pressed_and_booked(front_desk: Staff) -> None:
    front_desk.opens_a_day_with_free_places()
    day, place = front_desk.page.url, front_desk.free_places().first
    begins = said(place).split(" free")[0]
    person = books(front_desk, place)
    front_desk.page.goto(day)
    entry = front_desk.page.get_by_role("listitem").filter(has_text=person.name)
    expect(entry).to_contain_text(begins.split()[0])
    expect(entry).to_contain_text("Confirmed")
    assert_looks(front_desk.page, LOOKS)
    assert_narrow_and_large(front_desk.page)
    assert_focus_is_seen(front_desk.page)
    entry.get_by_role("link").click()
    expect(front_desk.page.get_by_role("heading", name="What became of it")).to_be_visible()
    expect(front_desk.page.get_by_role("link", name=person.name)).to_be_visible()


def test_an_appointment_is_dragged_to_a_free_place_and_moved_by_the_form(
    front_desk: Staff,
) -> None:
    front_desk.page.set_viewport_size({"width": 1280, "height": 1800})  # nothing scrolls on the way
    front_desk.opens_a_day_with_free_places()
    day = front_desk.page.url
    person = books(front_desk, front_desk.free_places().first)
    front_desk.page.goto(f"{day}&service=initial-consultation")
    to = front_desk.free_places().last
    begins = said(to).split(" free")[0]
    front_desk.page.get_by_role("link", name=person.name).drag_to(to)
    expect(front_desk.page.get_by_role("heading", name="Move to another time")).to_be_visible()
    expect(front_desk.page.get_by_role("radio", checked=True)).to_have_count(1)
    front_desk.page.get_by_role("button", name="Move to another time").click()
    expect(front_desk.page.get_by_text(re.compile("^Moved: "))).to_be_visible()
    # Back in the calendar, on the same day; the reply is an item of a list, too.
    expect(front_desk.page.get_by_role("navigation", name="Views")).to_be_visible()
    front_desk.page.goto(day)
    entry = front_desk.page.get_by_role("listitem").filter(has_text=person.name)
    expect(entry).to_contain_text(begins.split()[0])


def test_is_printed_a_page_a_day(front_desk: Staff) -> None:
    front_desk.opens_a_day_with_free_places()
    assert len(PRINTED_PAGE.findall(front_desk.page.pdf(prefer_css_page_size=True))) == 1
    front_desk.turns_to("Week")
    assert_looks(front_desk.page, LOOKS)
    front_desk.page.emulate_media(media="print")
    days = front_desk.page.locator(".column:visible").count()
    assert days > 1
    assert len(PRINTED_PAGE.findall(front_desk.page.pdf(prefer_css_page_size=True))) == days
