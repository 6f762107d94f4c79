"""In the reader's own colours (Windows' contrast themes): nothing of a page depends on ours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import assert_focus_is_seen
from tests.browser.steps import ARTICLE, Visitor
from tests.browser.test_body_map import UNTIL_ASKED, entry

# What is pressed and shows no edge against the page.
WITHOUT_EDGE = """() => {
  const page = getComputedStyle(document.body).backgroundColor;
  return [...document.querySelectorAll('button, .button, .time, input, select, textarea')]
    .filter(part => part.checkVisibility() && !part.disabled && !part.matches('.visually-hidden'))
    .filter(part => {
      const style = getComputedStyle(part);
      const isNative = style.appearance === 'auto' && part.matches('[type=checkbox], [type=radio]');
      return !isNative && (style.borderTopStyle === 'none' || parseFloat(style.borderTopWidth) < 1
        || style.borderTopColor === page);
    }).map(part => part.outerHTML.slice(0, 120));
}"""
# What is drawn in the colour of the page, or in one that the reader did not choose: the browser
# changes the colours of texts and edges, and leaves those of drawings alone.
LOST_LINES = """() => {
  const sample = document.createElement('a');
  sample.href = '/nowhere';
  document.body.append(sample);
  const chosen = [getComputedStyle(document.body).color, getComputedStyle(sample).color];
  sample.style.color = 'LinkText';
  chosen.push(getComputedStyle(sample).color);
  sample.remove();
  return [...document.querySelectorAll('svg :is(path, circle, ellipse, line, polyline, rect)')]
    .filter(part => part.checkVisibility() && !part.closest('defs, .hit, .unseen'))
    .filter(part => {
      const {fill, stroke} = getComputedStyle(part);
      return !chosen.includes(fill) && !chosen.includes(stroke);
    }).map(part => part.outerHTML.slice(0, 120));
}"""

# axe reads the page's own colours here; the browser's have contrast wherever they are let in.
KEEPS_ITS_OWN = """() => [...document.querySelectorAll('body *')]
  .filter(part => getComputedStyle(part).forcedColorAdjust === 'none')
  .map(part => part.outerHTML.slice(0, 120))"""
WRONG = (WITHOUT_EDGE, LOST_LINES, KEEPS_ITS_OWN)


def pages(reader: Visitor) -> Iterator[str]:
    for path in ("/", ARTICLE, "/visit/", "/search/?q=stif+neck"):
        reader.opens(path)
        yield path
    reader.opens("/points/")
    reader.box("Pregnancy").check()
    left_out = entry(reader.page, "GB 21")
    expect(left_out).to_contain_text(UNTIL_ASKED, use_inner_text=True)
    yield "points, one box ticked"
    reader.begins()
    reader.presses("Continue")
    reader.reads("There is a problem")
    yield "gate with an error"
    reader.begins()
    reader.has_no_sign()
    reader.reads("Choose a time")
    yield "times"
    reader.takes_first()
    reader.reads("Your details")
    reader.presses("Continue")
    reader.reads("There is a problem")
    yield "details with errors"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_lost_in_forced_colours(page: Page, scheme: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    wrong = {}
    for stop in pages(Visitor(page)):
        assert page.evaluate("() => matchMedia('(forced-colors: active)').matches")
        wrong[stop] = [each for found in WRONG for each in page.evaluate(found)]
        assert_focus_is_seen(page)
    assert not any(wrong.values()), wrong
