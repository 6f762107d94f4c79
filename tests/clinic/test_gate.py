"""What every page of the staff asks for besides the sign-in: a second factor, and life signs."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken

from clinic import memory, second_factor
from clinic.models import AccessLog, AuthenticatorApp, Closure, User
from clinic.roles import FRONT_DESK, OWNER
from tests.booking.builders import a_clinic
from tests.clinic.factors import WRONG, code_of, give_app
from tests.clinic.staff import PASSWORD, a_member

pytestmark = pytest.mark.django_db

INDEX, LOGIN, LOGOUT = (reverse(f"admin:{name}") for name in ("index", "login", "logout"))
SET_UP = reverse("admin:second_factor_set_up")
CLOSURES = reverse("admin:clinic_closure_changelist")
ADD_CLOSURE = reverse("admin:clinic_closure_add")
ASKS_PASSWORD, ASKS_CODE = "Unlock", "Code from your app"
HALF_AN_HOUR, TWELVE_HOURS = timedelta(minutes=30), timedelta(hours=12)
ALMOST = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    a_clinic(name="Harbor Clinic")


@pytest.fixture
def member(db: None) -> User:
    user = a_member(FRONT_DESK)
    give_app(user)
    return user


def with_password(user: User, **options: Any) -> Client:
    """Past the first step of signing in."""
    client = Client(**options)
    answer = client.post(LOGIN, {"username": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def answer(client: Client, page: str, name: str, text: str, **more: Any) -> Any:
    """Send the gate's own form, as its page wrote it."""
    asked = "password" if name == "password" else "code"
    sent = {"gate-asked": asked, "gate-method": "GET", f"gate-{name}": text}
    return client.post(page, sent | more)


def show_code(client: Client, page: str = INDEX, *, steps: int = 0) -> Any:
    return answer(client, page, "code", code_of(steps=steps))


def signed_in_really(user: User) -> Client:
    client = with_password(user)
    assert show_code(client).status_code == 302
    assert client.get(INDEX).status_code == 200
    return client


def is_asked(client: Client, page: str = INDEX) -> str:
    """What stands in the way; "" for nothing."""
    reply = client.get(page)
    if reply.status_code == 200:
        return ""
    assert reply.status_code == 403
    said = text_of(reply)
    return next(words for words in (ASKS_PASSWORD, ASKS_CODE) if words in said)


class TestTheSecondFactor:
    def test_the_password_alone_opens_nothing(self, member: User) -> None:
        client = with_password(member)
        for page in (INDEX, CLOSURES, reverse("desk:book"), reverse("admin:password_change")):
            reply = client.get(page)
            assert reply.status_code == 403
            assert ASKS_CODE in text_of(reply)
            assert "no-store" in reply.headers["Cache-Control"]
            assert "Waiting for an answer" not in text_of(reply)

    def test_with_the_code_the_page_comes_that_was_asked_for(self, member: User) -> None:
        client = with_password(member)
        page = f"{CLOSURES}?q=christmas"
        assert show_code(client, page).headers["Location"] == page
        assert client.get(page).status_code == 200

    @pytest.mark.parametrize("spelling", ["{}", " {} ", "{:.3} "])
    def test_a_code_as_apps_show_it(self, member: User, spelling: str) -> None:
        client, code = with_password(member), code_of()
        text = f"{code[:3]} {code[3:]}" if ".3" in spelling else spelling.format(code)
        assert answer(client, INDEX, "code", text).status_code == 302

    def test_a_code_works_once(self, member: User, clock: time_machine.Traveller) -> None:
        signed_in_really(member)
        other = with_password(member)
        assert "not right, or was used before" in text_of(show_code(other))
        assert is_asked(other) == ASKS_CODE
        clock.shift(31)
        assert show_code(other).status_code == 302

    @pytest.mark.parametrize(
        "text", ["", WRONG, "12345", "1234567", "abcdef", "١٢٣٤٥٦", "1" * 5000, "1\x002345"]
    )
    def test_what_is_no_code(self, member: User, text: str) -> None:
        client = with_password(member)
        reply = answer(client, INDEX, "code", text)
        assert reply.status_code == 403
        assert 'role="alert"' in text_of(reply)
        assert is_asked(client) == ASKS_CODE

    def test_each_wrong_code_makes_the_pause_longer(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = with_password(member)
        for pause in (1, 2, 4, 8):
            assert "not right" in text_of(answer(client, INDEX, "code", WRONG))
            reply = text_of(show_code(client))  # right, and too early
            wait = "a second" if pause == 1 else f"{pause} seconds"
            assert f"Please wait {wait}, then try again." in reply
            clock.shift(pause)
        assert show_code(client).status_code == 302

    def test_wrong_codes_count_whichever_session_sends_them(self, member: User) -> None:
        answer(with_password(member), INDEX, "code", WRONG)
        assert "Please wait" in text_of(show_code(with_password(member)))

    def test_the_code_of_somebody_else(self, member: User) -> None:
        other = a_member(FRONT_DESK)
        new = second_factor.NewFactor.made()
        second_factor.set_up(user=other, new=new, step=1, instead_of=None)
        assert show_code(with_password(other)).status_code == 403

    def test_a_recovery_code_works_once(self, member: User) -> None:
        code = second_factor.new_recovery_codes(user=member)[3]
        client = with_password(member)
        assert answer(client, INDEX, "recovery", f" {code.upper()} ").status_code == 302
        assert "9 are left" in text_of(client.get(INDEX))
        again = with_password(member)
        assert answer(again, INDEX, "recovery", code).status_code == 403
        assert is_asked(again) == ASKS_CODE

    def test_recovery_codes_stand_nowhere(self, member: User) -> None:
        codes = second_factor.new_recovery_codes(user=member)
        kept = set(StaticToken.objects.values_list("token", flat=True))
        assert len(kept) == len(set(codes)) == 10
        assert not kept & {code.replace("-", "") for code in codes}

    def test_after_twelve_hours_it_is_asked_for_again(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        for _ in range(35):
            clock.shift(timedelta(minutes=20))
            assert is_asked(client) == ""
        clock.shift(timedelta(minutes=20))
        assert is_asked(client) == ASKS_CODE
        assert show_code(client).status_code == 302
        assert is_asked(client) == ""

    def test_what_a_form_had_sent_goes_through_after_the_code(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        """Both questions one after the other, and the form only once."""
        client = signed_in_really(member)
        clock.shift(timedelta(hours=11, minutes=31))
        session = client.session
        session["staff_verified_at"] -= 3600
        session.save()
        days = {"first_day": "2026-07-04", "last_day": "2026-07-04", "reason_en": "Fourth of July"}
        first = client.post(ADD_CLOSURE, days)
        assert ASKS_PASSWORD in text_of(first)
        second = client.post(ADD_CLOSURE, fields_of(first) | {"gate-password": PASSWORD})
        assert ASKS_CODE in text_of(second)
        assert not Closure.objects.exists()
        third = client.post(ADD_CLOSURE, fields_of(second) | {"gate-code": code_of()})
        assert third.status_code == 302
        assert Closure.objects.get().reason_en == "Fourth of July"


def fields_of(reply: Any) -> dict[str, str]:
    """The hidden fields of the gate's form."""
    form = text_of(reply).split("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


class TestIdleTime:
    def test_after_half_an_hour_the_password_is_asked_for(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        clock.shift(HALF_AN_HOUR - ALMOST)
        assert is_asked(client) == ""
        clock.shift(HALF_AN_HOUR)
        assert is_asked(client) == ASKS_PASSWORD
        assert is_asked(client, CLOSURES) == ASKS_PASSWORD

    def test_the_password_alone_brings_the_same_page_back(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client, page = signed_in_really(member), f"{CLOSURES}?q=x&p=1"
        clock.shift(HALF_AN_HOUR)
        assert is_asked(client, page) == ASKS_PASSWORD
        reply = answer(client, page, "password", PASSWORD)
        assert reply.headers["Location"] == page
        assert is_asked(client, page) == ""

    def test_what_was_typed_for_longer_is_not_lost(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        clock.shift(HALF_AN_HOUR * 2)
        hostile = 'A "quoted" <b>reason</b>'
        days = {"first_day": "2026-07-04", "last_day": "2026-07-04", "reason_en": hostile}
        locked = client.post(ADD_CLOSURE, days)
        assert locked.status_code == 403
        assert "Nothing of what you typed is lost." in text_of(locked)
        assert not Closure.objects.exists()
        wrong = client.post(ADD_CLOSURE, days | fields_without_days(locked, "wrong"))
        assert "not right" in text_of(wrong)
        assert "&lt;b&gt;reason" in text_of(wrong)
        done = client.post(ADD_CLOSURE, days | fields_without_days(wrong, PASSWORD))
        assert done.status_code == 302
        assert Closure.objects.get().reason_en == hostile

    def test_a_wrong_password_changes_nothing_and_is_counted(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        clock.shift(HALF_AN_HOUR)
        for _ in range(4):
            assert answer(client, INDEX, "password", "wrong").status_code == 403
        assert answer(client, INDEX, "password", "wrong", full_name="Ana").status_code == 429
        assert answer(client, INDEX, "password", PASSWORD).status_code == 429
        clock.shift(timedelta(minutes=16))
        assert answer(client, INDEX, "password", PASSWORD).status_code == 302

    def test_neither_a_mistyped_password_nor_what_a_form_had_sent_is_kept(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        """django-axes notes down what came with an attempt, for whoever looks into it."""
        client = signed_in_really(member)
        clock.shift(HALF_AN_HOUR)
        answer(client, f"{INDEX}?q=Lopez", "password", "my-other-password", full_name="Ana Lopez")
        attempt = AccessAttempt.objects.get()
        assert attempt.username == member.email
        kept = f"{attempt.post_data} {attempt.get_data} {attempt.path_info}"
        assert "my-other-password" not in kept
        assert "Lopez" not in kept

    def test_a_page_that_refreshes_itself_is_no_sign_of_life(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        for _ in range(5):
            clock.shift(timedelta(minutes=5))
            assert client.get(INDEX, headers={"X-Refresh": "1"}).status_code == 200
            assert client.get(INDEX, {"refresh": "1"}).status_code == 200
        clock.shift(timedelta(minutes=5))
        assert client.get(INDEX, headers={"X-Refresh": "1"}).status_code == 403
        assert is_asked(client) == ASKS_PASSWORD

    def test_whoever_sends_a_form_is_there(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        clock.shift(timedelta(minutes=20))
        client.post(f"{ADD_CLOSURE}?refresh=1", {}, headers={"X-Refresh": "1"})
        clock.shift(timedelta(minutes=20))
        assert is_asked(client) == ""

    def test_unlocked_in_another_tab_already(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        clock.shift(HALF_AN_HOUR)
        answer(client, INDEX, "password", PASSWORD)
        assert answer(client, CLOSURES, "password", PASSWORD).headers["Location"] == CLOSURES

    def test_forms_of_other_tabs_still_work(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        client.get(ADD_CLOSURE)
        token = client.cookies["csrftoken"].value
        clock.shift(HALF_AN_HOUR)
        answer(client, INDEX, "password", PASSWORD)
        assert client.cookies["csrftoken"].value == token

    def test_the_length_is_a_setting(
        self, member: User, clock: time_machine.Traveller, settings: Any
    ) -> None:
        settings.STAFF_IDLE = timedelta(minutes=5)
        client = signed_in_really(member)
        clock.shift(timedelta(minutes=5))
        assert is_asked(client) == ASKS_PASSWORD

    def test_looking_again_within_the_minute_writes_nothing(
        self, member: User, django_assert_num_queries: Any
    ) -> None:
        client = signed_in_really(member)
        before = client.session["staff_seen_at"]
        client.get(INDEX)
        assert client.session["staff_seen_at"] == before


def fields_without_days(reply: Any, password: str) -> dict[str, str]:
    asked = {name: text for name, text in fields_of(reply).items() if name.startswith("gate-")}
    return asked | {"gate-password": password}


class TestSessions:
    def test_whoever_is_switched_off_is_out_at_once(self, member: User) -> None:
        client = signed_in_really(member)
        User.objects.filter(pk=member.pk).update(is_active=False)
        assert client.get(INDEX).headers["Location"].startswith(LOGIN)

    def test_who_is_no_longer_staff_too(self, member: User) -> None:
        client = signed_in_really(member)
        User.objects.filter(pk=member.pk).update(is_staff=False)
        assert client.get(INDEX).status_code == 302

    def test_a_cookie_that_was_signed_out_is_dead(self, member: User) -> None:
        client = signed_in_really(member)
        cookie = client.cookies["session"].value
        assert client.post(LOGOUT).status_code == 200
        client.cookies["session"] = cookie
        assert client.get(INDEX).headers["Location"].startswith(LOGIN)

    def test_whoever_is_asked_may_leave(self, member: User, clock: time_machine.Traveller) -> None:
        for client in (with_password(member), with_password(a_member(FRONT_DESK))):
            page = text_of(client.post(LOGOUT))
            assert "Logged out" in page
            assert "You are logged out." in page
            assert "quality time" not in page
            assert f'href="{INDEX}">Sign in again' in page
            assert client.get(INDEX).headers["Location"].startswith(LOGIN)

    def test_a_new_password_ends_the_other_sessions(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        here = signed_in_really(member)
        clock.shift(31)
        elsewhere = signed_in_really(member)
        new = "another very long sentence"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        assert here.post(reverse("admin:password_change"), data).status_code == 302
        assert is_asked(here) == ""
        assert elsewhere.get(INDEX).status_code == 302

    def test_the_key_changes_with_each_step(self, member: User) -> None:
        client = with_password(member)
        before = client.session.session_key
        show_code(client)
        assert client.session.session_key != before

    def test_signing_in_again_asks_for_the_code_again(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in_really(member)
        client.post(LOGIN, {"username": member.email, "password": PASSWORD})
        assert is_asked(client) == ASKS_CODE

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://evil.test/", "//evil.test/", "javascript:alert(1)", "\\\\evil.test", "/\\evil"],
    )
    def test_next_leads_nowhere_else(self, elsewhere: str) -> None:
        new = a_member(OWNER)
        data = {"username": new.email, "password": PASSWORD, "next": elsewhere}
        client = Client()
        assert client.post(LOGIN, data).headers["Location"] == INDEX
        page = client.get(SET_UP, {"next": elsewhere})
        assert f'name="next" value="{INDEX}"' in text_of(page)

    def test_of_before_there_was_a_second_factor(self, member: User) -> None:
        client = Client()
        client.force_login(member, backend="clinic.backends.StaffBackend")
        assert is_asked(client) == ASKS_PASSWORD
        answer(client, INDEX, "password", PASSWORD)
        assert is_asked(client) == ASKS_CODE


class TestSettingUp:
    def secret_of(self, client: Client) -> str:
        new = second_factor.NewFactor.opened(client.session["new_second_factor"])
        assert new
        return new.key

    def test_whoever_has_none_sets_one_up_before_anything_else(self) -> None:
        client = with_password(a_member(OWNER))
        for page in (INDEX, CLOSURES, reverse("admin:second_factor")):
            reply = client.get(page)
            assert reply.status_code == 302
            assert reply.headers["Location"].startswith(f"{SET_UP}?next=")
        page = text_of(client.get(SET_UP))
        assert "<svg" in page
        assert "style=" not in page.split("<svg")[1].split("</svg>")[0]
        assert second_factor.secret_of(self.secret_of(client)) in page

    def test_the_secret_stays_while_the_page_is_loaded_again(self) -> None:
        client = with_password(a_member(OWNER))
        client.get(SET_UP)
        first = self.secret_of(client)
        client.get(SET_UP)
        client.post(SET_UP, {"code": "123"})
        assert self.secret_of(client) == first

    def test_with_its_first_code_the_app_is_set_up_and_the_codes_are_shown_once(self) -> None:
        user = a_member(OWNER)
        client = with_password(user)
        client.get(SET_UP, {"next": CLOSURES})
        key = self.secret_of(client)
        data = {"code": code_of(key), "next": CLOSURES}
        shown = text_of(client.post(SET_UP, data))
        codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown)
        assert len(set(codes)) == 10
        assert f'href="{CLOSURES}"' in shown
        assert client.get(CLOSURES).status_code == 200
        assert AccessLog.objects.filter(user=user.pk, action="second factor set up").exists()
        again = text_of(client.post(SET_UP, data))
        assert not any(code in again for code in codes)

    def test_the_first_code_is_used_up(self) -> None:
        user = a_member(OWNER)
        client = with_password(user)
        client.get(SET_UP)
        key = self.secret_of(client)
        client.post(SET_UP, {"code": code_of(key)})
        other = with_password(user)
        assert answer(other, INDEX, "code", code_of(key)).status_code == 403

    @pytest.mark.parametrize("text", ["", WRONG, "x" * 5000, "12\x0034", "12345a"])
    def test_a_wrong_code_sets_nothing_up(self, text: str) -> None:
        user = a_member(OWNER)
        client = with_password(user)
        reply = client.post(SET_UP, {"code": text})
        assert reply.status_code == 200
        assert 'role="alert"' in text_of(reply)
        assert second_factor.factor_of(user) is None

    def test_two_at_once_one_wins(self) -> None:
        """Whoever stole a password before the first sign-in sets up nothing beside its owner."""
        user = a_member(OWNER)
        first, second = with_password(user), with_password(user)
        for client in (first, second):
            client.get(SET_UP)
        assert self.secret_of(first) != self.secret_of(second)
        first.post(SET_UP, {"code": code_of(self.secret_of(first))})
        late = second.post(SET_UP, {"code": code_of(self.secret_of(second))})
        assert late.status_code == 302
        assert AuthenticatorApp.objects.filter(user=user).count() == 1
        new = second_factor.NewFactor.made()
        with pytest.raises(second_factor.AlreadySetUp):
            second_factor.set_up(user=user, new=new, step=1, instead_of=None)

    def test_pressed_twice_at_once_both_answers_show_the_codes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The browser shows the second answer, and nothing shows them again."""
        user = a_member(OWNER)
        client = with_password(user)
        client.get(SET_UP)
        really = second_factor.set_up

        def the_other_press_is_faster(**kwargs: Any) -> None:
            really(**kwargs)
            really(**kwargs)

        monkeypatch.setattr(second_factor, "set_up", the_other_press_is_faster)
        shown = text_of(client.post(SET_UP, {"code": code_of(self.secret_of(client))}))
        codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown)
        assert len(set(codes)) == 10
        assert second_factor.check_recovery_code(user, codes[0])

    def test_so_they_do_where_the_first_press_ended_the_session_of_the_second(
        self, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
    ) -> None:
        """Finding the app took a while, so that both presses have noted a sign of life."""
        client = with_password(a_member(OWNER))
        client.get(SET_UP)
        key, really = self.secret_of(client), second_factor.set_up
        clock.shift(120)

        def the_other_press_has_gone_on(**kwargs: Any) -> None:
            really(**kwargs)
            client.session.delete()
            really(**kwargs)

        monkeypatch.setattr(second_factor, "set_up", the_other_press_has_gone_on)
        shown = client.post(SET_UP, {"code": code_of(key)})
        assert shown.status_code == 200
        assert len(set(re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", text_of(shown)))) == 10

    def test_a_second_press_that_comes_later_is_shown_where_codes_are_made(
        self, clock: time_machine.Traveller
    ) -> None:
        """Its session has ended with the first, so it has to sign in again."""
        user = a_member(OWNER)
        client = with_password(user)
        client.get(SET_UP)
        key, cookies = self.secret_of(client), client.cookies.output()
        client.post(SET_UP, {"code": code_of(key)})
        assert client.cookies.output() != cookies
        clock.shift(31)
        again = with_password(user)
        answer(again, INDEX, "code", code_of(key))
        said = text_of(again.get(INDEX))
        assert "Your recovery codes were made a moment ago." in said
        assert f'<a href="{reverse("admin:second_factor")}">make new ones</a>' in said
        clock.shift(601)
        later = with_password(user)
        answer(later, INDEX, "code", code_of(key))
        assert "made a moment ago" not in text_of(later.get(INDEX))

    def test_another_app_takes_its_place_and_ends_the_other_sessions(
        self, member: User, clock: time_machine.Traveller
    ) -> None:
        elsewhere = signed_in_really(member)
        clock.shift(31)
        here = signed_in_really(member)
        here.get(SET_UP)
        key = self.secret_of(here)
        refused = here.post(SET_UP, {"code": code_of(key), "password": "wrong"})
        assert "not right" in text_of(refused)
        here.post(SET_UP, {"code": code_of(key), "password": PASSWORD})
        assert is_asked(here) == ""
        assert elsewhere.get(INDEX).status_code == 302
        assert second_factor.factor_of(member).secret == key
        assert AuthenticatorApp.objects.filter(user=member).count() == 1

    def test_new_recovery_codes_end_the_old(self, member: User) -> None:
        old = second_factor.new_recovery_codes(user=member)[0]
        client = signed_in_really(member)
        page = reverse("admin:second_factor")
        assert "10 recovery codes left" in text_of(client.get(page))
        assert "not right" in text_of(client.post(page, {"password": "wrong"}))
        shown = text_of(client.post(page, {"password": PASSWORD}))
        new = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown)
        assert len(new) == 10
        assert not second_factor.check_recovery_code(member, old)

    def test_the_qr_code_names_clinic_and_account(self) -> None:
        address = second_factor.address_of("ab" * 20, account="a@b.test", issuer="Harbor: Clinic")
        assert address.startswith("otpauth://totp/Harbor%20Clinic%3Aa%40b.test?secret=")
        assert "issuer=Harbor%20Clinic" in address
