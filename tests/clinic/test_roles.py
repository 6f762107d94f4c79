"""Who may do what: the groups of the database are the table in clinic/roles.py."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import User
from clinic.roles import (
    EDITOR,
    FRONT_DESK,
    OWNER,
    PRACTITIONER,
    REVIEWER,
    ROLES,
    apply_roles,
    owners,
    permission_names,
)
from tests.booking.builders import a_clinic
from tests.clinic.staff import PASSWORD, a_member, signed_in

pytestmark = pytest.mark.django_db

PATIENTS = {"booking.view_patient", "booking.view_appointment", "booking.view_appointmentrequest"}


def in_the_database(member: User) -> set[str]:
    """What the groups allow, as Django itself reads them."""
    return ModelBackend().get_all_permissions(member)


@pytest.mark.parametrize("role", ROLES)
def test_migrating_gives_every_role_what_the_table_says(role: str) -> None:
    assert in_the_database(a_member(role)) == permission_names(role)


def test_applying_takes_away_what_was_added_and_gives_back_what_was_taken() -> None:
    editors = Group.objects.get(name=EDITOR)
    editors.permissions.set(Permission.objects.filter(codename="view_patient"))
    call_command("apply_roles")
    assert in_the_database(a_member(EDITOR)) == permission_names(EDITOR)


def test_applying_makes_a_role_that_is_missing_and_leaves_its_members_alone() -> None:
    desk = a_member(FRONT_DESK)
    Group.objects.filter(name=EDITOR).delete()
    apply_roles()
    assert Group.objects.filter(name=EDITOR).exists()
    assert [group.name for group in desk.groups.all()] == [FRONT_DESK]


def test_editors_have_nothing_to_do_with_patients() -> None:
    assert not any(name.startswith("booking.") for name in permission_names(EDITOR))


def test_reviewers_change_and_sign_articles_and_nothing_else() -> None:
    names = permission_names(REVIEWER)
    assert {name for name in names if ".view_" not in name} == {
        "content.change_article",
        "content.review_article",
    }
    assert all(name.startswith("content.") for name in names)


def test_who_publishes_and_who_signs() -> None:
    for name, allowed in (("publish", [OWNER, EDITOR]), ("review", [OWNER, REVIEWER])):
        has = [role for role in ROLES if f"content.{name}_article" in permission_names(role)]
        assert has == allowed


def test_practitioners_reach_their_own_patients_only() -> None:
    names = permission_names(PRACTITIONER)
    assert names >= PATIENTS
    assert "booking.reach_everyone" not in names


def test_only_owners_manage_staff_and_read_who_read_what() -> None:
    for name in ("clinic.add_user", "clinic.change_user", "clinic.view_accesslog"):
        assert [role for role in ROLES if name in permission_names(role)] == [OWNER]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_may_write_or_delete_what_only_the_actions_change(role: str) -> None:
    models = ("appointment", "appointmentrequest", "appointmentevent", "message")
    forbidden = {
        f"booking.{verb}_{model}" for model in models for verb in ("add", "change", "delete")
    }
    forbidden |= {"booking.add_patient", "booking.delete_patient", "clinic.delete_user"}
    assert not permission_names(role) & forbidden


def test_owners_are_active_people_with_the_role() -> None:
    owner = a_member(OWNER)
    a_member(OWNER, is_active=False)
    a_member(OWNER, is_staff=False)
    a_member(FRONT_DESK)
    User.objects.create_user("invited@staff.test").groups.add(Group.objects.get(name=OWNER))
    first = User.objects.create_superuser("first@staff.test", PASSWORD)
    first.groups.add(Group.objects.get(name=OWNER))
    assert set(owners()) == {owner, first}
    assert owners().count() == 2


class TestWhatSomebodyMayDo:
    """As the pages ask for it: at once, and in one question."""

    @pytest.mark.parametrize("role", ROLES)
    def test_it_is_what_their_groups_allow(self, role: str) -> None:
        member = a_member(role)
        with CaptureQueriesContext(connection) as asked:
            found = member.get_all_permissions()
            assert not member.has_perm("nothing.of_the_kind")
        assert found == in_the_database(a_member(role))
        assert len(asked) == 1

    def test_several_roles_add_up(self) -> None:
        member = a_member(EDITOR)
        member.groups.add(Group.objects.get(name=FRONT_DESK))
        both = permission_names(EDITOR) | permission_names(FRONT_DESK)
        assert member.get_all_permissions() == both

    def test_nobody_in_particular_may_do_nothing(self) -> None:
        assert a_member().get_all_permissions() == set()

    def test_a_permission_of_their_own_counts(self) -> None:
        member = a_member()
        member.user_permissions.add(Permission.objects.get(codename="view_patient"))
        assert member.get_all_permissions() == {"booking.view_patient"}

    def test_a_group_that_is_no_role_allows_what_it_has(self) -> None:
        member, group = a_member(EDITOR), Group.objects.create(name="Of the shell")
        group.permissions.add(Permission.objects.get(codename="view_patient"))
        member.groups.add(group)
        assert member.get_all_permissions() == permission_names(EDITOR) | {"booking.view_patient"}

    def test_a_superuser_may_do_everything(self) -> None:
        first = User.objects.create_superuser("first@staff.test", PASSWORD)
        assert first.get_all_permissions() == in_the_database(first)
        assert first.has_perm("booking.erase_patient")

    @pytest.mark.parametrize("loss", ["role", "account"])
    def test_a_loss_holds_from_the_next_page_on(self, loss: str) -> None:
        a_clinic()
        member = a_member(FRONT_DESK)
        client, page = signed_in(member), reverse("desk:patients")
        assert client.get(page).status_code == 200
        if loss == "role":
            member.groups.clear()
        else:
            User.objects.filter(pk=member.pk).update(is_active=False)
        assert client.get(page).status_code == (403 if loss == "role" else 302)
        assert not User.objects.get(pk=member.pk).has_perm("booking.view_patient")
