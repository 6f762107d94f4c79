"""Writing an article, by somebody who has never done it: typed, pasted, illustrated, published."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.looks import assert_both_themes, assert_in_reach
from tests.browser.site import Site
from tests.clinic.pictures import bytes_of
from tests.content.test_clean import WORD

KINDS = (
    *("Text", "Picture", "Points", "Caution", "Red flags", "Quotation"),
    *("Questions people ask", "What to ask at the visit", "Call to book"),
)
# What a browser does when somebody pastes; the clipboard itself is not for tests.
PASTE = """(editor, html) => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  editor.dispatchEvent(new ClipboardEvent('paste',
    {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def add(page: Page, kind: str) -> Locator:
    """A block at the end; the focus is in its first field."""
    group = page.get_by_role("group", name="Add a block at the end")
    group.get_by_role("button", name=kind, exact=True).press("Enter")
    block = blocks(page).filter(has_text=re.compile(rf"^\s*\w*\s*{kind}:")).last
    expect(block).to_be_visible()
    return block


def blocks(page: Page) -> Locator:
    return page.locator(".order-machine .inline-related:not(.empty-form)")


def kinds(page: Page) -> list[str]:
    """From top to bottom, as they are seen."""
    seen: list[tuple[float, str]] = [
        (block.evaluate("block => block.offsetTop"), block.locator("h3 b").inner_text())
        for block in blocks(page).all()
    ]
    return [name.rstrip(":") for _top, name in sorted(seen)]


def editor(block: Locator) -> Locator:
    return block.get_by_role("textbox", name="Text", exact=True)


def begin(page: Page, title: str) -> None:
    page.goto("/admin/content/article/add/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Language").select_option("English")
    page.get_by_label("Lead").fill("What warmth can do for a neck, and what it cannot.")
    page.get_by_label("Description").fill("Warmth for a sore neck.")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text(re.compile("was (added|changed) successfully"))).to_be_visible()
    expect(page.get_by_role("group", name="Add a block at the end")).to_be_visible()


def test_an_article_with_every_kind_of_block(owner_page: Page, new_page: NewPage) -> None:
    page = owner_page
    begin(page, "Heat for a sore neck")
    for kind in KINDS:
        block = add(page, kind)
        if kind != "Picture":
            block.get_by_label("Heading").fill(f"On {kind.lower()}")
            editor(block).fill(f"Words of {kind}.")
    fill_in(page)
    assert kinds(page) == list(KINDS)
    blocks(page).last.get_by_role("button", name="Move this block up").press("Enter")
    page.keyboard.press("Enter")  # the button keeps the focus
    assert kinds(page)[-3:] == ["Call to book", "Questions people ask", "What to ask at the visit"]
    add_between(page)
    assert kinds(page)[-3:] == ["Call to book", "Questions people ask", "What to ask at the visit"]
    save(page)
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator(".publishing-state")).to_contain_text("Published.")
    assert kinds(page)[-3:] == ["Call to book", "Questions people ask", "What to ask at the visit"]
    assert_both_themes(page, 1280)
    assert_in_reach(page)
    read(new_page(), page)


def add_between(page: Page) -> None:
    """By keyboard: opened, thought better of, opened again, and the first kind taken."""
    plus = page.get_by_role("button", name="Add a block before this one (picture)")
    plus.press("Enter")
    page.keyboard.press("Escape")
    expect(plus).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert kinds(page)[:3] == ["Text", "Text", "Picture"]
    expect(blocks(page).nth(1).get_by_label("Heading")).to_be_focused()
    page.keyboard.type("In between")


def fill_in(page: Page) -> None:
    """What some kinds ask for besides."""
    of = dict(zip(KINDS, blocks(page).all(), strict=True))
    picture = {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": bytes_of((1000, 600))}
    of["Picture"].get_by_label("Picture:").set_input_files(picture)  # type: ignore[arg-type]
    of["Picture"].get_by_label("Alternative text").fill("A warm cloth lies on a neck.")
    for kind, word in (("Points", "GB 21"), ("Red flags", "chest")):
        of[kind].get_by_role("searchbox").fill(word)
        page.locator(".select2-results").get_by_role(
            "option", name=re.compile(word, re.IGNORECASE)
        ).first.click()
    of["Quotation"].get_by_label("Source").fill("A patient, 2026")
    editor(of["Questions people ask"]).press("Home")
    of["Questions people ask"].locator(".prose-menubar__selected").click()
    of["Questions people ask"].get_by_role("button", name="Heading 3").click()
    editor(of["What to ask at the visit"]).click()
    of["What to ask at the visit"].get_by_title("unordered list").click()


def read(reader: Page, page: Page) -> None:
    path = page.get_by_role("link", name="View on site").get_attribute("href")
    assert path
    reader.goto("/articles/heat-for-a-sore-neck/")
    picture = reader.get_by_role("img", name="A warm cloth lies on a neck.")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.currentSrc.endsWith('.webp') && image.naturalWidth > 0")
    assert_accessible(reader)


def test_pasted_from_word_with_a_source_and_a_link(owner_page: Page, site: Site) -> None:
    page = owner_page
    begin(page, "Pasted")
    block = add(page, "Text")
    block.get_by_label("Heading").fill("Pasted")
    editor(block).evaluate(PASTE, WORD)
    editor(block).press("Control+End")
    for field in ("Cite a source", "Link to a page"):
        listed = page.get_by_label(field).get_attribute("list")
        offered = page.locator(f"#{listed} option[value*='(']").first.get_attribute("value")
        page.get_by_label(field).fill(offered or "")
        expect(editor(block)).to_be_focused()
    page.keyboard.type("!")
    save(page)
    body = site.python(
        "from content.models import TextBlock; print(TextBlock.objects.get(heading='Pasted').body)"
    )
    assert body.startswith("<h3>Sore neck</h3>")
    assert "<strong>within a week</strong>" in body
    assert re.search(r"<ul><li>.*Keep it <strong>warm</strong>.*Move.*</ul>", body)
    assert re.search(r"Ask us.*\[@[\w-]+\] <a href=\"/points/[\w-]+/\">\w+ \d+</a>!", body)
    assert not re.search("mso|style|class|&nbsp;", body, re.IGNORECASE)
