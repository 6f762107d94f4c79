"""A session that cannot be stored: what failed is told apart from a session that is gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

from clinic.models import User
from clinic.roles import FRONT_DESK
from tests.booking.builders import a_clinic
from tests.clinic.staff import a_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(db: None) -> User:
    a_clinic()
    return a_member(FRONT_DESK)


@pytest.fixture
def client(member: User) -> Client:
    return signed_in(member)


@contextmanager
def before_it_is_stored(what_happens: Callable[[], object] = lambda: None) -> Iterator[None]:
    """The last that a page does to its session, which has to be stored then."""

    def update(storage: Any, _response: object) -> list[object]:
        storage.request.session.modified = True
        what_happens()
        return []

    with mock.patch("django.contrib.messages.storage.session.SessionStorage.update", update):
        yield


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_a_line_that_breaks_is_the_databases_failure(
    client: Client, failure: type[Exception]
) -> None:
    cut = mock.patch.object(Session, "save", side_effect=failure("the line is cut"))
    with before_it_is_stored(), cut:
        response = client.get(reverse("admin:index"))
    assert response.status_code == 503
    assert "Retry-After" in response.headers


def test_a_session_that_is_gone_is_still_the_requests(client: Client) -> None:
    with before_it_is_stored(lambda: Session.objects.all().delete()):
        response = client.get(reverse("admin:index"))
    assert response.status_code == 400
