"""How a patient is found: by name, address, telephone number, birth date or reference.

A typing error is forgiven in a name or an address, by the trigrams that are the same; a number
or a date is right or wrong. All of it is looked up in indexes.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast

from booking.models.patients import Patient, PatientTrigram
from booking.models.requests import AppointmentRequest
from booking.trigrams import covered, likeness, trigrams_of
from clinic import memory
from clinic.models import User

LONGEST_QUERY = 200
SHOWN = 20
# So many are looked at more closely than by counting: those of common names share a lot.
LOOKED_AT = 40
MOST_ROWS = 6_000  # of the index, for one search
REREAD_AFTER = 600.0  # seconds
# How much of what was typed a record has to have, at least, to be meant.
MEANT = 0.3

DATES = re.compile(r"\b(?:\d{1,2}[/.\- ]\d{1,2}[/.\- ]\d{4}|\d{4}-\d{1,2}-\d{1,2})\b")
# By itself: not what is part of an address or of a reference.
NUMBERS = re.compile(r"(?<![\w@.+-])\+?\(?\d[\d()./ \-]{5,}\d(?![\w@])")
REFERENCE = re.compile(r"[2-9A-HJ-NP-Z]{8}")  # as booking.actions.drafts makes them
MONTH_FIRST, YEAR_FIRST = "%m %d %Y", "%Y %m %d"
NATIONAL_DIGITS, MOST_DIGITS = 10, 15
LOCAL_DIGITS = 7
# Only alone are they a number: beside a name they may be a year.
LAST_FOUR = re.compile(r"^\s*(\d{4})\s*$", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What a line of search asks for, taken apart."""

    words: Sequence[str]
    dates: Sequence[date] = ()
    telephones: Sequence[str] = ()
    endings: Sequence[str] = ()  # of telephone numbers

    @classmethod
    def read(cls, text: str) -> Self:
        rest = text.replace("\x00", " ")[:LONGEST_QUERY]
        dates = [day for found in DATES.findall(rest) if (day := _date(found))]
        rest = DATES.sub(" ", rest) if dates else rest
        numbers = NUMBERS.findall(rest)
        telephones = [number for found in numbers if (number := _telephone(found))]
        endings = [ending for found in numbers if (ending := _ending(found))]
        endings += LAST_FOUR.findall(rest)
        rest = NUMBERS.sub(" ", rest) if numbers and (telephones or endings) else rest
        return cls(rest.split(), dates, telephones, endings)

    @property
    def emails(self) -> list[str]:
        return [word.lower() for word in self.words if "@" in word]

    @property
    def references(self) -> list[str]:
        """Also one that was said in two halves."""
        said = [*self.words, "".join(self.words), *self.endings]
        return [word for word in map(str.upper, said) if REFERENCE.fullmatch(word)]

    @cached_property
    def trigrams(self) -> set[str]:
        return trigrams_of(*self.words)

    @property
    def is_empty(self) -> bool:
        return not (self.trigrams or self.dates or self.telephones or self.endings)


def _date(text: str) -> date | None:
    """Month first, as people here write it, or year first."""
    parts = re.sub(r"[/.\-]", " ", text)
    style = YEAR_FIRST if text[:4].isdecimal() else MONTH_FIRST
    try:
        return datetime.strptime(parts, style).date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal() and letter.isascii())


def _ending(text: str) -> str:
    """Of a number that was said without its area code."""
    digits = _digits(text)
    return digits if LOCAL_DIGITS <= len(digits) < NATIONAL_DIGITS else ""


def _telephone(text: str) -> str:
    """The number as it is stored; without a country it is one of this country."""
    digits = _digits(text)
    if len(digits) == NATIONAL_DIGITS:
        return f"+1{digits}"
    return f"+{digits}" if NATIONAL_DIGITS < len(digits) <= MOST_DIGITS else ""


class Found(NamedTuple):
    """As much of a record as a list of people shows; the number as the database has it."""

    pk: UUID
    full_name: str
    birth_date: date | None
    email: str
    number: str
    booked_by: str
    created_at: datetime
    merged_into: UUID | None

    @property
    def person_id(self) -> UUID:
        return self.merged_into or self.pk

    @classmethod
    def of(cls, rows: models.QuerySet[Patient]) -> list[Self]:
        """A model for each, with its number taken apart, would take as long as the search."""
        number = Cast("telephone", models.CharField())
        values = rows.annotate(number=number).values_list(*cls._fields)
        return [cls(*each) for each in values]


def put_into_index(patient: Patient) -> None:
    """Only the actions call it, in the transaction that writes the patient."""
    PatientTrigram.objects.bulk_create(
        PatientTrigram(patient=patient, trigram=trigram)
        for trigram in sorted(trigrams_of(patient.full_name, patient.email))
    )


def take_out_of_index(patient: Patient) -> None:
    PatientTrigram.objects.filter(patient=patient).delete()


def find(text: str, user: User) -> list[Found]:
    """Whom a line of search may mean, of those whom the user reaches: the likeliest first.

    Records of one person are one entry; a practitioner, who may not reach the record that stands
    for the person, is shown their own.
    """
    wanted = Wanted.read(text)
    if wanted.is_empty:
        return []
    exact = _exactly(wanted, user)
    keys = exact | _by_trigrams(wanted, user)
    if not keys:
        return []
    reached = Patient.objects.within_reach_of(user).not_erased().filter(pk__in=keys)
    rows = Found.of(reached.order_by())
    ranked = [(_rank(row, wanted, is_exact=row.pk in exact), row) for row in rows]
    ranked.sort(key=lambda found: (-found[0], found[1].full_name, found[1].created_at))
    meant = [row for rank, row in ranked if rank >= MEANT]
    return one_a_person(meant, user)[:SHOWN]


def _exactly(wanted: Wanted, user: User) -> set[UUID]:
    """By number, date, address or reference; nothing is asked where none of them was typed."""
    ways = models.Q()
    if wanted.dates:
        ways |= models.Q(birth_date__in=wanted.dates)
    if wanted.telephones:
        ways |= models.Q(telephone__in=wanted.telephones)
    for ending in wanted.endings:
        ways |= models.Q(telephone__endswith=ending)
    if wanted.emails:
        ways |= models.Q(email__in=wanted.emails)
    if wanted.references:
        named = AppointmentRequest.objects.filter(reference__in=wanted.references)
        keys = list(named.exclude(patient=None).values_list("patient", flat=True))
        ways |= models.Q(pk__in=keys)
    if not ways:
        return set()
    rows = Patient.objects.within_reach_of(user).filter(ways).order_by()
    return set(rows.values_list("pk", flat=True)[:LOOKED_AT])


def _by_trigrams(wanted: Wanted, user: User) -> set[UUID]:
    """Those who share the most."""
    trigrams = _telling(wanted)
    if not trigrams:
        return set()
    rows = PatientTrigram.objects.filter(trigram__in=trigrams)
    if not user.has_perm("booking.reach_everyone"):
        reached = Patient.objects.within_reach_of(user).order_by()
        rows = rows.filter(patient__in=reached.values("pk"))
    counted = rows.values("patient").annotate(shared=models.Count("trigram"))
    return {row["patient"] for row in counted.order_by("-shared", "patient")[:LOOKED_AT]}


def _telling(wanted: Wanted) -> set[str]:
    """Of each word the rarest trigrams, as many as are quickly counted.

    What half of all people have in their names tells nothing; a typing error is rare, and costs
    nothing. So no search takes long, whatever it is for.
    """
    common = how_common()
    chosen: set[str] = set()
    for word in wanted.words:
        left = MOST_ROWS // len(wanted.words)
        for trigram in sorted(trigrams_of(word), key=lambda each: common.get(each, 0)):
            left -= common.get(trigram, 0)
            if left < 0:
                break
            chosen.add(trigram)
    rarest = min(wanted.trigrams, key=lambda each: common.get(each, 0), default="")
    return chosen or {rarest} - {""}


@dataclass
class _Common:
    counts: dict[str, int]
    read_at: float = float("-inf")


_common = _Common({})
memory.forget_with(lambda: setattr(_common, "read_at", float("-inf")))


def how_common() -> dict[str, int]:
    """How many have each trigram, or had some minutes ago: it only decides what is looked at."""
    if time.monotonic() - _common.read_at >= REREAD_AFTER:
        rows = PatientTrigram.objects.values("trigram").annotate(many=models.Count("patient"))
        _common.counts = dict(rows.order_by().values_list("trigram", "many"))
        _common.read_at = time.monotonic()
    return _common.counts


def _rank(patient: Found, wanted: Wanted, *, is_exact: bool) -> float:
    """How much of what was typed the record has, and then how much else; exact ones come first."""
    own = trigrams_of(patient.full_name, patient.email)
    return is_exact + covered(wanted.trigrams, own) + likeness(wanted.trigrams, own) / 10


def one_a_person(rows: Sequence[Found], user: User) -> list[Found]:
    """Each person once, where they come first, by the record that stands for them."""
    found = {row.person_id: row for row in reversed(rows)}
    order = dict.fromkeys(row.person_id for row in rows)
    if user.has_perm("booking.reach_everyone"):
        apart = [key for key, row in found.items() if key != row.pk]
        others = Found.of(Patient.objects.filter(pk__in=apart)) if apart else []
        found |= {row.pk: row for row in others}
    return [found[key] for key in order]
