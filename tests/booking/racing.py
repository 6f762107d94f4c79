"""Real processes on a real database: on SQLite a file in WAL, on PostgreSQL one of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 120


@dataclass(frozen=True)
class Rules:
    """`pause`: seconds between the look and the writing. Without the lock all wait for all."""

    race: str
    racers: int
    lock: bool = True
    constraint: bool = True
    pause: float = 0.0


class Result(NamedTuple):
    """What the processes said, and what is in the database."""

    outcomes: list[str]
    overlaps: int
    appointments: list[str]
    changes: list[tuple[str, str]]
    messages: list[str]
    sent_requests: int


class Track:
    """A migrated database, and a fresh copy of it for every race."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.server = server if server.startswith("postgres") else ""
        self.name = f"race_{os.getpid()}_{time.monotonic_ns()}"

    def url(self, name: str) -> str:
        if self.server:
            return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))
        return f"sqlite:///{self.folder / name}.sqlite3"

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self, name: str, template: str = "") -> Iterator[str]:
        """The address of a new database; gone afterwards."""
        if not self.server:
            if template:
                shutil.copy(self.folder / f"{template}.sqlite3", self.folder / f"{name}.sqlite3")
            yield self.url(name)
            return
        self.sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        try:
            yield self.url(name)
        finally:
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def copy(self) -> Iterator[str]:
        with self.database(f"{self.name}_{time.monotonic_ns()}", self.name) as url:
            yield url

    def race(self, rules: Rules) -> Result:
        with self.copy() as url:
            printed = run_python(url, "tests.booking.racers", json.dumps(asdict(rules)))
        return Result(**json.loads(printed))


@contextmanager
def track(folder: Path) -> Iterator[Track]:
    track = Track(folder, os.environ.get("DATABASE_URL", ""))
    with track.database(track.name) as url:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=environment(url),
            check=True,
        )
        yield track


def environment(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def start_python(url: str, module: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """A module's `main()` in a program of its own, with Django set up."""
    start = f"import django; django.setup(); from {module} import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", start, *arguments],
        cwd=ROOT,
        env=environment(url) | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_python(url: str, module: str, *arguments: str, **variables: str) -> str:
    """The same to its end; what it prints."""
    with start_python(url, module, *arguments, **variables) as process:
        printed, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, errors
    return printed
