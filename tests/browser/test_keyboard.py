"""The whole booking without a mouse."""

import re

from playwright.sync_api import Page, expect

from tests.browser.keyboard import press_on, tab_to, tick, type_into
from tests.browser.steps import ARTICLE, Person, Visitor


def test_a_consultation_is_asked_for_by_keyboard_alone(page: Page) -> None:
    patient, person = Visitor(page), Person.somebody()
    patient.opens(ARTICLE)
    press_on(page, patient.link("Ask for a consultation").first)
    patient.reads("What do you need?")
    press_on(page, page.get_by_role("link", name="First consultation"))
    patient.reads("Before you book: is it safe to wait?")
    tick(page, patient.box("None of these"))
    press_on(page, patient.button("Continue"))
    patient.reads("Choose a time")
    press_on(page, patient.link("Next week"))
    expect(page).to_have_url(re.compile("week="))
    press_on(page, patient.times().first)
    patient.reads("Your details")
    type_into(page, patient.field("Full name of the patient"), person.name)
    type_into(page, patient.field("E-mail"), person.email)
    choose_telephone(patient)
    press_on(page, patient.button("Continue"))
    patient.reads("Check your answers")
    press_on(page, patient.button("Send consultation request"))
    patient.reads("Requested, not yet confirmed")
    press_on(page, patient.link("See, move or cancel your request"))
    press_on(page, patient.link("Withdraw the request"))
    press_on(page, patient.button("Yes, withdraw it"))
    patient.reads("Cancelled")


def choose_telephone(patient: Visitor) -> None:
    """The arrow keys go through a group of choices: to the telephone, and back again."""
    group = "How shall we answer?"
    by_mail, by_call = patient.choice(group, "E-mail"), patient.choice(group, "Telephone")
    tab_to(patient.page, by_mail)
    patient.page.keyboard.press("ArrowDown")
    expect(by_call).to_be_checked()
    patient.page.keyboard.press("ArrowUp")
    expect(by_mail).to_be_checked()


def test_the_first_tab_offers_to_skip_to_the_content(page: Page) -> None:
    patient = Visitor(page)
    patient.opens(ARTICLE)
    page.keyboard.press("Tab")
    skip = patient.link("Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").locator(":focus")).to_be_visible()


def test_the_details_error_summary_leads_to_each_field(page: Page) -> None:
    patient = Visitor(page)
    patient.begins()
    patient.has_no_sign()
    patient.takes_first()
    patient.presses("Continue")
    patient.reads("There is a problem")
    for message, field in (
        ("Enter the full name of the patient.", "Full name of the patient"),
        ("Enter an e-mail address or a telephone number.", "E-mail"),
    ):
        page.get_by_role("alert").get_by_role("link", name=message).focus()
        page.keyboard.press("Enter")
        expect(patient.field(field)).to_be_focused()
        expect(patient.field(field)).to_have_accessible_description(re.compile(re.escape(message)))
