"""Using a page without a mouse; wherever one stops, it is seen where one is."""

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 150
HAS_FOCUS = "element => element === document.activeElement"
# What has the focus and shows it neither by a ring of its own nor by a drawn one, once the page has
# gone there; the page itself has it before the first stop and after the last. The button of a field
# for a day is the browser's, with a ring that no script sees: then the field itself has none.
HIDES_FOCUS = """async () => {
  const hasRing = at => {
    const style = getComputedStyle(at), drawn = at.querySelector('.hit');
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      || at.type === 'date' && !at.matches(':focus-visible')
      || drawn && getComputedStyle(drawn).stroke !== 'none';
  };
  const isInSight = at => {
    const box = at.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  };
  const at = document.activeElement;
  for (let frame = 0; frame < 120; frame++) {
    if (at === document.body || hasRing(at) && isInSight(at)) return '';
    await new Promise(requestAnimationFrame);
  }
  return at.outerHTML.slice(0, 120);
}"""


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Go on with the key from where one is until the target has the focus; each stop shows it."""
    expect(target).to_be_visible()
    for _press in range(MOST_TABS):
        if target.evaluate(HAS_FOCUS):
            hidden = page.evaluate(HIDES_FOCUS)
            assert not hidden, f"{target} does not show its focus on {page.url}: {hidden}"
            expect(target).to_be_in_viewport()
            return
        page.keyboard.press(key)
        hidden = page.evaluate(HIDES_FOCUS)
        assert not hidden, f"on the way to {target} the focus is not seen on {page.url}: {hidden}"
    raise AssertionError(f"{target} is not reached by keyboard on {page.url}")


def tab_back_to(page: Page, target: Locator) -> None:
    tab_to(page, target, key="Shift+Tab")


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
