"""Signing in, the staff's accounts, and what holds on every page of the admin."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from clinic import memory
from clinic.admin import ClinicAdmin
from clinic.models import AccessLog, Clinic, Closure, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER, REVIEWER, ROLES
from tests.booking.builders import a_clinic
from tests.clinic.staff import PASSWORD, a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")
INDEX = reverse("admin:index")


@pytest.fixture(autouse=True)
def _clinic() -> Clinic:
    memory.forget_everything()
    return a_clinic()


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post(LOGIN, {"username": email, "password": password}).status_code


class TestSigningIn:
    def test_by_email_in_any_spelling(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        assert sign_in(Client(), " Ana@Staff.test ") == 302

    def test_an_unknown_address_and_a_wrong_password_look_the_same(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        pages = []
        for email in ("ana@staff.test", "bob@staff.test"):
            data = {"username": email, "password": "wrong"}
            page = Client().post(LOGIN, data).content.decode()
            pages.append(page.split("<form")[0].split("<body")[1])
        assert pages[0] == pages[1]
        assert "do not match" in pages[0]

    @pytest.mark.parametrize("flaw", [{"is_active": False}, {"is_staff": False}])
    def test_who_is_switched_off_stays_out(self, flaw: dict[str, bool]) -> None:
        a_member(OWNER, email="ana@staff.test", **flaw)
        assert sign_in(Client(), "ana@staff.test") == 200

    def test_after_five_wrong_passwords_even_the_right_one_waits(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        for spelling in ("ana", "Ana", "aNa", "anA", "ANA"):
            sign_in(Client(), f"{spelling}@staff.test", "wrong")
        client = Client()
        assert sign_in(client, "ana@staff.test") == 429
        assert (
            b"Please wait a while"
            in client.post(LOGIN, {"username": "ana@staff.test", "password": PASSWORD}).content
        )
        assert client.get(INDEX).status_code == 302

    def test_the_wait_ends(self, clock: time_machine.Traveller) -> None:
        a_member(EDITOR, email="ana@staff.test")
        for _ in range(5):
            sign_in(Client(), "ana@staff.test", "wrong")
        clock.shift(16 * 60)
        assert sign_in(Client(), "ana@staff.test") == 302

    def test_a_stranger_elsewhere_locks_nobody_out(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        for _ in range(5):
            Client(REMOTE_ADDR="192.0.2.7").post(
                LOGIN, {"username": "ana@staff.test", "password": "wrong"}
            )
        assert sign_in(Client(), "ana@staff.test") == 302

    def test_another_site_cannot_be_next(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        data = {"username": "ana@staff.test", "password": PASSWORD, "next": "https://evil.test/"}
        assert Client().post(LOGIN, data).headers["Location"] == INDEX


class TestEveryPage:
    @pytest.mark.parametrize(
        "name",
        ["index", "login", "password_change", "password_change_done", "jsi18n"],
    )
    def test_is_never_kept(self, name: str) -> None:
        client = Client() if name == "login" else a_client(OWNER)
        response = client.get(reverse(f"admin:{name}"))
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]

    def test_of_every_list_opens_for_the_owner_and_is_never_kept(self) -> None:
        owner = a_client(OWNER)
        for model, model_admin in admin.site._registry.items():
            if model._meta.app_label == "axes":
                continue
            name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
            response = owner.get(reverse(f"admin:{name}"), follow=True)
            assert response.status_code == 200, model_admin
            assert "no-store" in response.headers["Cache-Control"]

    def test_asks_strangers_to_sign_in(self) -> None:
        for model in admin.site._registry:
            name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
            response = Client().get(reverse(f"admin:{name}"))
            assert response.status_code == 302
            assert response.headers["Location"].startswith(LOGIN)

    def test_names_the_clinic(self) -> None:
        a_clinic(name="Harbor Clinic")
        assert b"Harbor Clinic" in Client().get(LOGIN).content

    def test_shows_times_in_the_clinics_zone(self) -> None:
        a_clinic(time_zone="America/Los_Angeles")
        entry = AccessLog.objects.create(action="list", at=datetime(2026, 6, 15, 6, 30, tzinfo=UTC))
        page = a_client(OWNER).get(reverse("admin:clinic_accesslog_changelist"))
        assert "June 14, 2026, 11:30 pm" in page.content.decode(), entry


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("clinic_user", {OWNER}),
        ("clinic_accesslog", {OWNER}),
        ("clinic_clinic", {OWNER}),
        ("clinic_closure", {OWNER, FRONT_DESK, PRACTITIONER}),
        ("clinic_practitioner", {OWNER, FRONT_DESK}),
        ("booking_patient", {OWNER, FRONT_DESK, PRACTITIONER}),
        ("booking_appointment", {OWNER, FRONT_DESK, PRACTITIONER}),
        ("booking_appointmentrequest", {OWNER, FRONT_DESK, PRACTITIONER}),
        ("booking_appointmentevent", {OWNER}),
        ("booking_message", {OWNER, FRONT_DESK}),
        ("content_article", {OWNER, EDITOR, REVIEWER}),
    ],
)
def test_lists_open_for_their_roles_and_refusals_are_written_down(
    name: str, allowed: set[str]
) -> None:
    address = reverse(f"admin:{name}_changelist")
    for role in ["", *ROLES]:
        member = a_member(role)
        answer = signed_in(member).get(address, follow=True)
        assert "no-store" in answer.headers["Cache-Control"]
        status = answer.status_code
        refusals = AccessLog.objects.filter(user=member.pk, action="refused").count()
        assert (status, refusals) == ((200, 0) if role in allowed else (403, 1)), role


class TestStaffAccounts:
    def change(self, client: Client, user: User, **data: object) -> int:
        form = {"email": user.email, "full_name": user.full_name, "is_active": "on"} | data
        address = reverse("admin:clinic_user_change", args=[user.pk])
        form = {name: value for name, value in form.items() if value is not None}
        return client.post(address, form).status_code

    def role(self, name: str) -> int:
        return Group.objects.get(name=name).pk

    def test_an_address_is_used_once_however_it_is_spelled(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        data = {"email": "ANA@staff.test"}
        response = a_client(OWNER).post(reverse("admin:clinic_user_add"), data)
        assert b"already signs in" in response.content
        assert User.objects.filter(email__iexact="ana@staff.test").count() == 1

    @pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, EDITOR, REVIEWER])
    def test_others_neither_add_nor_change(self, role: str) -> None:
        member = a_member(role)
        client = signed_in(member)
        assert client.post(reverse("admin:clinic_user_add"), {}).status_code == 403
        assert self.change(client, member, groups=[self.role(OWNER)]) == 403
        assert [group.name for group in member.groups.all()] == [role]

    def test_nobody_changes_their_own_role(self) -> None:
        a_member(OWNER)
        owner = a_member(OWNER)
        self.change(signed_in(owner), owner, groups=[self.role(EDITOR)], is_active=None)
        owner.refresh_from_db()
        assert owner.is_active
        assert [group.name for group in owner.groups.all()] == [OWNER]

    def test_nobody_becomes_a_superuser_by_the_form(self) -> None:
        member = a_member(EDITOR)
        data = {"groups": [self.role(EDITOR)], "is_superuser": "on", "user_permissions": [1]}
        assert self.change(a_client(OWNER), member, **data) == 302
        member.refresh_from_db()
        assert not member.is_superuser
        assert not member.user_permissions.exists()

    def test_an_owner_may_go_while_another_stays(self) -> None:
        gone = a_member(OWNER)
        status = self.change(a_client(OWNER), gone, groups=[self.role(OWNER)], is_active=None)
        assert status == 302
        gone.refresh_from_db()
        assert not gone.is_active

    @pytest.mark.parametrize("loss", ["active", "role"])
    def test_the_last_owner_stays(self, loss: str) -> None:
        """Whoever may change staff without the role: here by a permission given in the shell."""
        last = a_member(OWNER)
        other = a_member()
        other.user_permissions.set(Group.objects.get(name=OWNER).permissions.all())
        data: dict[str, object] = {"groups": [self.role(OWNER)]}
        if loss == "active":
            data["is_active"] = None
        else:
            data["groups"] = [self.role(EDITOR)]
        assert self.change(signed_in(other), last, **data) == 200  # the form again, with an error
        last.refresh_from_db()
        assert last.is_active
        assert [group.name for group in last.groups.all()] == [OWNER]

    def test_nobody_is_deleted(self) -> None:
        member = a_member(EDITOR)
        owner = a_client(OWNER)
        address = reverse("admin:clinic_user_delete", args=[member.pk])
        assert owner.post(address, {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [str(member.pk)], "post": "yes"}
        owner.post(reverse("admin:clinic_user_changelist"), action)
        assert User.objects.filter(pk=member.pk).exists()

    def test_nobody_sets_a_password_for_somebody_else(self) -> None:
        member = a_member(EDITOR)
        new = {"password1": "another long password", "password2": "another long password"}
        page = f"/admin/clinic/user/{member.pk}/password/"
        a_client(OWNER).post(page, new | {"usable_password": "true"}, follow=True)
        assert User.objects.get(pk=member.pk).password == member.password
        shown = a_client(OWNER).get(reverse("admin:clinic_user_change", args=[member.pk]))
        assert member.password not in shown.content.decode()

    def test_who_is_no_longer_an_owner_is_no_superuser_either(self) -> None:
        first = User.objects.create_superuser("first@staff.test", PASSWORD)
        first.groups.add(Group.objects.get(name=OWNER))
        assert self.change(a_client(OWNER), first, groups=[self.role(EDITOR)]) == 302
        first.refresh_from_db()
        assert not first.is_superuser

    def test_an_owner_who_has_not_accepted_the_invitation_does_not_count(self) -> None:
        last, other = a_member(OWNER), a_member()
        other.user_permissions.set(Group.objects.get(name=OWNER).permissions.all())
        invited = a_member(OWNER)
        invited.set_unusable_password()
        invited.save()
        assert self.change(signed_in(other), last, groups=[self.role(EDITOR)]) == 200
        assert [group.name for group in last.groups.all()] == [OWNER]

    def test_who_is_switched_off_and_on_again_signs_in_anew(self) -> None:
        member = a_member(EDITOR)
        elsewhere, owner = signed_in(member), a_client(OWNER)
        roles = {"groups": [self.role(EDITOR)]}
        self.change(owner, member, is_active=None, **roles)
        assert elsewhere.get(INDEX).status_code == 302
        self.change(owner, member, **roles)
        assert elsewhere.get(INDEX).status_code == 302

    def test_groups_follow_the_table_and_have_no_page(self) -> None:
        assert not admin.site.is_registered(Group)


class TestTheClinicItself:
    def test_its_list_is_its_page(self) -> None:
        response = a_client(OWNER).get(reverse("admin:clinic_clinic_changelist"))
        assert response.headers["Location"] == reverse("admin:clinic_clinic_change", args=[1])

    def test_there_is_no_second_and_none_goes(self) -> None:
        owner = a_client(OWNER)
        assert owner.get(reverse("admin:clinic_clinic_add")).status_code == 403
        delete = reverse("admin:clinic_clinic_delete", args=[1])
        assert owner.post(delete, {"post": "yes"}).status_code == 403

    def test_what_is_added_changed_or_deleted_shows_on_the_site(self) -> None:
        desk = a_client(FRONT_DESK)
        days = {"first_day": "2026-07-04", "last_day": "2026-07-04", "reason_en": "Holiday"}

        def version() -> int:
            return Clinic.objects.get().site_version

        before = version()
        desk.post(reverse("admin:clinic_closure_add"), days)
        closure = Closure.objects.get()
        added = version()
        desk.post(
            reverse("admin:clinic_closure_change", args=[closure.pk]),
            days | {"last_day": "2026-07-05"},
        )
        changed = version()
        action = {"action": "delete_selected", "_selected_action": [str(closure.pk)], "post": "yes"}
        desk.post(reverse("admin:clinic_closure_changelist"), action)
        assert not Closure.objects.exists()
        assert before < added < changed < version()

    def test_what_others_publish_meanwhile_stays_published(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A version that readers know already must not come a second time, with other content."""
        read = ClinicAdmin.get_object

        def read_and_be_overtaken(*args: Any) -> Any:
            found = read(*args)
            memory.publish()
            return found

        before = Clinic.objects.get().site_version
        monkeypatch.setattr(ClinicAdmin, "get_object", read_and_be_overtaken)
        form = {"name": "Another name", "telephone": "732-555-0123"}
        form |= {"time_zone": "America/New_York"}
        form |= {"open_requests_a_patient": "3", "unconfirmed_share": "60", "retention_years": "7"}
        a_client(OWNER).post(reverse("admin:clinic_clinic_change", args=[1]), form)
        clinic = Clinic.objects.get()
        assert (clinic.name, clinic.site_version) == ("Another name", before + 2)

    def test_looking_publishes_nothing(self) -> None:
        before = Clinic.objects.get().site_version
        a_client(OWNER).get(reverse("admin:clinic_clinic_change", args=[1]))
        assert Clinic.objects.get().site_version == before


class TestTheRecordOfReading:
    def test_it_names_who_and_is_only_read(self) -> None:
        owner = a_member(OWNER)
        client = signed_in(owner)
        client.get(reverse("admin:booking_patient_changelist"))
        page = client.get(reverse("admin:clinic_accesslog_changelist"))
        assert f'class="field-who">{owner.full_name}<' in page.content.decode()
        entry = AccessLog.objects.get(action="list", subject_type="patient")
        change = reverse("admin:clinic_accesslog_change", args=[entry.pk])
        assert client.get(change).status_code == 200
        assert client.post(change, {"action": "nothing"}).status_code == 403
        delete = reverse("admin:clinic_accesslog_delete", args=[entry.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
        assert client.get(reverse("admin:clinic_accesslog_add")).status_code == 403

    def test_a_hostile_address_breaks_nothing(self) -> None:
        client = a_client(FRONT_DESK)
        for key in ("%00", "x" * 500, "%F0%9F%92%A9", "..%2F..%2F", "<script>"):
            response = client.get(f"/admin/booking/patient/{key}/change/")
            assert response.status_code == 404


@pytest.mark.parametrize("page", ["clinic_closure", "booking_appointment", "booking_message"])
def test_a_date_beyond_the_calendar_is_bad_input(page: str) -> None:
    """Django's own filter by date reaches for the first day of the year 10000."""
    client, path = a_client(OWNER), reverse(f"admin:{page}_changelist")
    for field in ("first_day", "starts_at", "created_at"):
        answer = client.get(path, {f"{field}__year": "9999"})
        assert answer.status_code == 200 or answer.headers["Location"] == f"{path}?e=1"


def test_everything_that_is_listed_has_a_name_of_its_own() -> None:
    """For whoever sees all of it; and no library's word for what staff have another one for."""
    owner = a_member(OWNER, is_superuser=True)
    page = signed_in(owner).get(INDEX)
    apps = admin.site.get_app_list(page.wsgi_request)
    names = [str(model["name"]).lower() for app in apps for model in app["models"]]
    assert len(set(names)) == len(names)
    assert {"who read what", "sign-ins", "messages in your own words"} <= set(names)
    assert not {"access logs", "wordings"} & set(names)


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_what_a_list_counts_is_a_plural(model: type[Model]) -> None:
    """“10 readings of patients’ data”, at the foot of a list; of the clinic there is only one."""
    one, many = str(model._meta.verbose_name), str(model._meta.verbose_name_plural)
    assert many == many.lower()
    counted, of, _rest = many.partition(" of ")
    noun = counted if of else many
    assert model is Clinic or (one != many and any(word.endswith("s") for word in noun.split()))
