"""The real thing, running: `manage.py serve` with a data folder and a port of its own."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.browser.inside import Inside

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 180  # the machine may have other things to do
# Inherited from the test run, but chosen anew for a site.
REPLACED = ("BACKUP_KEY", "DATABASE_URL", "FIELD_KEYS", "LINK_KEY", "SECRET_KEY", "SITE_URL")


@dataclass(frozen=True)
class Site:
    url: str
    data_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    inside: Inside
    owner_email: str
    owner_password: str

    def run(self, *command: str) -> str:
        """A management command of this site; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def python(self, code: str) -> str:
        """A few lines run inside this site; what they printed."""
        return self.inside.run(code)

    @property
    def log(self) -> str:
        return (self.data_dir / "serve.log").read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """A new database on the server that DATABASE_URL names; gone afterwards."""
    name = f"site_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_site(**variables: str) -> Iterator[Site]:
    """A site on a free port: on SQLite, or in a database of its own where DATABASE_URL says."""
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="clinic-site-", ignore_cleanup_errors=True)
        data_dir = Path(stack.enter_context(folder))
        environment = {name: text for name, text in os.environ.items() if name not in REPLACED}
        environment |= {"DATA_DIR": str(data_dir), "HOST": "127.0.0.1", "PORT": str(free_port())}
        server = os.environ.get("DATABASE_URL", "")
        if server.startswith("postgres"):
            environment["DATABASE_URL"] = stack.enter_context(own_database(server))
        environment |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", **variables}
        yield stack.enter_context(started(data_dir, environment))


@contextmanager
def started(data_dir: Path, environment: dict[str, str]) -> Iterator[Site]:
    log = data_dir / "serve.log"
    subprocess.run([sys.executable, "-m", "clinic.keys"], cwd=ROOT, env=environment, check=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    inside = Inside(environment)
    try:
        text = announcement(process, log)
        yield Site(
            url=found(r"The site\s+(\S+?)/?\s", text),
            data_dir=data_dir,
            environment=environment,
            process=process,
            inside=inside,
            owner_email=found(r"e-mail\s+(\S+)", text),
            owner_password=found(r"password\s+(\S+)\n", text),
        )
    finally:
        inside.close()
        process.terminate()
        process.wait(timeout=30)


def announcement(process: subprocess.Popen[bytes], log: Path) -> str:
    """What the server printed once it listens."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text()
        if "The admin " in text:
            return text
        time.sleep(0.1)
    raise AssertionError(f"The site did not start:\n{log.read_text()}")


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
