"""The owner's list of what a new clinic still lacks; each line reads the real state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.views.decorators.http import require_POST, require_safe

from booking.desk.views import signed_in
from booking.models import Message
from clinic.backup import RECENT, last_backup_at
from clinic.directory import Directory, directory
from clinic.legal import LegalPages, legal_pages
from clinic.memory import the_clinic
from clinic.models import Clinic, Practitioner, Service, User
from content.starter_loader import FOLDER, read

OWNERS = "clinic.change_clinic"
AUTHENTICATOR = "django_otp.plugins.otp_totp"


@dataclass(frozen=True)
class Step:
    """One line: what it is, where it is done, and what is missing. Nothing missing is done."""

    name: str
    url: str
    missing: str

    @property
    def is_done(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Checklist:
    steps: list[Step]

    @property
    def left(self) -> int:
        return sum(not step.is_done for step in self.steps)


def is_owner(user: User) -> bool:
    return user.has_perm(OWNERS)


def checklist_for(user: User, *, now: datetime) -> Checklist:
    """What the site shows comes from memory: three questions are left to the database."""
    known = directory()
    steps = [
        own_data(the_clinic()),
        places(known),
        practitioners(known),
        opening_hours(known),
        services(known),
        own_legal_pages(legal_pages()),
        mail(),
        backups(now=now),
        second_factor(user),
    ]
    return Checklist([step for step in steps if step])


def page_of(model: str, key: object = None) -> str:
    """One row's page in the admin, or the list."""
    if key is None:
        return reverse(f"admin:clinic_{model}_changelist")
    return reverse(f"admin:clinic_{model}_change", args=[key])


def listed(names: list[str]) -> str:
    """As a sentence has them; a long list is cut."""
    few = names[:3] + (["others"] if len(names) > 3 else [])
    return get_text_list(few, "and")


def own_data(clinic: Clinic) -> Step:
    sample = read(FOLDER / "clinic.toml")["clinic"]
    missing = [] if clinic.email else ["the e-mail address that new requests are announced to"]
    if clinic.network_notice_en in ("", sample["network_notice_en"]):
        missing.append("the notice on insurance networks")
    if not clinic.good_faith_notice_en:
        missing.append("the notice on good-faith estimates")
    missing_is = f"Still missing: {listed(missing)}." if missing else ""
    return Step("The clinic’s own data", page_of("clinic", clinic.pk), missing_is)


def places(known: Directory) -> Step:
    name = "Where you are"
    lacking = [row for row in known.locations if not (row.street and row.city and row.postal_code)]
    if lacking:
        said = f"No address yet: {listed([row.name_en for row in lacking])}."
        return Step(name, page_of("location", lacking[0].pk), said)
    return Step(name, page_of("location"), "" if known.locations else "There is no location yet.")


def real_people(known: Directory) -> list[Practitioner]:
    return [person for person in known.practitioners if not person.is_example]


def practitioners(known: Directory) -> Step:
    examples = [person for person in known.practitioners if person.is_example]
    name, url = "Your practitioners", page_of("practitioner")
    if examples:
        said = f"Still examples: {listed([person.name for person in examples])}."
        return Step(name, f"{url}?is_active__exact=1&is_example__exact=1", said)
    return Step(name, url, "" if known.practitioners else "Nobody works here yet.")


def opening_hours(known: Directory) -> Step:
    """Examples have hours of their own, which say nothing of the clinic's."""
    name, real = "Opening hours", real_people(known)
    at_work = {row.practitioner_id for row in known.hours}
    idle = [person for person in real if person.pk not in at_work]
    if idle:
        names = listed([person.name for person in idle])
        return Step(name, page_of("practitioner", idle[0].pk), f"No hours yet: {names}.")
    missing = "" if real else "They are set on the page of each practitioner."
    return Step(name, page_of("practitioner"), missing)


def services(known: Directory) -> Step:
    name, url, real = "Services", page_of("service"), real_people(known)
    done = {row.pk for person in real for row in known.services_of(person)}
    rows = list(Service.objects.filter(is_active=True))  # also those that nobody does
    idle = [row.name_en for row in rows if row.pk not in done]
    if not rows:
        return Step(name, url, "There is nothing to book yet.")
    if not real:
        return Step(name, url, "Who does which is chosen on the page of each practitioner.")
    return Step(name, url, f"Nobody does this yet: {listed(idle)}." if idle else "")


def own_legal_pages(known: LegalPages) -> Step:
    name, url = "Your legal pages", page_of("legalpage")
    templates = [page.title_en for page in known.pages if page.is_template]
    return Step(name, url, f"Not checked by you yet: {listed(templates)}." if templates else "")


def mail() -> Step:
    name, url = "Mail", reverse("desk:server") + "#mail"
    if not settings.SENDS_MAIL:
        return Step(name, url, "Messages are only kept here; no mail server is set.")
    sent = Message.objects.filter(channel=Message.Channel.EMAIL, state=Message.State.SENT)
    return Step(name, url, "" if sent.exists() else "Nothing has been sent yet.")


def backups(*, now: datetime) -> Step:
    name, url, last = "Backups", reverse("desk:server") + "#backups", last_backup_at()
    if last is None:
        return Step(name, url, "None has been made yet.")
    return Step(name, url, "" if now - last < RECENT else "The last one is more than a week old.")


def second_factor(user: User) -> Step | None:
    if not apps.is_installed(AUTHENTICATOR):
        return None
    device = apps.get_app_config("otp_totp").get_model("TOTPDevice")
    has_one = device._default_manager.filter(user=user, confirmed=True).exists()
    said = "" if has_one else "A password alone opens your account."
    return Step("Your second factor", second_factor_url(), said)


def second_factor_url() -> str:
    try:
        return reverse("admin:second_factor")
    except NoReverseMatch:
        return reverse("admin:password_change")


def owner_of(request: HttpRequest) -> User:
    user = signed_in(request)
    if not is_owner(user):
        raise PermissionDenied
    return user


@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    """Pressed twice it is put away once: the form says what is to be, not what is to change."""
    user = owner_of(request)
    User.objects.filter(pk=user.pk, setup_put_away_at=None).update(setup_put_away_at=timezone.now())
    messages.success(request, "Put away. Below, under everything else, it can be shown again.")
    return redirect("admin:index")


@require_POST
def show_again(request: HttpRequest) -> HttpResponse:
    user = owner_of(request)
    User.objects.filter(pk=user.pk).update(setup_put_away_at=None)
    return redirect("admin:index")


@require_safe
def server(request: HttpRequest) -> HttpResponse:
    """What only whoever runs the server can do, in words for the owner."""
    owner_of(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Mail and backups",
        "mail": mail(),
        "backups": backups(now=timezone.now()),
        "last_backup_at": last_backup_at(),
    }
    return TemplateResponse(request, "booking/desk/server.html", context)
