"""Every page with patients' data leaves an entry for whoever reads it, and for who is refused."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, reverse

from booking.desk.urls import urlpatterns
from booking.models import AppointmentEvent, Message, Status, Wording
from clinic.audit_admin import audited
from clinic.models import AccessLog
from clinic.roles import EDITOR, OWNER
from tests.booking.builders import a_clinic, a_patient, a_practitioner, a_service, an_appointment
from tests.booking.desk import form
from tests.clinic.staff import a_member, signed_in

pytestmark = pytest.mark.django_db

# Pages on which no patient is seen, or nobody as long as nothing was ticked.
SHOW_NOBODY = {"wording-preview", "confirm-several", "server", "put-setup-away", "show-setup"}
PAGES_OF_A_ROW = ("change", "history", "delete")


def entries(user: Any) -> list[tuple[str, str]]:
    rows = AccessLog.objects.filter(user=user.pk).order_by("at")
    return list(rows.values_list("action", "subject"))


@pytest.fixture
def about(db: None) -> dict[str, Any]:
    """What the addresses of the desk may name, by the name that they give it."""
    a_clinic()
    service = a_service()
    person = a_practitioner(service)
    waiting = an_appointment(Status.PENDING, service=service, practitioner=person)
    message = Message.objects.create(
        kind=Message.Kind.CONFIRMED,
        request=waiting.request,
        appointment=waiting,
        unique_key="one",
        state=Message.State.FAILED,
    )
    AppointmentEvent.objects.create(
        at=waiting.created_at,
        appointment=waiting.pk,
        request=waiting.request_id,
        actor_kind="patient",
        to_status=Status.PENDING,
    )
    return {
        "appointment_id": waiting.pk,
        "message_id": message.pk,
        "patient_id": waiting.request.patient_id,
        "other_id": a_patient().pk,
        "practitioner_id": person.pk,
        "request_id": waiting.request_id,
        "key": "requests",
    }


def looks(client: Client, path: str) -> int:
    """As somebody would: by following a link, or by a button where there is only that."""
    answer = client.get(path)
    return (
        answer.status_code if answer.status_code != 405 else client.post(path, form()).status_code
    )


@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: str(route.name))
def test_every_page_of_the_desk(route: URLPattern, about: dict[str, Any]) -> None:
    named = {name: about[name] for name in route.pattern.converters}
    path = reverse(f"desk:{route.name}", kwargs=named)
    owner, editor = a_member(OWNER), a_member(EDITOR)
    a_practitioner(user=owner)  # who has a feed of their own
    assert looks(signed_in(owner), path) in {200, 302}
    read = entries(owner)
    assert read or route.name in SHOW_NOBODY
    assert "refused" not in {action for action, _subject in read}
    assert {subject for _action, subject in read} >= {str(key) for key in named.values()}
    assert looks(signed_in(editor), path) == 403
    assert [action for action, _subject in entries(editor)] == ["refused"]


@pytest.mark.parametrize("page", ["changelist", "add", *PAGES_OF_A_ROW])
def test_every_page_of_the_admin(page: str, about: dict[str, Any]) -> None:
    for model, _admin in audited():
        row = model._default_manager.first()
        assert row, f"The test needs a row of {model}"
        of_row = [row.pk] if page in PAGES_OF_A_ROW else []
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
        path, owner, editor = reverse(name, args=of_row), a_member(OWNER), a_member(EDITOR)
        if signed_in(owner).get(path).status_code == 200:
            assert entries(owner) == [("open", str(row.pk)) if of_row else ("list", "")]
        else:
            assert entries(owner)[-1][0] == "refused"
        assert signed_in(editor).get(path).status_code == 403
        assert [action for action, _subject in entries(editor)] == ["refused"]


def test_all_models_of_bookings_are_watched() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "booking"}
    assert registered - {Wording} <= {model for model, _admin in audited()}


def test_the_first_page_is_a_list_of_patients_too(about: dict[str, Any]) -> None:
    owner, editor = a_member(OWNER), a_member(EDITOR)
    for member in (owner, editor):
        assert signed_in(member).get(reverse("admin:index")).status_code == 200
    assert entries(owner) == [("list", "")]
    assert entries(editor) == []


def test_searches(about: dict[str, Any]) -> None:
    for model, _admin in audited():
        member = a_member(OWNER)
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert signed_in(member).get(reverse(name), {"q": "Ada"}).status_code == 200
        assert entries(member) == [("search", "")]
