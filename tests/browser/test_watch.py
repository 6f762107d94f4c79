"""What watches and looks in all the other tests: what never fails proves nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watch, assert_accessible
from tests.browser.looks import assert_fits, assert_focus_is_seen, assert_in_reach
from tests.browser.site import Site

INLINE_SCRIPT = "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
FOREIGN_PICTURE = "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/'}))"
INLINE_STYLE = "document.body.setAttribute('style', 'color: red')"


@pytest.mark.parametrize("deed", [INLINE_SCRIPT, FOREIGN_PICTURE, INLINE_STYLE])
def test_a_breach_of_the_policy_is_noticed(browser: Browser, site: Site, deed: str) -> None:
    watch = Watch(site.url)
    with browser.new_context(base_url=site.url) as context:
        watch.listen(context)
        page = context.new_page()
        page.goto("/")
        assert not watch.complaints
        page.evaluate(deed)
        page.wait_for_timeout(200)
    assert "Content Security Policy" in watch.complaints[0]


def test_a_page_that_is_not_there_is_no_breach(browser: Browser, site: Site) -> None:
    watch = Watch(site.url)
    with browser.new_context(base_url=site.url) as context:
        watch.listen(context)
        answer = context.new_page().goto("/nothing-is-here/")
        assert answer
        assert answer.status == 404
    assert not watch.complaints


# A sheet that our own policy lets through, since it is no style of the page's.
STYLE = """rule => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rule);
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.mark.parametrize(
    ("rule", "look"),
    [
        ("main { min-inline-size: 3000px }", assert_fits),
        ("a { position: relative; inset-inline-start: -2000px }", assert_in_reach),
        ("main { position: relative; z-index: -1 }", assert_in_reach),
        (":focus-visible { outline: none !important }", assert_focus_is_seen),
        ("a { color: #eee !important }", assert_accessible),
    ],
)
def test_what_is_wrong_with_a_page_is_seen(
    page: Page, rule: str, look: Callable[[Page], None]
) -> None:
    page.goto("/visit/")
    look(page)
    page.evaluate(STYLE, rule)
    with pytest.raises(AssertionError):
        look(page)
