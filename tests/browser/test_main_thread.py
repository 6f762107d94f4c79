"""The way that the site is for: read, ask, confirm, be told, cancel."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.browser.mailbox import Mailbox, attachment, body
from tests.browser.site import Site
from tests.browser.steps import ARTICLE, Person, Visitor
from tests.browser.test_times import turns_to

TITLES = {
    "en": "Pressure points for upper back pain",
    "es": "Puntos de presión para el dolor de espalda alta",
}
SERVICES = {"en": "First consultation", "es": "Primera consulta"}
SUBJECTS = {
    "en": ("your request for", "confirmed for", "cancelled for"),
    "es": ("su solicitud", "cita confirmada para el", "cita cancelada para el"),
}


@pytest.mark.parametrize(
    ("language", "scripts"),
    [("en", True), ("es", True), ("en", False)],
    ids=["english", "spanish", "without-javascript"],
)
def test_from_the_article_to_the_cancelled_appointment(
    new_page: NewPage, owner_page: Page, site: Site, language: str, scripts: bool
) -> None:
    patient, person = Visitor(new_page(java_script_enabled=scripts), language), Person.somebody()
    mailbox = Mailbox(site.data_dir, person.email)
    _, confirmed, cancelled = SUBJECTS[language]

    ask_from_the_article(patient, person)
    assert person.name not in str(mailbox.wait_for(SUBJECTS[language][0]))

    confirm(owner_page, person, TITLES[language])
    message = mailbox.wait_for(confirmed)
    link = tells_of_the_appointment(message, site)

    patient.page.goto(link)
    patient.reads("Confirmed")
    assert event_in(download(patient)).uid == event_in(attachment(message, "text/calendar")).uid

    cancel(patient)
    assert event_in(attachment(mailbox.wait_for(cancelled), "text/calendar")).status == "CANCELLED"
    staff_see_it_cancelled(owner_page, site, person)


def ask_from_the_article(patient: Visitor, person: Person) -> None:
    patient.opens(ARTICLE)
    patient.follows("Ask for a consultation")
    patient.reads("What do you need?")
    patient.page.get_by_role("link", name=SERVICES[patient.language]).click()
    patient.has_no_sign()
    # Not the first time: that is too near to be cancelled by the link once it is confirmed.
    patient.reads("Choose a time")
    turns_to(patient, "Next week")
    patient.takes(patient.times().first)
    patient.tells_details(person)
    patient.sends()


def waiting(staff: Page, person: Person) -> Locator:
    requests = staff.get_by_role("region", name="Waiting for an answer")
    return requests.get_by_role("listitem").filter(has_text=person.name)


def confirm(staff: Page, person: Person, article: str) -> None:
    staff.goto("/admin/")
    expect(waiting(staff, person)).to_contain_text(article)
    staff.get_by_role("button", name=f"Confirm the request of {person.name}", exact=True).click()
    expect(staff.get_by_text("The patient is told.")).to_be_visible()
    expect(waiting(staff, person)).to_have_count(0)


def tells_of_the_appointment(message: EmailMessage, site: Site) -> str:
    """Clinic, time and link in every part of the message; the link."""
    plain, html = body(message, "plain"), body(message, "html")
    [link] = re.findall(rf"{site.url}/\S*appointment/\S+", plain)
    event = event_in(attachment(message, "text/calendar"))
    assert f'href="{link}"' in html
    assert event.status == "CONFIRMED"
    assert datetime.now(UTC) < event.start < datetime.now(UTC) + timedelta(days=60)
    for text in (plain, html, str(event["SUMMARY"])):
        assert "Gramercy Pain Center" in text
    return str(link)


def event_in(file: bytes) -> Event:
    [event] = Calendar.from_ical(file).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def download(patient: Visitor) -> bytes:
    with patient.page.expect_download() as waiting_for:
        patient.follows("Add to calendar")
    assert waiting_for.value.suggested_filename == "appointment.ics"
    return waiting_for.value.path().read_bytes()


def cancel(patient: Visitor) -> None:
    patient.follows("Cancel the appointment")
    patient.reads("Cancel this appointment?")
    patient.presses("Yes, cancel it")
    patient.reads("Cancelled")


def staff_see_it_cancelled(staff: Page, site: Site, person: Person) -> None:
    Mailbox(site.data_dir, site.owner_email).wait_for("Cancelled by the patient")
    staff.goto("/admin/")
    staff.get_by_role("link", name="Appointments", exact=True).click()
    row = staff.get_by_role("row").filter(has_text=person.name)
    expect(row).to_contain_text("cancelled", ignore_case=True)
    row.get_by_role("link").first.click()
    history = staff.get_by_role("table").filter(has_text="Who")
    expect(history.get_by_role("row").last).to_contain_text("the patient")
    expect(history.get_by_role("row").last).to_contain_text("cancelled", ignore_case=True)
