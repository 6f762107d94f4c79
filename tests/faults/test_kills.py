"""`kill -9` while mail is sent, and processes that race: nothing is lost, nothing is given twice.

The server is killed in test_web_races.py.
"""

import os
import random
import signal
import subprocess
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import SMTP

from tests.booking.mail_server import mail_server
from tests.booking.racing import Rules, Track, run_python, start_python, track
from tests.booking.test_worker_faults import Row, real_mail, rows

MESSAGES = 30
ROUNDS = 10
CANCELLED, CANCELLED_IN_ROUND = 5, 2

pytestmark = [pytest.mark.race, pytest.mark.slow]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("kills")) as found:
        yield found


def test_a_worker_is_killed_at_every_step(migrated: Track) -> None:
    """Every message arrives, and repeats are no more than kills, with the same Message-ID.

    What was cancelled after some of the kills is told of as cancelled, and of nothing else.
    """
    chance, deaths = random.Random(20260616), 0
    with migrated.copy() as url, mail_server() as (server, port):
        victims: list[subprocess.Popen[str]] = []

        def kill_now_and_then(_step: str, _server: SMTP) -> None:
            if victims and chance.random() < 0.05:
                os.kill(victims.pop().pid, signal.SIGKILL)

        server.trouble = kill_now_and_then
        post(url, port, MESSAGES, -1)  # before anything is due
        before: list[str] = []
        for number in range(ROUNDS):  # each after the leases of the one before
            gone = CANCELLED if number == CANCELLED_IN_ROUND else 0
            if gone:
                before = list(server.message_ids)
            arguments = ("tests.booking.posting", "0", str(number * 6), str(gone))
            with start_python(url, *arguments, **real_mail(port)) as process:
                victims[:] = [process]
                process.communicate(timeout=120)
            deaths += process.returncode != 0
        victims.clear()
        last = post(url, port, 0, ROUNDS * 6)
    assert deaths > 0
    ids = {
        state: {f"<{row.id}@127.0.0.1>" for row in last if row.state == state}
        for state in ("sent", "obsolete")
    }
    assert len(ids["sent"]) + len(ids["obsolete"]) == len(last)
    assert ids["obsolete"]
    assert ids["sent"] <= set(server.message_ids) <= ids["sent"] | set(before)
    assert not ids["obsolete"] & set(server.message_ids[len(before) :])
    assert len(server.message_ids) - len(set(server.message_ids)) <= deaths


def post(url: str, port: int, count: int, minutes: int) -> list[Row]:
    arguments = (str(count), str(minutes))
    return rows(run_python(url, "tests.booking.posting", *arguments, **real_mail(port)))


@pytest.mark.parametrize("race", ["one_slot", "overlapping", "decisions"])
def test_races_again_and_again(migrated: Track, race: str) -> None:
    for _ in range(5):
        result = migrated.race(Rules(race, 32))
        assert result.overlaps == 0
        assert set(result.outcomes) <= {"won", "JustTaken", "NotPossible"}
        if race == "one_slot":
            assert result.outcomes.count("won") == 1
