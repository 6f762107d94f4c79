"""NoOverlap: the database itself never lets two active intervals of one owner overlap.

NeverRewritten: what staff wrote down stays as it is, until it is emptied.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models

from clinic.constraints import REFUSAL, AppendOnly, TriggerConstraint

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


class NeverRewritten(AppendOnly):
    """Rows can be added and read; nothing of one changes but that its `text` is emptied.

    That is what erasing a patient does to it. Nothing else can be asked about here: a trigger
    that names another table stands in the way when SQLite remakes that one.
    """

    def __init__(
        self,
        *,
        name: str,
        text: str,
        others: Sequence[str],
        violation_error_message: str | None = None,
    ) -> None:
        self.text = text
        self.others = tuple(others)
        super().__init__(name=name, violation_error_message=violation_error_message)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"text": self.text, "others": self.others}

    def trigger_sql(self, table: str, vendor: str) -> list[str]:
        differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
        changed = [f'NEW."{column}" {differs} OLD."{column}"' for column in self.others]
        is_rewritten = " OR ".join([f"NEW.\"{self.text}\" <> ''", *changed])
        if vendor == "sqlite":
            insert, _update, delete = super().trigger_sql(table, vendor)
            update = (
                f'CREATE TRIGGER "{self.name}_update" BEFORE UPDATE ON %(table)s '
                f"WHEN {is_rewritten} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
            return [insert, update, delete]
        function, _trigger = super().trigger_sql(table, vendor)
        return [
            function,
            f'CREATE TRIGGER "{self.name}_update" BEFORE UPDATE ON %(table)s '
            f'FOR EACH ROW WHEN ({is_rewritten}) EXECUTE FUNCTION "{self.name}_refuse"()',
            f'CREATE TRIGGER "{self.name}" BEFORE DELETE OR TRUNCATE ON %(table)s '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{self.name}_refuse"()',
        ]

    def drop_sql(self, table: str, vendor: str) -> list[str]:
        drops = super().drop_sql(table, vendor)
        if vendor == "sqlite":
            return drops
        return [f'DROP TRIGGER "{self.name}_update" ON %(table)s', *drops]
