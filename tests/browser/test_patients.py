"""Somebody calls and their name is misspelled: found, corrected, exported, merged, and undone."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import Look, assert_looks, assert_narrow_and_large
from tests.browser.steps import Person, Visitor

LOOKS: list[Look] = [("light", 1280), ("dark", 390)]


def looks(staff: Page) -> None:
    assert_looks(staff, LOOKS)
    assert_narrow_and_large(staff)


def search(staff: Page, text: str) -> None:
    staff.get_by_role("searchbox", name=re.compile("^Name, e-mail")).fill(text)
    staff.get_by_role("button", name="Search").click()


def corrects(staff: Page) -> None:
    """A number that is none first."""
    staff.get_by_role("link", name="Correct", exact=True).click()
    staff.get_by_label("Telephone", exact=True).first.fill("nonsense")
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_role("alert")).to_contain_text("Enter a telephone number")
    looks(staff)
    staff.get_by_label("Telephone", exact=True).first.fill("732-555-0188")
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_text("Corrected.", exact=True)).to_be_visible()
    expect(staff.get_by_role("link", name="732-555-0188")).to_be_visible()


def exports(staff: Page) -> dict[str, Any]:
    staff.get_by_role("link", name="Whole record").click()
    expect(staff.get_by_role("heading", name="Whole record")).to_be_visible()
    looks(staff)
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Download as a file").click()
    record: dict[str, Any] = json.loads(Path(download.value.path()).read_text())
    return record


def test_a_patient_is_found_corrected_exported_merged_and_parted(
    new_page: NewPage, owner_page: Page
) -> None:
    person = Person("Wilhelmina Quarterstone", "wilhelmina@patient.example")
    double = Person("Wilhelmina Quaterstone", "wilhelmina@patient.example")
    for each in (person, double):
        Visitor(new_page()).asks_for_consultation(each)
    owner_page.goto("/admin/")
    owner_page.get_by_role("link", name="Find a patient").click()
    search(owner_page, "Wilhelmnia Quartrestone")
    found = owner_page.get_by_role("region", name="Patients found")
    expect(found.get_by_role("rowheader")).to_have_count(2)
    looks(owner_page)

    found.get_by_role("link", name=person.name, exact=True).click()
    expect(owner_page.get_by_role("heading", name=person.name)).to_be_visible()
    looks(owner_page)

    corrects(owner_page)
    owner_page.get_by_label("New note").fill("Comes by train.")
    owner_page.get_by_role("button", name="Keep the note").click()
    expect(owner_page.get_by_role("article")).to_contain_text("Comes by train.")

    record = exports(owner_page)
    assert record["records"][0]["full_name"] == person.name
    assert record["notes"][0]["text"] == "Comes by train."

    owner_page.get_by_role("link", name="Back", exact=True).click()
    maybe = owner_page.get_by_role("region", name="May be the same person")
    maybe.get_by_role("link", name=re.compile("^Look at both")).click()
    expect(owner_page.get_by_role("heading", name="One person or two?")).to_be_visible()
    looks(owner_page)
    owner_page.get_by_role("button", name=re.compile("^One person, keep this")).first.click()
    expect(owner_page.get_by_text("Merged. Both records are kept")).to_be_visible()
    together = owner_page.get_by_role("region", name="Records of this person")
    expect(together).to_contain_text(double.name)
    visits = owner_page.get_by_role("region", name="Appointments")
    expect(visits.get_by_role("rowheader")).to_have_count(2)

    together.get_by_role("link", name=re.compile("^Undo the merge")).click()
    looks(owner_page)
    owner_page.get_by_role("button", name="Undo the merge").click()
    expect(owner_page.get_by_text("Undone. These are two people again.")).to_be_visible()
    visits = owner_page.get_by_role("region", name="Appointments")
    expect(visits.get_by_role("rowheader")).to_have_count(1)


def test_somebody_known_is_booked_for_and_nothing_to_come_is_erased(
    new_page: NewPage, owner_page: Page
) -> None:
    person = Person("Bartholomew Underhill", "bartholomew@patient.example")
    Visitor(new_page()).asks_for_consultation(person)
    owner_page.goto("/admin/desk/book/?service=initial-consultation")
    owner_page.get_by_role("region").nth(1).get_by_role("link").last.click()
    owner_page.get_by_role("link", name="Find a patient who is known here").click()
    search(owner_page, "bartolomew")
    looks(owner_page)
    owner_page.get_by_role("link", name=f"Choose {person.name}").click()
    expect(owner_page.get_by_label("Full name of the patient")).to_have_value(person.name)
    owner_page.get_by_role("button", name="Book and confirm").click()
    expect(owner_page.get_by_text("Booked and confirmed: ")).to_be_visible()

    owner_page.goto("/admin/desk/patients/?q=underhil")
    owner_page.get_by_role("rowheader").first.get_by_role("link").click()
    owner_page.get_by_role("link", name=re.compile("^Erase")).click()
    expect(owner_page.get_by_text("A visit or an answer is still to come.")).to_be_visible()
    looks(owner_page)
