"""NoOverlap: the database itself never lets two active intervals of one owner overlap."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models

from clinic.constraints import TriggerConstraint

# Instants are stored as text of one form, so that they compare as text. The lower bound is what
# keeps the search short: no interval is longer than `hours`.
TRIGGER = """
CREATE TRIGGER "{name}_{suffix}" BEFORE {event} ON %(table)s
WHEN NEW.{owner} IS NOT NULL AND NEW.status IN ({statuses})
BEGIN
  SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
    SELECT 1 FROM %(table)s
    WHERE {owner} = NEW.{owner} AND status IN ({statuses})
    AND {start} >= strftime('%%Y-%%m-%%d %%H:%%M:%%S', NEW.{start}, '-{hours} hours')
    AND {start} < NEW.{end} AND {end} > NEW.{start} AND id <> {itself}
  );
END
"""


class NoOverlap(TriggerConstraint):
    """No two rows of the same `owner` overlap in [start, end) while their status blocks.

    PostgreSQL: an exclusion constraint. SQLite: a trigger for INSERT and one for UPDATE. A row
    without an owner (no room) is free. `longest_hours` is a bound that another constraint
    guarantees for every interval; with it the trigger reads a few rows of the index instead of
    the whole history.
    """

    def __init__(
        self,
        *,
        name: str,
        owner: str,
        start: str,
        end: str,
        statuses: Sequence[str],
        longest_hours: int,
        violation_error_message: str | None = None,
    ) -> None:
        self.owner = owner
        self.start = start
        self.end = end
        self.statuses = tuple(statuses)
        self.longest_hours = longest_hours
        super().__init__(name=name, violation_error_message=violation_error_message)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {
            "owner": self.owner,
            "start": self.start,
            "end": self.end,
            "statuses": self.statuses,
            "longest_hours": self.longest_hours,
        }
        return path, args, kwargs

    def _exclusion(self) -> Any:
        # Imported here: the module needs psycopg, which an installation on SQLite may lack.
        from django.contrib.postgres.constraints import ExclusionConstraint
        from django.contrib.postgres.fields import RangeOperators
        from django.db.models import F, Func, Value

        interval = Func(F(self.start), F(self.end), Value("[)"), function="TSTZRANGE")
        return ExclusionConstraint(
            name=self.name,
            expressions=[(interval, RangeOperators.OVERLAPS), (self.owner, RangeOperators.EQUAL)],
            condition=models.Q(status__in=self.statuses),
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().constraint_sql(model, schema_editor)
        return super().constraint_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().create_sql(model, schema_editor)
        return super().create_sql(model, schema_editor)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().remove_sql(model, schema_editor)
        return super().remove_sql(model, schema_editor)

    def trigger_sql(self, table: str, vendor: str) -> list[str]:
        parts = {
            "name": self.name,
            "owner": f'"{self.owner}_id"',
            "start": f'"{self.start}"',
            "end": f'"{self.end}"',
            "statuses": ", ".join(f"'{status}'" for status in self.statuses),
            "hours": self.longest_hours,
        }
        return [
            TRIGGER.format(event="INSERT", suffix="insert", itself="NEW.id", **parts),
            TRIGGER.format(event="UPDATE", suffix="update", itself="OLD.id", **parts),
            # Changes nothing, but sends the rows already there past the trigger.
            "UPDATE %(table)s SET status = status",
        ]

    def drop_sql(self, table: str, vendor: str) -> list[str]:
        return [f'DROP TRIGGER "{self.name}_{event}"' for event in ("insert", "update")]

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS
    ) -> None:
        owner_id = getattr(instance, f"{self.owner}_id")
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        if not owner_id or not start or not end or instance.status not in self.statuses:
            return
        clash = model._default_manager.using(using).filter(
            **{
                f"{self.owner}_id": owner_id,
                "status__in": self.statuses,
                f"{self.start}__lt": end,
                f"{self.end}__gt": start,
            }
        )
        if clash.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code="overlap")
