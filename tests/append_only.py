"""The one way past AppendOnly, for tests only: emptying the database after a test.

A test that commits (`transaction=True`) is followed by Django's flush, which would be refused.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from clinic.constraints import AppendOnly


def guarded_tables() -> dict[str, AppendOnly]:
    """The append-only constraint of each table that has one."""
    return {
        model._meta.db_table: constraint
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, AppendOnly)
    }


def around_flush(tables: Sequence[str], sql: list[str]) -> list[str]:
    """The statements of a flush between those that open the guarded tables and close them."""
    before: list[str] = []
    after: list[str] = []
    for table, constraint in guarded_tables().items():
        name = connection.ops.quote_name(table)
        if table not in tables:
            continue
        if connection.vendor == "sqlite":
            before += constraint.drop_sql(table, "sqlite")
            after += [text % {"table": name} for text in constraint.trigger_sql(table, "sqlite")]
        else:
            before.append(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            after.append(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    return [*before, *sql, *after]


def let_flush_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's flush empties append-only tables too, in one transaction, and guards them again."""
    original: Callable[..., list[str]] = connection.ops.sql_flush

    def sql_flush(style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        return around_flush(tables, original(style, tables, **options)) if tables else []

    monkeypatch.setattr(connection.ops, "sql_flush", sql_flush)
