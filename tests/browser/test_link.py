"""The patient's own link, as somebody uses it: move, say “I am coming”, cancel, take an offer."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import answers
from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.site import Site
from tests.browser.steps import Person, Visitor, said
from tests.browser.test_times import turns_to

READERS = pytest.mark.parametrize(
    ("language", "scripts"),
    [("en", True), ("es", True), ("en", False)],
    ids=["english", "spanish", "without-javascript"],
)


def asks(patient: Visitor, person: Person) -> None:
    """For a time next week: one that is near could no longer be moved once it is confirmed."""
    patient.begins()
    patient.has_no_sign()
    patient.reads("Choose a time")
    turns_to(patient, "Next week")
    patient.takes(patient.times().nth(1))
    patient.tells_details(person)
    patient.sends()
    patient.follows("See, move or cancel your request")
    patient.reads("Requested, not yet confirmed")


def confirm(staff: Page, person: Person) -> None:
    staff.goto("/admin/")
    staff.get_by_role("button", name=f"Confirm the request of {person.name}", exact=True).click()
    expect(staff.get_by_text("The patient is told.")).to_be_visible()


def time_shown(patient: Visitor) -> Locator:
    return patient.page.get_by_role("definition").filter(has_text=re.compile(r"\d:\d\d"))


def history(patient: Visitor) -> Locator:
    part = patient.page.get_by_role("region", name=patient.says("What has happened so far"))
    return part.get_by_role("listitem")


def sound(patient: Visitor, scripts: bool) -> None:
    if scripts:  # which axe needs, too
        assert_accessible(patient.page)


@READERS
def test_it_is_moved_looked_forward_to_and_cancelled(
    new_page: NewPage, owner_page: Page, language: str, scripts: bool
) -> None:
    patient, person = Visitor(new_page(java_script_enabled=scripts), language), Person.somebody()
    asks(patient, person)
    confirm(owner_page, person)
    patient.page.reload()
    patient.reads("Confirmed")
    sound(patient, scripts)

    patient.follows("Choose another time")
    patient.reads("Choose another time")
    sound(patient, scripts)
    turns_to(patient, "Next week")
    clock = patient.takes(patient.times().last).split(", ")[0]
    patient.reads("Confirmed")
    expect(time_shown(patient)).to_contain_text(clock)

    patient.follows("I am coming")
    patient.reads("Are you coming?")
    sound(patient, scripts)
    patient.presses("Yes, I am coming")
    patient.reads("Confirmed")
    coming = patient.page.get_by_text(patient.says("You told us that you are coming."))
    expect(coming.first).to_be_visible()

    patient.follows("Cancel the appointment")
    patient.reads("Cancel this appointment?")
    sound(patient, scripts)
    patient.presses("Yes, cancel it")
    patient.reads("Cancelled")
    expect(history(patient)).to_have_count(5)
    expect(history(patient).last).to_contain_text(patient.says("You cancelled it."))
    sound(patient, scripts)


@READERS
def test_one_of_the_times_offered_is_taken(
    new_page: NewPage, site: Site, language: str, scripts: bool
) -> None:
    patient, person = Visitor(new_page(java_script_enabled=scripts), language), Person.somebody()
    asks(patient, person)
    answers.offer(site, person)
    patient.page.reload()
    patient.reads("Other times for you")
    sound(patient, scripts)
    offers = patient.page.get_by_role("button", name=patient.says("Take this time"))
    expect(offers).to_have_count(3)
    clock = re.search(r"\d+:\d\d", said(offers.nth(1)))
    assert clock
    offers.nth(1).click()
    patient.reads("Confirmed")
    expect(time_shown(patient)).to_contain_text(clock[0])


def test_none_of_the_times_offered_suits(new_page: NewPage, site: Site) -> None:
    patient, person = Visitor(new_page()), Person.somebody()
    asks(patient, person)
    answers.offer(site, person)
    patient.page.reload()
    patient.follows("None of these suits me")
    patient.reads("None of these times?")
    sound(patient, scripts=True)
    patient.presses("Yes, none suits me")
    patient.reads("None of these times suited you")
    sound(patient, scripts=True)
    patient.follows("Book another time")
    patient.reads("Before you book: is it safe to wait?")


def test_somebody_else_takes_the_time_first_and_the_old_one_stands(new_page: NewPage) -> None:
    patient, quick = Visitor(new_page()), Visitor(new_page())
    asks(patient, Person.somebody())
    before = said(time_shown(patient))
    patient.follows("Choose another time")
    patient.reads("Choose another time")
    for _week in range(3):  # to days that no other test has filled
        turns_to(patient, "Next week")
    wanted = patient.times().first
    slot, who = wanted.get_attribute("value"), patient.page.get_by_label("With").input_value()
    quick.begins()
    quick.has_no_sign()
    quick.reads("Choose a time")
    quick.opens(f"/book/time/?at={slot}&practitioner={who}")
    quick.presses("Take this time")
    quick.reads("Your details")

    wanted.click()
    patient.reads("Sorry, this time was just taken.")
    expect(patient.page.get_by_text("Your appointment stands as it was.")).to_be_visible()
    patient.page.get_by_role("link", name="Your appointment").click()
    expect(time_shown(patient)).to_have_text(before)


def test_the_back_button_and_a_second_press_do_nothing_more(new_page: NewPage) -> None:
    patient = Visitor(new_page())
    asks(patient, Person.somebody())
    patient.follows("Withdraw the request")
    patient.page.get_by_role("button", name="Yes, withdraw it").dblclick()
    patient.reads("Cancelled")
    expect(history(patient)).to_have_count(2)
