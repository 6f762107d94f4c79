"""One encrypted file that holds a clinic: every row of its database and its files.

Inside the seal (see clinic/sealing.py) are gzipped lines of JSON, read and written one by one:

    {"made_at": …, "migrations": […], "texts": …, "links": …}    first of all
    {"table": "clinic.user", "columns": ["id", …]}               then its rows, one list a line
    {"file": "media/portrait.png"}                               then its bytes, base64 in strings
    {"end": {"rows": 2214, "files": 1}}                          last of all

It holds no key. FIELD_KEYS, which alone open what patients wrote, and LINK_KEY, which makes their
links, stay in the environment or in keys.env; the first line only tells whether they are the
same. Sessions are left out. clinic/restore.py is the way back.
"""

import base64
import gzip
import hmac
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.template.defaultfilters import pluralize

from clinic.fields import cipher
from clinic.records import Table, applied_migrations, tables_at
from clinic.sealing import Sealer

PIECE = 48_000  # bytes of a file on one line
RECENT = timedelta(days=7)


@dataclass
class Contents:
    rows: int = 0
    files: int = 0

    def __str__(self) -> str:
        rows, files = (
            f"{n:,} {what}{pluralize(n)}" for n, what in ((self.rows, "row"), (self.files, "file"))
        )
        return f"{rows} and {files}"


def folders() -> dict[str, Path]:
    """What belongs to the clinic besides the database, by its name in the backup."""
    return {"media": Path(settings.MEDIA_ROOT), "mail": Path(settings.DATA_DIR) / "mail"}


def fingerprint_of_links() -> str:
    """Tells whether LINK_KEY is the same, and nothing of it."""
    return hmac.new(settings.LINK_KEY.encode(), b"clinic backup", "sha256").hexdigest()


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All that is read inside is of one moment; whoever writes meanwhile does not wait for it."""
    if connection.vendor == "sqlite":
        # Not atomic(), which would take the lock of the writers for as long as it lasts.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(using=connection.alias, durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file of this name, for its owner alone, once all is written; nothing of it otherwise."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield cast("BinaryIO", file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


class Writer:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.contents = Contents()

    def line(self, content: Any) -> None:
        self.file.write(json.dumps(content).encode() + b"\n")

    def database(self, connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> None:
        for table in tables:
            self.line({"table": table.name, "columns": table.names})
            for row in table.rows(connection):
                self.line(row)
                self.contents.rows += 1

    def folder(self, name: str, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            # One that is deleted meanwhile belonged to a row that is deleted too.
            with suppress(FileNotFoundError):
                if path.is_file() and not path.is_symlink():
                    self.one_file(f"{name}/{path.relative_to(folder).as_posix()}", path)

    def one_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self.line({"file": name})
            while piece := file.read(PIECE):
                self.line(base64.b64encode(piece).decode())
        self.contents.files += 1


def back_up(path: Path, *, connection: BaseDatabaseWrapper, key: bytes, now: datetime) -> Contents:
    """Write all of it to `path`. The rows come first: what they name is among the files."""
    with replaced(path) as file:
        sealer = Sealer(file, key)
        with gzip.GzipFile(fileobj=cast("BinaryIO", sealer), mode="wb", filename="") as lines:
            writer = Writer(cast("BinaryIO", lines))
            with snapshot(connection):
                loader = MigrationLoader(connection)
                migrations = applied_migrations(loader)
                writer.line(
                    {
                        "made_at": now.isoformat(),
                        "migrations": migrations,
                        "texts": cipher().encrypt(b"").decode(),
                        "links": fingerprint_of_links(),
                    }
                )
                writer.database(connection, tables_at(migrations, loader).values())
            for name, folder in folders().items():
                writer.folder(name, folder)
            writer.line({"end": vars(writer.contents)})
        sealer.finish()
    last_backup_file().write_text(now.isoformat())
    return writer.contents


def default_path(now: datetime) -> Path:
    folder = Path(settings.DATA_DIR) / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / default_name(now)


def default_name(now: datetime) -> str:
    return f"clinic-{now:%Y-%m-%d-%H%M%S}.backup"


def last_backup_file() -> Path:
    return Path(settings.DATA_DIR) / "last-backup"


def last_backup_at() -> datetime | None:
    """When `manage.py backup` last ended well, here."""
    try:
        return datetime.fromisoformat(last_backup_file().read_text().strip())
    except (OSError, ValueError):
        return None
