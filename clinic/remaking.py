"""What a restore replaces as a whole: the tables of the database, and the folders of files."""

import base64
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.sealing import BackupError

# What `migrate` alone writes.
MADE_BY_MIGRATE = {
    *("django_migrations", "django_content_type"),
    *("auth_permission", "auth_group", "auth_group_permissions"),
}
SECONDS_TO_WAIT = 10
IN_USE = "Somebody uses the database: stop the site first."
# Tables that something else than the site put there belong to their extension and stay.
TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""


class Stage:
    """Folders filled beside their places, put there at the end, and taken back if need be."""

    def __init__(self, places: dict[str, Path]) -> None:
        self.places = places
        self.beside = {name: self._beside(place) for name, place in places.items()}
        self.moves: list[tuple[Path, Path]] = []
        for folder in self.beside.values():
            (folder / "new").mkdir(mode=0o700)

    def _beside(self, place: Path) -> Path:
        """On the same disk, so that moving is renaming."""
        place.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-restoring-"))

    def write(self, name: str, pieces: Iterable[str]) -> None:
        folder, _, below = name.partition("/")
        parts = PurePosixPath(below).parts
        if folder not in self.places or not parts or {"..", "/"} & set(parts):
            raise BackupError("This backup has files that belong nowhere here.")
        path = self.beside[folder].joinpath("new", *parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for piece in pieces:
                file.write(base64.b64decode(piece))

    def exchange(self) -> None:
        for name, place in self.places.items():
            if place.exists():
                self._move(place, self.beside[name] / "old")
            self._move(self.beside[name] / "new", place)

    def _move(self, here: Path, there: Path) -> None:
        here.rename(there)
        self.moves.append((here, there))

    def take_back(self) -> None:
        while self.moves:
            here, there = self.moves.pop()
            there.rename(here)

    def tidy(self) -> None:
        for folder in self.beside.values():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staged(places: dict[str, Path]) -> Iterator[Stage]:
    stage = Stage(places)
    try:
        yield stage
    except BaseException:
        stage.take_back()
        raise
    finally:
        stage.tidy()


@contextmanager
def remade(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A database without tables; what the block makes of it replaces all there was."""
    if connection.vendor == "sqlite":
        with _beside(connection) as place:
            yield place
            connection.ensure_connection()
            place.connection.backup(connection.connection, progress=_patience())
        return
    with transaction.atomic(using=connection.alias, durable=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'")
            cursor.execute(TABLES)
            tables = ", ".join(name for (name,) in cursor.fetchall())
            if tables:
                cursor.execute(f"DROP TABLE {tables} CASCADE")
        yield connection


@contextmanager
def _beside(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A new file in the folder of the database, known to Django for as long as it is needed."""
    alias = "restoring"
    folder = Path(connection.settings_dict["NAME"]).parent
    with tempfile.TemporaryDirectory(dir=folder, prefix=".restoring-") as temporary:
        options = {
            **connection.settings_dict["OPTIONS"],
            # Until it is complete nobody needs it.
            "init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;",
        }
        connections.settings[alias] = {
            **connection.settings_dict,
            "NAME": Path(temporary) / "clinic.sqlite3",
            "OPTIONS": options,
        }
        try:
            yield connections[alias]
        finally:
            connections[alias].close()
            del connections[alias]
            del connections.settings[alias]


def _patience() -> Any:
    """Ends the wait for whoever holds a lock; sqlite3 itself waits for ever."""
    deadline = time.monotonic() + SECONDS_TO_WAIT

    def look(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise BackupError(IN_USE)

    return look


def is_empty(connection: BaseDatabaseWrapper, places: dict[str, Path]) -> bool:
    """Nothing but `migrate` has written anything."""
    names = set(connection.introspection.table_names()) - MADE_BY_MIGRATE
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # noqa: S608
            if cursor.fetchone():
                return False
    return not any(any(folder.iterdir()) for folder in places.values() if folder.exists())
