"""Records that may be one person's: to be looked at side by side, and decided by staff.

Nothing is merged by itself. Families share an address and a telephone, so that what is the same is
said, and what staff called two people is not shown again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.functions import Cast

from booking.models.patients import Patient, PatientEvent
from booking.trigrams import likeness, trigrams_of, weight

ALIKE = 0.5
MOST_SHOWN = 50
# What is shared by so many is a clinic's own number or somebody's secretary, and nobody's double.
MOST_SHARING = 20
SAME = {"email": "same e-mail", "telephone": "same telephone", "birth_date": "same birth date"}


@dataclass(frozen=True)
class Pair:
    """Two people's records, the older first, and why they may be one person's."""

    first: Patient
    second: Patient
    same: tuple[str, ...]
    name: float

    @property
    def both(self) -> tuple[Patient, Patient]:
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


def pair_of(first: Patient, second: Patient) -> Pair:
    if (second.created_at, second.pk) < (first.created_at, first.pk):
        first, second = second, first
    name = likeness(trigrams_of(first.full_name), trigrams_of(second.full_name))
    return Pair(first, second, same_in(first, second), name)


def same_in(first: "Patient | Sketch", second: "Patient | Sketch") -> tuple[str, ...]:
    mine, theirs = ([getattr(row, name) for name in SAME] for row in (first, second))
    return tuple(name for name, a, b in zip(SAME, mine, theirs, strict=True) if a and a == b)


def doubles_of(patient: Patient) -> list[Pair]:
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
    pairs = (pair_of(patient, each) for each in rows)
    return sorted((pair for pair in pairs if pair.is_possible), key=_likeliest_first)


def _likeliest_first(pair: Pair) -> tuple[bool, int, float, datetime]:
    return not pair.is_alike, -len(pair.same), -pair.name, pair.first.created_at


@dataclass(eq=False)
class Sketch:
    """As much of a record as it takes to compare it: there may be thousands.

    All of it is text: to make a UUID, a date or a telephone number takes longer than to compare a
    hundred. The first place is that of the oldest record.
    """

    place: int
    pk: str
    full_name: str
    birth_date: str | None
    email: str
    telephone: str

    @cached_property
    def trigrams(self) -> set[str]:
        return trigrams_of(self.full_name)

    @cached_property
    def weight(self) -> int:
        return weight(self.trigrams)


class Likely(NamedTuple):
    """Two that may be one person; they sort as they are shown."""

    is_other: bool
    less_same: int
    less_alike: float
    place: int
    second_place: int
    keys: tuple[str, str]


def all_doubles() -> list[Pair]:
    """The likeliest of the whole clinic, as many as somebody looks at in one go."""
    likely = sorted(filter(None, (_compare(*both) for both in _sharing(_sketches()))))
    apart = _told_apart() if likely else set()
    pairs = (frozenset(map(UUID, each.keys)) for each in likely)
    shown = list(islice((pair for pair in pairs if pair not in apart), MOST_SHOWN))
    known = Patient.objects.in_bulk(set(chain(*shown)))
    return [pair_of(*(known[key] for key in pair)) for pair in shown]


def _sketches() -> Iterator[Sketch]:
    """Who shares anything with somebody, the oldest first."""
    rows = Patient.objects.not_erased().persons().order_by()
    shared = Q()
    for name in SAME:
        many = rows.values(name).annotate(many=Count("pk")).filter(many__gt=1)
        shared |= Q(**{f"{name}__in": many.filter(many__lte=MOST_SHARING).values(name)})
    names = ("pk", "full_name", "birth_date", "email", "telephone")
    found = rows.filter(shared).order_by("created_at", "pk")
    for place, values in enumerate(found.values_list(*(Cast(name, CharField()) for name in names))):
        yield Sketch(place, *values)


def _sharing(rows: Iterable[Sketch]) -> Iterator[tuple[Sketch, Sketch]]:
    """Those that share something, each two once.

    With an address or a number each is shown beside the oldest that has it; a birth date is shared
    by strangers, and there each is compared with each.
    """
    sharers: dict[tuple[str, str], list[Sketch]] = {}
    met: set[tuple[int, int]] = set()
    for row in rows:
        for name in SAME:
            if not (value := getattr(row, name)):
                continue
            others = sharers.setdefault((name, value), [])
            for other in others if name == "birth_date" else others[:1]:
                if (other.place, row.place) not in met:
                    met.add((other.place, row.place))
                    yield other, row
            others.append(row)


def _compare(first: Sketch, second: Sketch) -> Likely | None:
    """As `Pair.is_possible` has it, but strangers are passed over before anything is weighed."""
    same, born = same_in(first, second), {first.birth_date, second.birth_date} - {None}
    are_strangers = same == ("birth_date",) or len(born) > 1
    shared = first.trigrams & second.trigrams
    both = first.weight + second.weight
    if are_strangers and 4 * len(shared) < ALIKE * both:  # no trigram weighs more than two
        return None
    name = 2 * weight(shared) / both if both else 0.0
    if are_strangers and name < ALIKE:
        return None
    keys = first.pk, second.pk
    return Likely(name < ALIKE, -len(same), -name, first.place, second.place, keys)


def _told_apart() -> set[frozenset[UUID | None]]:
    said = PatientEvent.objects.filter(kind=PatientEvent.Kind.TOLD_APART)
    return {frozenset(both) for both in said.values_list("patient", "other")}
