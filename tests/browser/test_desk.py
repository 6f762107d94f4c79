"""A morning at the desk: other times are offered, somebody calls and is booked, and moved."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.desk import Staff
from tests.browser.looks import Look, assert_looks
from tests.browser.signing_in import FRONT_DESK, STAFF, let_in
from tests.browser.site import Site
from tests.browser.steps import CONSULTATION, Person, Visitor, said

LOOKS: list[Look] = [("light", 1280), ("dark", 390)]


def test_other_times_are_offered(new_page: NewPage, front_desk: Staff) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    front_desk.page.goto("/admin/")
    front_desk.page.get_by_role(
        "link", name=f"Offer other times to {person.name}", exact=True
    ).click()
    offered = [front_desk.ticks(day, "checkbox") for day in (1, 2)]
    front_desk.page.get_by_label("Note to the patient").fill("We look forward to seeing you.")
    front_desk.page.get_by_role("button", name="Offer other times").click()
    expect(front_desk.page.get_by_text("The patient is asked to choose.")).to_be_visible()
    waiting = front_desk.part("Offered, waiting for the patient")
    entry = waiting.get_by_role("listitem").filter(has_text=person.name)
    for time in offered:
        expect(entry).to_contain_text(time.split(",")[0])
    expect(front_desk.part("Waiting for an answer")).not_to_contain_text(person.name)
    assert_looks(front_desk.page, LOOKS)
    entry.get_by_role("link", name=re.compile("^Withdraw the offer")).click()
    expect(front_desk.page.get_by_role("heading", name="Withdraw this offer")).to_be_visible()
    assert_looks(front_desk.page, LOOKS)


def test_somebody_calls_is_booked_and_moved(front_desk: Staff) -> None:
    front_desk.page.goto("/admin/")
    front_desk.page.get_by_role("link", name="Book for a patient").click()
    front_desk.page.get_by_role("link", name=CONSULTATION).click()
    front_desk.days().nth(1).get_by_role("link").first.click()
    person = Person.somebody()
    front_desk.page.get_by_label("Full name of the patient").fill(person.name)
    front_desk.page.get_by_label("Telephone", exact=True).first.fill("732-555-0123")
    front_desk.page.get_by_label("What is the visit about?").fill("A stiff neck")
    front_desk.presses("Choose another time")
    assert_looks(front_desk.page, LOOKS)
    front_desk.days().nth(1).get_by_role("button").first.click()
    front_desk.page.get_by_role("button", name="Book and confirm").click()
    expect(front_desk.page.get_by_text("Booked and confirmed: ")).to_be_visible()
    expect(front_desk.page.get_by_role("link", name=person.name)).to_be_visible()
    front_desk.page.get_by_role("link", name="Move", exact=True).click()
    to = front_desk.ticks(2, "radio").split(",")[0]
    front_desk.page.get_by_role("button", name="Move to another time").click()
    to_call = front_desk.page.get_by_text("There is no e-mail address: please call.")
    expect(to_call).to_be_visible()
    moved = front_desk.page.get_by_role("row").filter(has_text="Moved")
    expect(moved).to_contain_text(to)
    assert_looks(front_desk.page, LOOKS)


def test_a_time_that_was_taken_meanwhile(new_page: NewPage, front_desk: Staff) -> None:
    """Two callers on two telephones, one time: the second is shown the nearest ones."""
    front_desk.page.goto("/admin/desk/book/?service=initial-consultation")
    front_desk.days().nth(1).get_by_role("link").last.click()
    first, second = Person.somebody(), Person.somebody()
    other_page = front_desk.page.context.new_page()
    other_page.goto(front_desk.page.url)
    for staff, person in ((other_page, first), (front_desk.page, second)):
        staff.get_by_label("Full name of the patient").fill(person.name)
        staff.get_by_label("E-mail", exact=True).first.fill(person.email)
        staff.get_by_role("radio", name="E-mail").check()
        staff.get_by_role("button", name="Book and confirm").click()
    expect(other_page.get_by_text("Booked and confirmed: ")).to_be_visible()
    expect(front_desk.page.get_by_role("alert")).to_contain_text("Sorry, this time was just taken.")
    expect(front_desk.page.get_by_label("Full name of the patient")).to_have_value(second.name)
    assert_looks(front_desk.page, LOOKS)
    # The enter key takes no time that nobody chose.
    front_desk.page.get_by_label("Full name of the patient").press("Enter")
    expect(front_desk.page.get_by_role("alert")).to_be_visible()
    front_desk.page.get_by_role("button", name=re.compile("^Book ")).first.click()
    expect(front_desk.page.get_by_text("Booked and confirmed: ")).to_be_visible()


def test_the_set_up_list_is_put_away_and_shown_again(owner_page: Page) -> None:
    owner_page.goto("/admin/")
    setting_up = owner_page.get_by_role("region", name=re.compile("^Setting up"))
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


def test_another_time_for_a_caller_loses_nothing_that_was_typed(
    new_page: NewPage, site: Site
) -> None:
    """Without scripts; by other days, another service and back."""
    member, page = STAFF[FRONT_DESK], new_page(java_script_enabled=False)
    let_in(page.context, site, member)
    front_desk, person = Staff(page, member=member), Person.somebody()
    front_desk.begins_to_book()
    front_desk.field("Full name of the patient").fill(person.name)
    front_desk.page.get_by_label("What is the visit about?").fill("A stiff neck")
    front_desk.presses("Choose another time")
    front_desk.sees("What you typed about the caller is kept.")
    front_desk.presses("Later days")
    front_desk.presses("Show times")
    front_desk.presses("Choose another service")
    front_desk.presses(CONSULTATION)
    assert person.name.split()[0] not in page.url
    later = front_desk.days().nth(2).get_by_role("button").first
    chosen = said(later).split(",")[0]
    later.click()
    expect(front_desk.field("Full name of the patient")).to_have_value(person.name)
    expect(front_desk.page.get_by_label("What is the visit about?")).to_have_value("A stiff neck")
    expect(front_desk.page.get_by_text(chosen).first).to_be_visible()
    front_desk.books(person)
    front_desk.is_offered(person.name)
