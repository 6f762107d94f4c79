"""Somebody is invited, chooses a password, sets up a phone, and is asked again after a pause."""

import re
from datetime import date
from itertools import count
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import Look, assert_looks
from tests.browser.signing_in import (
    FRONT_DESK,
    STAFF,
    enter_password,
    enter_recovery_code,
    recovery_code,
    shown_secret,
    sign_in,
)
from tests.browser.site import Site
from tests.clinic.factors import code_of

LOOKS: list[Look] = [("light", 1280), ("dark", 390)]
PASSWORD = "seven green herons over a lake"
NUMBERS = count(1)
# As if the session of this key had been left alone for so long.
IDLE = """
import time
from clinic.sessions import SessionStore
session = SessionStore({key!r})
session["staff_seen_at"] = time.time() - 3600
session.save()
"""
GONE = """
from clinic.sessions import SessionStore
SessionStore({key!r}).delete()
"""
HAS_PASSWORD = """
from clinic.models import User
User.objects.filter(email={email!r}).update(password="md5$x$y")
"""


def mailed_link(site: Site, page: Page, email: str) -> str:
    """The link in the mail to this address; the worker comes round every few seconds."""
    for _ in range(60):
        for path in Path(site.data_dir / "mail").glob("*.log"):
            text = path.read_text().replace("=\n", "")
            found = re.search(r"(/admin/password/\S+?/)\s", text)
            if f"To: {email}" in text and found:
                return found[1].replace("=3D", "=")
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail to {email}")


def invite(owner_page: Page) -> str:
    email = f"new.member{next(NUMBERS)}@clinic.example"
    owner_page.goto("/admin/clinic/user/add/")
    owner_page.get_by_label("Email").fill(email)
    owner_page.get_by_label("Full name").fill("New Member")
    owner_page.get_by_role("checkbox", name="Front desk").check()
    owner_page.get_by_role("button", name="Save", exact=True).click()
    expect(owner_page.get_by_text(f"Invitation: on its way to {email}")).to_be_visible()
    return email


def accept(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome: choose a password")).to_be_visible()
    page.get_by_label("New password", exact=True).fill("too short")
    page.get_by_label("New password again").fill("too short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("too short")
    assert_looks(page, LOOKS)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()


def set_up_app(page: Page) -> list[str]:
    """The recovery codes that are shown."""
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_label("Code that the app shows now").fill("12")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_looks(page, LOOKS)
    page.get_by_label("Code that the app shows now").fill(code_of(shown_secret(page)))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    assert_looks(page, LOOKS)
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    found = codes.all_inner_texts()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    expect(page.get_by_role("navigation", name="Desk")).to_have_count(0)  # nothing leads away
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the codes").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == found
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    return found


def end_session(site: Site, context: BrowserContext) -> None:
    keys = [cookie.get("value") for cookie in context.cookies() if cookie.get("name") == "session"]
    site.python(GONE.format(key=keys[0]))


def leave_alone(site: Site, context: BrowserContext) -> None:
    keys = [cookie.get("value") for cookie in context.cookies() if cookie.get("name") == "session"]
    site.python(IDLE.format(key=keys[0]))


def test_from_the_invitation_to_the_desk(new_page: NewPage, owner_page: Page, site: Site) -> None:
    email, page = invite(owner_page), new_page()
    accept(page, mailed_link(site, page, email))
    enter_password(page, email, PASSWORD)
    codes = set_up_app(page)
    page.get_by_role("link", name="Second factor").click()
    expect(page.get_by_text("You have 10 recovery codes left.")).to_be_visible()
    assert_looks(page, LOOKS)
    page.get_by_role("button", name="Log out").click()
    page.goto("/admin/desk/book/")
    enter_password(page, email, PASSWORD)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert_looks(page, LOOKS)
    enter_recovery_code(page, codes[4])
    expect(page.get_by_text("You used a recovery code; 9 are left.")).to_be_visible()
    expect(page).to_have_url(re.compile("/admin/desk/book/$"))


def test_what_was_typed_for_an_hour_is_not_lost(owner_page: Page, site: Site) -> None:
    owner_page.goto("/admin/clinic/closure/add/")
    owner_page.get_by_label("First day").fill("2031-07-04")
    owner_page.get_by_label("Last day").fill("2031-07-04")
    owner_page.get_by_label("Reason (English)").fill("A <long> thought")
    leave_alone(site, owner_page.context)
    owner_page.get_by_role("button", name="Save", exact=True).click()
    expect(owner_page.get_by_role("heading", name="Locked")).to_be_visible()
    expect(owner_page.get_by_text("Nothing of what you typed is lost.")).to_be_visible()
    owner_page.get_by_label("Password").fill("not this one")
    owner_page.get_by_role("button", name="Unlock").click()
    expect(owner_page.get_by_role("alert")).to_contain_text("not right")
    assert_looks(owner_page, LOOKS)
    owner_page.get_by_label("Password").fill(site.owner_password)
    owner_page.get_by_role("button", name="Unlock").click()
    expect(owner_page.get_by_text("was added successfully")).to_be_visible()
    expect(owner_page.get_by_text("A <long> thought").first).to_be_visible()


def test_what_was_typed_outlasts_the_session(new_page: NewPage, site: Site) -> None:
    page, member, day = new_page(), STAFF[FRONT_DESK], date(2031, 8, 4)
    sign_in(page, member, "/admin/clinic/closure/add/")
    expect(page.get_by_role("heading", name="Add time off or a closure")).to_be_visible()
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_label("Last day").fill(day.isoformat())
    page.get_by_label("Starts").fill("10am")
    page.get_by_label("Reason (English)").fill("Another <long> thought")
    end_session(site, page.context)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(page.get_by_text("Nothing of what you typed is lost.")).to_be_visible()
    assert_looks(page, LOOKS)
    enter_password(page, member.email, "not this one")
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    enter_password(page, member.email, member.password)
    enter_recovery_code(page, recovery_code())
    expect(page.get_by_text("was added successfully")).to_be_visible()
    expect(page.get_by_text("Another <long> thought").first).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    assert_looks(page, LOOKS)
    page.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_forgotten_password(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your e-mail address.")
    assert_looks(page, LOOKS)
    page.get_by_label("E-mail").fill("nobody@clinic.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    assert_looks(page, LOOKS)
    page.goto("/admin/password/nothing/")
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    assert_looks(page, LOOKS)


def test_a_lost_phone(owner_page: Page, site: Site) -> None:
    email = invite(owner_page)
    assert_looks(owner_page, LOOKS)
    site.python(HAS_PASSWORD.format(email=email))
    owner_page.goto("/admin/clinic/user/")
    owner_page.get_by_role("link", name=email).click()
    owner_page.get_by_role("link", name="Reset the second factor").click()
    expect(owner_page.get_by_role("heading", name="Reset the second factor?")).to_be_visible()
    assert_looks(owner_page, LOOKS)
    owner_page.get_by_role("button", name="Reset the second factor").click()
    expect(owner_page.get_by_text("sets up a second factor at the next sign-in")).to_be_visible()


def test_pressed_twice_the_codes_are_not_lost(
    new_page: NewPage, owner_page: Page, site: Site
) -> None:
    """Shown by the second answer, or, where its session has ended, made anew after signing in."""
    email, page = invite(owner_page), new_page()
    accept(page, mailed_link(site, page, email))
    enter_password(page, email, PASSWORD)
    key = shown_secret(page)
    page.get_by_label("Code that the app shows now").fill(code_of(key))
    page.get_by_role("button", name="Continue").dblclick()
    codes = page.get_by_role("heading", name="Keep these recovery codes")
    expect(codes.or_(page.get_by_role("button", name="Log in"))).to_be_visible()
    if not codes.is_visible():
        enter_password(page, email, PASSWORD)
        page.get_by_label("Code from your app").fill(code_of(key, steps=1))
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("link", name="make new ones").click()
        expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
