"""A front desk's morning: requests answered in their list, visits noted in one press each."""

from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.desk import Staff
from tests.browser.looks import Look, assert_focus_is_seen, assert_looks, assert_narrow_and_large
from tests.browser.site import Site

LOOKS: list[Look] = [("light", 1280), ("light", 1024), ("dark", 390)]
MINUTE = 60_000  # milliseconds
NUMBERS = count(1)
FILL = """
from datetime import datetime, time, timedelta
from django.utils import timezone
from booking.models import Status
from clinic.models import Clinic, Location, Service
from tests.booking import builders
now, zone = timezone.now(), Clinic.objects.get().zone
midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
begun = max(midnight, now - timedelta(minutes=10))
service, place = Service.objects.get(slug="follow-up"), Location.objects.first()
def put(name, status, starts_at):
    patient = builders.a_patient(full_name=name, telephone="+17325550123")
    builders.an_appointment(
        status,
        starts_at,
        request=builders.a_request(service, patient=patient),
        practitioner=builders.a_practitioner(
            hours=(), is_active=False, order=999, name="On call", slug=f"for-{patient.pk}"
        ),
        location=place,
    )
for name in WAITING: put(name, Status.PENDING, now + timedelta(days=9))
for name in COMING: put(name, Status.BOOKED, begun)
"""


class Morning:
    """What stands on the desk at its beginning, under names of its own."""

    def __init__(self, site: Site, desk: Staff) -> None:
        self.desk, self.staff, number = desk, desk.page, next(NUMBERS)
        self.waiting = [f"Request {number} {letter}" for letter in "ABCD"]
        self.coming = [f"Visit {number} {letter}" for letter in "AB"]
        site.python(f"WAITING, COMING = {self.waiting}, {self.coming}{FILL}")
        desk.opens_the_desk()

    def press(self, name: str, then: str) -> None:
        self.staff.get_by_role("button", name=name, exact=True).click()
        expect(self.staff.get_by_text(then, exact=True)).to_be_visible()

    def entry(self, name: str) -> Locator:
        return self.desk.waiting(name)

    def unfold(self, what: str, name: str) -> Locator:
        return self.desk.unfolds(what, name)

    def tick(self, name: str) -> None:
        self.staff.get_by_role("checkbox", name=f"Choose the request of {name}").check()


@pytest.fixture
def morning(site: Site, front_desk: Staff) -> Morning:
    return Morning(site, front_desk)


def test_requests_are_answered_without_leaving_the_list(morning: Morning) -> None:
    staff, (first, second, third, fourth) = morning.staff, morning.waiting
    assert_looks(staff, LOOKS)
    assert_narrow_and_large(staff)
    assert_focus_is_seen(staff)
    for name in (first, second):
        morning.tick(name)
    morning.press("Confirm those ticked", f"Confirmed: {first}, {second}. They are told.")
    for name in (first, second):
        expect(morning.entry(name)).to_have_count(0)
    entry = morning.unfold("Note a call with", third)
    entry.get_by_label("What was said in the call").fill("No answer; a voicemail was left.")
    assert_looks(staff, LOOKS)
    entry.get_by_role("button", name="Keep the note").click()
    expect(morning.entry(third)).to_contain_text("No answer; a voicemail was left.")
    entry = morning.unfold("Decline the request of", third)
    assert_looks(staff, LOOKS)
    entry.get_by_role("radio", name="Please call us").check()
    entry.get_by_role("button", name="Decline this request").click()
    expect(staff.get_by_text("The patient is told why.")).to_be_visible()
    expect(morning.entry(third)).to_have_count(0)
    expect(morning.entry(fourth)).to_be_visible()


def test_visits_are_noted_in_one_press_each(morning: Morning) -> None:
    came, missing = morning.coming
    morning.press(f"Arrived ({came})", f"{came} has arrived.")
    morning.press(f"Completed ({came})", f"{came} is done.")
    morning.press(f"Undo “Completed” of {came}", f"{came} is as before.")
    row = morning.staff.get_by_role("row").filter(has_text=came)
    expect(row).to_contain_text("Arrived")
    morning.press(f"Did not come ({missing})", f"{missing} did not come.")
    assert_looks(morning.staff, LOOKS)
    morning.staff.get_by_role("link", name=came, exact=True).click()
    expect(morning.staff.get_by_role("row").filter(has_text="taken back")).to_be_visible()
    morning.press(f"Undo “Arrived” of {came}", f"{came} is as before.")
    morning.staff.get_by_role("link", name="Entered by mistake").click()
    assert_looks(morning.staff, LOOKS)
    morning.press("Remove this entry", "Removed. Nobody is told.")


def test_the_page_shows_what_others_did_unless_somebody_is_at_work_in_it(morning: Morning) -> None:
    staff, (first, second, *_others) = morning.staff, morning.waiting
    colleague = staff.context.new_page()
    colleague.goto("/admin/")
    staff.clock.install()
    staff.goto("/admin/")
    confirm = colleague.get_by_role("button", name=f"Confirm the request of {first}", exact=True)
    confirm.click()
    expect(colleague.get_by_text("The patient is told.")).to_be_visible()
    entry = morning.unfold("Note a call with", second)
    note = entry.get_by_label("What was said in the call")
    note.fill("She will")
    staff.clock.run_for(3 * MINUTE)
    expect(morning.entry(first)).to_be_visible()
    expect(note).to_have_value("She will")
    note.fill("")
    morning.unfold("Note a call with", second)
    with staff.expect_response(lambda answer: "x-refresh" in answer.request.headers):
        staff.clock.run_for(MINUTE)
    expect(morning.entry(first)).to_have_count(0)
    expect(morning.entry(second)).to_be_visible()
    focused = staff.evaluate("document.activeElement.textContent")
    assert second in focused, "the focus stays where it was"
