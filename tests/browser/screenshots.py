"""The pictures of docs/screenshots/, taken from sites of their own: `make screenshots`.

Their clocks say Tuesday, in the middle of the morning or at the end of the day.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import django
from playwright.sync_api import Locator, Page, ViewportSize, expect, sync_playwright

import tests.environment  # noqa: F401  a data folder of its own, before the settings are read
from tests.browser.conftest import PHONE
from tests.browser.signing_in import enter_password, first_owner, sign_in, take_on
from tests.browser.site import Site, running_site
from tests.browser.steps import ARTICLE, Visitor
from tests.chromium import ARGUMENTS, chromium

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
CLOCK = Path(__file__).resolve().parent / "clock"
WINDOW: ViewportSize = {"width": 1280, "height": 840}
PUBLIC = {"home": "/", "article": ARTICLE, "search": "/search/?q=stif+neck", "visit": "/visit/"}
REWRITTEN = "neck-pain"  # of the example day
MOST_BYTES = 250_000
TUESDAY = 1
MORNING, EVENING = time(10, 40), time(17, 20)
# The desk says that mail is set up, and nothing leaves the machine.
NO_SERVER = "smtp://127.0.0.1:9"
FILL = "from tests.browser.example_day import fill; fill()"


def shoot(page: Page, name: str, part: Locator | None = None) -> None:
    """The window as it is, from this part of the page on."""
    if part:
        part.evaluate("part => window.scrollTo(0, part.getBoundingClientRect().top - 24)")
    picture = FOLDER / f"{name}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size < MOST_BYTES, f"{picture} is too heavy"


def shoot_public_pages(page: Page) -> None:
    visitor = Visitor(page)
    for name, path in PUBLIC.items():
        visitor.opens(path)
        shoot(page, name)
    shoot_points(visitor)
    shoot_on_a_phone(page)
    visitor.begins()
    visitor.has_no_sign()
    visitor.reads("Choose a time")
    shoot(page, "times")


def shoot_points(visitor: Visitor) -> None:
    """What applies to a reader is ticked; the points to leave out are struck out on the map."""
    visitor.opens("/points/")
    visitor.box("Pregnancy").check()
    page = visitor.page
    page.evaluate("document.activeElement.blur()")
    shoot(page, "points", visitor.heading("The points on the body"))


def shoot_on_a_phone(page: Page) -> None:
    """The same article at night."""
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.goto(ARTICLE)
    shoot(page, "article-phone")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WINDOW)


def shoot_signing_in(page: Page, site: Site) -> None:
    page.goto("/admin/login/?next=/admin/")
    enter_password(page, site.owner_email, site.owner_password)
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    shoot(page, "sign-in")
    page.context.clear_cookies()


def shoot_morning(page: Page) -> None:
    page.goto("/admin/")
    shoot(page, "desk")
    page.get_by_text("Decline the request of Tom Bellamy").click()
    shoot(page, "answer", page.get_by_role("heading", name=re.compile("^Waiting for an answer")))
    page.goto("/admin/desk/calendar/")
    shoot(page, "calendar")
    shoot_caller(page)
    shoot_time_off(page)


def shoot_caller(page: Page) -> None:
    """Somebody calls: found in spite of a slip, their page, and a time for them."""
    page.goto("/admin/desk/patients/?q=rosa+dellmar")
    found = page.get_by_role("region", name="Patients found")
    found.get_by_role("link", name="Rosa Delmar", exact=True).first.click()
    shoot(page, "patient")
    page.get_by_role("link", name="Book for this patient").click()
    page.get_by_role("link", name="Follow-up visit").click()
    shoot(page, "book")


def shoot_time_off(page: Page) -> None:
    page.goto("/admin/clinic/closure/add/")
    day = datetime.fromisoformat(page.evaluate("new Date().toISOString().slice(0, 10)"))
    page.get_by_label("First day").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("Last day").fill(f"{day + timedelta(days=8):%Y-%m-%d}")
    page.get_by_label("Practitioner").select_option(label="Maya Brandt")
    page.get_by_label("Reason (English)").fill("Training")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    shoot(page, "time-off")


def shoot_writing(page: Page) -> None:
    """An article in its editor, and what was changed since its first version."""
    page.goto(f"/admin/content/article/?q={REWRITTEN}&language__exact=en")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    expect(page.get_by_role("group", name="Add a block at the end")).to_be_visible()
    shoot(page, "editor", page.locator(".order-machine .inline-related").first)
    page.get_by_role("link", name="Versions", exact=True).first.click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("What was added is underlined")).to_be_visible()
    shoot(page, "versions")


def shoot_owners_pages(page: Page) -> None:
    page.goto("/admin/desk/reports/")
    shoot(page, "reports")
    page.goto("/admin/clinic/user/")
    shoot(page, "staff")
    page.goto("/admin/booking/wording/")
    page.get_by_role("link", name="Confirmed").first.click()
    shoot(page, "wording")
    page.goto("/admin/desk/server/")
    page.set_viewport_size({"width": 1280, "height": 560})
    shoot(page, "backups")
    page.goto("/admin/clinic/accesslog/?q=nora")
    page.set_viewport_size({"width": 1280, "height": 700})
    shoot(page, "who-read-what")


def shoot_evening(page: Page) -> None:
    page.goto("/admin/")
    shoot(page, "evening", page.get_by_role("heading", name=re.compile("^Tuesday")))


def seconds_until(hour: time) -> float:
    """To the next Tuesday that the clinic has at this hour."""
    now = datetime.now(UTC)
    here = now.astimezone(ZoneInfo("America/New_York"))
    day = here.date() + timedelta(days=(TUESDAY - here.weekday()) % 7 or 7)
    return (datetime.combine(day, hour, here.tzinfo) - now).total_seconds()


@contextmanager
def a_day_at(hour: time) -> Iterator[tuple[Page, Site]]:
    clock = {"PYTHONPATH": str(CLOCK), "CLOCK_AHEAD": str(seconds_until(hour))}
    with running_site(**clock, EMAIL_URL=NO_SERVER) as site, sync_playwright() as playwright:
        site.python(FILL)
        site.run("backup")
        take_on(site, first_owner(site))
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield (
            browser.new_page(
                base_url=site.url,
                viewport=WINDOW,
                reduced_motion="reduce",  # it scrolls at once
            ),
            site,
        )
        browser.close()


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with a_day_at(MORNING) as (page, site):
        shoot_public_pages(page)
        shoot_signing_in(page, site)
        sign_in(page, first_owner(site))
        shoot_morning(page)
        shoot_writing(page)
        shoot_owners_pages(page)
    with a_day_at(EVENING) as (page, site):
        sign_in(page, first_owner(site))
        shoot_evening(page)


if __name__ == "__main__":
    main()
