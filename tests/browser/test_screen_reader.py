"""The whole booking as a screen reader reads it out: every control has its name, its hint, its
state and its place, and an error is said at once and beside its field.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.reading import read_out
from tests.browser.steps import Person, Visitor

pytestmark = pytest.mark.browser

THE_PATIENT = [
    "heading 2: The patient",
    "group: Who is the appointment for?",
    "radio: For me, checked",
    "radio: For somebody else",
    "textbox: Full name of the patient",
    "textbox: Your own name (optional) (Only if the appointment is for somebody else.)",
    "group: Birth date of the patient (optional) "
    "(It helps us not to mix up people. For example 3 14 1968.)",
    "textbox: Month",
    "textbox: Day",
    "textbox: Year",
]
HOW_WE_REACH_YOU = [
    "heading 2: How we reach you",
    "textbox: E-mail (optional) (For the answer and the link to your appointment. Nothing about "
    "your health is written in it. Give an e-mail address or a telephone number, or both.)",
    "textbox: Telephone (optional)",
    "group: How shall we answer?",
    "radio: E-mail, checked",
    "radio: Telephone",
    "checkbox: You may leave a voicemail at this number",
    "checkbox: Remind me before the visit, checked",
]
THE_VISIT = [
    "heading 2: The visit",
    "textbox: What is the visit about? (optional) "
    "(A few words are enough. Stored encrypted; never sent by e-mail.)",
    "group: Does any of these apply to the patient? (optional) "
    "(None of them stops the booking. It helps us to prepare the visit.)",
    "checkbox: Pregnancy",
]


def part(lines: list[str], first: str, count: int) -> list[str]:
    """So many lines from the one given on."""
    return lines[lines.index(first) :][:count]


@pytest.fixture
def patient(page: Page) -> Visitor:
    return Visitor(page)


def test_what_is_to_be_chosen_and_what_is_wrong_at_the_gate(patient: Visitor) -> None:
    patient.opens("/book/")
    assert read_out(patient.page)[:3] == [
        "heading 1: What do you need?",
        "heading 2: First consultation",
        "link: First consultation",
    ]
    patient.begins()
    patient.presses("Continue")
    patient.reads("There is a problem")
    lines = read_out(patient.page)
    assert lines[:6] == [
        "link: Back",
        "alert: There is a problem",
        "heading 2: There is a problem",
        "link: Choose what applies to you, or “None of these”.",
        "heading 1: Before you book: is it safe to wait?",
        "group: Signs to call 911 for",
    ]
    assert [line for line in lines if line.startswith("group")] == [
        "group: Signs to call 911 for",
        "group: Signs to call or text 988 for",
        "group: Signs to go to an emergency department for",
        "group: Signs to see a doctor for today",
    ]
    assert lines[-3:] == [
        "checkbox: A doctor has already looked at this (For the signs to see a doctor for today.)",
        "checkbox: None of these, invalid (Error: Choose what applies to you, or “None of these”.)",
        "button: Continue",
    ]


def test_every_time_says_its_day_and_every_field_its_hint(patient: Visitor) -> None:
    patient.begins()
    patient.has_no_sign()
    patient.reads("Choose a time")
    lines = read_out(patient.page)
    assert lines[:4] == [
        "heading 1: Choose a time",
        "combobox: With",
        "button: Show times",
        "button: Take the first time",
    ]
    times = [line for line in lines if re.match(r"button: \d", line)]
    assert times
    assert all(re.search(r"[ap]m ?, \w+day, \w+ \d+, \d{4}$", line) for line in times)
    patient.takes_first()
    patient.reads("Your details")
    lines = read_out(patient.page)
    for expected in (THE_PATIENT, HOW_WE_REACH_YOU, THE_VISIT):
        assert part(lines, expected[0], len(expected)) == expected
    assert lines[-1] == "button: Continue"


def test_errors_come_first_and_again_beside_their_field_until_all_is_sent(
    patient: Visitor,
) -> None:
    patient.begins()
    patient.has_no_sign()
    patient.takes_first()
    patient.presses("Continue")
    patient.reads("There is a problem")
    lines = read_out(patient.page)
    assert part(lines, "alert: There is a problem", 4) == [
        "alert: There is a problem",
        "heading 2: There is a problem",
        "link: Enter the full name of the patient.",
        "link: Enter an e-mail address or a telephone number.",
    ]
    name = "textbox: Full name of the patient, invalid (Error: Enter the full name of the patient.)"
    assert name in lines
    patient.tells_details(Person.somebody())
    patient.reads("Check your answers")
    lines = read_out(patient.page)
    changes = [line for line in lines if line.startswith("link: Change")]
    assert len(changes) == len(set(changes)) == len(lines) - 3  # each says what it changes
    assert lines[-1] == "button: Send consultation request"
    patient.sends()
    assert read_out(patient.page)[:3] == [
        "heading 1: Requested, not yet confirmed",
        "heading 2: What happens next",
        "link: See, move or cancel your request",
    ]
