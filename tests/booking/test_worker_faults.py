"""Worker and mail server fail at every step: no message is lost, and none is sent in vain."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
import time_machine
from aiosmtpd.smtp import SMTP
from pytest_django import Settings

from booking import actions, worker
from booking.models import Appointment, Message, Status
from booking.models.messages import MOST_ATTEMPTS
from tests.booking import posting
from tests.booking.builders import an_appointment
from tests.booking.mail_server import MailServer, Trouble, hang_up, mail_server
from tests.booking.posting import STAFF, WAITING
from tests.booking.racing import Track, run_python, start_python, track

ADDRESS = "ada.secret@patients.test"
MINUTE = timedelta(minutes=1)
every_kind = pytest.mark.parametrize("kind", WAITING)


def waiting(kind: str, now: datetime) -> Message:
    return WAITING[kind](now, email=ADDRESS)


def a_confirmation(now: datetime) -> Message:
    return posting.a_confirmation(now, email=ADDRESS)


def an_appointment_of(message: Message) -> Appointment:
    assert message.appointment
    return message.appointment


@pytest.mark.django_db
class TestClaims:
    def test_a_lease_keeps_others_away_until_it_ends(self, now: datetime) -> None:
        message = a_confirmation(now)
        assert worker.claim(message.id, now=now)
        assert worker.claim(message.id, now=now) is None
        assert worker.claim(message.id, now=now + worker.LEASE - MINUTE) is None
        assert worker.claim(message.id, now=now + worker.LEASE)

    def test_not_before_its_time(self, now: datetime) -> None:
        message = a_confirmation(now)
        Message.objects.update(next_attempt_at=now + MINUTE)
        assert worker.claim(message.id, now=now) is None
        assert worker.claim(message.id, now=now + MINUTE)

    @every_kind
    def test_whose_reason_is_gone_is_never_sent(
        self, now: datetime, mailoutbox: list[object], kind: str
    ) -> None:
        message = waiting(kind, now)
        appointment = an_appointment_of(message)
        actions.cancel(appointment_id=appointment.id, by=STAFF, now=now)
        assert worker.claim(message.id, now=now) is None
        worker.run_once(now=now)
        worker.look_ahead(now=now)
        worker.run_once(now=now + timedelta(hours=1))
        message.refresh_from_db()
        assert message.state == Message.State.OBSOLETE
        assert len(mailoutbox) == 1
        sent = Message.objects.get(state=Message.State.SENT)
        assert sent.kind in {Message.Kind.CANCELLED, Message.Kind.OFFER_ENDED}

    @every_kind
    def test_nor_after_a_first_attempt_that_failed(self, now: datetime, kind: str) -> None:
        message = waiting(kind, now)
        assert worker.claim(message.id, now=now)
        Appointment.objects.update(status=Status.ENTERED_IN_ERROR, expires_at=None)
        later = now + worker.LEASE
        assert worker.claim(message.id, now=later) is None
        message.refresh_from_db()
        assert (message.state, message.claimed_until) == (Message.State.OBSOLETE, None)

    @pytest.mark.parametrize(
        "state", [Message.State.SENT, Message.State.FAILED, Message.State.OBSOLETE]
    )
    def test_what_is_settled_is_never_claimed(self, now: datetime, state: str) -> None:
        message = a_confirmation(now)
        Message.objects.update(state=state)
        assert worker.claim(message.id, now=now + timedelta(days=365)) is None


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as (server, port):
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
            }
        }
        yield server


def reply(at: str, text: str) -> Trouble:
    return lambda step, _server: text if step == at else None


def drop(at: str) -> Trouble:
    def trouble(step: str, server: SMTP) -> None:
        if step == at:
            hang_up(server)

    return trouble


TROUBLES: dict[str, Trouble] = {
    "dropped at MAIL": drop("MAIL"),
    "dropped at RCPT": drop("RCPT"),
    "dropped after DATA": drop("DATA"),
    "dropped before the reply": drop("ACCEPTED"),
    "sender refused": reply("MAIL", "451 try again"),
    "recipient refused for now": reply("RCPT", "450 try again"),
    "text refused": reply("DATA", "554 we do not like it"),
}


@pytest.mark.django_db
class TestTheMailServer:
    @every_kind
    @pytest.mark.parametrize("name", TROUBLES)
    def test_whatever_it_does_the_message_waits(
        self, server: MailServer, now: datetime, name: str, kind: str
    ) -> None:
        message = waiting(kind, now)
        server.trouble = TROUBLES[name]
        worker.run_once(now=now)
        message.refresh_from_db()
        assert message.state == Message.State.WAITING
        assert (message.attempts, message.claimed_until) == (1, None)
        assert message.next_attempt_at == now + worker.FIRST_PAUSE
        assert message.last_error
        assert "secret" not in message.last_error
        assert "@" not in message.last_error

    @every_kind
    def test_then_it_is_sent_once(self, server: MailServer, now: datetime, kind: str) -> None:
        message = waiting(kind, now)
        server.trouble = drop("RCPT")
        worker.run_once(now=now)
        server.trouble = lambda _step, _server: None
        worker.run_once(now=now + worker.FIRST_PAUSE)
        worker.run_once(now=now + timedelta(hours=1))
        message.refresh_from_db()
        assert (message.state, message.attempts, message.last_error) == ("sent", 2, "")
        assert server.message_ids == [f"<{message.id}@127.0.0.1>"]

    @every_kind
    def test_a_repeat_has_the_same_message_id(
        self, server: MailServer, now: datetime, kind: str
    ) -> None:
        """It took the message and went away before it said so."""
        waiting(kind, now)
        server.trouble = drop("ACCEPTED")
        worker.run_once(now=now)
        server.trouble = lambda _step, _server: None
        worker.run_once(now=now + worker.FIRST_PAUSE)
        assert len(server.message_ids) == 2
        assert len(set(server.message_ids)) == 1

    def test_the_pauses_grow_and_end(
        self, server: MailServer, now: datetime, clock: time_machine.Traveller
    ) -> None:
        message = a_confirmation(now)
        server.trouble = drop("DATA")
        pauses: list[timedelta] = []
        while message.state == Message.State.WAITING:
            worker.run_once(now=now)
            message.refresh_from_db()
            pauses.append(message.next_attempt_at - now)
            now = message.next_attempt_at
            clock.move_to(now)
        assert len(pauses) == message.attempts == MOST_ATTEMPTS
        doubled = [min(MINUTE * 2**n, timedelta(hours=6)) for n in range(MOST_ATTEMPTS)]
        assert pauses == doubled
        assert message.state == Message.State.FAILED
        assert Message.objects.failed().get() == message
        assert "secret" not in message.last_error

    def test_staff_may_have_it_sent_again(self, server: MailServer, now: datetime) -> None:
        message = a_confirmation(now)
        Message.objects.update(state=Message.State.FAILED, attempts=MOST_ATTEMPTS)
        actions.send_again(message_id=message.id, by=STAFF, now=now)
        worker.run_once(now=now)
        assert server.message_ids == [f"<{message.id}@127.0.0.1>"]

    def test_one_that_cannot_be_sent_holds_up_no_other(
        self, server: MailServer, now: datetime
    ) -> None:
        for hour in range(3):
            pending = an_appointment(Status.PENDING, starts_at=now + timedelta(days=3, hours=hour))
            actions.confirm(appointment_id=pending.id, by=STAFF, now=now)
        asked: list[str] = []

        def refuse_the_first(step: str, _server: SMTP) -> str | None:
            asked.append(step)
            return "550 no such user" if asked.count("RCPT") == 1 and step == "RCPT" else None

        server.trouble = refuse_the_first
        worker.run_once(now=now)
        states = sorted(Message.objects.values_list("state", flat=True))
        assert states == ["failed", "sent", "sent"]  # an address that does not exist, for good


class Row(NamedTuple):
    id: str
    state: str
    attempts: int
    last_error: str


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("post")) as found:
        yield found


def real_mail(port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }


def killing(process: list[subprocess.Popen[str]], at: str) -> Trouble:
    """The server's side of `kill -9` at an exact step of the worker's conversation with it."""

    def trouble(step: str, _server: SMTP) -> None:
        if process and step == at:
            os.kill(process.pop().pid, signal.SIGKILL)

    return trouble


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.xdist_group("race")
@pytest.mark.parametrize(("step", "deliveries"), [("MAIL", 1), ("ACCEPTED", 2)])
def test_a_worker_killed_at_a_step(post: Track, step: str, deliveries: int) -> None:
    """Before the server has the text: sent by the next. After it: sent twice, as one message.

    A confirmation, a reminder and an offer wait, and one worker after another dies of each.
    """
    module = "tests.booking.posting"
    with post.copy() as url, mail_server() as (server, port):
        victims: list[subprocess.Popen[str]] = []
        server.trouble = killing(victims, step)
        for minutes in range(3):
            count = len(WAITING) if minutes == 0 else 0
            arguments = (str(count), str(minutes))
            with start_python(url, module, *arguments, **real_mail(port)) as process:
                victims.append(process)
                process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL
        early = rows(run_python(url, module, "0", "4", **real_mail(port)))
        assert {row.state for row in early} == {"waiting"}, "the leases of the dead still hold"
        late = rows(run_python(url, module, "0", "8", **real_mail(port)))
    assert {(row.state, row.attempts) for row in late} == {("sent", 2)}
    expected = [f"<{row.id}@127.0.0.1>" for row in late] * deliveries
    assert sorted(server.message_ids) == sorted(expected)


def rows(printed: str) -> list[Row]:
    return [Row(*row) for row in json.loads(printed)]
