"""Databases and data folders of a test's own, beside the one that Django tests in."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.test import override_settings

from clinic import settings
from clinic.backup import Contents, back_up
from clinic.restore import restore

KEY = bytes(range(32))
NOW = datetime(2026, 6, 15, 13, 0, tzinfo=UTC)
ALIAS = "place"


def plain(value: Any) -> str:
    """As text; PostgreSQL keeps the keys of an object in an order of its own."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


@dataclass(frozen=True)
class Place:
    url: str
    folder: Path

    @contextmanager
    def connected(self) -> Iterator[BaseDatabaseWrapper]:
        """Under an alias, with the data folder in the settings."""
        with mock.patch.dict(os.environ, DATABASE_URL=self.url):
            config = settings.database()
        config.get("OPTIONS", {}).pop("pool", None)
        both = {"default": connections.settings["default"], ALIAS: config}
        connections.settings[ALIAS] = ConnectionHandler(both).settings[ALIAS]
        media = self.folder / "media"
        try:
            with override_settings(DATA_DIR=self.folder, MEDIA_ROOT=media):
                yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            del connections[ALIAS]
            del connections.settings[ALIAS]

    def back_up(self, path: Path, key: bytes = KEY) -> Contents:
        with self.connected() as connection:
            return back_up(path, connection=connection, key=key, now=NOW)

    def restore(self, path: Path, key: bytes = KEY, **options: Any) -> tuple[Contents, bool]:
        options = {"replace": False, "lost_texts": False} | options
        with self.connected() as connection:
            return restore(path, connection=connection, key=key, **options)

    def sql(self, statement: str) -> list[Any]:
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def rows(self) -> dict[str, list[str]]:
        """All that the models read, by their labels; nobody's session."""
        with self.connected() as connection:
            if not connection.introspection.table_names():
                return {}
            return {
                model._meta.label: sorted(
                    str([plain(value) for value in row])
                    for row in model._base_manager.using(ALIAS).values_list()
                )
                for model in apps.get_models(include_auto_created=True)
                if model._meta.label != "sessions.Session"
            }

    def files(self) -> dict[str, bytes]:
        """Everything in the data folder but the database's own files."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and "sqlite3" not in path.name and path.name != "last-backup"
        }

    def all(self) -> tuple[dict[str, list[str]], dict[str, bytes]]:
        return self.rows(), self.files()

    def fill_folders(self) -> None:
        for name, content in FILES.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


FILES = {
    "media/portrait.png": bytes(range(256)) * 600,
    "media/año/empty.txt": b"",
    "mail/1.log": b"Subject: hello\n",
}
