"""What a patient's page shows, as far as its reader reaches: one person, however many records."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from booking import retention
from booking.desk.facts import LABELS, facts_of
from booking.desk.flags import Caution, cautions_of
from booking.doubles import Pair, doubles_of
from booking.finding import Found
from booking.models import (
    Appointment,
    AppointmentRequest,
    Message,
    Patient,
    PatientEvent,
    PatientNote,
    Status,
)
from booking.models.patients import PatientQuerySet
from clinic.models import User

Kind = PatientEvent.Kind
VISITS = (
    *(Status.PENDING, Status.PROPOSED, Status.BOOKED),
    *(Status.ARRIVED, Status.FULFILLED, Status.NOSHOW),
)


@dataclass(frozen=True)
class Visits:
    """A person who was found, with the last and the next time that staff know of."""

    patient: Found
    last: datetime | None
    next: datetime | None

    @classmethod
    def of(cls, patients: Collection[Found], user: User, *, now: datetime) -> list[Self]:
        """In two questions, whatever the number of people and of their records."""
        people = {patient.person_id: patient for patient in patients}
        if not people:
            return []
        merged = Patient.objects.filter(merged_into__in=people).order_by()
        owner = {key: key for key in people}
        owner |= {row: into for row, into in merged.values_list("pk", "merged_into") if into}
        rows = Appointment.objects.within_reach_of(user).filter(
            request__patient__in=owner, status__in=VISITS
        )
        last: dict[UUID, datetime] = {}
        coming: dict[UUID, datetime] = {}
        for key, at in rows.order_by("starts_at").values_list("request__patient", "starts_at"):
            if at <= now:
                last[owner[key]] = at
            else:
                coming.setdefault(owner[key], at)
        return [cls(row, last.get(key), coming.get(key)) for key, row in people.items()]


@dataclass(frozen=True)
class Change:
    """One event in words; `other` is the one of two records that is not the page's own, if the
    reader reaches it.
    """

    event: PatientEvent
    who: str
    other: UUID | None
    other_name: str

    @property
    def what(self) -> str:
        label = Kind(self.event.kind).label
        if self.event.kind == Kind.CORRECTED:
            fields = [LABELS.get(name, name).lower() for name in self.event.detail.split(", ")]
            return f"{label}: {', '.join(fields)}"
        if self.event.kind == Kind.ERASED:
            return f"{label}: {PatientEvent.ErasedBecause(self.event.detail).label.lower()}"
        return label


def changes_of(
    patient: Patient, records: Iterable[Patient], reached: PatientQuerySet
) -> list[Change]:
    """Newest first; events hold UUIDs, and the names are asked for with them."""
    keys = [record.pk for record in records]
    events = PatientEvent.objects.filter(Q(patient__in=keys) | Q(other__in=keys)).annotate(
        second=Case(
            When(other=None, then=None), When(patient=patient.pk, then="other"), default="patient"
        ),
        second_name=_name_of(reached.filter(pk=OuterRef("second")), F("full_name")),
        actor_name=_name_of(
            User.objects.filter(pk=OuterRef("actor")),
            Coalesce(NullIf("full_name", Value("")), "email", output_field=CharField()),
        ),
    )
    return [
        Change(
            event,
            _who(event.actor, event.actor_name),
            event.second if event.second_name is not None else None,
            event.second_name or "",
        )
        for event in reversed(events)
    ]


def _name_of(rows: QuerySet[Any], name: Any) -> Subquery:
    return Subquery(rows.order_by().values_list(name)[:1])


def _who(actor: UUID | None, name: str | None) -> str:
    return "the clock" if actor is None else name or "somebody who is gone"


@dataclass(frozen=True)
class Page:
    """Everything about a person, of the records that the reader reaches.

    How long they are kept, and whether they are held, is of all the records there are.
    """

    patient: Patient
    records: list[Patient]
    appointments: list[Appointment]
    requests: list[AppointmentRequest]
    messages: list[Message]
    notes: list[PatientNote]
    changes: list[Change]
    retention: retention.Retention
    is_held: bool
    may_merge: bool
    now: datetime

    @classmethod
    def of(cls, patient: Patient, user: User, *, now: datetime) -> Self:
        reached = Patient.objects.within_reach_of(user)
        # One read of all there are; what is shown is of those within reach.
        whole = list(retention.with_entries(Patient.objects.same_person_as(patient)))
        records = whole
        if not user.has_perm("booking.reach_everyone"):
            within = set(reached.same_person_as(patient).values_list("pk", flat=True))
            records = [record for record in whole if record.pk in within]
        keys = [record.pk for record in records]
        times = Appointment.objects.within_reach_of(user).filter(request__patient__in=keys)
        asked = AppointmentRequest.objects.within_reach_of(user).filter(patient__in=keys)
        told = Message.objects.filter(request__patient__in=keys).select_related("appointment")
        notes = PatientNote.objects.filter(patient__in=keys).select_related("author", "corrects")
        may_see = user.has_perm
        return cls(
            patient=patient,
            records=records,
            appointments=list(
                times.exclude(status=Status.HELD).with_people().order_by("-starts_at")
            ),
            requests=list(asked.select_related("service", "article").order_by("-sent_at")),
            messages=list(told) if may_see("booking.view_message") else [],
            notes=list(notes) if may_see("booking.view_patientnote") else [],
            changes=changes_of(patient, records, reached),
            retention=retention.given_by(whole),
            is_held=any(record.legal_hold for record in whole),
            may_merge=may_see("booking.merge_patient"),
            now=now,
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        return facts_of(self.patient)

    @cached_property
    def cautions(self) -> list[Caution]:
        return cautions_of(self.requests)

    @property
    def others(self) -> list[Patient]:
        return [record for record in self.records if record != self.patient]

    @cached_property
    def doubles(self) -> list[Pair]:
        """Asked for by the pages that show them."""
        return doubles_of(self.patient) if self.may_merge else []

    @property
    def alike(self) -> list[Pair]:
        return [pair for pair in self.doubles if pair.is_alike]

    @property
    def sharing(self) -> list[Pair]:
        return [pair for pair in self.doubles if not pair.is_alike]

    @property
    def is_due(self) -> bool:
        return self.retention.is_due(self.now)
