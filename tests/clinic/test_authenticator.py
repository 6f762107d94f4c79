"""The secret of an authenticator app stands nowhere in clear text, and all else is as before."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic import second_factor
from clinic.models import AuthenticatorApp, User
from clinic.roles import FRONT_DESK
from tests.booking.builders import a_clinic
from tests.clinic.factors import KEY, WRONG, code_of, give_app
from tests.clinic.staff import PASSWORD, a_member

BEFORE = [("clinic", "0006_sign_in"), ("otp_totp", "0003_add_timestamps")]
TABLES = ("otp_totp_totpdevice", "clinic_authenticatorapp", "django_session")


def stored() -> str:
    """All that a stolen database would say of it."""
    with connection.cursor() as cursor:
        rows = []
        for table in set(TABLES) & set(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {table}")
            rows += cursor.fetchall()
    return str(rows)


@pytest.fixture
def member(db: None) -> User:
    return a_member(FRONT_DESK)


def test_it_is_stored_sealed_and_nowhere_else(member: User) -> None:
    app = give_app(member)
    assert KEY not in stored()
    assert AuthenticatorApp.objects.get(pk=app.pk).bin_key == bytes.fromhex(KEY)
    assert second_factor.check_code(member, code_of())


def test_nor_does_the_session_say_it_while_it_is_set_up(member: User) -> None:
    a_clinic()
    client = Client()
    client.post(reverse("admin:login"), {"username": member.email, "password": PASSWORD})
    client.get(reverse("admin:second_factor_set_up"))
    new = second_factor.NewFactor.opened(client.session["new_second_factor"])
    assert new
    said = str(dict(client.session))
    assert not any(text in said for text in (new.key, *new.codes))


def test_a_new_first_key_opens_it_and_seals_it_anew(member: User, settings: Settings) -> None:
    app = give_app(member)
    old, new = settings.FIELD_KEYS, Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *old]
    assert second_factor.check_code(member, code_of())
    settings.FIELD_KEYS = [new]
    assert AuthenticatorApp.objects.get(pk=app.pk).secret == KEY


class TestALostKey:
    @pytest.fixture(autouse=True)
    def _lost(self, member: User, settings: Settings) -> None:
        give_app(member)
        self.codes = second_factor.new_recovery_codes(user=member)
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    def test_no_code_is_right_and_nothing_breaks(self, member: User) -> None:
        assert not second_factor.check_code(member, code_of())

    def test_the_recovery_codes_still_open(self, member: User) -> None:
        assert second_factor.check_recovery_code(member, self.codes[0])

    def test_it_can_be_reset(self, member: User) -> None:
        call_command("reset_second_factor", member.email)
        assert second_factor.factor_of(member) is None
        assert not AuthenticatorApp.objects.exists()


@pytest.fixture
def of_before(transactional_db: None) -> Iterator[None]:
    """A database as it was before secrets were sealed."""
    MigrationExecutor(connection).migrate(BEFORE)
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def models_of_before() -> Any:
    return MigrationExecutor(connection).loader.project_state(BEFORE).apps


@pytest.mark.usefixtures("of_before")
def test_those_of_before_are_sealed_and_keep_what_they_have_counted(
    clock: time_machine.Traveller,
) -> None:
    before = models_of_before()
    user = before.get_model("clinic", "User").objects.create(email="a@staff.test")
    device = before.get_model("otp_totp", "TOTPDevice").objects.create(
        user=user, name="Authenticator app", key=KEY, drift=1, last_t=5, throttling_failure_count=3
    )
    assert KEY in stored()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert KEY not in stored()
    app = AuthenticatorApp.objects.get()
    kept = (app.pk, app.user_id, app.drift, app.last_t, app.throttling_failure_count)
    assert kept == (device.pk, user.pk, 1, 5, 3)
    assert app.secret == KEY
    clock.shift(3600)
    assert not second_factor.check_code(app.user, WRONG)
    MigrationExecutor(connection).migrate(BEFORE)
    again = models_of_before().get_model("otp_totp", "TOTPDevice").objects.get()
    assert (again.key, again.drift, again.last_t) == (KEY, 1, 5)
    again.delete()
