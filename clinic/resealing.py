"""Sealing anew, with the first of FIELD_KEYS, what an older key has sealed: so keys can retire.

The columns are found from the models. What else is sealed lives for a moment (the app that is
being set up, in a session, which is made anew) or stays as it is (a backup, which says so).

The site may run and others may write: a text is read, sealed anew and written back only where it
still stands as it was read. No transaction waits for a row that somebody else has locked, so none
can deadlock; such a row, and whatever changed meanwhile, is for the next round.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, models, transaction

from clinic.constraints import unguarded
from clinic.fields import EncryptedText, cipher, first_cipher

AT_ONCE = 100  # rows of one transaction: some hundredths of a second
ROUNDS = 5


class Text(NamedTuple):
    """One text as the database has it."""

    row: Any
    column: str
    sealed: str

    def is_up_to_date(self) -> bool:
        return _opens(first_cipher, self.sealed)

    def is_lost(self) -> bool:
        return not _opens(cipher, self.sealed)

    def sealed_anew(self) -> str:
        return cipher().rotate(self.sealed).decode()


def _opens(made: Any, sealed: str) -> bool:
    try:
        made().decrypt(sealed)
    except (InvalidToken, ValueError):  # the latter for what nobody has ever sealed
        return False
    return True


@dataclass(frozen=True)
class Left:
    """Rows of one table that the first key alone does not open."""

    table: str
    older: int  # an older key does
    lost: int  # none does


@dataclass(frozen=True)
class Table:
    model: type[models.Model]
    columns: tuple[str, ...]
    database: str = DEFAULT_DB_ALIAS

    @classmethod
    def all(cls, database: str = DEFAULT_DB_ALIAS) -> list[Self]:
        """Every table of this site with a sealed column."""
        found = []
        for model in apps.get_models(include_auto_created=True):
            fields = model._meta.local_concrete_fields
            columns = tuple(field.name for field in fields if isinstance(field, EncryptedText))
            if columns and model._meta.managed and not model._meta.proxy:
                found.append(cls(model, columns, database))
        return found

    @property
    def rows(self) -> models.QuerySet[Any]:
        return self.model._base_manager.using(self.database).order_by("pk")

    def batches(self) -> Iterator[list[Text]]:
        """All texts, a few rows at a time, each in the order of the keys."""
        columns = [as_stored(name) for name in self.columns]
        rows = self.rows.values_list("pk", *columns)
        batch = list(rows[:AT_ONCE])
        while batch:
            yield [
                Text(pk, column, sealed)
                for pk, *texts in batch
                for column, sealed in zip(self.columns, texts, strict=True)
                if sealed
            ]
            batch = list(rows.filter(pk__gt=batch[-1][0])[:AT_ONCE])

    def reseal(self) -> tuple[int, bool]:
        """Once through the table: how many texts were written, and whether all that had to be."""
        written = wanted = 0
        for batch in self.batches():
            old = [text for text in batch if not text.is_up_to_date() and not text.is_lost()]
            wanted += len(old)
            written += self.write(old) if old else 0
        return written, written == wanted

    def write(self, texts: list[Text]) -> int:
        """How many still stood there as they were read; all others are let be."""
        with transaction.atomic(durable=True), unguarded(self.model):
            mine = self.rows.filter(pk__in={text.row for text in texts})
            mine = mine.select_for_update(skip_locked=True, no_key=True)
            free = set(mine.values_list("pk", flat=True))
            return sum(self.replace(text) for text in texts if text.row in free)

    def replace(self, text: Text) -> int:
        same = self.rows.order_by().alias(stored=as_stored(text.column))
        new = models.Value(text.sealed_anew(), output_field=models.TextField())
        return int(same.filter(pk=text.row, stored=text.sealed).update(**{text.column: new}))

    def left(self) -> Left:
        older, lost = set(), set()
        for batch in self.batches():
            behind = [text for text in batch if not text.is_up_to_date()]
            lost |= {text.row for text in behind if text.is_lost()}
            older |= {text.row for text in behind if not text.is_lost()}
        return Left(self.model._meta.db_table, len(older), len(lost))


def as_stored(column: str) -> models.ExpressionWrapper:
    """Past the field, which would open it."""
    return models.ExpressionWrapper(models.F(column), output_field=models.TextField())


def reseal() -> int:
    """Everything, as often as others come in between; how many texts were sealed anew."""
    total = 0
    for table in Table.all():
        for _ in range(ROUNDS):
            written, is_complete = table.reseal()
            total += written
            if is_complete:
                break
    return total


def left(database: str = DEFAULT_DB_ALIAS) -> list[Left]:
    """What keeps an older key from being removed, or is lost for good."""
    found = [table.left() for table in Table.all(database)]
    return [left for left in found if left.older or left.lost]
