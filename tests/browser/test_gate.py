"""The safety gate, by keyboard alone: each of its ends."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keyboard import press_on, tab_to, tick
from tests.browser.steps import Visitor

ENDS = [
    ("Chest pain or pressure", "Call 911 now", "tel:911"),
    ("Thoughts of ending your life", "Call or text 988 now", "tel:988"),
    ("Pain, tingling, weakness or numbness in both legs", "Go to an emergency department now", ""),
    ("Pain that never eases", "See a doctor first, today", ""),
]
FOR_TODAY = "Pain that never eases"


@pytest.fixture
def patient(page: Page) -> Visitor:
    patient = Visitor(page)
    patient.begins()
    return patient


def name_sign(patient: Visitor, words: str) -> None:
    tick(patient.page, patient.page.get_by_role("checkbox", name=re.compile(re.escape(words))))


def go_on(patient: Visitor) -> None:
    press_on(patient.page, patient.button("Continue"))


@pytest.mark.parametrize(("sign", "advice", "call"), ENDS, ids=["911", "988", "emergency", "today"])
def test_a_sign_ends_the_booking_with_its_advice(
    patient: Visitor, sign: str, advice: str, call: str
) -> None:
    name_sign(patient, sign)
    go_on(patient)
    expect(patient.page.get_by_role("heading", level=1)).to_contain_text(advice)
    expect(patient.page.get_by_text("We have stored nothing of what you chose.")).to_be_visible()
    if call:
        tab_to(patient.page, patient.page.locator(f"a[href='{call}']"))
    assert "session" not in {cookie.get("name") for cookie in patient.page.context.cookies()}
    patient.opens("/book/time/")
    patient.reads("What do you need?")


def test_the_most_urgent_sign_decides(patient: Visitor) -> None:
    for sign, _advice, _call in ENDS:
        name_sign(patient, sign)
    go_on(patient)
    expect(patient.page.get_by_role("heading", level=1)).to_contain_text("Call 911 now")


def test_a_doctor_has_looked_at_it_already(patient: Visitor) -> None:
    name_sign(patient, FOR_TODAY)
    tick(patient.page, patient.box("A doctor has already looked at this"))
    go_on(patient)
    patient.reads("Choose a time")


def test_none_of_these(patient: Visitor) -> None:
    tick(patient.page, patient.box("None of these"))
    go_on(patient)
    patient.reads("Choose a time")


def test_back_from_the_advice_to_the_questions(patient: Visitor) -> None:
    name_sign(patient, FOR_TODAY)
    go_on(patient)
    press_on(patient.page, patient.link("Back to the questions"))
    patient.reads("Before you book: is it safe to wait?")


def test_no_answer_is_asked_for_again_and_the_summary_leads_to_it(patient: Visitor) -> None:
    go_on(patient)
    patient.reads("There is a problem")
    expect(patient.page).to_have_title(re.compile("^Error: "))
    press_on(patient.page, patient.link("Choose what applies to you, or “None of these”."))
    patient.page.keyboard.press("Space")
    expect(patient.box("None of these")).to_be_checked()


def test_a_sign_and_none_keeps_both_answers(patient: Visitor) -> None:
    name_sign(patient, FOR_TODAY)
    tick(patient.page, patient.box("None of these"))
    go_on(patient)
    patient.reads("There is a problem")
    expect(patient.box("None of these")).to_be_checked()
    sign = patient.page.get_by_role("checkbox", name=re.compile(FOR_TODAY))
    expect(sign).to_be_checked()
