"""The owner's set-up list: every line ticks itself, and the list can be put away."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from booking.desk import setup
from booking.desk.setup import Step, checklist_for
from booking.models.messages import Message
from clinic import memory
from clinic.backup import last_backup_file
from clinic.models import Clinic, LegalPage, Location, Practitioner, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from content import starter_loader
from tests.booking.builders import (
    a_clinic,
    a_location,
    a_practitioner,
    a_service,
    an_appointment,
)
from tests.booking.desk import INDEX, desk_of, nothing_is_done, said, text_of
from tests.clinic.factors import give_app
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries_of_a_warm_process

pytestmark = pytest.mark.django_db

SERVER = reverse("desk:server")
PUT_AWAY, SHOW = reverse("desk:put-setup-away"), reverse("desk:show-setup")
HEADING = "Setting up"


@pytest.fixture(autouse=True)
def _no_backup(settings: Settings, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    settings.SENDS_MAIL = False


@pytest.fixture
def owner(db: None) -> User:
    a_clinic()
    return a_member(OWNER)


def step(owner: User, name: str, now: datetime) -> Step:
    memory.forget_everything()  # rows are written past the admin here, which would publish them
    return next(each for each in checklist_for(owner, now=now).steps if each.name == name)


def complete(settings: Settings, now: datetime) -> None:
    """A clinic that lacks nothing."""
    a_clinic(network_notice_en="We are in no network.", good_faith_notice_en="You get one.")
    a_location(street="1 Main Street", city="Newark", postal_code="07102")
    a_practitioner(a_service())
    settings.SENDS_MAIL = True
    a_sent_message()
    last_backup_file().write_text(now.isoformat())


def a_sent_message(**fields: Any) -> Message:
    appointment = an_appointment()
    defaults = {
        "kind": Message.Kind.CONFIRMED,
        "request": appointment.request,
        "appointment": appointment,
        "unique_key": str(appointment.pk),
        "state": Message.State.SENT,
    }
    return Message.objects.create(**(defaults | fields))


class TestLines:
    def test_the_clinics_own_data(self, owner: User, now: datetime) -> None:
        a_clinic(email="", network_notice_en="")
        missing = step(owner, "The clinic’s own data", now).missing
        assert "e-mail address" in missing
        assert "insurance networks" in missing
        assert "good-faith" in missing
        a_clinic(email="desk@clinic.test", network_notice_en="All.", good_faith_notice_en="Yes.")
        assert step(owner, "The clinic’s own data", now).is_done

    def test_the_sample_of_a_notice_is_no_notice(self, now: datetime) -> None:
        starter_loader.load(now=now)
        Clinic.objects.update(email="desk@clinic.test")
        done = step(a_member(OWNER), "The clinic’s own data", now)
        assert done.missing == "Still missing: the notice on insurance networks."
        assert done.url == reverse("admin:clinic_clinic_change", args=[1])

    def test_where_you_are(self, owner: User, now: datetime) -> None:
        assert step(owner, "Where you are", now).missing == "There is no location yet."
        place = a_location(name_en="Main <Street>")
        found = step(owner, "Where you are", now)
        assert found.missing == "No address yet: Main <Street>."
        assert found.url == reverse("admin:clinic_location_change", args=[place.pk])
        Location.objects.update(street="1 Main Street", city="Newark", postal_code="07102")
        assert step(owner, "Where you are", now).is_done

    def test_practitioners_who_are_examples(self, owner: User, now: datetime) -> None:
        assert step(owner, "Your practitioners", now).missing == "Nobody works here yet."
        for number in range(5):
            a_practitioner(name=f"Example {number}", is_example=True, order=number)
        found = step(owner, "Your practitioners", now)
        assert found.missing == "Still examples: Example 0, Example 1, Example 2 and others."
        assert Client().get(found.url).status_code == 302
        assert signed_in(owner).get(found.url).status_code == 200
        Practitioner.objects.update(is_active=False)
        a_practitioner()
        assert step(owner, "Your practitioners", now).is_done

    def test_opening_hours_of_those_who_are_real(self, owner: User, now: datetime) -> None:
        a_practitioner(is_example=True)
        assert not step(owner, "Opening hours", now).is_done
        person = a_practitioner(name="Ana", weekdays=())
        found = step(owner, "Opening hours", now)
        assert found.missing == "No hours yet: Ana."
        assert found.url == reverse("admin:clinic_practitioner_change", args=[person.pk])
        person.delete()
        a_practitioner()
        assert step(owner, "Opening hours", now).is_done

    def test_services_that_somebody_real_does(self, owner: User, now: datetime) -> None:
        assert step(owner, "Services", now).missing == "There is nothing to book yet."
        service = a_service(name_en="Massage")
        a_practitioner(service, is_example=True)
        assert "on the page of each practitioner" in step(owner, "Services", now).missing
        a_practitioner(name="Ana")
        assert step(owner, "Services", now).missing == "Nobody does this yet: Massage."
        a_practitioner(service)
        assert step(owner, "Services", now).is_done

    def test_legal_pages_that_nobody_checked(self, now: datetime) -> None:
        starter_loader.load(now=now)
        owner = a_member(OWNER)
        found = step(owner, "Your legal pages", now)
        assert found.missing.startswith("Not checked by you yet: Notice of privacy practices, ")
        assert found.url == reverse("admin:clinic_legalpage_changelist")
        LegalPage.objects.update(checked_on=now.date())
        assert step(owner, "Your legal pages", now).is_done

    def test_mail_that_was_sent(self, owner: User, now: datetime, settings: Settings) -> None:
        message = a_sent_message(state=Message.State.WAITING)
        assert "no mail server is set" in step(owner, "Mail", now).missing
        settings.SENDS_MAIL = True
        assert step(owner, "Mail", now).missing == "Nothing has been sent yet."
        Message.objects.update(state=Message.State.SENT, channel=Message.Channel.CALL)
        assert not step(owner, "Mail", now).is_done, "a call is no mail"
        Message.objects.filter(pk=message.pk).update(channel=Message.Channel.EMAIL)
        assert step(owner, "Mail", now).is_done

    @pytest.mark.parametrize(("days", "is_done"), [(0, True), (6, True), (7, False), (400, False)])
    def test_a_backup_within_a_week(
        self, owner: User, now: datetime, days: int, is_done: bool
    ) -> None:
        assert step(owner, "Backups", now).missing == "None has been made yet."
        last_backup_file().write_text((now - timedelta(days=days)).isoformat())
        assert step(owner, "Backups", now).is_done is is_done

    def test_a_second_factor_only_where_there_can_be_one(
        self, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name, asked = "Your second factor", []

        class Devices:
            def filter(self, **which: Any) -> "Devices":
                asked.append(which)
                return self

            def exists(self) -> bool:
                return len(asked) > 1

        def no_page(name: str, **options: Any) -> str:
            if name == "admin:second_factor":
                raise NoReverseMatch
            return reverse(name, **options)

        device = SimpleNamespace(_default_manager=Devices())
        installed = SimpleNamespace(
            is_installed=lambda _name: False,
            get_app_config=lambda _name: SimpleNamespace(get_model=lambda _model: device),
        )
        monkeypatch.setattr(setup, "apps", installed)
        monkeypatch.setattr(setup, "reverse", no_page)
        assert name not in [each.name for each in checklist_for(owner, now=now).steps]
        installed.is_installed = lambda _name: True
        found = step(owner, name, now)
        assert not found.is_done
        assert found.url == reverse("admin:password_change")
        assert step(owner, name, now).is_done
        assert asked[0] == {"user": owner, "confirmed": True}

    def test_asks_the_database_at_most_three_questions(self, owner: User, now: datetime) -> None:
        for number in range(4):
            a_location(slug=f"place-{number}")
            a_practitioner(a_service())
        asks = count_queries_of_a_warm_process(lambda: checklist_for(owner, now=now))
        assert asks <= 2, "and the second factor"

    def test_each_leads_somewhere(self, owner: User, now: datetime) -> None:
        client = signed_in(owner)
        for each in checklist_for(owner, now=now).steps:
            assert client.get(each.url.partition("#")[0]).status_code == 200, each


class TestTheList:
    def test_says_what_is_left(self, owner: User, settings: Settings) -> None:
        settings.SENDS_MAIL = True
        text = desk_of(signed_in(owner))
        assert "Setting up 8 left" in text
        assert "Mail Nothing has been sent yet." in text

    def test_marks_what_is_done(self, owner: User, settings: Settings, now: datetime) -> None:
        complete(settings, now)
        last_backup_file().unlink()
        text = desk_of(signed_in(owner))
        assert "Where you are Done." in text

    def test_is_gone_when_all_is_done_and_comes_back_when_something_lapses(
        self, owner: User, settings: Settings, now: datetime
    ) -> None:
        complete(settings, now)
        give_app(owner)
        assert HEADING not in desk_of(signed_in(owner))
        last_backup_file().write_text((now - timedelta(days=8)).isoformat())
        assert "Setting up 1 left" in desk_of(signed_in(owner))

    @pytest.mark.parametrize("role", ["", FRONT_DESK, PRACTITIONER, EDITOR])
    def test_is_the_owners_alone(self, owner: User, role: str) -> None:
        client = a_client(role)
        text = desk_of(client)
        assert HEADING not in text
        assert "Show the set-up list" not in text
        with nothing_is_done():
            assert client.get(SERVER).status_code == 403
            assert client.post(PUT_AWAY).status_code == 403
            assert client.post(SHOW).status_code == 403

    def test_names_are_inert(self, owner: User) -> None:
        a_practitioner(name="<script>alert(1)</script>", is_example=True)
        html = signed_in(owner).get(INDEX).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html


class TestPuttingAway:
    def test_is_for_oneself_and_can_be_taken_back(self, owner: User) -> None:
        client, other = signed_in(owner), a_client(OWNER)
        response = client.post(PUT_AWAY)
        assert response.headers["Location"] == INDEX
        assert said(response).startswith("Put away.")
        assert HEADING not in desk_of(client)
        assert "Show the set-up list" in desk_of(client)
        assert HEADING in desk_of(other)
        client.post(SHOW)
        assert HEADING in desk_of(client)
        assert "Show the set-up list" not in desk_of(client)

    def test_twice_is_once(self, owner: User) -> None:
        client = signed_in(owner)
        for address in (PUT_AWAY, PUT_AWAY, SHOW, SHOW):
            assert client.post(address).status_code == 302
        owner.refresh_from_db()
        assert owner.setup_put_away_at is None

    def test_is_not_done_by_looking(self, owner: User) -> None:
        client = signed_in(owner)
        with nothing_is_done():
            assert client.get(PUT_AWAY).status_code == 405
            assert client.get(SHOW).status_code == 405

    def test_wants_the_form_of_the_page(self, owner: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(owner, backend="clinic.backends.StaffBackend")
        with nothing_is_done():
            assert client.post(PUT_AWAY).status_code == 403

    def test_strangers_sign_in(self) -> None:
        a_clinic()
        for address in (SERVER, PUT_AWAY, SHOW):
            assert Client().post(address).headers["Location"].startswith(reverse("admin:login"))


class TestTheServersPage:
    def test_says_how_mail_and_backups_stand(self, owner: User, now: datetime) -> None:
        text = text_of(signed_in(owner).get(SERVER))
        assert "no mail server is set" in text
        assert "None has been made yet." in text
        last_backup_file().write_text(now.isoformat())
        text = text_of(signed_in(owner).get(SERVER))
        assert "A backup was made within the last week." in text
        assert "Monday, June 15, 2026, 9:00 am EDT" in text
