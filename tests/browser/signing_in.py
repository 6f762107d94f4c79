"""Signing in, for a site on which everybody has a second factor: as people do it, or done already.

An app's code works once in half a minute, and tests are faster than that: all but the one about
the app itself show a recovery code. Where signing in is not what is tested, somebody has signed in
before the test begins.
"""

from base64 import b32decode
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.site import Site

# As clinic/roles.py names them; it needs the models, which this file is read without.
OWNER, FRONT_DESK, PRACTITIONER = "Owner", "Front desk", "Practitioner"
# The example practitioner whose calendar is the practitioner's own.
OWN_CALENDAR, OWN_NAME = "example-acupuncturist", "Robin Example"
NUMBERS = count(1)
TAKE_ON = """
from django.contrib.auth.models import Group
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from clinic.models import AuthenticatorApp, Practitioner, User
from clinic.second_factor import kept
for role, email, name, password in {staff}:
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email=email, full_name=name, password=password, is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    AuthenticatorApp.objects.create(user=user, name="Authenticator app", key="", secret="ab" * 20)
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=kept(f"browser-{{n}}")) for n in range(1, 200)
    )
    if role == {practitioner!r}:
        Practitioner.objects.filter(slug={slug!r}).update(user=user)
"""
# Past the password and the second factor, and never idle.
BEGIN_SESSION = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from clinic.models import User
from clinic.sessions import SessionStore
from clinic.staff_session import SEEN, VERIFIED
user, later = User.objects.get(email={email!r}), timezone.now().timestamp() + 86400
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session[SEEN] = session[VERIFIED] = later
session.create()
print(session.session_key)
"""


@dataclass(frozen=True)
class Member:
    """Somebody of the staff, with the one role that the name of the account says."""

    role: str
    email: str
    name: str
    password: str


STAFF = {
    role: Member(role, email, name, f"a long enough password of {name}")
    for role, email, name in (
        (OWNER, "olive@clinic.example", "Olive Owner"),
        (FRONT_DESK, "fay@clinic.example", "Fay Frontdesk"),
        (PRACTITIONER, "piet@clinic.example", "Piet Practitioner"),
    )
}


def first_owner(site: Site) -> Member:
    """Whom the first start made, who is a superuser, too."""
    return Member(OWNER, site.owner_email, "", site.owner_password)


def take_on(site: Site, *members: Member) -> None:
    """Each with a second factor; once for a site."""
    rows = [(each.role, each.email, each.name, each.password) for each in members]
    site.python(TAKE_ON.format(staff=rows, practitioner=PRACTITIONER, slug=OWN_CALENDAR))


def enter_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def enter_recovery_code(page: Page, code: str) -> None:
    page.get_by_text("Without your phone").click()
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Continue").click()


def recovery_code() -> str:
    """One that nobody has used yet."""
    return f"browser-{next(NUMBERS)}"


def sign_in(page: Page, member: Member, to: str = "/admin/") -> None:
    """By the page's own form, to the first page or to another one."""
    page.goto(to)
    enter_password(page, member.email, member.password)
    enter_recovery_code(page, recovery_code())
    expect(page.get_by_text("You used a recovery code")).to_be_visible()
    page.goto(to)  # without the notice of the code that was used


def let_in(context: BrowserContext, site: Site, member: Member) -> None:
    """As if it had been done before; what is kept in the browser is the session's key alone."""
    key = site.python(BEGIN_SESSION.format(email=member.email))
    context.add_cookies([{"name": "session", "value": key, "url": site.url, "httpOnly": True}])


def shown_secret(page: Page) -> str:
    """The key of the page that sets an app up, as hexadecimal digits."""
    text = page.get_by_role("main").locator("code").first.inner_text()
    return b32decode("".join(text.split())).hex()
