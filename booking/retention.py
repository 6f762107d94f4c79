"""How long a record is kept.

New Jersey asks its licensees to keep a patient's record for seven years from the date of the most
recent entry (N.J.A.C. 13:35-6.5). The clinic sets the years; an entry is a visit, a request or a
note, whichever is last, so that nothing goes sooner than seven years after the last visit. Of what
never took place it is the decision that counts, and not the time that was meant. A record under
legal hold is kept for as long as the hold stands.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from booking.models.appointments import Appointment, AppointmentEvent, Status
from booking.models.patients import Patient, PatientNote, PatientQuerySet
from booking.models.requests import AppointmentRequest
from clinic.models import Clinic

SHORTEST_YEAR = timedelta(days=365)
NEVER_TOOK_PLACE = (Status.CANCELLED, Status.ENTERED_IN_ERROR)
STILL_OPEN = (Status.PROPOSED, Status.PENDING, Status.BOOKED, Status.ARRIVED)
MADE = "created_at"


def _latest(rows: QuerySet[Any], at: str) -> Coalesce:
    newest = rows.order_by(F(at).desc(nulls_last=True))
    return Coalesce(Subquery(newest.values(at)[:1]), MADE)


_ITS = OuterRef("pk")
_REQUESTS = AppointmentRequest.objects.filter(patient=OuterRef(OuterRef("pk")))
_VISITS = Appointment.objects.filter(request__patient=_ITS).exclude(status__in=NEVER_TOOK_PLACE)
_DECISIONS = AppointmentEvent.objects.filter(request__in=_REQUESTS.values("pk"))
# The last visit, decision, note or request of a record, or when it was made.
LAST_ENTRY = Greatest(
    MADE,
    _latest(AppointmentRequest.objects.filter(patient=_ITS), "sent_at"),
    _latest(_VISITS, "ends_at"),
    _latest(_DECISIONS, "at"),
    _latest(PatientNote.objects.filter(patient=_ITS), "at"),
    output_field=DateTimeField(),
)


@dataclass(frozen=True)
class Retention:
    """When the last entry of a person's records was made, and until when they are kept."""

    last_entry: datetime
    years: int

    @property
    def kept_until(self) -> date:
        """The day after which they may go: on the same date, or on March 1 for February 29."""
        last = self.last_entry.date()
        try:
            return last.replace(year=last.year + self.years)
        except ValueError:
            return date(last.year + self.years, 3, 1)

    def is_due(self, now: datetime) -> bool:
        return now.date() > self.kept_until


def years_kept() -> int:
    return Clinic.objects.values_list("retention_years", flat=True).get()


def of(records: Collection[Patient]) -> Retention:
    """The retention of a person, given by all of their records."""
    rows = Patient.objects.filter(pk__in=[record.pk for record in records]).order_by()
    return given_by(with_entries(rows))


def with_entries(rows: PatientQuerySet) -> PatientQuerySet:
    """The records as they are asked for anyway, with what `given_by` wants to know of each."""
    years = Clinic.objects.values("retention_years")[:1]
    return rows.annotate(last_entry=LAST_ENTRY, years=Subquery(years))


def given_by(records: Iterable[Any]) -> Retention:
    return Retention(*max((record.last_entry, record.years) for record in records))


def is_to_come(records: Collection[Patient], *, now: datetime) -> bool:
    """Whether a visit, or an answer about one, is still to come."""
    rows = Appointment.objects.filter(
        request__patient__in=[record.pk for record in records], status__in=STILL_OPEN
    )
    return rows.filter(ends_at__gt=now).exists()


def due(*, now: datetime) -> Iterator[tuple[Patient, Retention]]:
    """The persons whose time is over: not under legal hold, and nothing still to come."""
    years = years_kept()
    kept = Patient.objects.not_erased()
    before = now - years * SHORTEST_YEAR
    old = kept.order_by().annotate(last_entry=LAST_ENTRY).filter(last_entry__lt=before)
    seen: set[UUID] = set()
    for row in list(old.order_by("last_entry", "pk")):
        if row.person_id in seen:
            continue
        seen.add(row.person_id)
        records = list(kept.same_person_as(row))
        retention = of(records)
        is_held = any(record.legal_hold for record in records)
        if retention.is_due(now) and not is_held and not is_to_come(records, now=now):
            yield row, retention
