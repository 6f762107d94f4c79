"""Records that may be one person's: to be looked at side by side, and decided by staff.

Nothing is merged by itself. Families share an address and a telephone, so that what is the same is
said, and what staff called two people is not shown again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
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
BORN = list(SAME).index("birth_date")


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
    mine, theirs = ([getattr(row, name) for name in SAME] for row in (first, second))
    return Pair(first, second, _same_in(mine, theirs), name)


def _same_in(mine: Sequence[object], theirs: Sequence[object]) -> tuple[str, ...]:
    return tuple(
        [name for name, a, b in zip(SAME, mine, theirs, strict=True) if a and a == b],
    )


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


class Sketch(NamedTuple):
    """As much of a record as it takes to compare it: there may be thousands.

    All of it is text: to make a UUID, a date or a telephone number takes longer than to compare a
    hundred. The first place is that of the oldest record.
    """

    place: int
    pk: str
    full_name: str
    facts: tuple[str | None, ...]  # in the order of SAME


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
    names = cache(_taken_apart)  # there is more than one John Smith
    compared = (_compare(*both, names) for both in _sharing(_sketches()))
    likely = sorted(filter(None, compared))
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
    texts = (Cast(name, CharField()) for name in ("pk", "full_name", *SAME))
    found = rows.filter(shared).order_by("created_at", "pk").values_list(*texts)
    for place, (pk, full_name, *facts) in enumerate(found):
        yield Sketch(place, pk, full_name, tuple(facts))


def _sharing(rows: Iterable[Sketch]) -> Iterator[tuple[Sketch, Sketch]]:
    """Those that share something, each two once.

    With an address or a number each is shown beside the oldest that has it; a birth date is shared
    by strangers, and there each is compared with each.
    """
    oldest: list[dict[str, Sketch]] = [{}, {}]  # of an address, of a number
    born_on: dict[str, list[Sketch]] = {}
    for row in rows:
        *ways, day = row.facts
        others = [seen.setdefault(way, row) for seen, way in zip(oldest, ways, strict=True) if way]
        if day:
            same_day = born_on.setdefault(day, [])
            others += same_day
            same_day.append(row)
        for other in {other.place: other for other in others if other is not row}.values():
            yield other, row


def _taken_apart(name: str) -> tuple[set[str], int]:
    trigrams = trigrams_of(name)
    return trigrams, weight(trigrams)


def _compare(
    first: Sketch, second: Sketch, names: Callable[[str], tuple[set[str], int]]
) -> Likely | None:
    """As `Pair.is_possible` has it, but strangers are passed over before anything is weighed."""
    same = _same_in(first.facts, second.facts)
    born = {first.facts[BORN], second.facts[BORN]} - {None}
    are_strangers = same == ("birth_date",) or len(born) > 1
    (mine, my_weight), (theirs, their_weight) = names(first.full_name), names(second.full_name)
    shared, both = mine & theirs, my_weight + their_weight
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
