"""The desk without a mouse: its main ways, by Tab, Enter, Space, arrows and typing alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import TELEPHONE_NUMBER, Staff
from tests.browser.entries import a_request, a_request_within_hours, a_visit
from tests.browser.keyboard import choose, pick, press_on, tab_back_to, type_into
from tests.browser.signing_in import FRONT_DESK, OWNER, STAFF, recovery_code
from tests.browser.site import Site
from tests.browser.steps import CONSULTATION, Person

as_front_desk = pytest.mark.parametrize("staff", [FRONT_DESK], indirect=True)
as_owner = pytest.mark.parametrize("staff", [OWNER], indirect=True)


def test_signing_in(page: Page) -> None:
    member = STAFF[FRONT_DESK]
    page.goto("/admin/")
    type_into(page, page.get_by_label("E-mail"), member.email)
    type_into(page, page.get_by_label("Password"), member.password)
    page.keyboard.press("Enter")
    press_on(page, page.get_by_text("Without your phone"))
    type_into(page, page.get_by_label("Recovery code"), recovery_code())
    press_on(page, page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


@as_front_desk
def test_a_request_is_confirmed_and_another_declined(staff: Staff, site: Site) -> None:
    first, second, page = a_request(site), a_request(site), staff.page
    staff.opens_the_desk()
    press_on(page, staff.button(f"Confirm the request of {first.name}"))
    staff.sees(f"Confirmed: {first.name}. The patient is told.")
    entry = staff.waiting(second.name)
    press_on(page, entry.locator("summary").filter(has_text="Decline"))
    choose(page, entry.get_by_role("radio"), entry.get_by_role("radio", name="Please call us"))
    type_into(page, entry.get_by_role("textbox", name="Note to the patient"), "We would like to.")
    press_on(page, entry.get_by_role("button", name="Decline this request"))
    staff.sees(f"Declined: {second.name}. The patient is told why.")


@as_front_desk
def test_somebody_is_booked_by_telephone_and_moved(staff: Staff) -> None:
    person, page = Person.somebody(), staff.page
    staff.opens_the_desk()
    press_on(page, staff.link("Book for a patient"))
    press_on(page, staff.link(CONSULTATION))
    press_on(page, staff.days().nth(1).get_by_role("link").first)
    name = staff.field("Full name of the patient")
    type_into(page, name, "Somebody else")
    type_into(page, page.get_by_label("Telephone", exact=True).first, TELEPHONE_NUMBER)
    tab_back_to(page, name)
    page.keyboard.type(person.name)  # over what was typed wrong: the field is chosen as a whole
    expect(name).to_have_value(person.name)
    press_on(page, staff.button("Book and confirm"))
    staff.sees(f"Booked and confirmed: {person.name}.")
    press_on(page, staff.link("Move"))
    times = page.get_by_role("radio")
    choose(page, times, times.nth(1))
    press_on(page, staff.button("Move to another time"))
    expect(page.get_by_text(re.compile("^Moved: "))).to_be_visible()


@as_front_desk
def test_a_visit_arrives_and_does_not(staff: Staff, site: Site) -> None:
    visit = a_visit(site)
    staff.opens_the_desk()
    press_on(staff.page, staff.button(f"Arrived ({visit.name})"))
    staff.sees(f"{visit.name} has arrived.")
    press_on(staff.page, staff.button(f"Undo “Arrived” of {visit.name}"))
    staff.sees(f"{visit.name} is as before.")


@as_front_desk
def test_a_patient_is_found_and_noted_upon(staff: Staff, site: Site) -> None:
    patient, page = a_request(site), staff.page
    staff.opens_the_desk()
    press_on(page, staff.link("Find a patient"))
    type_into(page, page.get_by_role("searchbox"), patient.name)
    page.keyboard.press("Enter")
    press_on(page, staff.link(patient.name))
    type_into(page, staff.field("New note"), "Comes by train.")
    press_on(page, staff.button("Keep the note"))
    staff.sees("The note is kept.")


@as_front_desk
def test_time_off_and_what_it_touches(staff: Staff, site: Site) -> None:
    touched, page = a_request_within_hours(site), staff.page
    staff.opens_the_desk()
    closures = page.get_by_role("row").filter(has_text="Closures")
    press_on(page, closures.get_by_role("link", name="Add"))
    for day in ("First day", "Last day"):
        type_into(page, page.get_by_label(day), touched.day)
    pick(page, page.get_by_role("combobox", name="Practitioner"), touched.with_whom)
    type_into(page, page.get_by_label("Reason (English)"), "A course")
    press_on(page, staff.button("Save"))
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    entry = page.get_by_role("group", name=touched.name)
    radios = entry.get_by_role("radio")
    choose(page, radios, entry.get_by_role("radio", name="Find another time"))
    press_on(page, staff.button("Save"))
    expect(page.get_by_text("was added successfully")).to_be_visible()


@as_owner
def test_a_wording_is_changed(staff: Staff) -> None:
    page = staff.page
    staff.opens("/admin/booking/wording/")
    press_on(page, page.get_by_role("link", name="Add message in your own words"))
    pick(page, page.get_by_role("combobox", name="Message"), "Offer ended")
    pick(page, page.get_by_role("combobox", name="Language"), "Spanish")
    type_into(page, page.get_by_role("textbox", name="Subject"), "{clinic}")
    type_into(page, page.get_by_role("textbox", name="Text"), "{link}")
    press_on(page, staff.button("Save"))
    expect(page.get_by_text("was added successfully")).to_be_visible()
    press_on(page, staff.link("Offer ended"))
    type_into(page, page.get_by_role("textbox", name="Subject"), "{clinic}, {telephone}")
    press_on(page, staff.button("Save"))
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    press_on(page, staff.link("Offer ended"))
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("{clinic}, {telephone}")
    press_on(page, staff.button("Delete"))
    press_on(page, staff.button("Yes, I’m sure"))
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
