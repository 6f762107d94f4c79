"""The process beside the web server: sends messages and ends what has lapsed."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from booking import worker

log = logging.getLogger("booking.worker")
# What is due at every round, once a minute, and once an hour.
ROUNDS = (
    (worker.look_ahead, timedelta(minutes=1)),
    (worker.run_once, timedelta()),
    (worker.tidy_up, timedelta(hours=1)),
)


class Command(BaseCommand):
    help = "Send what is due and end what has lapsed, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then stop.")
        parser.add_argument("--pause", type=float, default=2.0, help="Seconds between rounds.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        done: dict[Callable[..., None], datetime] = {}
        while not stop.is_set():
            now = timezone.now()
            try:
                for work, pause in ROUNDS:
                    if work not in done or now - done[work] >= pause:
                        work(now=now)
                        done[work] = now
            except DatabaseError as error:
                # It comes back, and what is due then is still due: nothing is kept in memory.
                log.error("The database did not answer: %s", type(error).__name__)
                connection.close()
                stop.wait(5)
            if options["once"]:
                return
            close_old_connections()
            stop.wait(options["pause"])
