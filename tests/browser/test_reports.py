"""The owner looks at what came in, chooses other days, and takes a table along."""

import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import Look, assert_focus_is_seen, assert_looks, assert_narrow_and_large
from tests.browser.steps import Person, Visitor

LOOKS: list[Look] = [("light", 1280), ("dark", 1024), ("dark", 390)]


def test_an_owner_reads_the_reports(new_page: NewPage, owner_page: Page) -> None:
    Visitor(new_page()).asks_for_consultation(Person.somebody())
    owner_page.goto("/admin/")
    owner_page.get_by_role("link", name="Reports", exact=True).click()
    report = owner_page.get_by_role("region", name="Requests and answers", exact=True)
    expect(report.get_by_role("img", name="Requests and answers per week")).to_be_visible()
    expect(report).to_contain_text(re.compile(r"[1-9]\d* requests? came in"))

    long_ago = date.today() - timedelta(days=400)  # noqa: DTZ011  # any days will do
    owner_page.get_by_label("From", exact=True).fill(long_ago.isoformat())
    owner_page.get_by_label("To", exact=True).fill((long_ago + timedelta(days=20)).isoformat())
    owner_page.get_by_role("button", name="Show reports").click()
    expect(report).to_contain_text("0 requests came in")

    owner_page.get_by_role("link", name="Last 4 weeks").click()
    report.get_by_text("The numbers").click()
    expect(report.get_by_role("row")).to_have_count(5)
    assert_looks(owner_page, LOOKS)
    assert_narrow_and_large(owner_page)
    assert_focus_is_seen(owner_page)
    with owner_page.expect_download() as download:
        report.get_by_role("link", name="Download as CSV").click()
    assert re.fullmatch(r"requests-[\d-]+-to-[\d-]+\.csv", download.value.suggested_filename)
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("From,To,Requests,Answers")
    assert len(rows) == 5

    owner_page.goto("/admin/desk/reports/?first=2026-06-10&last=1926-01-01")
    expect(owner_page.get_by_role("alert")).to_be_visible()
    assert_looks(owner_page, [("light", 1280)])


def test_an_owner_looks_up_who_read_what(new_page: NewPage, owner_page: Page) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    owner_page.goto("/admin/")
    owner_page.get_by_role("link", name=person.name, exact=True).click()
    owner_page.get_by_role("link", name="Who looked at this").click()
    expect(owner_page.get_by_role("heading", name="Who read what", exact=True)).to_be_visible()
    entries = owner_page.get_by_role("table").get_by_role("row")
    expect(entries).to_have_count(2)  # the heads, and the look of a moment ago
    owner_page.get_by_label("From", exact=True).fill("2026-02-01")
    owner_page.get_by_label("To", exact=True).fill("2026-01-01")
    owner_page.get_by_role("button", name="Show these days").click()
    expect(owner_page.get_by_text("The last day is the first day or a later one.")).to_be_visible()
    expect(entries).to_have_count(2)
    assert_looks(owner_page, [("light", 1280), ("dark", 1024)])
