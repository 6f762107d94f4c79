"""The parts of the desk that are about the house, walked as each role (tests/browser/parts.py).

Most are the owner's; whoever else comes there is told that they are not part of the role.
"""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import (
    parts,
    test_parts_of_patients,
)
from tests.browser.desk import Staff
from tests.browser.entries import a_request, a_visit
from tests.browser.parts import AUDIT, MESSAGES, REPORTS, SET_UP, SIGN_IN, STAFF_ACCOUNTS, walk
from tests.browser.signing_in import FRONT_DESK, OWNER, PRACTITIONER, STAFF, enter_password, sign_in
from tests.browser.site import Site

OTHERS = (FRONT_DESK, PRACTITIONER)


def test_every_part_is_walked_as_every_role() -> None:
    assert test_parts_of_patients.__doc__  # imported, so that its walks are counted, too
    assert not list(parts.not_walked())


@walk(STAFF_ACCOUNTS, OWNER)
def test_the_staff_and_their_roles(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.follows("Members of staff")
    for member in STAFF.values():
        row = staff.page.get_by_role("row").filter(has_text=member.email)
        expect(row).to_contain_text(member.role)
        expect(row).to_contain_text("password and second factor")
    staff.follows(STAFF[FRONT_DESK].email)
    expect(staff.box("Front desk")).to_be_checked()
    staff.is_offered("Reset the second factor")


@walk(STAFF_ACCOUNTS, *OTHERS)
def test_the_staff_are_not_for_the_others(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.is_not_offered("Members of staff")
    for path in ("/admin/clinic/user/", "/admin/clinic/user/add/"):
        staff.is_refused(path)
        staff.sees_nothing_of(*(other.email for other in STAFF.values()))


@walk(SIGN_IN, *parts.ROLES)
def test_signing_in_asks_for_password_and_code(staff: Staff, page: Page) -> None:
    newcomer, member = Staff(page, member=staff.member), staff.member
    newcomer.opens("/admin/")
    enter_password(page, member.email, "not this one")
    newcomer.sees("This e-mail address and password do not match. Please try again.")
    enter_password(page, member.email, member.password)
    newcomer.reads("Second step")
    newcomer.sees_nothing_of(member.name)
    page.context.clear_cookies()
    sign_in(page, member)
    newcomer.reads("Today")
    newcomer.sees(member.name)
    newcomer.presses("Log out")
    newcomer.reads("Logged out")


@walk(AUDIT, OWNER)
def test_who_read_what(staff: Staff, site: Site) -> None:
    visit = a_visit(site)
    staff.opens(visit.page)
    staff.follows("Who looked at this")
    staff.reads("Who read what")
    row = staff.page.get_by_role("row").nth(1)
    expect(row).to_contain_text(staff.member.name)
    expect(row).to_contain_text("open")


@walk(AUDIT, *OTHERS)
def test_who_read_what_is_not_for_the_others(staff: Staff, site: Site) -> None:
    visit = a_visit(site, own=True)
    staff.opens(visit.page)
    staff.reads(visit.name)
    staff.is_not_offered("Who looked at this")
    staff.is_refused("/admin/clinic/accesslog/")
    staff.is_refused("/admin/booking/appointmentevent/")


@walk(REPORTS, *parts.ROLES)
def test_reports_are_of_what_one_reaches(staff: Staff, site: Site) -> None:
    a_request(site, own=True)
    before = requests_in(staff)
    other = a_request(site)
    own = staff.role == PRACTITIONER
    assert requests_in(staff) == before + (not own)
    expect(staff.page.get_by_text("Of your own patients and times.")).to_have_count(int(own))
    staff.sees_nothing_of(other.name)
    with staff.page.expect_download() as download:
        the_report(staff).get_by_role("link", name="Download as CSV").click()
    sheet = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert sheet.startswith("From,To,Requests,Answers")


def the_report(staff: Staff) -> Locator:
    return staff.page.get_by_role("region", name="Requests and answers", exact=True)


def requests_in(staff: Staff) -> int:
    """How many came in, as the report says it."""
    staff.opens_the_desk()
    staff.goes_to("Reports")
    found = re.search(r"(\d+) requests? came in", the_report(staff).inner_text())
    assert found
    return int(found[1])


@walk(MESSAGES, FRONT_DESK, OWNER)
def test_a_call_is_made(staff: Staff, site: Site) -> None:
    patient = a_request(site, email="")
    staff.opens_the_desk()
    told = f"Confirmed: {patient.name}. There is no e-mail address: please call."
    staff.does(f"Confirm the request of {patient.name}", told)
    calls = staff.part("To call")
    expect(calls).to_contain_text(patient.name)
    staff.presses(f"Call made to {patient.name}")
    expect(calls).not_to_contain_text(patient.name)
    staff.follows("Messages")
    expect(staff.page.get_by_role("row").nth(1)).to_contain_text("Confirmed")


@walk(MESSAGES, OWNER)
def test_a_wording_is_written_and_given_up(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.follows("Messages in your own words")
    staff.page.get_by_role("link", name="Add message in your own words").click()
    staff.page.get_by_role("combobox", name="Message").select_option(label="Request expired")
    staff.page.get_by_role("combobox", name="Language").select_option(label="Spanish")
    staff.page.get_by_role("textbox", name="Subject").fill("{clinic}: {day}")
    text = staff.page.get_by_role("textbox", name="Text")
    text.fill("{when}")
    staff.presses("Save")
    staff.sees("The text has to contain {link}.")
    text.fill("{when}\n\n{link}")
    staff.presses("Save")
    expect(staff.page.get_by_text("was added successfully")).to_be_visible()
    staff.follows("Request expired")
    staff.presses("Delete")
    staff.presses("Yes, I’m sure")
    expect(staff.page.get_by_text("was deleted successfully")).to_be_visible()


@walk(MESSAGES, PRACTITIONER)
def test_messages_are_not_a_practitioners(staff: Staff, site: Site) -> None:
    own = a_request(site, own=True)
    staff.opens(own.patient_page)
    expect(staff.part("Messages")).to_have_count(0)
    staff.is_refused("/admin/booking/message/")


@walk(MESSAGES, *OTHERS)
def test_wordings_are_not_for_the_others(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.is_not_offered("Messages in your own words")
    for path in ("/admin/booking/wording/", "/admin/booking/wording/add/"):
        staff.is_refused(path)


@walk(SET_UP, OWNER)
def test_the_set_up_list_leads_to_mail_and_backups(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.part("Setting up").get_by_role("link", name="Backups").click()
    staff.reads("Mail and backups")
    staff.sees("None has been made yet.")


@walk(SET_UP, *OTHERS)
def test_setting_up_is_not_for_the_others(staff: Staff) -> None:
    staff.opens_the_desk()
    expect(staff.part("Setting up")).to_have_count(0)
    expect(staff.button("Show the set-up list")).to_have_count(0)
    for path in ("/admin/desk/server/", "/admin/clinic/clinic/"):
        staff.is_refused(path)
