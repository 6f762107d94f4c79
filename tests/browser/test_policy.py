"""What the site sends along with every answer, and what it never asks of a browser."""

import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, BrowserContext, Page, Request, Response, expect

from tests.browser.conftest import NewPage
from tests.browser.signing_in import first_owner, sign_in
from tests.browser.site import Site
from tests.browser.steps import ARTICLE, Person, Visitor
from tests.browser.walks import PUBLIC_PATHS, WRONG_LINK, booking_pages, public_pages

HEADERS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "",
    "permissions-policy": "",
}
POLICY = {
    "default-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "style-src 'self'",
}
MOST_REQUESTS = 4  # beside the icon, which a browser asks for once


def assert_guarded(answer: Response | APIResponse) -> None:
    headers = answer.headers
    parts = {part.strip() for part in headers.get("content-security-policy", "").split(";")}
    assert parts >= POLICY, f"{answer.url} has the policy {parts}"
    assert "unsafe" not in headers["content-security-policy"]
    for name, value in HEADERS.items():
        assert value in headers.get(name, ""), f"{answer.url} has no {name}"
        assert headers.get(name), f"{answer.url} has no {name}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/robots.txt", 200),
        ("GET", "/sitemap.xml", 200),
        ("GET", "/feed/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/team", 301),
        ("GET", "/admin/", 302),
        ("GET", "/book/done/", 302),
        ("GET", "/nothing-is-here/", 404),
        ("GET", "/static/nothing-is-here.css", 404),
        ("GET", WRONG_LINK, 404),
        ("POST", "/", 403),
        ("POST", "/book/", 403),
        ("POST", "/book/safety/?service=initial-consultation", 403),
        ("POST", "/admin/login/", 403),
        ("OPTIONS", "/", 405),
        ("OPTIONS", "/book/", 405),
    ],
)
def test_every_answer_is_guarded(page: Page, method: str, path: str, status: int) -> None:
    answer = page.request.fetch(path, method=method, max_redirects=0)
    assert answer.status == status
    assert_guarded(answer)


def test_an_answer_to_a_strange_host_is_guarded(site: Site) -> None:
    address = urlsplit(site.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.request("GET", "/", headers={"Host": "elsewhere.example"})
    answer = connection.getresponse()
    assert answer.status == 400
    assert "frame-ancestors 'none'" in str(answer.headers["Content-Security-Policy"])
    connection.close()


def test_everything_a_walk_loads_is_guarded_and_our_own(page: Page) -> None:
    """Files included; that nothing is asked of anybody else is for the watch to say."""
    answers: list[Response] = []
    # Playwright writes on its handlers, which a method of a list does not bear.
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    for _stop in booking_pages(Visitor(page), Person.somebody()):
        pass
    assert {answer.request.resource_type for answer in answers} >= {"document", "stylesheet"}
    for answer in answers:
        assert_guarded(answer)


def cookies(context: BrowserContext) -> dict[str, tuple[bool | None, str | None]]:
    found = context.cookies()
    return {
        cookie.get("name", ""): (cookie.get("httpOnly"), cookie.get("sameSite")) for cookie in found
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_readers_get_no_cookie_and_few_files(page: Page, language: str) -> None:
    requests: list[str] = []

    def note(request: Request) -> None:
        if "favicon" not in request.url:
            requests.append(request.url)

    page.on("request", note)
    for _stop in public_pages(Visitor(page, language)):
        assert len(requests) <= MOST_REQUESTS, requests
        requests.clear()
    assert not page.context.cookies()


def test_cookies_of_a_booking_and_of_staff_are_for_the_server_alone(
    new_page: NewPage, site: Site
) -> None:
    page, owner_page = new_page(), new_page()
    sign_in(owner_page, first_owner(site))
    visitor = Visitor(page)
    visitor.begins()
    visitor.has_no_sign()
    visitor.reads("Choose a time")
    # Of the staff also a keyed hash of who signed in, for the pages of the staff alone.
    for context, more in ((page.context, {}), (owner_page.context, {"account": (True, "Strict")})):
        found = cookies(context)
        assert set(found) == {"session", "csrftoken", *more}
        assert more.items() <= found.items()
        assert found["session"] == (True, "Lax")
        assert found["csrftoken"][1] in {"Lax", "Strict"}


@pytest.mark.parametrize("path", ["/book/", "/book/safety/?service=follow-up", WRONG_LINK])
def test_pages_of_patients_are_kept_nowhere(page: Page, path: str) -> None:
    headers = page.request.get(path).headers
    assert "no-store" in headers["cache-control"]
    assert "noindex" in headers["x-robots-tag"]


def test_no_trace_after_signing_out(owner_page: Page, new_page: NewPage) -> None:
    person = Person.somebody()
    Visitor(new_page()).asks_for_consultation(person)
    owner_page.goto("/admin/")
    owner_page.get_by_role("link", name=person.name, exact=True).click()
    expect(owner_page.get_by_text(person.name).first).to_be_visible()
    owner_page.get_by_role("button", name="Log out").click()
    expect(owner_page.get_by_role("heading", name="Logged out")).to_be_visible()
    assert "account" not in cookies(owner_page.context)
    for _step in range(2):
        owner_page.go_back()
        expect(owner_page.get_by_label("Password")).to_be_visible()
        expect(owner_page.get_by_text(person.name)).to_have_count(0)


def test_a_page_names_no_other_place_to_load_from(page: Page) -> None:
    """Addresses of elsewhere stand only in links that people may follow."""
    for path in PUBLIC_PATHS:
        for address in loaded_from(page.request.get(path).text()):
            assert address.startswith(("/", "data:")), f"{path} loads {address}"


def loaded_from(html: str) -> Iterator[str]:
    yield from re.findall(r"""\ssrc=["']([^"']+)""", html)
    for link in re.findall(r"<link\b[^>]*>", html):
        if re.search(r'rel="(stylesheet|icon|preload|preconnect|dns-prefetch)"', link):
            yield from re.findall(r'href="([^"]+)"', link)


def test_the_article_is_the_same_for_everybody(new_page: NewPage) -> None:
    first, second = new_page(), new_page(locale="es-MX")
    assert first.request.get(ARTICLE).body() == second.request.get(ARTICLE).body()
