"""A practitioner's day off: whoever has an appointment then is asked about, and found again."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import Look, assert_looks
from tests.browser.site import Site
from tests.browser.steps import Person, Visitor

DAY_OF = """
from booking.models import Appointment
print(Appointment.objects.get(request__patient__full_name="{name}").local_start.date())
"""
LOOKS: list[Look] = [("light", 1280), ("dark", 1024)]


def test_a_day_off_drops_nobody(new_page: NewPage, owner_page: Page, site: Site) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    day = site.python(DAY_OF.format(name=person.name))
    owner_page.goto("/admin/clinic/closure/add/")
    # This browser is in another zone than the clinic: the note on that stands once.
    expect(owner_page.locator(".timezonewarning:visible")).to_have_count(1)
    owner_page.get_by_label("First day").fill(day)
    owner_page.get_by_label("Last day").fill(day)
    owner_page.get_by_label("Reason (English)").fill("Staff day")
    owner_page.get_by_role("button", name="Save", exact=True).click()

    expect(owner_page.get_by_text("Nothing is saved yet.")).to_be_visible()
    assert_looks(owner_page, LOOKS)
    owner_page.get_by_role("button", name="Save", exact=True).click()
    expect(owner_page.get_by_role("alert")).to_contain_text("Choose what becomes of")
    for entry in owner_page.get_by_role("group", name=re.compile("am|pm")).all():
        entry.get_by_label("Find another time").check()
    owner_page.get_by_role("button", name="Save", exact=True).click()

    expect(owner_page.get_by_text("was added successfully")).to_be_visible()
    owner_page.goto("/admin/")
    part = owner_page.get_by_role("region", name=re.compile("^Another time to be found"))
    expect(part).to_contain_text(person.name)
    part.get_by_role("link", name=f"Offer other times to {person.name}", exact=True).click()
    expect(owner_page.get_by_role("heading", name="Offer other times")).to_be_visible()
