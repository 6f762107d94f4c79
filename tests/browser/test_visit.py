"""A visit of two services: booked by staff in one go, one message, and each part by itself."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.desk import Staff
from tests.browser.looks import Look, assert_looks
from tests.browser.mailbox import Mailbox, body
from tests.browser.site import Site
from tests.browser.steps import CONSULTATION, Person, Visitor, said

LOOKS: list[Look] = [("light", 1280), ("dark", 390)]
SESSION = "Acupressure session"
LINK = re.compile(r"http\S+/appointment/\S+/")


def test_two_services_in_one_visit(new_page: NewPage, front_desk: Staff, site: Site) -> None:
    person = Person.somebody()
    books(front_desk, person)
    same_visit = front_desk.part("In the same visit")
    assert_looks(front_desk.page, LOOKS)
    same_visit.get_by_role("link").click()
    expect(same_visit).to_contain_text(CONSULTATION)

    letter = Mailbox(site.data_dir, person.email).wait_for("confirmed for")
    text = body(letter, "plain")
    assert "Your visit is confirmed" in text
    assert text.count("(Eastern Time)") == 2
    patient = Visitor(new_page())
    [link] = LINK.findall(text)
    patient.page.goto(link)
    others = patient.page.get_by_role("region", name="In the same visit")
    expect(others).to_contain_text(SESSION)
    assert_accessible(patient.page)
    others.get_by_role("link").click()
    expect(others).to_contain_text(CONSULTATION)
    patient.follows("Cancel the appointment")
    expect(patient.page.get_by_text("The rest of it stays as it is")).to_be_visible()
    assert_accessible(patient.page)
    patient.presses("Yes, cancel it")
    patient.reads("Cancelled")
    expect(others).to_contain_text("Confirmed")

    letter = Mailbox(site.data_dir, person.email).wait_for("cancelled for")
    assert "The rest of it stays as it is" in body(letter, "plain")


def test_a_part_is_moved_and_the_whole_is_cancelled(front_desk: Staff, site: Site) -> None:
    person = Person.somebody()
    staff = front_desk.page
    books(front_desk, person)
    staff.get_by_role("link", name="Move", exact=True).click()
    expect(staff.get_by_text("It is part of a visit.")).to_be_visible()
    assert_looks(staff, LOOKS)
    front_desk.ticks(3, "radio")
    staff.get_by_role("button", name="Move to another time").click()
    expect(staff.get_by_text("The rest of the visit stays")).to_contain_text(SESSION)

    staff.get_by_role("link", name="Cancel the appointment").click()
    assert_looks(staff, LOOKS)
    staff.get_by_role("link", name="Cancel the whole visit").click()
    both = staff.get_by_role("main").get_by_role("listitem")
    expect(both.filter(has_text=CONSULTATION)).to_be_visible()
    expect(both.filter(has_text=SESSION)).to_be_visible()
    assert_looks(staff, LOOKS)
    staff.get_by_role("button", name="Cancel the whole visit").click()
    expect(staff.get_by_text("The patient is told.")).to_be_visible()
    text = body(Mailbox(site.data_dir, person.email).wait_for("cancelled for"), "plain")
    assert text.count("(Eastern Time)") == 2


def books(front_desk: Staff, person: Person) -> None:
    """Two services, chosen, chosen again without losing anything, and booked."""
    staff = front_desk.page
    staff.goto("/admin/desk/book/")
    assert_looks(staff, LOOKS)
    for place, service in (("First", CONSULTATION), ("Second", SESSION)):
        choice = staff.get_by_role("combobox", name=place, exact=True)
        option = choice.get_by_role("option", name=re.compile(f"^{service}"))
        choice.select_option(label=said(option))
    staff.get_by_role("button", name="Show times for all").click()
    staff.get_by_role("link", name="Choose other services").click()
    assert_looks(staff, LOOKS)
    for place, slug in (("First", "initial-consultation"), ("Second", "acupressure")):
        choice = staff.get_by_role("combobox", name=place, exact=True)
        expect(choice).to_have_value(re.compile(slug))
    staff.get_by_role("button", name="Show times for all").click()
    assert_looks(staff, LOOKS)
    front_desk.days().nth(2).get_by_role("link").first.click()
    expect(staff.get_by_role("listitem").filter(has_text=SESSION)).to_be_visible()
    assert_looks(staff, LOOKS)
    staff.get_by_label("Full name of the patient").fill(person.name)
    staff.get_by_label("E-mail", exact=True).first.fill(person.email)
    staff.get_by_role("radio", name="E-mail").check()
    staff.get_by_role("button", name="Book and confirm").click()
    expect(staff.get_by_text("2 appointments in one visit.")).to_be_visible()
