"""The rows of a database in one spelling, whatever database they stand in.

The models are those of the migrations that a database has, not those of the code: so a database
is read before it is upgraded, and an older backup is read by newer code. Texts are taken as they
are stored, encrypted ones encrypted.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_iso_string

from clinic.sealing import BackupError

# Everybody signs in anew after a restore: what has ended since must not come back to life.
LEFT_OUT = {"sessions.session"}
TEXTS = {"CharField", "TextField", "SlugField", "FileField", "FilePathField"}
ROWS_AT_ONCE = 500

Migration = tuple[str, str]
Row = list[Any]


def plain(value: Any) -> Any:
    """As JSON has it; the column knows the way back."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
    return value


class Column:
    def __init__(self, field: models.Field) -> None:
        self.name: str = field.attname
        self.column = str(field.column)
        holder = field
        while isinstance(holder, models.ForeignKey):  # it holds what the other table's key holds
            holder = holder.target_field
        self.holder = holder
        self.is_text = holder.get_internal_type() in TEXTS

    @property
    def expression(self) -> Any:
        """Texts past the fields that would decrypt or normalise them."""
        if not self.is_text:
            return self.name
        return models.ExpressionWrapper(models.F(self.name), output_field=models.TextField())

    def prepared(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """What `plain` made of it, as this database takes it."""
        if self.is_text or value is None:
            return value
        return self.holder.get_db_prep_value(self.holder.to_python(value), connection)


class Table:
    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.name = model._meta.label_lower
        self.columns = [
            Column(field) for field in model._meta.local_concrete_fields if not field.generated
        ]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows(self, connection: BaseDatabaseWrapper) -> Iterator[Row]:
        rows = self.model._base_manager.using(connection.alias).order_by("pk")
        expressions = [column.expression for column in self.columns]
        for row in rows.values_list(*expressions).iterator(chunk_size=ROWS_AT_ONCE):
            yield [plain(value) for value in row]

    def insert(self, rows: Iterable[Row], connection: BaseDatabaseWrapper) -> int:
        """Past the models: nothing is filled in, encrypted or sent. How many there were."""
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(column.column) for column in self.columns)
        marks = ", ".join(["%s"] * len(self.columns))
        # The names come from the models; the values are parameters.
        sql = f"INSERT INTO {quoted(self.model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
        number = 0
        with connection.cursor() as cursor:
            for batch in batched(rows, ROWS_AT_ONCE):
                cursor.executemany(sql, [self._prepared(row, connection) for row in batch])
                number += len(batch)
        return number

    def _prepared(self, row: Row, connection: BaseDatabaseWrapper) -> Row:
        pairs = zip(self.columns, row, strict=True)
        return [column.prepared(value, connection) for column, value in pairs]

    def empty(self, connection: BaseDatabaseWrapper) -> None:
        """What a migration put in. Only if there is something: append-only tables refuse."""
        rows = self.model._base_manager.using(connection.alias)
        if rows.exists():
            rows._raw_delete(connection.alias)


def applied_migrations(loader: MigrationLoader) -> list[Migration]:
    """Of the apps that are installed. Raises BackupError where the code lacks one of them."""
    applied = sorted(key for key in loader.applied_migrations if key[0] in loader.migrated_apps)
    if not applied:
        raise BackupError("There is nothing in the database yet.")
    if any(key not in loader.graph.nodes for key in applied):
        raise BackupError("The database was made by a newer version of the site.")
    return applied


def latest(migrations: Iterable[Migration], loader: MigrationLoader) -> list[Migration]:
    """Those that no other one of the same app follows."""
    among = set(migrations)

    def is_followed(key: Migration) -> bool:
        children = loader.graph.node_map[key].children
        return any(child.key in among and child.key[0] == key[0] for child in children)

    return sorted(key for key in among if not is_followed(key))


def tables_at(migrations: Iterable[Migration], loader: MigrationLoader) -> dict[str, Table]:
    """Every table that the models had after these migrations, by the model's label."""
    apps: Apps = loader.project_state(latest(migrations, loader)).apps
    tables = [
        Table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return {table.name: table for table in tables if table.name not in LEFT_OUT}
