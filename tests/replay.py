"""Rows that were put into empty tables once are put in again as they are, for a tenth of the time.

What a test begins with may take hundreds of questions to write, and says the same every time. The
first test of a process writes it as the clinic does; the others are given the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

ROOMS = ("clinic", "content")


@dataclass
class Rows:
    """By table: the names of its columns, and what stands in them."""

    of: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = field(default_factory=dict)


kept: dict[object, Rows] = {}


def once(key: object, write: Callable[[], object]) -> None:
    """What `write` writes into empty tables, once for each key, then from memory. Where rows stand
    already it writes itself: it may write less than it otherwise would, or other rows.
    """
    if tables_with_rows():
        write()
    elif key in kept:
        put_in(kept[key])
    else:
        write()
        kept[key] = Rows({table: read(table) for table in tables_with_rows()})


def columns() -> dict[str, list[str]]:
    return {
        model._meta.db_table: [
            each.column
            for each in model._meta.local_concrete_fields
            if each.column and not each.generated
        ]
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ROOMS and model._meta.managed and not model._meta.proxy
    }


def quoted(*names: str) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def tables_with_rows() -> set[str]:
    ask = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in columns()
    )
    with connection.cursor() as cursor:
        cursor.execute(ask)
        return {table for (table,) in cursor.fetchall()}


def read(table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    names = columns()[table]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted(*names)} FROM {quoted(table)}")
        return names, [tuple(map(as_stored, row)) for row in cursor.fetchall()]


def as_stored(value: Any) -> Any:
    """SQLite keeps days and hours as text, and reads them as what they are."""
    is_text = connection.vendor == "sqlite" and isinstance(value, (date, time))
    return str(value) if is_text else value


def put_in(rows: Rows) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (names, values) in rows.of.items():
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(
                f"INSERT INTO {quoted(table)} ({quoted(*names)}) VALUES ({places})",
                values,
            )
        # The rows came with their keys: PostgreSQL counts on from them.
        models = [model for model in apps.get_models() if model._meta.db_table in rows.of]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
