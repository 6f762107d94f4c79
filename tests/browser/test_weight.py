"""What a page costs the reader's line and eyes: few requests, nothing that waits or jumps."""

import pytest
from playwright.sync_api import Page, Request

from tests.browser.steps import ARTICLE

pytestmark = pytest.mark.browser

MOST_REQUESTS = 4
PAGES = ["/", ARTICLE, "/points/", "/points/gb-21/", "/visit/", "/es/", "/book/"]
SHIFTS = """() => new Promise(done => {
  let moved = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => { moved += each.value }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(moved), 100);
})"""
BLOCKING = "script[src]:not([defer]):not([async]):not([type=module])"


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
def test_a_page_asks_little_blocks_nothing_and_stands_still(page: Page) -> None:
    asked: list[Request] = []

    def note(request: Request) -> None:  # Playwright marks the function, so it must be ours
        asked.append(request)

    page.on("request", note)
    for path in PAGES:
        asked.clear()
        page.goto(path, wait_until="networkidle")
        page.mouse.wheel(0, 4_000)
        addresses = {request.url for request in asked if "favicon" not in request.url}
        assert len(addresses) <= MOST_REQUESTS, f"{path} asks for {sorted(addresses)}"
        assert page.locator(BLOCKING).count() == 0, path
        assert page.evaluate(SHIFTS) == 0, path
