"""Who sees the address of a calendar feed, and who may end it."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from booking import links
from clinic.models import AccessLog, Practitioner, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import a_clinic, a_practitioner
from tests.booking.ledger import everything
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

INDEX, FEED = reverse("admin:index"), reverse("desk:feed")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def member(db: None) -> User:
    return a_member(PRACTITIONER)


@pytest.fixture
def own(member: User) -> Practitioner:
    return a_practitioner(user=member)


@pytest.fixture
def other(db: None) -> Practitioner:
    return a_practitioner()


def renew_url(person: Practitioner) -> str:
    return reverse("desk:renew-feed", args=[person.pk])


def admin_url(person: Practitioner) -> str:
    return reverse("admin:clinic_practitioner_change", args=[person.pk])


def shows(client: Client, url: str, person: Practitioner) -> bool:
    response = client.get(url)
    assert response.status_code == 200
    return links.feed_address_for(person) in response.content.decode()


def said(response: Any) -> str:
    """What the next page will say; the test client's responses know their request."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def version_of(person: Practitioner) -> int:
    return Practitioner.objects.values_list("feed_version", flat=True).get(pk=person.pk)


def recorded() -> list[tuple[str, str, str]]:
    rows = AccessLog.objects.filter(subject_type__endswith="feed")
    return list(rows.order_by("at").values_list("action", "subject_type", "subject"))


class TestSeeing:
    def test_a_practitioner_sees_their_own(
        self, member: User, own: Practitioner, other: Practitioner
    ) -> None:
        client = signed_in(member)
        assert shows(client, FEED, own)
        assert recorded() == [("open", "calendar feed", str(own.pk))]
        assert not shows(client, FEED, other)

    def test_the_owner_sees_anybodys_on_their_page(self, other: Practitioner) -> None:
        assert shows(a_client(OWNER), admin_url(other), other)
        assert recorded() == [("open", "calendar feed", str(other.pk))]

    def test_the_front_desk_sees_the_person_without_it(self, other: Practitioner) -> None:
        assert not shows(a_client(FRONT_DESK), admin_url(other), other)
        assert recorded() == []

    def test_a_new_person_has_none_yet(self) -> None:
        page = a_client(OWNER).get(reverse("admin:clinic_practitioner_add"))
        assert "Calendar feed" not in page.content.decode()

    @pytest.mark.parametrize(
        ("role", "status"), [(OWNER, 404), (FRONT_DESK, 404), (PRACTITIONER, 404), (EDITOR, 403)]
    )
    def test_who_is_no_practitioner_has_none_of_their_own(
        self, other: Practitioner, role: str, status: int
    ) -> None:
        assert a_client(role).get(FEED).status_code == status
        assert [action for action, _type, _subject in recorded()] == ["refused"]

    def test_who_lost_the_role_loses_it(self, member: User, own: Practitioner) -> None:
        member.groups.clear()
        assert signed_in(member).get(FEED).status_code == 403

    def test_of_who_left_it_is_not_shown(self, member: User, own: Practitioner) -> None:
        Practitioner.objects.update(is_active=False)
        assert not shows(a_client(OWNER), admin_url(own), own)
        assert signed_in(member).get(FEED).status_code == 404

    def test_strangers_are_asked_to_sign_in(self, own: Practitioner) -> None:
        for url in (FEED, renew_url(own)):
            assert Client().get(url).headers["Location"].startswith(reverse("admin:login"))

    def test_the_first_page_leads_practitioners_there_and_nobody_else(
        self, member: User, own: Practitioner
    ) -> None:
        assert FEED in signed_in(member).get(INDEX).content.decode()
        for role in (OWNER, FRONT_DESK, PRACTITIONER, EDITOR):
            assert FEED not in a_client(role).get(INDEX).content.decode()


class TestRenewing:
    def test_is_asked_first_and_then_ends_the_old_address(
        self, member: User, own: Practitioner
    ) -> None:
        client, old = signed_in(member), links.feed_address_for(own)
        assert "Renew the address?" in client.get(renew_url(own)).content.decode()
        assert version_of(own) == 1
        response = client.post(renew_url(own), {"version": "1"})
        assert response.headers["Location"] == FEED
        own.refresh_from_db()
        assert shows(client, FEED, own)
        assert old not in client.get(FEED).content.decode()
        assert ("change", "calendar feed", str(own.pk)) in recorded()

    def test_the_owner_renews_anybodys_and_comes_back_to_their_page(
        self, other: Practitioner
    ) -> None:
        response = a_client(OWNER).post(renew_url(other), {"version": "1"})
        assert response.headers["Location"] == admin_url(other)
        assert version_of(other) == 2

    def test_the_same_form_twice_ends_one_address_and_says_the_same(
        self, other: Practitioner
    ) -> None:
        owner = a_member(OWNER)
        answers = [signed_in(owner).post(renew_url(other), {"version": "1"}) for _time in range(2)]
        assert {answer.headers["Location"] for answer in answers} == {admin_url(other)}
        told = {said(answer) for answer in answers}
        assert told == {"The address is new. Subscribe to it wherever you used the old one."}
        assert version_of(other) == 2

    @pytest.mark.parametrize("version", ["", "0", "-1", "2", "one", "1; drop", "٩" * 9, "9" * 5000])
    def test_a_form_that_is_none_of_ours_is_shown_again(
        self, other: Practitioner, version: str
    ) -> None:
        response = a_client(OWNER).post(renew_url(other), {"version": version})
        assert response.status_code == 200
        assert version_of(other) == 1

    def test_nobody_renews_what_is_somebody_elses(
        self, member: User, own: Practitioner, other: Practitioner
    ) -> None:
        clients = {
            signed_in(member): 404,
            a_client(FRONT_DESK): 404,
            a_client(EDITOR): 403,
            a_client(""): 403,
        }
        for client, status in clients.items():
            assert client.get(renew_url(other)).status_code == status
            assert client.post(renew_url(other), {"version": "1"}).status_code == status
        assert version_of(other) == 1

    def test_nothing_else_changes(
        self, member: User, own: Practitioner, other: Practitioner
    ) -> None:
        client = signed_in(member)
        before = everything()
        client.post(renew_url(own), {"version": "1", "id": str(other.pk), "name": "x"})
        after = everything()
        changed = {name for name in before if before[name] != after[name]}
        # What the next page says waits in the session.
        assert changed == {"clinic.Practitioner", "clinic.AccessLog", "sessions.Session"}
        assert version_of(other) == 1

    def test_a_form_of_another_site_is_refused(self, other: Practitioner) -> None:
        client = signed_in(a_member(OWNER), enforce_csrf_checks=True)
        assert client.post(renew_url(other), {"version": "1"}).status_code == 403
        assert version_of(other) == 1

    def test_a_number_that_no_database_knows_is_not_found(self) -> None:
        client = a_client(OWNER)
        for key in (0, 2**63, 10**40):
            url = reverse("desk:renew-feed", args=[key])
            assert client.post(url, {"version": "1"}).status_code == 404
