"""The pictures of docs/screenshots/, taken from a site of their own: `make screenshots`."""

import os
from pathlib import Path

import django
from playwright.sync_api import Page, sync_playwright

import tests.environment  # noqa: F401  a data folder of its own, before the settings are read
from tests.browser.signing_in import give_second_factor, sign_in_owner
from tests.browser.site import Site, running_site
from tests.browser.steps import ARTICLE, Visitor
from tests.chromium import ARGUMENTS, chromium

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
MOST_BYTES = 150_000
FILL = "from tests.browser.example_day import fill; fill()"


def shoot(page: Page, name: str) -> None:
    picture = FOLDER / f"{name}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size < MOST_BYTES, f"{picture} is too heavy"


def shoot_public_pages(page: Page) -> None:
    visitor = Visitor(page)
    page.goto(ARTICLE)
    visitor.heading("Our next openings").evaluate("heading => heading.scrollIntoView()")
    shoot(page, "article")
    page.goto("/points/")
    visitor.heading("The points on the body").evaluate("heading => heading.scrollIntoView()")
    shoot(page, "points")
    visitor.begins()
    visitor.has_no_sign()
    visitor.reads("Choose a time")
    shoot(page, "times")


def shoot_desk(page: Page, site: Site) -> None:
    give_second_factor(site)
    sign_in_owner(page, site)
    shoot(page, "desk")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_site() as site, sync_playwright() as playwright:
        site.python(FILL)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(
            base_url=site.url,
            viewport={"width": 1280, "height": 840},
            reduced_motion="reduce",  # it scrolls at once
        )
        shoot_public_pages(page)
        shoot_desk(page, site)
        browser.close()


if __name__ == "__main__":
    main()
