"""Accounts of the staff from outside: invitations, forgotten passwords, a second factor reset."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.contrib.auth.models import Group
from django.core import mail, signing
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from booking import worker
from clinic import memory, password_links, second_factor, staff_mail
from clinic.logs import HideLinks
from clinic.models import AccessLog, StaffMail, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import a_clinic
from tests.clinic.factors import give_app
from tests.clinic.staff import PASSWORD, a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

INDEX, LOGIN = reverse("admin:index"), reverse("admin:login")
ADD, FORGOTTEN = reverse("admin:clinic_user_add"), reverse("admin:forgotten_password")
NEW = "seven green herons over a lake"
Kind = StaffMail.Kind


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    a_clinic(name="Harbor Clinic")


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def send_mail() -> None:
    worker.run_once(now=timezone.now())


def link_in(message: Any) -> str:
    found = re.search(r"http://[^/]+(/admin/password/\S+/)", message.body)
    assert found, message.body
    return found[1]


def set_password(link: str, password: str = NEW, client: Client | None = None) -> Any:
    data = {"new_password1": password, "new_password2": password}
    return (client or Client()).post(link, data)


def invite(client: Client, email: str = "New@Staff.test", **more: Any) -> User:
    answer = client.post(ADD, {"email": email, "full_name": "New Member"} | more)
    assert answer.status_code == 302
    return User.objects.get(email=email.lower())


def link_for(user: User, kind: Kind = Kind.PASSWORD) -> str:
    return password_links.address_for(user, kind).partition("8000")[2]


class TestInvitations:
    def test_an_owner_invites_and_a_link_sets_the_password(self) -> None:
        desk = str(a_member(FRONT_DESK).groups.get().pk)
        new = invite(a_client(OWNER), groups=[desk])
        assert not new.has_usable_password()
        assert not new.is_superuser
        assert [group.name for group in new.groups.all()] == [FRONT_DESK]
        assert not mail.outbox  # never from a page
        send_mail()
        [message] = mail.outbox
        assert message.to == ["new@staff.test"]
        assert "Harbor Clinic" in message.from_email
        link = link_in(message)
        assert "Welcome" in text_of(Client().get(link))
        new.refresh_from_db()
        assert not new.has_usable_password()  # looking is no use of it
        assert set_password(link).headers["Location"] == LOGIN
        new.refresh_from_db()
        assert new.check_password(NEW)
        assert AccessLog.objects.filter(subject=str(new.pk), action="invitation sent").exists()

    def test_of_a_practitioner_it_is_said_how_their_calendar_is_found(self) -> None:
        owner, words = a_client(OWNER), "choose this account in the field “User”"
        invite(owner, groups=[str(Group.objects.get(name=PRACTITIONER).pk)])
        page = text_of(owner.get(reverse("admin:clinic_user_changelist")))
        assert words in page
        assert reverse("admin:clinic_practitioner_changelist") in page
        other = a_client(OWNER)
        desk = str(Group.objects.get(name=FRONT_DESK).pk)
        invite(other, email="desk@staff.test", groups=[desk])
        assert words not in text_of(other.get(reverse("admin:clinic_user_changelist")))

    def test_whoever_accepted_sets_up_a_second_factor(self) -> None:
        new = invite(a_client(OWNER))
        set_password(link_for(new, Kind.INVITATION))
        client = Client()
        client.post(LOGIN, {"username": new.email, "password": NEW})
        assert "second-factor/set-up" in client.get(INDEX).headers["Location"]

    @pytest.mark.parametrize("password", ["", PASSWORD, "!"])
    def test_before_that_nobody_signs_in(self, password: str) -> None:
        new = invite(a_client(OWNER))
        data = {"username": new.email, "password": password}
        assert Client().post(LOGIN, data).status_code == 200

    def test_it_waits_only_once_and_is_sent_again_when_asked(self) -> None:
        owner = a_client(OWNER)
        new = invite(owner)
        again = reverse("admin:clinic_user_send_link", args=[new.pk])
        assert owner.get(again).status_code == 405
        owner.post(again)
        send_mail()
        assert len(mail.outbox) == 1
        owner.post(again)
        send_mail()
        assert len(mail.outbox) == 2
        assert "invited" in mail.outbox[1].body

    def test_two_that_were_asked_for_at_once_are_no_obstacle(self) -> None:
        owner, new, now = a_client(OWNER), a_member(EDITOR), timezone.now()
        for _ in range(2):
            StaffMail.objects.create(
                kind=Kind.PASSWORD, user=new, asked_at=now, next_attempt_at=now
            )
        again = owner.post(reverse("admin:clinic_user_send_link", args=[new.pk]))
        assert again.status_code == 302

    def test_one_that_waits_for_its_next_attempt_is_tried_at_once(self) -> None:
        member, now = a_member(EDITOR), timezone.now()
        StaffMail.objects.create(
            kind=Kind.PASSWORD,
            user=member,
            asked_at=now - timedelta(minutes=59),
            next_attempt_at=now + timedelta(hours=6),
        )
        a_client(OWNER).post(reverse("admin:clinic_user_send_link", args=[member.pk]))
        send_mail()
        assert len(mail.outbox) == 1

    def test_an_address_whose_key_is_lost_keeps_nobody_elses_mail_from_going(
        self, settings: Any
    ) -> None:
        member = a_member(EDITOR)
        staff_mail.ask_for_password(email=member.email, now=timezone.now())
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]
        staff_mail.ask(kind=Kind.PASSWORD, to=member, now=timezone.now())
        send_mail()
        assert len(mail.outbox) == 1
        assert not StaffMail.objects.exists()

    def test_a_corrected_name_takes_no_rights(self) -> None:
        root = User.objects.create_superuser("root@staff.test", PASSWORD)
        page = reverse("admin:clinic_user_change", args=[root.pk])
        typed = {"email": root.email, "full_name": "Rosa Root", "is_active": "on"}
        a_client(OWNER).post(page, typed)
        root.refresh_from_db()
        assert (root.full_name, root.is_superuser) == ("Rosa Root", True)

    def test_who_is_switched_off_gets_none(self) -> None:
        owner, gone = a_client(OWNER), a_member(EDITOR, is_active=False)
        owner.post(reverse("admin:clinic_user_send_link", args=[gone.pk]))
        staff_mail.ask(kind=Kind.PASSWORD, to=gone, now=timezone.now())
        send_mail()
        assert not mail.outbox
        assert not StaffMail.objects.exists()

    def test_a_mail_server_that_fails_is_tried_again(
        self, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        invite(a_client(OWNER))

        def fail(*args: object, **kwargs: object) -> None:
            raise OSError

        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.message.EmailMessage.send", fail)
            send_mail()
        assert StaffMail.objects.get().attempts == 1
        send_mail()
        assert not mail.outbox
        clock.shift(timedelta(minutes=1))
        send_mail()
        assert len(mail.outbox) == 1
        assert not StaffMail.objects.exists()

    def test_a_hostile_name_stays_text(self) -> None:
        a_clinic(name="Harbor\r\nBcc: all@evil.test <b>Clinic</b>")
        invite(a_client(OWNER))
        send_mail()
        [message] = mail.outbox
        assert "\n" not in message.subject
        html = str(message.alternatives[0].content)  # type: ignore[attr-defined]
        assert "<b>Clinic" not in html


class TestTheLink:
    def test_works_once(self) -> None:
        member = a_member(EDITOR)
        link = link_for(member)
        assert set_password(link).status_code == 302
        assert set_password(link, "another long sentence here").status_code == 404
        assert "This link has ended" in text_of(Client().get(link))
        member.refresh_from_db()
        assert member.check_password(NEW)

    @pytest.mark.parametrize(
        ("kind", "good_for"),
        [(Kind.PASSWORD, timedelta(hours=1)), (Kind.INVITATION, timedelta(days=7))],
    )
    def test_ends(self, clock: time_machine.Traveller, kind: Kind, good_for: timedelta) -> None:
        link = link_for(a_member(EDITOR), kind)
        clock.shift(good_for - timedelta(minutes=1))
        assert Client().get(link).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert set_password(link).status_code == 404

    def test_ends_with_what_it_was_made_for(self) -> None:
        changes = (
            {"is_active": False},
            {"is_staff": False},
            {"email": "other@staff.test"},
            {"session_version": 9},
        )
        for change in changes:
            member = a_member(EDITOR)
            link = link_for(member)
            User.objects.filter(pk=member.pk).update(**change)
            assert Client().get(link).status_code == 404, change

    @pytest.mark.parametrize(
        "token", ["x", "a:b:c", "%00", "x" * 5000, "<script>", "WyJ4Il0:1abcde:xyz"]
    )
    def test_a_wrong_one_is_none(self, token: str) -> None:
        answer = Client().get(f"/admin/password/{token}/")
        assert answer.status_code == 404
        assert "no-store" in answer.headers["Cache-Control"]

    def test_one_of_a_patients_opens_nothing(self) -> None:
        member = a_member(EDITOR)
        state = password_links.state_of(member)
        forged = signing.dumps(["password", member.pk.hex, state], salt="elsewhere")
        assert Client().get(f"/admin/password/{forged}/").status_code == 404

    @pytest.mark.parametrize(
        ("first", "second", "says"),
        [
            ("short", "short", "too short"),
            ("passwordpassword", "passwordpassword", "too well known"),
            (NEW, "something else entirely", "didn’t match"),
            ("", "", "required"),
            (f"{NEW}\x00", f"{NEW}\x00", "Null characters"),
        ],
    )
    def test_a_bad_password_is_refused_with_its_reason(
        self, first: str, second: str, says: str
    ) -> None:
        member = a_member(EDITOR)
        link = link_for(member)
        answer = Client().post(link, {"new_password1": first, "new_password2": second})
        assert answer.status_code == 200
        assert says in text_of(answer)
        assert set_password(link).status_code == 302  # it is not used up

    def test_a_new_password_ends_every_session(self) -> None:
        member = a_member(EDITOR)
        elsewhere = signed_in(member)
        set_password(link_for(member))
        assert elsewhere.get(INDEX).status_code == 302

    def test_it_does_not_open_the_desk_by_itself(self) -> None:
        member = a_member(EDITOR)
        give_app(member)
        client = Client()
        set_password(link_for(member), client=client)
        assert client.get(INDEX).status_code == 302
        client.post(LOGIN, {"username": member.email, "password": NEW})
        assert client.get(INDEX).status_code == 403

    def test_no_log_names_it_and_no_other_page_learns_it(self) -> None:
        link = link_for(a_member(EDITOR))
        record = logging.LogRecord("x", logging.INFO, "", 1, "GET %s", (link,), None)
        HideLinks().filter(record)
        assert record.getMessage() == "GET /admin/password/…/"
        assert Client().get(link).headers["Referrer-Policy"] == "strict-origin"


class TestAForgottenPassword:
    def ask(self, email: str, **options: Any) -> Any:
        return Client(**options).post(FORGOTTEN, {"email": email})

    def test_is_offered_where_one_signs_in(self) -> None:
        assert f'href="{FORGOTTEN}"' in text_of(Client().get(LOGIN))

    def test_a_link_comes_for_whoever_works_here(self) -> None:
        member = a_member(EDITOR, email="ana@staff.test")
        assert "Check your e-mail" in text_of(self.ask(" Ana@Staff.test "))
        send_mail()
        [message] = mail.outbox
        assert message.to == [member.email]
        assert set_password(link_in(message)).status_code == 302

    def test_nobody_learns_whose_address_is_known(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        a_member(EDITOR, email="off@staff.test", is_active=False)
        pages: list[Any] = []
        emails = ("ana@staff.test", "off@staff.test", "bob@staff.test")
        queries = {
            count_queries(lambda email=email: pages.append(self.ask(email)))  # type: ignore[misc]
            for email in emails
        }
        bodies = {re.sub(r'nonce="[^"]*"', "", text_of(page)) for page in pages}
        assert len(bodies) == 1
        assert {page.status_code for page in pages} == {200}
        assert len(queries) == 1
        assert StaffMail.objects.count() == 3
        send_mail()
        assert [message.to for message in mail.outbox] == [["ana@staff.test"]]
        assert not StaffMail.objects.exists()

    def test_the_address_is_kept_encrypted_while_it_waits(self) -> None:
        self.ask("bob@staff.test")
        with connection.cursor() as cursor:
            cursor.execute("SELECT email FROM clinic_staffmail")
            [(kept,)] = cursor.fetchall()
        assert "bob" not in kept

    def test_too_often_is_counted_alike(self) -> None:
        a_member(EDITOR, email="ana@staff.test")
        for email in ("ana@staff.test", "bob@staff.test"):
            for number in range(5):
                assert self.ask(email, REMOTE_ADDR=f"192.0.2.{number}").status_code == 200
            assert self.ask(email, REMOTE_ADDR="192.0.2.9").status_code == 429
        for number in range(10):
            self.ask(f"x{number}@staff.test", REMOTE_ADDR="192.0.2.50")
        assert self.ask("y@staff.test", REMOTE_ADDR="192.0.2.50").status_code == 429

    @pytest.mark.parametrize("email", ["", "nobody", "a@b\x00.test", "x" * 5000, "<b>@x.test"])
    def test_what_is_no_address(self, email: str) -> None:
        answer = self.ask(email)
        assert answer.status_code == 200
        assert 'role="alert"' in text_of(answer)
        assert not StaffMail.objects.exists()

    def test_a_mail_that_comes_too_late_is_not_sent(self, clock: time_machine.Traveller) -> None:
        a_member(EDITOR, email="ana@staff.test")
        self.ask("ana@staff.test")
        clock.shift(timedelta(hours=1))
        send_mail()
        assert not mail.outbox
        assert not StaffMail.objects.exists()


class TestResettingASecondFactor:
    def page(self, user: User) -> str:
        return reverse("admin:clinic_user_reset_second_factor", args=[user.pk])

    def test_an_owner_does_it_for_somebody_and_it_is_written_down(self) -> None:
        member, owner = a_member(EDITOR), a_member(OWNER)
        give_app(member)
        second_factor.new_recovery_codes(user=member)
        elsewhere, client = signed_in(member), signed_in(owner)
        assert "be sure that it is them" in text_of(client.get(self.page(member)))
        assert second_factor.factor_of(member) is not None
        assert client.post(self.page(member)).status_code == 302
        assert second_factor.factor_of(member) is None
        assert second_factor.codes_left(member) == 0
        assert elsewhere.get(INDEX).status_code == 302
        entry = AccessLog.objects.get(action="second factor reset")
        assert (entry.user, entry.subject) == (owner.pk, str(member.pk))

    def test_nobody_resets_their_own(self) -> None:
        owner = a_member(OWNER)
        give_app(owner)
        assert signed_in(owner).post(self.page(owner)).status_code == 403
        assert second_factor.factor_of(owner) is not None

    @pytest.mark.parametrize("role", ["", FRONT_DESK, EDITOR])
    def test_others_may_not(self, role: str) -> None:
        member = a_member(EDITOR)
        give_app(member)
        assert a_client(role).post(self.page(member)).status_code == 403
        assert second_factor.factor_of(member) is not None

    def test_of_somebody_who_is_not_there(self) -> None:
        page = self.page(User(email="nobody@staff.test"))
        assert a_client(OWNER).get(page).status_code == 404

    def test_by_the_command_for_an_owner_alone_with_a_lost_phone(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        owner = a_member(OWNER)
        give_app(owner)
        call_command("reset_second_factor", owner.email.upper())
        assert "at the next sign-in" in capsys.readouterr().out
        assert second_factor.factor_of(owner) is None
        assert AccessLog.objects.get(action="second factor reset").user is None
        with pytest.raises(CommandError, match="Nobody signs in with"):
            call_command("reset_second_factor", "nobody@staff.test")

    def test_secrets_have_no_page(self) -> None:
        owner = signed_in(User.objects.create_superuser("root@staff.test", PASSWORD))
        for model in ("otp_totp/totpdevice", "otp_static/staticdevice"):
            assert owner.get(f"/admin/{model}/").status_code == 404
