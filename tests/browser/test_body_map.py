"""Choosing points without a script, by label and by keyboard; and the sheet to take home."""

import re
from itertools import product

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.looks import assert_fits, assert_focus_is_seen
from tests.browser.steps import Visitor

PAGE = re.compile(rb"/Type\s*/Page\b")
UNTIL_ASKED = "Leave this one out until you have asked:"


def entry(page: Page, code: str) -> Locator:
    heading = page.get_by_role("heading", name=re.compile(f"^{code} "))
    return page.get_by_role("listitem").filter(has=heading)


def test_what_applies_to_a_reader_marks_the_points_to_leave_out(
    page_without_javascript: Page,
) -> None:
    page = page_without_javascript
    Visitor(page).opens("/points/")
    status, before = page.get_by_role("status"), page.url
    expect(status).to_have_text(re.compile(r"^\s*$"), use_inner_text=True)
    pregnancy = page.get_by_role("checkbox", name="Pregnancy")
    pregnancy.focus()
    page.keyboard.press("Space")
    page.get_by_label("Numb skin or nerve damage").check()
    expect(entry(page, "GB 21")).to_contain_text(UNTIL_ASKED, use_inner_text=True)
    expect(entry(page, "TE 3")).not_to_contain_text("Pregnancy", use_inner_text=True)
    expect(page.get_by_role("link", name="GB 21, Shoulder Well , leave out")).to_be_visible()
    expect(page.get_by_role("link", name="KI 27, Shu Mansion", exact=True)).to_be_visible()
    expect(status).to_contain_text("GB 21, CV 6, LI 4.", use_inner_text=True)
    page.keyboard.press("Enter")
    assert page.url == before, "nothing was sent"
    page.get_by_role("button", name="Clear all choices").click()
    expect(pregnancy).not_to_be_checked()
    expect(entry(page, "GB 21")).not_to_contain_text(UNTIL_ASKED, use_inner_text=True)


def test_what_hurts_and_where_choose_the_points_that_are_shown(
    page_without_javascript: Page,
) -> None:
    page = page_without_javascript
    Visitor(page).opens("/points/")
    page.get_by_role("group", name="What hurts?").get_by_label("Show all").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Headache (4)")).to_be_checked()
    shown = page.get_by_role("heading", level=3)
    expect(shown).to_have_text([re.compile(code) for code in ("BL 10", "GB 10", "LI 4", "TE 3")])
    expect(page.get_by_role("link", name=re.compile("^KI 27,"))).to_have_count(0)
    page.get_by_label("Hand (2)").check()
    expect(shown).to_have_text([re.compile("LI 4"), re.compile("TE 3")])
    expect(page.get_by_role("figure", name="On the back", exact=True)).to_be_hidden()
    page.get_by_label("Belly (1)").check()
    expect(shown).to_have_count(0)
    expect(page.get_by_text("No point here is used for that")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_marked_map_is_accessible(new_page: NewPage, scheme: str) -> None:
    page = new_page(viewport=PHONE, color_scheme=scheme)
    reader = Visitor(page, "es")
    reader.opens("/points/")
    reader.page.get_by_label("Embarazo").check()
    reader.page.get_by_label("Lesión nueva o hueso roto").check()
    assert_accessible(page)
    assert_fits(page)
    assert_focus_is_seen(page)


def test_it_prints_on_one_page_and_leaves_out_how_to_press_what_is_left_out(page: Page) -> None:
    for path, paper in product(("/points/", "/es/points/"), ("Letter", "A4")):
        page.goto(path)
        assert len(PAGE.findall(page.pdf(format=paper))) == 1, f"{path} on {paper}"
    page.goto("/points/")
    page.get_by_label("Pregnancy").check()
    page.emulate_media(media="print")
    printed = entry(page, "LI 4")
    expect(printed).to_contain_text(UNTIL_ASKED, use_inner_text=True)
    expect(printed).not_to_contain_text("Make firm, slow circles", use_inner_text=True)
    expect(entry(page, "LU 5")).to_contain_text("Press gently", use_inner_text=True)
    expect(page.get_by_role("form")).to_be_hidden()
    expect(page.get_by_role("banner")).to_contain_text("732-788-0349")
    assert len(PAGE.findall(page.pdf(format="Letter"))) == 1
