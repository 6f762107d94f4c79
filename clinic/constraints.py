"""AppendOnly: a table that only grows, in the database itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.checks import CheckMessage
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table

REFUSAL = "append-only: rows can be neither changed nor deleted"


class TriggerConstraint(models.BaseConstraint):
    """A rule that triggers enforce, and that survives SQLite's way of remaking tables.

    SQLite drops a table's triggers with the table. Django rebuilds a remade table from the
    model's constraints, so a constraint without SQL of its own puts its triggers among the
    statements that run once the table has its name and its rows.
    """

    def trigger_sql(self, table: str, vendor: str) -> list[str]:
        """The templates of the statements, with %(table)s where the table's name belongs."""
        raise NotImplementedError

    def drop_sql(self, table: str, vendor: str) -> list[str]:
        raise NotImplementedError

    def _statements(
        self, templates: list[str], model: type[models.Model], editor: BaseDatabaseSchemaEditor
    ) -> list[Statement]:
        table = Table(model._meta.db_table, editor.quote_name)
        return [Statement(template, table=table) for template in templates]

    def _defer(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> None:
        templates = self.trigger_sql(model._meta.db_table, editor.connection.vendor)
        editor.deferred_sql.extend(self._statements(templates, model, editor))

    # Django's own schema editor passes over a constraint whose SQL is None.
    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        self._defer(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        templates = self.trigger_sql(model._meta.db_table, schema_editor.connection.vendor)
        *others, last = self._statements(templates, model, schema_editor)
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.deferred_sql.extend(others)
        else:
            for statement in others:
                schema_editor.execute(statement, params=None)
        return last

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        templates = self.drop_sql(model._meta.db_table, schema_editor.connection.vendor)
        *others, last = self._statements(templates, model, schema_editor)
        for statement in others:
            schema_editor.execute(statement, params=None)
        return last

    def check(self, model: Any, connection: BaseDatabaseWrapper) -> list[CheckMessage]:
        return []

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.deconstruct() == self.deconstruct()

    __hash__ = models.BaseConstraint.__hash__


class AppendOnly(TriggerConstraint):
    """Rows can be added and read; the database refuses UPDATE, DELETE and TRUNCATE."""

    def __init__(self, *, name: str, violation_error_message: str | None = None) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message or REFUSAL)

    def trigger_sql(self, table: str, vendor: str) -> list[str]:
        if vendor == "sqlite":
            refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            # REPLACE deletes the row in its way without a word to the trigger for DELETE.
            is_replaced = "WHEN EXISTS (SELECT 1 FROM %(table)s WHERE id = NEW.id)"
            return [
                f'CREATE TRIGGER "{self.name}_insert" BEFORE INSERT ON %(table)s '
                f"{is_replaced} {refuse}",
                f'CREATE TRIGGER "{self.name}_update" BEFORE UPDATE ON %(table)s {refuse}',
                f'CREATE TRIGGER "{self.name}_delete" BEFORE DELETE ON %(table)s {refuse}',
            ]
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}_refuse"() RETURNS trigger LANGUAGE plpgsql '
            f"AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23514'; END $$",
            f'CREATE TRIGGER "{self.name}" BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{self.name}_refuse"()',
        ]

    def drop_sql(self, table: str, vendor: str) -> list[str]:
        if vendor == "sqlite":
            # SQLite remakes the table instead and never asks; kept right all the same.
            return [
                f'DROP TRIGGER "{self.name}_{event}"' for event in ("insert", "update", "delete")
            ]
        return [
            f'DROP TRIGGER "{self.name}" ON %(table)s',
            f'DROP FUNCTION "{self.name}_refuse"()',
        ]

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS
    ) -> None:
        """Nothing to say about a new row; changed ones the database refuses."""


@contextmanager
def unguarded(model: type[models.Model]) -> Iterator[None]:
    """Past AppendOnly, in this transaction alone: for the same text sealed with another key.

    Nobody else ever finds the table without its guard. On SQLite it stays where it is, and only
    this connection, which has the lock of the writers, passes it. On PostgreSQL whoever wants to
    write there waits until the transaction ends, and a failure takes the lifting back with all.
    """
    if not any(isinstance(found, AppendOnly) for found in model._meta.constraints):
        yield
        return
    if not connection.in_atomic_block:
        raise RuntimeError("A guard can only be passed inside a transaction.")
    if connection.vendor == "sqlite":
        trigger = sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER
        connection.connection.setconfig(trigger, False)
        try:
            yield
        finally:
            connection.connection.setconfig(trigger, True)
        return
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
