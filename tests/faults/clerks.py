"""The test's end of the line to a clerk (tests/faults/clerk.py)."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.booking.racing import start_python
from tests.faults.history import Stored

ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class House:
    """What the clerk has opened: who does each service, and the sessions of the staff."""

    practitioners: dict[str, list[int]]
    staff: list[str]

    def slot(self, day: int, minutes: int) -> str:
        """So many days from now, so many minutes after opening, as forms write it."""
        opening = datetime.combine(datetime.now(ZONE).date(), time(8), ZONE)
        moment = (opening + timedelta(days=day, minutes=minutes)).astimezone(UTC)
        return f"{moment:%Y-%m-%dT%H:%MZ}"


class Clerk:
    """One errand at a time; several clerks may be at work at once."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def __call__(self, errand: str, **arguments: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([errand, arguments]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, self.process.communicate()[1]
        return json.loads(answer)

    def open_house(self, staff: int = 1) -> House:
        return House(**self("open_house", staff=staff))

    def stored(self) -> Stored:
        return Stored.read(self("stored"))


@contextmanager
def clerk(database: str) -> Iterator[Clerk]:
    with start_python(database, "tests.faults.clerk") as process:
        try:
            yield Clerk(process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(timeout=30)
