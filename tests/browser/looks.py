"""What every page must be, in any theme and at any width: WCAG 2.2 AA as far as a machine sees."""

from collections.abc import Iterable, Sequence
from typing import Literal

from playwright.sync_api import Page

from tests.browser.conftest import assert_accessible

Look = tuple[Literal["light", "dark"], int]

OF_COLOURS = ("color-contrast", "link-in-text-block")
# What the width and the colours of a page can change; the rest is the same page's in any look.
OF_LOOKS = (*OF_COLOURS, "target-size", "scrollable-region-focusable")
NARROW = 320  # a window of 1280 at 400 %
# Whatever reaches past the window and does not stand in something that scrolls by itself.
TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [...document.body.querySelectorAll('*')]
    .filter(part => part.getBoundingClientRect().right > root.clientWidth + 1)
    .map(part => part.outerHTML.slice(0, 120)).slice(0, 5)
    .concat(`${root.scrollWidth} > ${root.clientWidth}`);
}"""
# Whatever is pressed or filled in and does not stand whole in the window, once it is scrolled to:
# something is drawn over its middle, or it is cut off by its surroundings or by the edge. What
# stands in a part that scrolls by itself is scrolled to there; what leads on to the content comes
# into sight with the focus.
OUT_OF_REACH = """() => {
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const isSeen = part => part.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && part.getBoundingClientRect().width > 1 && getComputedStyle(part).pointerEvents !== 'none'
    && !part.closest('.visually-hidden, .skip, .skip-to-content-link');
  const wrong = part => {
    part.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    // Of a link that is broken over lines its first piece; of a drawn one what is made to be hit.
    const box = (part.querySelector('.hit') ?? part).getClientRects()[0];
    const width = document.documentElement.clientWidth;
    if (box.left < -1 || box.right > width + 1) return 'is cut off by the window: ';
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    const isIt = hit && (part.contains(hit) || hit.contains(part) && hit.closest('label, a, button')
      || [...(part.labels ?? [])].some(label => label.contains(hit)));
    return isIt ? '' : `is covered by ${hit?.outerHTML.slice(0, 60)}: `;
  };
  const found = [...document.querySelectorAll(controls)].filter(isSeen)
    .map(part => [wrong(part), part]).filter(([what]) => what)
    .map(([what, part]) => what + part.outerHTML.slice(0, 120));
  scrollTo(0, 0);
  return found;
}"""
# Whatever takes the focus without a ring that can be seen; a drawn point has a ring of its own.
WITHOUT_RING = """() => {
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const hasRing = part => {
    const style = getComputedStyle(part), drawn = part.querySelector('.hit');
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      || drawn && getComputedStyle(drawn).stroke !== 'none';
  };
  return [...document.querySelectorAll(controls)].filter(part => {
    if (part.tabIndex < 0 || part.disabled || !part.checkVisibility()) return false;
    part.focus();
    return document.activeElement === part && !hasRing(part);
  }).map(part => part.outerHTML.slice(0, 120));
}"""
# The admin fades from one colour to the next; what is looked at is the end. What blinks has none.
FADED = """() => document.getAnimations()
  .filter(fading => Number.isFinite(fading.effect.getComputedTiming().endTime))
  .forEach(fading => fading.finish())"""
SET_TEXT_SIZE = "size => { document.documentElement.style.fontSize = size }"


def assert_looks(page: Page, looks: Iterable[Look], only: Sequence[str] = ()) -> None:
    page.wait_for_load_state()
    for theme, width in looks:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(FADED)
        assert_accessible(page, only=only)
        assert_fits(page)


def assert_fits(page: Page) -> None:
    too_wide = page.evaluate(TOO_WIDE)
    assert not too_wide, f"{page.url} scrolls sideways: {too_wide}"


def assert_both_themes(page: Page, width: int) -> None:
    """All that axe knows in light; in dark what colours can change, which is nothing else."""
    assert_looks(page, [("light", width)])
    page.emulate_media(color_scheme="dark")
    page.evaluate(FADED)
    assert_accessible(page, only=OF_COLOURS)


def assert_in_reach(page: Page) -> None:
    """Every control of the page, in a window as wide as it is now."""
    found = page.evaluate(OUT_OF_REACH)
    assert not found, f"{page.url}, not to be reached: {found}"


def assert_narrow_and_large(page: Page) -> None:
    """No scrolling sideways in a narrow window, nor with text of twice the size in a wide one."""
    page.set_viewport_size({"width": NARROW, "height": 900})
    assert_fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(SET_TEXT_SIZE, "200%")
    assert_fits(page)
    page.evaluate(SET_TEXT_SIZE, "")


def assert_focus_is_seen(page: Page) -> None:
    page.keyboard.press("Tab")  # from here on the browser shows where the focus is
    without = page.evaluate(WITHOUT_RING)
    assert not without, f"{page.url} hides the focus: {without}"
