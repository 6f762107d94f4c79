"""The web server of a site, for tests that kill it: the supervisor's own command, without one."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from clinic.supervisor import web_command, worker_command
from tests.booking.racing import ROOT, environment
from tests.browser.site import free_port

SECONDS_TO_START = 60
SITE = "clinic.wsgi:application"


class WebServer:
    """Of eight threads a process. Every visitor says whose request it is."""

    def __init__(
        self, database: str, log: Path, application: str = SITE, processes: int = 2
    ) -> None:
        self.port = free_port()
        self.log = log
        self.variables = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "TRUSTED_PROXIES": "1",
            "WEB_WORKERS": str(processes),
            "WEB_THREADS": "8",
        }
        self.environment = environment(database) | self.variables
        with mock.patch.dict(os.environ, self.variables):
            self.command = [application if part == SITE else part for part in web_command()]
        self.start()

    def start(self) -> None:
        self.process = start(self.command, self.environment, self.log)
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.listens():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """`kill -9` of the master and its workers, which are a group of their own."""
        end(self.process, signal.SIGKILL)

    @property
    def workers(self) -> list[int]:
        """The processes that answer, below the one that minds them."""
        key = self.process.pid
        return [
            int(child) for child in Path(f"/proc/{key}/task/{key}/children").read_text().split()
        ]

    @property
    def said(self) -> str:
        return self.log.read_text()


def start(command: list[str], variables: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """A part of the site as a group of processes of its own; what it says is added to the log."""
    with log.open("a") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, how)
    process.wait(timeout=30)


@contextmanager
def web_server(
    database: str, log: Path, application: str = SITE, processes: int = 2
) -> Iterator[WebServer]:
    server = WebServer(database, log, application, processes)
    try:
        yield server
    finally:
        end(server.process, signal.SIGTERM)


@contextmanager
def worker(database: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = start([*worker_command(), "--pause", "0.2"], environment(database), log)
    try:
        yield process
    finally:
        end(process, signal.SIGTERM)
