"""Signing in as people do it, for a site on which everybody has a second factor.

An app's code works once in half a minute, and tests are faster than that: all but the one about
the app itself show a recovery code. The owner gets as many as a run may need.
"""

from base64 import b32decode
from itertools import count

from playwright.sync_api import Page, expect

from tests.browser.site import Site

NUMBERS = count(1)
GIVE_CODES = """
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from clinic.models import AuthenticatorApp
from clinic.second_factor import kept
user = User.objects.get(email={email!r})
AuthenticatorApp.objects.create(user=user, name="Authenticator app", key="", secret="ab" * 20)
device = StaticDevice.objects.create(user=user, name="Recovery codes")
StaticToken.objects.bulk_create(
    StaticToken(device=device, token=kept(f"browser-{{n}}")) for n in range(1, 1000)
)
"""


def give_second_factor(site: Site) -> None:
    """What the owner would have set up at the first sign-in; once for a site."""
    site.python(GIVE_CODES.format(email=site.owner_email))


def enter_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def enter_recovery_code(page: Page, code: str) -> None:
    page.get_by_text("Without your phone").click()
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Continue").click()


def sign_in_owner(page: Page, site: Site) -> None:
    page.goto("/admin/login/?next=/admin/")
    enter_password(page, site.owner_email, site.owner_password)
    enter_recovery_code(page, f"browser-{next(NUMBERS)}")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.goto("/admin/")  # without the notice of the code that was used


def shown_secret(page: Page) -> str:
    """The key of the page that sets an app up, as hexadecimal digits."""
    text = page.get_by_role("main").locator("code").first.inner_text()
    return b32decode("".join(text.split())).hex()
