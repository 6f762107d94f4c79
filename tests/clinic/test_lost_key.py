"""No key of FIELD_KEYS opens the secret of an app: signing in says so and breaks nowhere."""

import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic import second_factor
from clinic.models import AuthenticatorApp, User
from clinic.roles import FRONT_DESK, OWNER
from clinic.second_factor import NewFactor
from tests.booking.builders import a_clinic
from tests.clinic.factors import code_of, give_app
from tests.clinic.staff import PASSWORD, a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

INDEX, LOGIN = reverse("admin:index"), reverse("admin:login")
OWN, SET_UP = reverse("admin:second_factor"), reverse("admin:second_factor_set_up")


@pytest.fixture
def member() -> User:
    """Whose app was sealed with a key that is gone."""
    a_clinic()
    user = a_member(FRONT_DESK)
    give_app(user)
    return user


@pytest.fixture
def recovery(member: User) -> str:
    return second_factor.new_recovery_codes(user=member)[0]


@pytest.fixture(autouse=True)
def _lost(member: User, recovery: str, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


def new_factor(client: Client) -> NewFactor:
    client.get(SET_UP)
    new = NewFactor.opened(client.session["new_second_factor"])
    assert new
    return new


def set_up(client: Client) -> Any:
    code = code_of(new_factor(client).key)
    return client.post(SET_UP, {"code": code, "password": PASSWORD})


def recovery_codes_in(reply: Any) -> list[str]:
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", reply.content.decode())


class TestSigningIn:
    @pytest.fixture
    def client(self, member: User) -> Client:
        client = Client()
        reply = client.post(LOGIN, {"username": member.email, "password": PASSWORD})
        assert reply.status_code == 302
        return client

    def test_the_code_of_the_app_is_not_right(self, client: Client) -> None:
        assert client.get(INDEX).status_code == 403
        reply = client.post(
            INDEX, {"gate-asked": "code", "gate-method": "GET", "gate-code": code_of()}
        )
        assert reply.status_code == 403
        assert "This code is not right" in reply.content.decode()

    def test_a_recovery_code_opens_and_another_app_takes_its_place(
        self, client: Client, recovery: str, member: User
    ) -> None:
        answer = {"gate-asked": "code", "gate-method": "GET", "gate-recovery": recovery}
        assert client.post(INDEX, answer).status_code == 302
        assert client.get(INDEX).status_code == 200
        key = new_factor(client).key
        assert len(recovery_codes_in(set_up(client))) == 10
        assert AuthenticatorApp.objects.get().secret == key
        assert client.get(INDEX).status_code == 200


class TestTheSecondFactorsPages:
    @pytest.fixture
    def client(self, member: User) -> Client:
        return signed_in(member)

    def test_one_sees_what_one_has_and_makes_new_recovery_codes(self, client: Client) -> None:
        assert client.get(OWN).status_code == 200
        assert len(recovery_codes_in(client.post(OWN, {"password": PASSWORD}))) == 10

    def test_an_app_that_was_being_set_up_begins_anew(
        self, client: Client, settings: Settings
    ) -> None:
        before = new_factor(client).key
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]
        assert client.post(SET_UP, {"code": code_of(before)}).status_code == 200
        assert new_factor(client).key != before

    def test_another_session_was_faster_and_its_app_does_not_open_either(
        self, client: Client, member: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really, here = second_factor.set_up, settings.FIELD_KEYS

        def another_is_faster(**kwargs: Any) -> list[str]:
            settings.FIELD_KEYS = [Fernet.generate_key().decode()]
            really(**kwargs | {"new": NewFactor.made()})
            settings.FIELD_KEYS = here
            return really(**kwargs)

        monkeypatch.setattr(second_factor, "set_up", another_is_faster)
        reply = set_up(client)
        assert reply.status_code == 302
        assert AuthenticatorApp.objects.filter(user=member).count() == 1

    def test_an_owner_sees_them_and_resets_it(self, member: User) -> None:
        owner = a_client(OWNER)
        for page, arguments in (("changelist", []), ("change", [member.pk])):
            assert (
                owner.get(reverse(f"admin:clinic_user_{page}", args=arguments)).status_code == 200
            )
        page = reverse("admin:clinic_user_reset_second_factor", args=[member.pk])
        assert owner.get(page).status_code == 200
        assert owner.post(page).status_code == 302
        assert second_factor.factor_of(member) is None
