"""Every address of the site × every kind of person × every method, from the URLconf itself."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from axes.models import AccessLog as SignInLog
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from booking.models import AppointmentEvent, Message, Status, Wording
from clinic.models import (
    AccessLog,
    Clinic,
    Closure,
    LanguageNotice,
    LegalPage,
    LegalPageVersion,
    User,
)
from clinic.roles import PRACTITIONER, ROLES
from content.models import Article, Caution, PressurePoint, RedFlag, Reference, Topic
from tests.booking.builders import a_patient, a_practitioner, an_appointment
from tests.clinic.factors import give_app
from tests.clinic.routes import DOORS, NO_ROLE, PUBLIC, Route, staff_routes
from tests.clinic.staff import PASSWORD, a_member, signed_in
from tests.content.builders import a_draft_article
from tests.public import open_clinic

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")
# Django's own without a name: /admin/<model>/<key>/ leads to the page of the row, and what is
# nowhere is a 404.
UNNAMED = {"<path:object_id>/", "(?P<url>.*)$"}
NOT_ALLOWED, REFUSED, SIGN_IN = 405, 403, 302
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


def patterns(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every route, as reverse() names it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from patterns(pattern, namespace + inner)
        elif pattern.name or str(pattern.pattern) not in UNNAMED:
            yield f"{namespace}{pattern.name}", pattern


NAMES = {name for name, _pattern in patterns()} - {"admin:app_list"}


def test_every_route_is_in_the_table_and_nothing_else() -> None:
    assert PUBLIC | DOORS | set(staff_routes()) == NAMES


def test_every_route_of_the_staff_is_behind_the_gate() -> None:
    """Nothing under /admin/ is for whoever only guessed a password."""
    under_admin = {name for name in NAMES if name.startswith(("admin:", "desk:", "styleguide"))}
    assert under_admin == DOORS | set(staff_routes())


@pytest.fixture
def rows(db: None) -> dict[str, Any]:
    open_clinic()
    return one_of_everything()


def one_of_everything() -> dict[str, Any]:
    """What belongs to a practitioner belongs to the one of the tests."""
    owner_of_all = a_member(PRACTITIONER)
    practitioner = a_practitioner(user=owner_of_all)
    appointment = an_appointment(Status.PENDING, practitioner=practitioner)
    log = {
        "ip_address": "192.0.2.1",
        "username": "x",
        "path_info": "/",
        "attempt_time": timezone.now(),
    }
    article = Article.objects.all()[0]
    return {
        "practitioner_user": owner_of_all,
        "appointment": appointment,
        "practitioner": practitioner,
        "appointmentrequest": appointment.request,
        "patient": appointment.request.patient,
        "appointmentevent": AppointmentEvent.objects.create(
            appointment=appointment.pk,
            request=appointment.request_id,
            number=1,
            at=timezone.now(),
            actor_kind=AppointmentEvent.ActorKind.SYSTEM,
            to_status=Status.PENDING,
        ),
        "message": Message.objects.create(
            kind=Message.Kind.REQUESTED,
            request=appointment.request,
            appointment=appointment,
            unique_key="x",
        ),
        "another_patient": a_patient(),
        "report": "requests",
        "scheme": "dark",
        "wording": Wording.objects.create(
            kind="moved", language="en", subject="Moved", text="{when} {link}"
        ),
        "article": article,
        "article_version": 1,
        "draft_article": a_draft_article(),
        "content_type": ContentType.objects.get_for_model(article),
        "pressurepoint": PressurePoint.objects.all()[0],
        "topic": Topic.objects.all()[0],
        "redflag": RedFlag.objects.all()[0],
        "caution": Caution.objects.all()[0],
        "reference": Reference.objects.all()[0],
        "user": a_member(),
        "clinic": Clinic.objects.get(),
        "legalpage": LegalPage.objects.all()[0],
        "legalpageversion": LegalPageVersion.objects.create(
            page="terms", since=timezone.now(), is_checked=False, is_translated=False
        ),
        "languagenotice": LanguageNotice.objects.all()[0],
        "location": appointment.location,
        "service": appointment.request.service,
        "closure": Closure.objects.create(first_day="2026-07-04", last_day="2026-07-04"),
        "accesslog": AccessLog.objects.create(action="list", subject_type="patient"),
        "accessattempt": AccessAttempt.objects.create(failures_since_start=1, **log),
        "sign_in_log": SignInLog.objects.create(**log),
        "accessfailurelog": AccessFailureLog.objects.create(**log),
    }


def address(name: str, route: Route, rows: dict[str, Any]) -> str:
    keys = ["sign_in_log" if name.startswith("admin:axes_accesslog") else key for key in route.keys]
    if name == "admin:content_article_delete":  # what was published is kept
        keys = ["draft_article"]
    return reverse(name, args=[getattr(rows[key], "pk", rows[key]) for key in keys])


def ask(client: Client, method: str, path: str, route: Route) -> Any:
    if method == "GET":
        return client.get(path, route.query)
    return client.generic(method, path)


def expected(allowed: frozenset[str] | None, person: str) -> str:
    if allowed is None:
        return "no such method, or refused"
    return "in" if person in allowed else "refused"


def outcome(status: int) -> str:
    return {REFUSED: "refused", NOT_ALLOWED: "no such method"}.get(status, "in")


def misfits(person: str, user: User, rows: dict[str, Any]) -> Iterator[str]:
    client, routes = signed_in(user), staff_routes()
    routes["admin:logout"] = routes.pop("admin:logout")  # comes last
    for name, route in routes.items():
        path = address(name, route, rows)
        for method, allowed in (("GET", route.get), ("POST", route.post)):
            status = ask(client, method, path, route).status_code
            wanted, got = expected(allowed, person), outcome(status)
            if got not in wanted or status >= 500 or (got == "in" and wanted != "in"):
                yield f"{method} {name} as {person}: {status}, not {wanted}"


@pytest.mark.parametrize("person", [NO_ROLE, *ROLES])
def test_who_is_signed_in_gets_what_the_role_allows(person: str, rows: dict[str, Any]) -> None:
    user = a_member("" if person == NO_ROLE else person)
    if person == PRACTITIONER:
        user = rows["practitioner_user"]
    assert not list(misfits(person, user, rows))


def test_a_stranger_is_asked_to_sign_in(rows: dict[str, Any]) -> None:
    client = Client()
    for (name, route), method in product(staff_routes().items(), METHODS):
        answer = ask(client, method, address(name, route, rows), route)
        assert answer.status_code == SIGN_IN, name
        wanted = LOGIN if name != "admin:logout" else reverse("admin:index")
        assert answer.headers["Location"].startswith(wanted), name


@pytest.mark.parametrize("has_app", [True, False])
def test_a_password_alone_opens_nothing(has_app: bool, rows: dict[str, Any]) -> None:
    """Not even for a superuser, and whether there is a second factor already or not."""
    user = User.objects.create_superuser("root@staff.test", PASSWORD)
    if has_app:
        give_app(user)
    client, set_up = Client(), reverse("admin:second_factor_set_up")
    client.post(LOGIN, {"username": user.email, "password": PASSWORD})
    for (name, route), method in product(staff_routes().items(), METHODS):
        if name == "admin:logout" or (name == "admin:second_factor_set_up" and not has_app):
            continue
        answer = ask(client, method, address(name, route, rows), route)
        if has_app:
            assert answer.status_code == REFUSED, name
            assert method == "HEAD" or b"Code from your app" in answer.content, name
        else:
            assert answer.headers["Location"].startswith(set_up), name


def test_public_pages_ask_nobody_to_sign_in(rows: dict[str, Any]) -> None:
    for (name, pattern), method in product(patterns(), METHODS):
        if name not in PUBLIC | DOORS:
            continue
        keys = {key: _example(key) for key in pattern.pattern.converters}
        answer = Client().generic(method, reverse(name, kwargs=keys))
        assert answer.status_code < 500 or name == "healthz", name
        assert not answer.headers.get("Location", "").startswith(LOGIN), name


def _example(key: str) -> str:
    return "x" * 43 if key == "token" else "nothing-is-here"


@pytest.mark.parametrize("person", [NO_ROLE, *ROLES])
def test_the_list_of_a_part_is_for_whoever_sees_something_in_it(person: str) -> None:
    open_clinic()
    user = a_member("" if person == NO_ROLE else person)
    for app in ("booking", "content", "clinic", "axes"):
        sees = any(name.startswith(f"{app}.") for name in user.get_all_permissions())
        status = signed_in(user).get(reverse("admin:app_list", args=[app])).status_code
        assert status == (200 if sees else 404), app
