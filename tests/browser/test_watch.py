"""The watch itself: a test that never fails proves nothing."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Watch
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
