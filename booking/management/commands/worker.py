"""The process beside the web server: sends messages and ends what has lapsed."""

import logging
import signal
import threading
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from booking import worker

log = logging.getLogger("booking.worker")
TIDY_EVERY = timedelta(hours=1)


class Command(BaseCommand):
    help = "Send what is due and end what has lapsed, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then stop.")
        parser.add_argument("--pause", type=float, default=2.0, help="Seconds between rounds.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        tidied_at: datetime | None = None
        while not stop.is_set():
            now = timezone.now()
            try:
                worker.run_once(now=now)
                if tidied_at is None or now - tidied_at > TIDY_EVERY:
                    worker.tidy_up(now=now)
                    tidied_at = now
            except DatabaseError as error:
                # It comes back, and what is due then is still due: nothing is kept in memory.
                log.error("The database did not answer: %s", type(error).__name__)
                connection.close()
                stop.wait(5)
            if options["once"]:
                return
            close_old_connections()
            stop.wait(options["pause"])
