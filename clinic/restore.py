"""A backup put back: all of it, or nothing at all.

The file is read twice: first to its end, so that one that is damaged is refused before anything
is touched. Then a database without any table is migrated to where the backup was made, filled,
and migrated to where the code is; in the end it takes the place of what there was.

That is the deliberate way past AppendOnly: rows of what happened are never deleted, tables are
made anew. On PostgreSQL they are dropped, made and filled in one transaction. On SQLite they are
filled in a file beside, whose pages then replace those of the database in one transaction.
"""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.fernet import InvalidToken
from django.core.management.color import no_style
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from clinic.backup import Contents, fingerprint_of_links, folders
from clinic.fields import cipher
from clinic.records import Migration, Row, Table, latest, tables_at
from clinic.remaking import Stage, is_empty, remade, staged
from clinic.resealing import left
from clinic.sealing import CHUNK, BackupError, Damaged, Opener

Line = dict[str, Any] | list[Any] | str


class LostTexts(BackupError):
    def __init__(self) -> None:
        super().__init__(
            "FIELD_KEYS here do not open what patients wrote in this backup: put those of then "
            "behind them, after a comma. If they are lost, --lost-texts restores the rest."
        )


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


def known(first: dict[str, Any]) -> list[Migration]:
    """The migrations that the backed up database had."""
    migrations = [(str(app), str(name)) for app, name in first["migrations"]]
    nodes = MigrationLoader(None).graph.nodes
    if any(key not in nodes for key in migrations):
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
        # Also defers them on PostgreSQL, where migrations leave some checked row by row.
        place.check_constraints()
        for table in tables.values():
            table.empty(place)
        while True:
            heading = reader.heading()
            if "end" in heading:
                break
            if "table" in heading:
                rows: Iterator[Row] = reader.below(list)
                found.rows += named(heading, tables).insert(rows, place)
            else:
                stage.write(heading["file"], reader.below(str))
                found.files += 1
        if vars(found) != heading["end"]:
            raise Damaged
        _finish(place, tables)
    return found


def named(heading: dict[str, Any], tables: dict[str, Table]) -> Table:
    table = tables.get(heading["table"])
    if table is None or table.names != heading["columns"]:
        raise BackupError(f"The table {heading['table']} is another one here.")
    return table


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
    migrations = known(first)
    if not replace and not is_empty(connection, folders()):
        raise BackupError(
            "There is something in the database or among its files already: "
            "--replace puts the backup in its place."
        )
    if not lost_texts and not opens_texts(first):
        raise LostTexts
    with path.open("rb") as file, staged(folders()) as stage, remade(connection) as place:
        executor = MigrationExecutor(place)
        executor.migrate(latest(migrations, executor.loader))
        found = fill(place, tables_at(migrations, executor.loader), Reader(file, key), stage)
        executor = MigrationExecutor(place)
        executor.migrate(executor.loader.graph.leaf_nodes())
        # Its first line knows one key; a backup made while keys changed has texts of another.
        if not lost_texts and any(table.lost for table in left(place.alias)):
            raise LostTexts
        stage.exchange()
    return found, has_links(first)
