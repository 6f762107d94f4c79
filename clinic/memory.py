"""What this process remembers of the database, under one version number.

The site version is a number on the clinic's row. It is reread at most once a second, so what
staff publish shows within about a second, in every process, and a cached page costs no query.
While the database is away the last known version stays good: readers keep reading.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, models

from clinic.models import Clinic

REREAD_AFTER = 1.0  # seconds
log = logging.getLogger(__name__)


@dataclass
class _Known:
    version: int = 0
    read_at: float = float("-inf")


_known = _Known()
_asking = threading.Lock()
_forgetters: list[Callable[[], None]] = []
_builders: list[Callable[[], object]] = []


def site_version() -> int:
    """The number that changes whenever staff publish or correct something.

    One reader asks for it, and the others go on with the last known: a database that is away lets
    whoever asks wait for seconds.
    """
    if time.monotonic() - _known.read_at >= REREAD_AFTER:
        if not _known.version:
            _reread()
        elif _asking.acquire(blocking=False):
            try:
                _reread()
            finally:
                _asking.release()
    return _known.version


def _reread() -> None:
    try:
        version = Clinic.objects.values_list("site_version", flat=True).first()
    except DatabaseError:
        if not _known.version:
            raise
    else:
        _known.version = version or 0
    _known.read_at = time.monotonic()


def publish() -> None:
    """Make every process read the site's content anew."""
    Clinic.objects.update(site_version=models.F("site_version") + 1)
    _known.read_at = float("-inf")


def forget_with(forget: Callable[[], None]) -> None:
    """Register what else is to be emptied by `forget_everything`."""
    _forgetters.append(forget)


def read_ahead() -> None:
    """Read what pages show before the first reader comes."""
    try:
        for build in _builders:
            build()
    except (DatabaseError, models.ObjectDoesNotExist) as error:
        log.warning("Nothing was read ahead: %s", type(error).__name__)


def forget_everything() -> None:
    """For tests, and for commands that work on several databases."""
    _known.version, _known.read_at = 0, float("-inf")
    for forget in _forgetters:
        forget()


def remembered[T](build: Callable[[], T]) -> Callable[[], T]:
    """Keep what `build` returns for as long as the site version stays the same."""
    lock = threading.Lock()
    kept: list[tuple[int, T]] = []
    forget_with(kept.clear)

    @functools.wraps(build)
    def remember() -> T:
        version = site_version()
        if kept and kept[0][0] == version:
            return kept[0][1]
        with lock:
            if not kept or kept[0][0] != version:
                kept[:] = [(version, build())]
            return kept[0][1]

    _builders.append(remember)
    return remember


@remembered
def the_clinic() -> Clinic:
    """The clinic as the public site shows it. Actions read, and lock, the row itself."""
    return Clinic.objects.select_related("consultation").get()
