"""A running site and a real browser; a page that breaks the policy fails the test."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NotRequired, TypedDict, Unpack
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.desk import Staff
from tests.browser.signing_in import (
    FRONT_DESK,
    STAFF,
    Member,
    first_owner,
    let_in,
    take_on,
)
from tests.browser.site import Site, running_site
from tests.chromium import ARGUMENTS, chromium

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
PATIENCE = 30_000  # milliseconds: the machine may have other things to do


class PageOptions(TypedDict):
    """What a test may choose about its page; the rest is a desk with scripts, in light."""

    viewport: NotRequired[ViewportSize]
    java_script_enabled: NotRequired[bool]
    color_scheme: NotRequired[Any]
    locale: NotRequired[str]


NewPage = Callable[..., Page]
visitors = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    # One proxy in front, so that every visitor has an address and limits of their own.
    with running_site(TRUSTED_PROXIES="1") as site:
        take_on(site, first_owner(site), *STAFF.values())
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What a page must not do: break the policy, throw, or ask anybody else for anything."""

    def __init__(self, site_url: str) -> None:
        self.host = urlsplit(site_url).netloc
        self.documents: set[str] = set()
        self.complaints: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _request(self, request: Request) -> None:
        if request.is_navigation_request():
            self.documents.add(request.url)
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.netloc != self.host:
            self.complaints.append(f"asked {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 404 on purpose is told on the console too.
        is_own_status = message.location["url"] in self.documents and message.text.startswith(
            "Failed to load resource"
        )
        if message.type in ("error", "warning") and not is_own_status:
            address = message.location["url"]
            self.complaints.append(f"{message.type}: {message.text} ({address})")


@pytest.fixture
def new_page(browser: Browser, site: Site) -> Iterator[NewPage]:
    """Makes pages, each in a context (cookies, theme, language) of its own."""
    contexts: list[BrowserContext] = []
    watch = Watch(site.url)

    def make(**options: Unpack[PageOptions]) -> Page:
        context = browser.new_context(
            base_url=site.url,
            extra_http_headers={"X-Forwarded-For": f"2001:db8::{next(visitors):x}"},
            **({"viewport": DESK} | options),
        )
        context.set_default_timeout(PATIENCE)
        watch.listen(context)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def page(new_page: NewPage, request: pytest.FixtureRequest) -> Page:
    """At the desk; `@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True)`."""
    return new_page(**getattr(request, "param", {}))


@pytest.fixture
def page_without_javascript(new_page: NewPage) -> Page:
    return new_page(java_script_enabled=False)


StaffPage = Callable[[Member], Page]


@pytest.fixture
def staff_page(new_page: NewPage, site: Site) -> StaffPage:
    """Makes pages of somebody who is signed in; each is of a browser of its own."""

    def make(member: Member) -> Page:
        page = new_page()
        let_in(page.context, site, member)
        return page

    return make


@pytest.fixture
def owner_page(staff_page: StaffPage, site: Site) -> Page:
    return staff_page(first_owner(site))


@pytest.fixture
def staff(staff_page: StaffPage, request: pytest.FixtureRequest) -> Staff:
    """Of the role that `@walk(part, *roles)` names, signed in; an owner is no superuser here."""
    member = STAFF[request.param]
    return Staff(staff_page(member), member=member)


@pytest.fixture
def front_desk(staff_page: StaffPage) -> Staff:
    member = STAFF[FRONT_DESK]
    return Staff(staff_page(member), member=member)


# The sizes of what is pressed are a rule of WCAG 2.2 that axe leaves out unless it is asked.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
HAS_AXE = "() => 'axe' in window"
# What it passed and what does not apply would take longer to hand over than to find.
RUN_AXE = "options => axe.run(options).then(found => found.violations)"


def assert_accessible(page: Page, only: Sequence[str] = ()) -> None:
    """axe's rules of WCAG 2.2 A and AA and its best practices, without exceptions."""
    options = AXE_OPTIONS | ({"runOnly": list(only)} if only else {})
    if not page.evaluate(HAS_AXE):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(RUN_AXE, options)
    lines = [
        f"{found['id']} ({found['impact']}): {found['help']}\n    "
        + "\n    ".join(f"{node['target']} {node['html'][:160]}" for node in found["nodes"])
        for found in violations
    ]
    assert not violations, f"{page.url} is not accessible:\n" + "\n".join(lines)
