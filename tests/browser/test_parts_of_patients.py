"""The parts of the desk that are about patients, walked as each role (tests/browser/parts.py).

Who may do something does it; who may not is offered nothing of it and, at its address, told so.
A practitioner sees their own patients and calendar, and nothing of anybody else's.
"""

import re

from playwright.sync_api import Locator, expect

from tests.browser.desk import Staff
from tests.browser.entries import a_double_of, a_request, a_visit, a_visit_of_long_ago
from tests.browser.parts import (
    CALENDAR,
    PATIENTS,
    REQUESTS,
    TELEPHONE,
    TIME_OFF,
    TODAY,
    walk,
)
from tests.browser.signing_in import FRONT_DESK, OWN_NAME, OWNER, PRACTITIONER
from tests.browser.site import Site
from tests.browser.steps import Person

SOMEBODY_ELSE = "example-physical-therapist"
ANSWERS = ("decline", "offer", "move", "cancel", "note")


def notes_who_came(staff: Staff, name: str) -> None:
    staff.does(f"Arrived ({name})", f"{name} has arrived.")
    staff.does(f"Undo “Arrived” of {name}", f"{name} is as before.")


@walk(TODAY, FRONT_DESK, OWNER)
def test_today_everybody_is_there(staff: Staff, site: Site) -> None:
    visits = a_visit(site), a_visit(site, own=True)
    staff.opens_the_desk()
    staff.is_offered("Book for a patient", *(visit.name for visit in visits))
    expect(staff.part("To call")).to_be_visible()
    for visit in visits:
        notes_who_came(staff, visit.name)


@walk(TODAY, PRACTITIONER)
def test_today_a_practitioner_sees_their_own(staff: Staff, site: Site) -> None:
    other, own = a_visit(site), a_visit(site, own=True)
    staff.opens_the_desk()
    notes_who_came(staff, own.name)
    staff.sees_nothing_of(other.name, other.with_whom)
    staff.is_not_offered("Book for a patient")
    for part in ("To call", "Setting up"):
        expect(staff.part(part)).to_have_count(0)
    staff.finds_nothing_at(other.page, other)


@walk(REQUESTS, FRONT_DESK, PRACTITIONER, OWNER)
def test_requests_are_confirmed_declined_and_given_other_times(staff: Staff, site: Site) -> None:
    own = staff.role == PRACTITIONER
    first, second, third = (a_request(site, own=own) for _ in range(3))
    staff.opens_the_desk()
    told = f"Confirmed: {first.name}. The patient is told."
    staff.does(f"Confirm the request of {first.name}", told)
    expect(staff.waiting(first.name)).to_have_count(0)
    entry = staff.unfolds("Decline the request of", second.name)
    entry.get_by_role("radio", name="Please call us").check()
    entry.get_by_role("button", name="Decline this request").click()
    staff.sees(f"Declined: {second.name}. The patient is told why.")
    expect(staff.waiting(second.name)).to_have_count(0)
    staff.follows(f"Offer other times to {third.name}")
    offered = [staff.ticks(day, "checkbox") for day in (1, 2)]
    assert not own or all(OWN_NAME in time for time in offered)
    asked = f"Offered to {third.name}. The patient is asked to choose."
    staff.does("Offer other times", asked)
    expect(staff.part("Offered, waiting for the patient")).to_contain_text(third.name)


@walk(REQUESTS, PRACTITIONER)
def test_requests_to_somebody_else_are_not_there(staff: Staff, site: Site) -> None:
    other = a_request(site)
    staff.opens_the_desk()
    staff.sees_nothing_of(other.name, other.with_whom)
    for answer in ANSWERS:
        staff.finds_nothing_at(f"/admin/desk/appointments/{other.appointment}/{answer}/", other)


@walk(CALENDAR, FRONT_DESK, OWNER)
def test_the_calendar_is_everybodys(staff: Staff, site: Site) -> None:
    visits = a_visit(site), a_visit(site, own=True)
    staff.opens_the_desk()
    staff.goes_to("Calendar")
    for visit in visits:
        expect(staff.page.get_by_role("link", name=visit.name)).to_be_visible()
    staff.turns_to("Rooms")
    staff.turns_to("Week")
    staff.opens_a_day_with_free_places()
    staff.free_places().first.click()
    staff.reads("Book for a patient")


@walk(CALENDAR, PRACTITIONER)
def test_the_calendar_of_a_practitioner_is_their_own(staff: Staff, site: Site) -> None:
    other, own = a_visit(site), a_visit(site, own=True)
    staff.opens_the_desk()
    staff.goes_to("Calendar")
    expect(staff.page.get_by_role("link", name=own.name)).to_be_visible()
    staff.sees_nothing_of(other.name, other.with_whom)
    staff.is_not_offered("Rooms", "Practitioners")
    staff.turns_to("Week")
    staff.turns_to("Next week")
    title = staff.page.get_by_role("heading", level=1)
    expect(title).to_contain_text(OWN_NAME)
    expect(staff.page.get_by_text(re.compile(" free$")).first).to_be_attached()
    expect(staff.free_places()).to_have_count(0)  # they would lead to booking there
    staff.opens(f"/admin/desk/calendar/week/?practitioner={SOMEBODY_ELSE}")
    staff.sees("You can see no calendar of that name.")
    expect(title).to_contain_text(OWN_NAME)


@walk(TELEPHONE, FRONT_DESK, OWNER)
def test_somebody_who_calls_is_booked(staff: Staff) -> None:
    person = Person.somebody()
    staff.begins_to_book()
    staff.books(person)
    staff.is_offered(person.name, "Move", "Cancel the appointment")


@walk(TELEPHONE, PRACTITIONER)
def test_a_practitioner_books_for_nobody(staff: Staff, site: Site) -> None:
    own = a_request(site, own=True)
    for path, title in (("/admin/", "Today"), (own.patient_page, own.name), (own.page, own.name)):
        staff.opens(path)
        staff.reads(title)
        staff.is_not_offered("Book for a patient", "Book for this patient")
    for path in ("/admin/desk/book/", "/admin/desk/book/visit/"):
        staff.is_refused(path)


@walk(TIME_OFF, FRONT_DESK, OWNER)
def test_hours_are_the_owners_to_change(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.follows("Practitioners")
    staff.page.get_by_role("link", name=re.compile(f"^{OWN_NAME}")).click()
    staff.reads("Working hours")
    owners = int(staff.role == OWNER)
    expect(staff.button("Save")).to_have_count(owners)
    expect(staff.button("Add another Working hours")).to_have_count(owners)


@walk(TIME_OFF, PRACTITIONER)
def test_a_practitioner_reads_when_it_is_closed(staff: Staff) -> None:
    staff.opens_the_desk()
    staff.follows("Time off and closures")
    staff.is_not_offered("Add closure")
    staff.page.get_by_role("rowheader").get_by_role("link").first.click()
    expect(staff.button("Close")).to_be_visible()
    for button in ("Save", "Delete"):
        expect(staff.button(button)).to_have_count(0)
    for path in ("/admin/clinic/closure/add/", "/admin/clinic/practitioner/"):
        staff.is_refused(path)


@walk(PATIENTS, FRONT_DESK, OWNER)
def test_patients_are_found_whoever_sees_them(staff: Staff, site: Site) -> None:
    patient = a_request(site)
    staff.opens_the_desk()
    staff.goes_to("Patients")
    staff.searches(patient.name.replace("u", "o", 1))  # a slip is forgiven
    staff.follows(patient.name)
    staff.field("New note").fill("Comes by train.")
    staff.does("Keep the note", "The note is kept.")
    expect(staff.page.get_by_role("article")).to_contain_text(staff.member.name)
    staff.is_offered("Correct", "Whole record", "Book for this patient")
    if staff.role == OWNER:
        staff.follows("Erase")
        staff.sees("A visit or an answer is still to come. Cancel it first, and then erase.")
    else:
        staff.is_not_offered("Erase", "Set a legal hold")
        for page in ("erase", "hold"):
            staff.is_refused(f"{patient.patient_page}{page}/")


@walk(PATIENTS, PRACTITIONER)
def test_a_practitioner_finds_their_own_patients(staff: Staff, site: Site) -> None:
    other, own = a_request(site), a_request(site, own=True)
    staff.opens_the_desk()
    staff.goes_to("Patients")
    staff.is_not_offered("Possible doubles")
    staff.searches(other.name)
    staff.sees("Nobody was found who could be meant by this.")
    staff.searches(own.name)
    staff.follows(own.name)
    staff.field("New note").fill("Sleeps better.")
    staff.does("Keep the note", "The note is kept.")
    staff.is_not_offered("Correct", "Whole record", "Erase", "Set a legal hold")
    for page in ("correct", "record", "erase", "hold"):
        staff.is_refused(f"{own.patient_page}{page}/")
    staff.finds_nothing_at(other.patient_page, other)


def both(staff: Staff, name: str) -> Locator:
    """The way to two records side by side; either may come first."""
    return staff.page.get_by_role("link", name=re.compile(f"^Look at both.*{name}"))


@walk(PATIENTS, FRONT_DESK, OWNER)
def test_doubles_are_merged_and_parted(staff: Staff, site: Site) -> None:
    patient = a_request(site)
    double = a_double_of(site, patient)
    staff.opens_the_desk()
    staff.goes_to("Patients")
    staff.follows("Possible doubles")
    both(staff, double.name).click()
    staff.reads("One person or two?")
    staff.page.get_by_role("button", name=re.compile("^One person, keep this")).first.click()
    expect(staff.page.get_by_text("Merged. Both records are kept")).to_be_visible()
    together = staff.part("Records of this person")
    expect(together).to_contain_text(double.name)
    expect(staff.part("Appointments").get_by_role("rowheader")).to_have_count(2)
    together.get_by_role("link", name=re.compile("^Undo the merge")).click()
    staff.does("Undo the merge", "Undone. These are two people again.")
    expect(staff.part("Appointments").get_by_role("rowheader")).to_have_count(1)
    staff.goes_to("Patients")
    staff.follows("Possible doubles")
    expect(both(staff, double.name)).to_be_visible()


@walk(PATIENTS, PRACTITIONER)
def test_a_practitioner_merges_nobody(staff: Staff, site: Site) -> None:
    """Not even two records of their own; a double that is somebody else's is not there."""
    patient, elsewhere = a_request(site, own=True), a_request(site)
    double, other = a_double_of(site, patient, own=True), a_double_of(site, patient)
    staff.opens(patient.patient_page)
    staff.reads(patient.name)
    expect(staff.part("May be the same person")).to_have_count(0)
    expect(both(staff, double.name)).to_have_count(0)
    for each in (double, other, elsewhere):
        staff.is_refused(f"{patient.patient_page}with/{each.patient}/")
    staff.is_refused(f"{patient.patient_page}undo-merge/")
    staff.is_refused("/admin/desk/patients/doubles/")
    staff.sees_nothing_of(other.with_whom, elsewhere.name)


@walk(PATIENTS, OWNER)
def test_a_record_whose_time_is_over_is_erased(staff: Staff, site: Site) -> None:
    patient = a_visit_of_long_ago(site)
    staff.opens(patient.patient_page)
    staff.follows("Erase, the time to keep it is over")
    staff.reads("Erase this record?")
    staff.does("Erase for good", "Choose the reason.")
    staff.page.get_by_role("radio").first.check()
    staff.does("Erase for good", "Erased. Times and events are kept, without a name.")
    staff.sees_nothing_of(patient.name, patient.email, "Asked")
    expect(staff.part("Appointments").get_by_role("rowheader")).to_have_count(1)
    staff.is_not_offered("Correct", "Whole record", "Set a legal hold", "Erase")
    staff.goes_to("Patients")
    staff.searches(patient.name)
    staff.sees("Nobody was found who could be meant by this.")


@walk(PATIENTS, FRONT_DESK, PRACTITIONER)
def test_what_is_over_is_the_owners_to_erase(staff: Staff, site: Site) -> None:
    patient = a_visit_of_long_ago(site)
    if staff.role == FRONT_DESK:
        staff.opens(patient.patient_page)
        staff.reads(patient.name)
        staff.is_not_offered("Erase, the time to keep it is over")
    staff.is_refused(f"{patient.patient_page}erase/")
