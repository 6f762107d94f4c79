"""The patient's link: it opens one request, for as long as it should, and leaves no trace."""

import base64
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import F
from django.test import Client

from booking import links
from booking.models import Appointment, AppointmentRequest, Status
from clinic.logs import HideLinks
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_draft, an_appointment
from tests.booking.ledger import nothing_changes
from tests.booking.visitor import Visitor

pytestmark = pytest.mark.django_db

ACTING = ["cancel", "move", "attend", "accept", "decline"]
FORMS = [f"appointment-{name}" for name in ACTING]
PAGES = ["appointment", "appointment-calendar", *FORMS]


def flipped(token: str) -> str:
    return ("B" if token[0] == "A" else "A") + token[1:]


def of_nobody() -> str:
    return base64.urlsafe_b64encode(uuid4().bytes + b"0" * 16).rstrip(b"=").decode()


def of_a_draft() -> str:
    return links.token_for(an_appointment(Status.HELD).request)


def of_an_old_version() -> str:
    request = an_appointment().request
    AppointmentRequest.objects.filter(id=request.id).update(link_version=F("link_version") + 1)
    return links.token_for(request)


def of_a_visit_long_ago() -> str:
    return links.token_for(an_appointment(starts_at=TEN_O_CLOCK - timedelta(days=50)).request)


WRONG: dict[str, Callable[[], str]] = {
    "one letter off": lambda: flipped(links.token_for(an_appointment().request)),
    "of nobody": of_nobody,
    "of a draft": of_a_draft,
    "of an old version": of_an_old_version,
    "of a visit long ago": of_a_visit_long_ago,
    "cut short": lambda: links.token_for(an_appointment().request)[:-1],
    "too long": lambda: links.token_for(an_appointment().request) + "A",
    "no token at all": lambda: "nonsense",
}


def answer_to(token: str, page: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers, with the token that was asked for taken out."""
    response = Client().get(f"/appointment/{token}/{page}")
    body = response.content.replace(token.encode(), b"[token]")
    kept = {name: text for name, text in response.headers.items() if name != "Content-Length"}
    return response.status_code, body, kept


@pytest.mark.parametrize("page", ["", "calendar/", *(f"{name}/" for name in ACTING)])
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_every_wrong_token_is_the_same_page_not_found(wrong: Callable[[], str], page: str) -> None:
    a_clinic()
    status, body, headers = answer_to(wrong(), page)
    assert status == 404
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Robots-Tag"] == "noindex"
    assert (status, body, headers) == answer_to("A" * 43, page)


def test_a_new_version_ends_the_old_link() -> None:
    request = an_appointment().request
    old = links.token_for(request)
    AppointmentRequest.objects.update(link_version=F("link_version") + 1)
    request.refresh_from_db()
    assert Visitor().get("appointment", old).status_code == 404
    assert Visitor().opens(request).status_code == 200


def test_the_link_ends_thirty_days_after_the_visit(clock: time_machine.Traveller) -> None:
    appointment = an_appointment()
    clock.move_to(appointment.ends_at + timedelta(days=30), tick=False)
    assert Visitor().opens(appointment.request).status_code == 200
    clock.shift(1)
    assert Visitor().opens(appointment.request).status_code == 404


def test_a_draft_has_no_link() -> None:
    draft = a_draft()
    an_appointment(Status.HELD, request=draft)
    assert Visitor().opens(draft).status_code == 404


@pytest.mark.parametrize(
    ("page", "policy"),
    [
        ("appointment", "strict-origin"),
        ("appointment-calendar", "no-referrer"),
        ("appointment-cancel", "strict-origin"),
        ("appointment-move", "strict-origin"),
        ("appointment-attend", "strict-origin"),
        ("appointment-decline", "strict-origin"),
    ],
)
def test_the_links_pages_are_kept_nowhere_and_name_nobody(page: str, policy: str) -> None:
    status = Status.PROPOSED if page == "appointment-decline" else Status.BOOKED
    response = Visitor().opens(an_appointment(status).request, page)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == policy
    assert response.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("status", [Status.PENDING, Status.BOOKED, Status.PROPOSED])
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(page: str, status: Status, method: str) -> None:
    request = an_appointment(status).request
    path = Visitor().path(page, links.token_for(request))
    with nothing_changes():
        getattr(Client(), method)(path)


@pytest.mark.parametrize("page", FORMS)
def test_acting_needs_the_token_against_forgery(page: str) -> None:
    appointment = an_appointment()
    path = Visitor().path(page, links.token_for(appointment.request))
    with nothing_changes():
        assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_many_wrong_links_meet_a_calm_page_and_the_right_one_still_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("booking.limits.WRONG_LINKS_AN_HOUR", 2)
    request = an_appointment().request
    codes = [Visitor().get("appointment", "A" * 43).status_code for _try in range(4)]
    assert codes == [404, 404, 429, 429]
    assert Visitor().opens(request).status_code == 200


def test_nothing_stored_opens_the_link(capsys: pytest.CaptureFixture[str]) -> None:
    visitor = Visitor()
    token = links.token_for(an_appointment().request)
    visitor.get("appointment", token)
    visitor.post("appointment-cancel", token)
    call_command("dumpdata", verbosity=0)
    dump = capsys.readouterr().out
    assert token not in dump
    assert Appointment.objects.get().calendar_uid.hex not in token


def test_no_log_names_the_link(caplog: pytest.LogCaptureFixture) -> None:
    token = links.token_for(an_appointment(Status.PENDING).request)
    Visitor().get("appointment-calendar", token)  # a page not found, which Django logs
    shown = [record for record in caplog.records if HideLinks().filter(record)]
    assert shown
    assert all(token not in record.getMessage() for record in shown)
