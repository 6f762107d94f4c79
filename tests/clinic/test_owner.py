"""The first owner: made once, where nobody can sign in yet."""

import pytest
from pytest_django import Settings

from clinic.models import User
from clinic.owner import create_first_owner, mail_domain
from clinic.roles import OWNER

pytestmark = pytest.mark.django_db


def test_an_empty_installation_gets_an_owner(settings: Settings) -> None:
    settings.SITE_HOST = "pain.example.org"
    credentials = create_first_owner()
    assert credentials
    assert credentials.email == "owner@pain.example.org"
    owner = User.objects.get()
    assert owner.check_password(credentials.password)
    assert owner.is_staff
    assert owner.is_superuser
    assert [group.name for group in owner.groups.all()] == [OWNER]


def test_two_passwords_differ() -> None:
    first = create_first_owner()
    User.objects.all().delete()
    second = create_first_owner()
    assert first
    assert second
    assert first.password != second.password
    assert len(first.password) >= 20


def test_where_anybody_has_an_account_nothing_happens() -> None:
    User.objects.create_user("desk@clinic.example", is_active=False)
    assert create_first_owner() is None
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("pain.example.org", "pain.example.org"),
        ("127.0.0.1", "clinic.example"),
        ("::1", "clinic.example"),
        ("localhost", "clinic.example"),
        ("", "clinic.example"),
    ],
)
def test_its_address_is_one_that_could_receive_mail(host: str, domain: str) -> None:
    assert mail_domain(host) == domain
