"""A morning at the desk: other times are offered, somebody calls and is booked, and moved."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import Look, assert_looks
from tests.browser.steps import CONSULTATION, Person, Visitor, said

LOOKS: list[Look] = [("light", 1280), ("dark", 390)]


def days(staff: Page) -> Locator:
    """The days of a page of free times, each the part of the page that its heading names."""
    return staff.get_by_role("region")


def part(staff: Page, heading: str) -> Locator:
    """A part of the desk, by the beginning of its heading."""
    return staff.get_by_role("region", name=re.compile(f"^{heading}"))


def tick(staff: Page, day: int, role: str) -> str:
    """Choose the first time of one of the days; its name, as “9:00 am, Alex Example, Monday, …”."""
    choice = days(staff).nth(day).get_by_role("listitem").first
    choice.get_by_role(role).check()  # type: ignore[arg-type]  # a role of Playwright's list
    return said(choice)


def test_other_times_are_offered(new_page: NewPage, owner_page: Page) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    owner_page.goto("/admin/")
    owner_page.get_by_role("link", name=f"Offer other times to {person.name}", exact=True).click()
    offered = [tick(owner_page, day, "checkbox") for day in (1, 2)]
    owner_page.get_by_label("Note to the patient").fill("We look forward to seeing you.")
    owner_page.get_by_role("button", name="Offer other times").click()
    expect(owner_page.get_by_text("Offered. The patient is asked to choose.")).to_be_visible()
    waiting = part(owner_page, "Offered, waiting for the patient")
    entry = waiting.get_by_role("listitem").filter(has_text=person.name)
    for time in offered:
        expect(entry).to_contain_text(time.split(",")[0])
    expect(part(owner_page, "Waiting for an answer")).not_to_contain_text(person.name)
    assert_looks(owner_page, LOOKS)
    entry.get_by_role("link", name=re.compile("^Withdraw the offer")).click()
    expect(owner_page.get_by_role("heading", name="Withdraw this offer")).to_be_visible()
    assert_looks(owner_page, LOOKS)


def test_somebody_calls_is_booked_and_moved(owner_page: Page) -> None:
    owner_page.goto("/admin/")
    owner_page.get_by_role("link", name="Book for a patient").click()
    owner_page.get_by_role("link", name=CONSULTATION).click()
    days(owner_page).nth(1).get_by_role("link").first.click()
    person = Person.somebody()
    owner_page.get_by_label("Full name of the patient").fill(person.name)
    owner_page.get_by_label("Telephone", exact=True).first.fill("732-555-0123")
    owner_page.get_by_label("What is the visit about?").fill("A stiff neck")
    owner_page.get_by_role("button", name="Book and confirm").click()
    expect(owner_page.get_by_text("Booked and confirmed.")).to_be_visible()
    expect(owner_page.get_by_role("link", name=person.name)).to_be_visible()
    owner_page.get_by_role("link", name="Move", exact=True).click()
    to = tick(owner_page, 2, "radio").split(",")[0]
    owner_page.get_by_role("button", name="Move to another time").click()
    to_call = owner_page.get_by_text("Moved. There is no e-mail address: please call.")
    expect(to_call).to_be_visible()
    moved = owner_page.get_by_role("row").filter(has_text="Moved")
    expect(moved).to_contain_text(to)
    assert_looks(owner_page, LOOKS)


def test_a_time_that_was_taken_meanwhile(new_page: NewPage, owner_page: Page) -> None:
    """Two callers on two telephones, one time: the second is shown the nearest ones."""
    owner_page.goto("/admin/desk/book/?service=initial-consultation")
    days(owner_page).nth(1).get_by_role("link").last.click()
    first, second = Person.somebody(), Person.somebody()
    other_page = owner_page.context.new_page()
    other_page.goto(owner_page.url)
    for staff, person in ((other_page, first), (owner_page, second)):
        staff.get_by_label("Full name of the patient").fill(person.name)
        staff.get_by_label("E-mail", exact=True).first.fill(person.email)
        staff.get_by_role("radio", name="E-mail").check()
        staff.get_by_role("button", name="Book and confirm").click()
    expect(other_page.get_by_text("Booked and confirmed.")).to_be_visible()
    expect(owner_page.get_by_role("alert")).to_contain_text("Sorry, this time was just taken.")
    expect(owner_page.get_by_label("Full name of the patient")).to_have_value(second.name)
    assert_looks(owner_page, LOOKS)
    # The enter key takes no time that nobody chose.
    owner_page.get_by_label("Full name of the patient").press("Enter")
    expect(owner_page.get_by_role("alert")).to_be_visible()
    owner_page.get_by_role("button", name=re.compile("^Book ")).first.click()
    expect(owner_page.get_by_text("Booked and confirmed.")).to_be_visible()


def test_the_set_up_list_is_put_away_and_shown_again(owner_page: Page) -> None:
    owner_page.goto("/admin/")
    setting_up = part(owner_page, "Setting up")
    expect(setting_up.get_by_role("listitem")).not_to_have_count(0)
    assert_looks(owner_page, LOOKS)
    setting_up.get_by_role("link", name="Backups").click()
    expect(owner_page.get_by_role("heading", name="Mail and backups")).to_be_visible()
    assert_looks(owner_page, LOOKS)
    owner_page.goto("/admin/")
    owner_page.get_by_role("button", name="Put this list away").click()
    expect(setting_up).to_have_count(0)
    owner_page.get_by_role("button", name="Show the set-up list").click()
    expect(setting_up).to_be_visible()
