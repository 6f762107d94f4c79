"""AppendOnly: what was written down stays, whoever asks; in the database itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations import AddConstraint, AddField, AlterField, RemoveConstraint
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from booking.models import AppointmentEvent
from clinic.audit import AccessLog
from clinic.constraints import REFUSAL, AppendOnly

AT = datetime(2026, 6, 17, 14, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def an_entry() -> AccessLog:
    return AccessLog.objects.create(at=AT, user=uuid4(), action="view", subject="1")


def an_event() -> AppointmentEvent:
    return AppointmentEvent.objects.create(
        at=AT, appointment=uuid4(), request=uuid4(), actor_kind="system", to_status="held"
    )


ROWS: list[Callable[[], AccessLog | AppointmentEvent]] = [an_entry, an_event]


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
        yield


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("a_row", ROWS)
class TestWhoeverAsks:
    def test_rows_can_be_added(self, a_row: Callable[[], models.Model]) -> None:
        rows = [a_row(), a_row()]
        assert type(rows[0])._default_manager.count() == 2

    def test_save(self, a_row: Callable[[], AccessLog | AppointmentEvent]) -> None:
        row = a_row()
        row.at = datetime(2020, 1, 1, tzinfo=UTC)
        with refused():
            row.save()
        row.refresh_from_db()
        assert row.at == AT

    def test_update(self, a_row: Callable[[], models.Model]) -> None:
        rows = type(a_row())._default_manager
        with refused():
            rows.update(at=datetime(2020, 1, 1, tzinfo=UTC))
        with refused():  # even one that changes nothing
            rows.update(id=models.F("id"))

    def test_bulk_update(self, a_row: Callable[[], models.Model]) -> None:
        row = a_row()
        with refused():
            type(row)._default_manager.bulk_update([row], ["at"])

    def test_delete(self, a_row: Callable[[], models.Model]) -> None:
        row = a_row()
        rows = type(row)._default_manager
        with refused():
            row.delete()
        with refused():
            rows.all().delete()
        with refused():
            rows.all()._raw_delete(connection.alias)
        assert rows.count() == 1

    def test_sql(self, a_row: Callable[[], models.Model]) -> None:
        table = a_row()._meta.db_table
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET id = id",
            f"UPDATE {table} SET at = '2020-01-01'",
        ):
            with refused():
                run_sql(statement)

    def test_upsert(self, a_row: Callable[[], models.Model]) -> None:
        """INSERT … ON CONFLICT DO UPDATE is an UPDATE."""
        row = a_row()
        with refused():
            type(row)._default_manager.bulk_create(
                [row], update_conflicts=True, update_fields=["at"], unique_fields=["id"]
            )

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
    def test_truncate(self, a_row: Callable[[], models.Model]) -> None:
        table = a_row()._meta.db_table
        with refused():
            run_sql(f"TRUNCATE {table}")

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's own")
    def test_replace(self, a_row: Callable[[], models.Model]) -> None:
        """REPLACE deletes the row in its way without asking the trigger for DELETE."""
        row = a_row()
        table = row._meta.db_table
        with refused():
            run_sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        row.refresh_from_db()


def guards(table: str) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return sorted(row[0] for row in cursor.fetchall())


def migrate(app: str, operation: Operation, *, backwards: bool = False) -> None:
    """One operation of a migration on top of all there are, or back down from there."""
    state = MigrationLoader(connection).project_state()
    after = state.clone()
    operation.state_forwards(app, after)
    with connection.schema_editor(atomic=True) as editor:
        if backwards:
            operation.database_backwards(app, editor, after, state)
        else:
            operation.database_forwards(app, editor, state, after)


REMAKES: dict[str, Callable[[str], Operation]] = {
    "a field more": lambda model: AddField(model, "extra", models.CharField(db_default="-")),
    "a field changed": lambda model: AlterField(
        model, "action" if model == "accesslog" else "to_status", models.CharField(max_length=64)
    ),
    "a constraint more": lambda model: AddConstraint(
        model, models.CheckConstraint(condition=~models.Q(at=None), name=f"{model}_has_time")
    ),
}
GUARDED = [(an_entry, "access_log_append_only"), (an_event, "appointment_event_append_only")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("a_row", "constraint"), GUARDED)
class TestRemakes:
    @pytest.mark.parametrize("name", REMAKES)
    def test_it_survives_both_directions(
        self, a_row: Callable[[], models.Model], constraint: str, name: str
    ) -> None:
        row = a_row()
        app, model, table = row._meta.app_label, row._meta.model_name, row._meta.db_table
        assert model
        before, operation = guards(table), REMAKES[name](model)
        migrate(app, operation)
        try:
            assert guards(table) == before
            with refused():
                run_sql(f"DELETE FROM {table}")
        finally:
            migrate(app, operation, backwards=True)
        assert guards(table) == before
        with refused():
            run_sql(f"UPDATE {table} SET id = id")
        assert type(row)._default_manager.get() == row

    def test_removed_and_added_over_rows(
        self, a_row: Callable[[], models.Model], constraint: str
    ) -> None:
        row = a_row()
        app, model, table = row._meta.app_label, row._meta.model_name, row._meta.db_table
        assert model
        before, removal = guards(table), RemoveConstraint(model, constraint)
        migrate(app, removal)
        try:
            assert guards(table) == []
            run_sql(f"UPDATE {table} SET id = id")
        finally:
            migrate(app, removal, backwards=True)
        assert guards(table) == before
        with refused():
            run_sql(f"DELETE FROM {table}")


def test_every_table_of_what_happened_is_guarded() -> None:
    guarded = {
        model.__name__
        for model in apps.get_models()
        if any(isinstance(found, AppendOnly) for found in model._meta.constraints)
    }
    assert guarded == {
        *("AccessLog", "AppointmentEvent", "PatientEvent", "PatientNote"),
        *("ArticleEvent", "ArticleVersion", "LegalPageVersion"),
    }


def test_they_name_people_without_a_foreign_key() -> None:
    """Erasing a patient or an account must never need a change of these rows."""
    for model in (AccessLog, AppointmentEvent):
        assert not [field for field in model._meta.get_fields() if field.is_relation]


@pytest.mark.django_db(transaction=True)
class TestTheWayPast:
    """tests.append_only lets Django's flush through, after tests that commit, and nobody else."""

    def test_flush_empties_and_guards_again(self) -> None:
        an_entry(), an_event()
        call_command("flush", interactive=False, verbosity=0)
        assert not AccessLog.objects.exists()
        assert not AppointmentEvent.objects.exists()
        an_entry()
        with refused():
            AccessLog.objects.all().delete()

    def test_without_the_helper_it_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = an_entry()
        monkeypatch.setattr(
            connection.ops, "sql_flush", type(connection.ops).sql_flush.__get__(connection.ops)
        )
        statements = connection.ops.sql_flush(no_style(), [AccessLog._meta.db_table])
        with pytest.raises(DatabaseError, match=REFUSAL):
            connection.ops.execute_sql_flush(statements)
        assert AccessLog.objects.get().id == UUID(str(entry.id))
