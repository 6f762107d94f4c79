"""`kill -9` while bookings run, and while mail is sent: what was promised is there, whole."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import SMTP

from tests.booking.mail_server import mail_server
from tests.booking.racing import Rules, Track, run_python, start_python, track
from tests.booking.test_worker_faults import Row, real_mail, rows

BOOKERS = "tests.faults.bookers"
KILLS = 15
AT_ONCE = 3
MESSAGES = 30
ROUNDS = 10

pytestmark = [pytest.mark.race, pytest.mark.slow]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("kills")) as found:
        yield found


def heard_from(url: str, chance: random.Random) -> list[str]:
    """What one program said before it was killed at a moment of chance."""
    with start_python(url, BOOKERS, "book") as process:
        assert process.stdout
        said = [process.stdout.readline()]  # it is at work
        time.sleep(chance.uniform(0.02, 1.5))
        process.kill()
        rest, errors = process.communicate(timeout=60)
        assert not errors, errors
    lines = [*said, *rest.splitlines()]
    return [line.strip() for line in lines if line.strip()]


def test_bookers_are_killed(migrated: Track) -> None:
    """ok ⊆ database ⊆ ok ∪ unknown; no overlap; nothing half written."""
    chance = random.Random(20260615)
    said: list[str] = []
    with migrated.copy() as url:
        run_python(url, BOOKERS, "prepare")
        crowd = [start_python(url, BOOKERS, "book") for _ in range(AT_ONCE - 1)]
        for _ in range(KILLS):
            said += heard_from(url, chance)
        for process in crowd:
            process.kill()
            rest, errors = process.communicate(timeout=60)
            assert not errors, errors
            said += rest.splitlines()
        ledger = json.loads(run_python(url, "tests.faults.ledgers"))
    told: dict[str, set[str]] = {"invoked": set(), "ok": set(), "refused": set()}
    for word, draft in (line.split() for line in said if line.count(" ") == 1):
        told[word].add(draft)
    stored, unknown = set(ledger["sent"]), told["invoked"] - told["ok"] - told["refused"]
    assert len(told["ok"]) > KILLS
    assert told["ok"] <= stored <= told["ok"] | unknown
    assert (ledger["overlaps"], ledger["half_written"]) == (0, [])


def test_a_worker_is_killed_at_every_step(migrated: Track) -> None:
    """Every message arrives, and repeats are no more than kills, with the same Message-ID."""
    chance, deaths = random.Random(20260616), 0
    with migrated.copy() as url, mail_server() as (server, port):
        victims: list[subprocess.Popen[str]] = []

        def kill_now_and_then(_step: str, _server: SMTP) -> None:
            if victims and chance.random() < 0.05:
                os.kill(victims.pop().pid, signal.SIGKILL)

        server.trouble = kill_now_and_then
        post(url, port, MESSAGES, -1)  # before anything is due
        for minutes in range(0, ROUNDS * 6, 6):  # each after the leases of the one before
            arguments = ("tests.booking.posting", "0", str(minutes))
            with start_python(url, *arguments, **real_mail(port)) as process:
                victims[:] = [process]
                process.communicate(timeout=120)
            deaths += process.returncode != 0
        victims.clear()
        last = post(url, port, 0, ROUNDS * 6)
    assert {row.state for row in last} == {"sent"}
    assert deaths > 0
    assert set(server.message_ids) == {f"<{row.id}@127.0.0.1>" for row in last}
    assert len(server.message_ids) - len(last) <= deaths


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
