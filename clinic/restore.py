"""A backup put back: all of it, or nothing at all.

The file is read twice: first to its end, so that one that is damaged is refused before anything
is touched. Then a database without any table is migrated to where the backup was made, filled,
and migrated to where the code is; in the end it takes the place of what there was.

That is the deliberate way past AppendOnly: rows of what happened are never deleted, tables are
made anew. On PostgreSQL they are dropped, made and filled in one transaction. On SQLite they are
filled in a file beside, whose pages then replace those of the database in one transaction.
"""

import base64
import gzip
import io
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from cryptography.fernet import InvalidToken
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from clinic.backup import Contents, fingerprint_of_links, folders
from clinic.fields import cipher
from clinic.records import Migration, Row, Table, latest, tables_at
from clinic.sealing import CHUNK, BackupError, Damaged, Opener

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

Line = dict[str, Any] | list[Any] | str


class Reader:
    """The lines of a backup, one after the other."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        text = io.BufferedReader(Opener(file, key), buffer_size=CHUNK)
        self._lines = gzip.GzipFile(fileobj=text)
        self._next: Line | None = None
        self.first: dict[str, Any] = self.heading()

    def _line(self) -> Line:
        line, self._next = self._next, None
        if line is None:
            line = cast("Line", json.loads(self._lines.readline()))
        return line

    def heading(self) -> dict[str, Any]:
        line = self._line()
        if not isinstance(line, dict):
            raise Damaged
        return line

    def below(self, kind: type) -> Iterator[Any]:
        """The lines that follow a heading, up to the next one."""
        while isinstance(line := self._line(), kind):
            yield line
        self._next = line


def check(path: Path, key: bytes) -> dict[str, Any]:
    """Read all of it without doing anything; what its first line says."""
    with path.open("rb") as file:
        opened = Opener(file, key)
        buffer = bytearray(CHUNK)
        while opened.readinto(buffer):
            pass
    with path.open("rb") as file:
        return Reader(file, key).first


class Stage:
    """Folders filled beside their places, put there at the end, and taken back if need be."""

    def __init__(self, places: dict[str, Path]) -> None:
        self.places = places
        self.moves: list[tuple[Path, Path]] = []
        for name in places:
            shutil.rmtree(self.new(name), ignore_errors=True)
            shutil.rmtree(self.old(name), ignore_errors=True)
            self.new(name).mkdir(mode=0o700, parents=True)

    def new(self, name: str) -> Path:
        return self.places[name].with_name(f".{self.places[name].name}.restoring")

    def old(self, name: str) -> Path:
        return self.places[name].with_name(f".{self.places[name].name}.replaced")

    def write(self, name: str, pieces: Iterable[str]) -> None:
        folder, _, below = name.partition("/")
        if folder not in self.places or ".." in PurePosixPath(below).parts:
            raise BackupError("This backup has files that belong nowhere here.")
        path = self.new(folder) / below.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for piece in pieces:
                file.write(base64.b64decode(piece))

    def exchange(self) -> None:
        for name, place in self.places.items():
            if place.exists():
                self._move(place, self.old(name))
            self._move(self.new(name), place)

    def _move(self, here: Path, there: Path) -> None:
        here.rename(there)
        self.moves.append((here, there))

    def take_back(self) -> None:
        while self.moves:
            here, there = self.moves.pop()
            there.rename(here)

    def tidy(self) -> None:
        for name in self.places:
            shutil.rmtree(self.new(name), ignore_errors=True)
            shutil.rmtree(self.old(name), ignore_errors=True)


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

    def look(_status: int, remaining: int, _total: int) -> None:
        if remaining and time.monotonic() > deadline:
            raise BackupError(IN_USE)

    return look


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Nobody and nothing has written anything but what `migrate` does."""
    names = set(connection.introspection.table_names()) - MADE_BY_MIGRATE
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # noqa: S608
            if cursor.fetchone():
                return False
    return not any(any(folder.iterdir()) for folder in folders().values() if folder.exists())


def known(first: dict[str, Any], executor: MigrationExecutor) -> list[Migration]:
    migrations = [(str(app), str(name)) for app, name in first["migrations"]]
    if any(key not in executor.loader.graph.nodes for key in migrations):
        raise BackupError(
            "This backup was made by a newer version of the site: upgrade first, then restore."
        )
    return migrations


def opens_texts(first: dict[str, Any]) -> bool:
    try:
        cipher().decrypt(first["texts"])
    except InvalidToken:
        return False
    return True


def has_links(first: dict[str, Any]) -> bool:
    return bool(first["links"] == fingerprint_of_links())


def fill(
    place: BaseDatabaseWrapper, tables: dict[str, Table], reader: Reader, stage: Stage
) -> Contents:
    """Everything below the headings, to the last one."""
    found = Contents()
    with transaction.atomic(using=place.alias):
        for table in tables.values():
            table.empty(place)
        while True:
            heading = reader.heading()
            if "end" in heading:
                break
            if "table" in heading:
                table = tables.get(heading["table"])
                if table is None or table.names != heading["columns"]:
                    raise BackupError(f"The table {heading['table']} is another one here.")
                rows: Iterator[Row] = reader.below(list)
                found.rows += table.insert(rows, place)
            else:
                stage.write(heading["file"], reader.below(str))
                found.files += 1
        if vars(found) != heading["end"]:
            raise Damaged
        _finish(place, tables)
    return found


def _finish(place: BaseDatabaseWrapper, tables: dict[str, Table]) -> None:
    """No row refers to nothing, and new rows get new numbers."""
    place.check_constraints()
    models = [table.model for table in tables.values()]
    with place.cursor() as cursor:
        for statement in place.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def restore(
    path: Path, *, connection: BaseDatabaseWrapper, key: bytes, replace: bool, lost_texts: bool
) -> tuple[Contents, bool]:
    """What was put back, and whether the patients' links still open."""
    first = check(path, key)
    migrations = known(first, MigrationExecutor(connection))
    if not replace and not is_empty(connection):
        raise BackupError(
            "There is something in the database or among its files already: "
            "--replace puts the backup in its place."
        )
    if not lost_texts and not opens_texts(first):
        raise BackupError(
            "FIELD_KEYS here do not open what patients wrote in this backup: put those of then "
            "behind them, after a comma. If they are lost, --lost-texts restores the rest."
        )
    with path.open("rb") as file, staged(folders()) as stage, remade(connection) as place:
        executor = MigrationExecutor(place)
        executor.migrate(latest(migrations, executor.loader))
        found = fill(place, tables_at(migrations, executor.loader), Reader(file, key), stage)
        executor = MigrationExecutor(place)
        executor.migrate(executor.loader.graph.leaf_nodes())
        stage.exchange()
    return found, has_links(first)
