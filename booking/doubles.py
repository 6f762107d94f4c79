"""Records that may be one person's: to be looked at side by side, and decided by staff.

Nothing is merged by itself. Families share an address and a telephone, so that what is the same is
said, and what staff called two people is not shown again.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.functions import Cast

from booking.models.patients import Patient, PatientEvent
from booking.trigrams import likeness, trigrams_of

ALIKE = 0.5
MOST_SHOWN = 50
# What is shared by so many is a clinic's own number or somebody's secretary, and nobody's double.
MOST_SHARING = 20
SAME = {"email": "same e-mail", "telephone": "same telephone", "birth_date": "same birth date"}


class Sketch(NamedTuple):
    """As much of a record as it takes to compare it: there may be thousands."""

    pk: UUID
    created_at: datetime
    full_name: str
    birth_date: date | None
    email: str
    telephone: str


@dataclass(frozen=True)
class Pair[Row: (Patient, Sketch)]:
    """Two people's records, the older first, and why they may be one person's."""

    first: Row
    second: Row
    same: tuple[str, ...]
    name: float

    @property
    def both(self) -> tuple[Row, Row]:
        return self.first, self.second

    @property
    def why(self) -> str:
        same = ", ".join(SAME[name] for name in self.same)
        if self.name == 1:
            return f"Same name, {same}"
        return f"{'Similar name' if self.is_alike else 'Another name'}, {same}"

    @property
    def is_alike(self) -> bool:
        return self.name >= ALIKE

    @property
    def is_possible(self) -> bool:
        """An address or a number is shared in families: a birth date beside it tells them apart."""
        born = {self.first.birth_date, self.second.birth_date} - {None}
        return self.is_alike or (self.same != ("birth_date",) and len(born) < 2)


# A thousand names are compared with a few others each; nothing changes these sets.
_trigrams_of = functools.lru_cache(maxsize=1_000)(trigrams_of)


def pair_of[Row: (Patient, Sketch)](first: Row, second: Row) -> Pair[Row]:
    if (second.created_at, second.pk) < (first.created_at, first.pk):
        first, second = second, first
    mine, theirs = ([getattr(row, name) for name in SAME] for row in (first, second))
    same = tuple(name for name, a, b in zip(SAME, mine, theirs, strict=True) if a and a == b)
    name = likeness(_trigrams_of(first.full_name), _trigrams_of(second.full_name))
    return Pair(first, second, same, name)


def doubles_of(patient: Patient) -> list[Pair[Patient]]:
    """Who else may be this person: by three indexes."""
    same = Q()
    for name in SAME:
        if value := getattr(patient, name):
            same |= Q(**{name: value})
    if not same:
        return []
    others = Patient.objects.not_erased().persons().filter(same).exclude(pk=patient.person_id)
    said = PatientEvent.objects.filter(kind=PatientEvent.Kind.TOLD_APART)
    apart = said.filter(
        Q(patient=patient.pk, other=OuterRef("pk")) | Q(patient=OuterRef("pk"), other=patient.pk)
    )
    rows = others.exclude(Exists(apart)).order_by("created_at")[:MOST_SHARING]
    return _sorted(pair for pair in (pair_of(patient, each) for each in rows) if pair.is_possible)


def all_doubles() -> list[Pair[Patient]]:
    """The likeliest of the whole clinic, as many as somebody looks at in one go."""
    rows = Patient.objects.not_erased().persons().order_by()
    shared = Q()
    for name in SAME:
        many = rows.values(name).annotate(many=Count("pk")).filter(many__gt=1)
        shared |= Q(**{f"{name}__in": many.filter(many__lte=MOST_SHARING).values(name)})
    # As text: to compare two telephone numbers takes as long as to compare a hundred texts.
    bare = rows.filter(shared).annotate(number=Cast("telephone", CharField()))
    names = ("number" if name == "telephone" else name for name in Sketch._fields)
    found = bare.order_by("created_at", "pk").values_list(*names)
    possible = _possible(_sharing(Sketch(*values) for values in found))[:MOST_SHOWN]
    known = Patient.objects.in_bulk({each.pk for pair in possible for each in pair.both})
    return [pair_of(*(known[each.pk] for each in pair.both)) for pair in possible]


def _sharing(rows: Iterable[Sketch]) -> Iterator[tuple[Sketch, Sketch]]:
    """Those that share something, each two once.

    With an address or a number each is shown beside the oldest that has it; a birth date is shared
    by strangers, and there each is compared with each.
    """
    sharers: dict[tuple[str, object], list[Sketch]] = {}
    met: set[tuple[UUID, UUID]] = set()
    for row in rows:
        for name in SAME:
            if not (value := getattr(row, name)):
                continue
            others = sharers.setdefault((name, value), [])
            for other in others if name == "birth_date" else others[:1]:
                if (other.pk, row.pk) not in met:
                    met.add((other.pk, row.pk))
                    yield other, row
            others.append(row)


def _possible[Row: (Patient, Sketch)](candidates: Iterable[tuple[Row, Row]]) -> list[Pair[Row]]:
    pairs = [pair for pair in (pair_of(*each) for each in candidates) if pair.is_possible]
    apart = _told_apart() if pairs else set()
    return _sorted(pair for pair in pairs if frozenset(row.pk for row in pair.both) not in apart)


def _sorted[Row: (Patient, Sketch)](pairs: Iterable[Pair[Row]]) -> list[Pair[Row]]:
    """The likeliest first."""
    return sorted(
        pairs, key=lambda pair: (-pair.is_alike, -len(pair.same), -pair.name, pair.first.created_at)
    )


def _told_apart() -> set[frozenset[UUID | None]]:
    said = PatientEvent.objects.filter(kind=PatientEvent.Kind.TOLD_APART)
    return {frozenset(both) for both in said.values_list("patient", "other")}
