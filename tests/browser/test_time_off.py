"""A practitioner's day off: whoever has an appointment then is asked about, and found again."""

from playwright.sync_api import expect

from tests.browser.desk import Staff
from tests.browser.entries import a_request_within_hours, an_offer_within_hours
from tests.browser.looks import Look, assert_looks
from tests.browser.parts import TIME_OFF, walk
from tests.browser.signing_in import FRONT_DESK, OWNER
from tests.browser.site import Site

LOOKS: list[Look] = [("light", 1280), ("dark", 1024)]


@walk(TIME_OFF, FRONT_DESK, OWNER)
def test_a_day_off_drops_nobody(staff: Staff, site: Site) -> None:
    touched, page = a_request_within_hours(site), staff.page
    staff.opens("/admin/clinic/closure/add/")
    # This browser is in another zone than the clinic: what that means is said once, in words.
    expect(page.locator(".timezonewarning").first).to_be_hidden()
    expect(page.locator(".timezonewarning:visible")).to_have_count(0)
    expect(page.get_by_text("Days and times are those of the clinic’s place")).to_be_visible()
    page.get_by_label("First day").fill(touched.day)
    page.get_by_label("Last day").fill(touched.day)
    page.get_by_label("Practitioner").select_option(label=touched.with_whom)
    page.get_by_label("Reason (English)").fill("Staff day")
    staff.presses("Save")

    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    assert_looks(page, LOOKS)
    staff.presses("Save")
    expect(page.get_by_role("alert")).to_contain_text("Choose what becomes of")
    page.get_by_role("group", name=touched.name).get_by_label("Find another time").check()
    staff.presses("Save")

    expect(page.get_by_text("was added successfully")).to_be_visible()
    staff.opens_the_desk()
    expect(staff.part("Another time to be found")).to_contain_text(touched.name)
    staff.part("Another time to be found").get_by_role(
        "link", name=f"Offer other times to {touched.name}", exact=True
    ).click()
    staff.reads("Offer other times")


@walk(TIME_OFF, FRONT_DESK, OWNER)
def test_whose_offer_is_withdrawn_is_not_dropped_either(staff: Staff, site: Site) -> None:
    asked, offered, page = a_request_within_hours(site), an_offer_within_hours(site), staff.page
    staff.opens("/admin/clinic/closure/add/")
    page.get_by_label("First day").fill(min(asked.day, offered.day))
    page.get_by_label("Last day").fill(max(asked.day, offered.day))
    page.get_by_label("Practitioner").select_option(label=offered.with_whom)
    staff.presses("Save")
    expect(page.get_by_text("What is only offered is kept or withdrawn")).to_be_visible()
    assert_looks(page, LOOKS)
    page.get_by_role("group", name="For all of them").get_by_label("Find other times").check()
    staff.presses("Save")

    staff.opens_the_desk()
    part = staff.part("Another time to be found")
    for name in (asked.name, offered.name):
        expect(part).to_contain_text(name)
    button = f"No other time wanted by {offered.name}"
    part.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text("No other time is looked for any more")).to_be_visible()
    expect(staff.part("Another time to be found")).not_to_contain_text(offered.name)
