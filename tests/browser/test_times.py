"""The page of times: weeks, people, the first time, and one that somebody else takes first."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewPage
from tests.browser.steps import ARTICLE, Person, Visitor, said

ROBIN = "Robin Example, LAc"


@pytest.fixture
def patient(new_page: NewPage) -> Visitor:
    return at_the_times(new_page)


def at_the_times(new_page: NewPage) -> Visitor:
    visitor = Visitor(new_page())
    visitor.begins()
    visitor.has_no_sign()
    visitor.reads("Choose a time")
    return visitor


def sees_times_of(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_label("With", exact=True).select_option(name)
    visitor.presses("Show times")
    expect(visitor.page).to_have_url(re.compile("practitioner="))


def chosen(visitor: Visitor) -> Locator:
    """The paragraph of the details page that says which time is held."""
    return visitor.page.get_by_role("main").get_by_role("paragraph").filter(has_text="Eastern Time")


def week(visitor: Visitor) -> str:
    return shown_week(visitor).inner_text()


def shown_week(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("main").get_by_role("heading", level=2)


def test_the_first_time_is_the_first_of_the_week(patient: Visitor) -> None:
    clock, day = said(patient.times().first).split(", ", 1)
    patient.takes_first()
    patient.reads("Your details")
    expect(chosen(patient)).to_contain_text(clock)
    expect(chosen(patient)).to_contain_text(day)


def turns_to(patient: Visitor, link: str) -> None:
    before = week(patient)
    patient.follows(link)
    expect(shown_week(patient)).not_to_have_text(before)


def goes_back_to_this_week(patient: Visitor) -> None:
    """The page begins with the week of the first free time, which may be a later one."""
    while patient.link("Previous week").count():
        turns_to(patient, "Previous week")


def test_forward_a_week_and_back(patient: Visitor) -> None:
    goes_back_to_this_week(patient)
    this_week = week(patient)
    expect(patient.page.get_by_text("Previous week")).not_to_have_attribute("href", re.compile("."))
    turns_to(patient, "Next week")
    turns_to(patient, "Previous week")
    expect(shown_week(patient)).to_have_text(this_week)


def test_every_week_up_to_the_horizon_can_be_reached(patient: Visitor) -> None:
    goes_back_to_this_week(patient)
    weeks = 1
    while patient.link("Next week").count():
        turns_to(patient, "Next week")
        weeks += 1
    assert weeks in {9, 10}  # 60 days


def test_only_the_times_of_one_person(patient: Visitor) -> None:
    turns_to(patient, "Next week")
    of_all, that_week = patient.times().count(), week(patient)
    sees_times_of(patient, ROBIN)
    while week(patient) != that_week:
        turns_to(patient, "Next week")
    expect(patient.page.get_by_label("With", exact=True).locator("option:checked")).to_have_text(
        ROBIN
    )
    assert 0 < patient.times().count() != of_all
    patient.takes(patient.times().first)
    patient.reads("Your details")
    expect(chosen(patient)).to_contain_text(ROBIN)


def test_an_opening_shown_with_the_article_can_be_taken(new_page: NewPage) -> None:
    patient = Visitor(new_page())
    patient.opens(ARTICLE)
    opening = patient.page.get_by_role("link", name=re.compile(r"\d:\d\d\s[ap]m")).last
    day, _comma, clock = said(opening.get_by_role("time")).rpartition(", ")
    opening.click()
    patient.has_no_sign()
    with_its_year = re.compile(rf"{day}, \d{{4}}, {clock}".replace(" ", r"\s"))
    expect(patient.page.get_by_text("The time you chose:")).to_contain_text(with_its_year)
    patient.presses("Take this time")
    patient.reads("Your details")
    expect(chosen(patient)).to_contain_text(with_its_year)


def test_somebody_else_takes_the_time_first(new_page: NewPage) -> None:
    slow, quick = at_the_times(new_page), at_the_times(new_page)
    for visitor in (slow, quick):
        sees_times_of(visitor, ROBIN)
        turns_to(visitor, "Next week")
    wanted = quick.takes(quick.times().nth(1))
    quick.reads("Your details")

    slow.takes(slow.times().filter(has_text=wanted))
    slow.reads("Sorry, this time was just taken.")
    slow.takes(slow.page.get_by_role("alert").get_by_role("button").first)
    slow.reads("Your details")
    expect(chosen(slow)).to_contain_text(ROBIN)


def test_the_answers_survive_a_time_that_is_gone(new_page: NewPage) -> None:
    slow, person = at_the_times(new_page), Person.somebody()
    slow.takes_first()
    slow.tells_details(person)
    slow.reads("Check your answers")
    slow.link("Change the time").click()
    sees_times_of(slow, ROBIN)
    turns_to(slow, "Next week")

    quick = at_the_times(new_page)
    sees_times_of(quick, ROBIN)
    turns_to(quick, "Next week")
    wanted = quick.takes(quick.times().nth(2))
    quick.reads("Your details")

    slow.takes(slow.times().filter(has_text=wanted))
    slow.reads("Sorry, this time was just taken.")
    expect(slow.page.get_by_text("What you typed so far is kept.")).to_be_visible()
    slow.takes(slow.page.get_by_role("alert").get_by_role("button").first)
    slow.reads("Check your answers")
    expect(slow.page.get_by_text(person.email)).to_be_visible()
    slow.sends()
