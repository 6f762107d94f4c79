"""Using a page without a mouse; wherever one stops, it is seen where one is."""

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 150
HAS_FOCUS = "element => element === document.activeElement"
# A ring of its own, or one drawn around what the focus is in.
SHOWS_FOCUS = """element => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Go on with the Tab key from where one is until the target has the focus, and shows it."""
    expect(target).to_be_visible()
    for _press in range(MOST_TABS):
        if target.evaluate(HAS_FOCUS):
            assert target.evaluate(SHOWS_FOCUS), f"{target} does not show its focus on {page.url}"
            expect(target).to_be_in_viewport()
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by keyboard on {page.url}")


def press_on(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def tick(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Space")
    expect(target).to_be_checked()


def choose(page: Page, group: Locator, target: Locator) -> None:
    """One of a group of choices: Tab leads to the first, the arrows to the others."""
    tab_to(page, group.first)
    page.keyboard.press("Space")
    for _press in range(group.count()):
        if target.evaluate(HAS_FOCUS):
            break
        page.keyboard.press("ArrowDown")
    expect(target).to_be_checked()


def pick(page: Page, target: Locator, option: str) -> None:
    """From a list that unfolds, by typing its name."""
    tab_to(page, target)
    page.keyboard.type(option)
    expect(target.locator("option:checked")).to_contain_text(option)


def type_into(page: Page, target: Locator, text: str) -> None:
    tab_to(page, target)
    page.keyboard.type(text)
