"""The web server and the worker, side by side, until they are told to stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from django.conf import settings

from clinic import address

LOOK_EVERY = 0.2
# Requests under way may finish; what still runs then is ended.
SECONDS_TO_STOP = 15
SECONDS_TO_LISTEN = 60
LONGEST_PAUSE = 30

Say = Callable[[str], None]


def web_command() -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "clinic.wsgi:application"),
        *("--bind", f"{address.bracketed(address.host())}:{address.port()}"),
        *("--worker-class", "gthread"),
        *("--workers", os.environ.get("WEB_WORKERS") or "1"),
        *("--threads", os.environ.get("WEB_THREADS") or "8"),
        *("--graceful-timeout", "10"),
        # Django alone decides about forwarded headers, by TRUSTED_PROXIES.
        *("--forwarded-allow-ips", ""),
        # An address may be as long as it likes to be answered by us: see content/search_views.py.
        *("--limit-request-line", "8190"),
        # No access log: the addresses of patients' pages are secrets.
        *("--log-level", "warning"),
        *("--logger-class", "clinic.logs.WebServerLogger"),
        "--no-control-socket",
    ]


def worker_command() -> list[str]:
    return [sys.executable, "manage.py", "worker"]


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches this process, which stops the others in order."""
    environment = os.environ | {
        "DATA_DIR": str(settings.DATA_DIR),
        "SITE_URL": settings.SITE_URL,
    }
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def listens() -> bool:
    try:
        socket.create_connection(address.reachable(), timeout=1).close()
    except OSError:
        return False
    return True


class Supervisor:
    def __init__(self, say: Say) -> None:
        self.say = say
        self.told_to_stop = threading.Event()
        self.announced = False
        self.restarts = 0
        self.worker_started = 0.0

    def run(self) -> int:
        """Serve until told to stop; the exit code: 0 unless the web server ended by itself."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        self.web = start(web_command())
        self._start_worker()
        try:
            return self._watch()
        finally:
            self._end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.told_to_stop.set()

    def _watch(self) -> int:
        deadline = time.monotonic() + SECONDS_TO_LISTEN
        while not self.told_to_stop.wait(LOOK_EVERY):
            if self.web.poll() is not None:
                self.say(f"The web server ended by itself ({ending(self.web)}); all is stopped.")
                return 1
            if not self.announced:
                self._announce_when_listening()
                if not self.announced and time.monotonic() > deadline:
                    self.say(f"The web server did not listen within {SECONDS_TO_LISTEN} seconds.")
                    return 1
            self._restart_worker_if_dead()
        self.say("Stopping.")
        return 0

    def _announce_when_listening(self) -> None:
        if listens():
            self.announced = True
            self.say(
                f"The site    {settings.SITE_URL}/\n"
                f"The admin   {settings.SITE_URL}/admin/\n"
                "Ctrl-C stops both the site and its worker."
            )

    def _start_worker(self) -> None:
        self.worker = start(worker_command())
        self.worker_started = time.monotonic()

    def _restart_worker_if_dead(self) -> None:
        """At once, then after growing pauses: messages wait in the database meanwhile."""
        if self.worker.poll() is None:
            return
        lived = time.monotonic() - self.worker_started
        if lived > 2 * LONGEST_PAUSE:
            self.restarts = 0
        if lived < min(2**self.restarts - 1, LONGEST_PAUSE):
            return
        self.say(f"The worker ended ({ending(self.worker)}) and is started again.")
        self.restarts += 1
        self._start_worker()

    def _end(self) -> None:
        children = [self.web, self.worker]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for child in children:
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def ending(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"
