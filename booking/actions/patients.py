"""What staff do with patients' records: correct, note, bring together, take apart, keep, erase.

Each is written down as a PatientEvent, in the same transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from booking import finding, retention
from booking.actions.drafts import Details
from booking.actors import Actor
from booking.changes import refuse_patients
from booking.errors import (
    AlreadyOnePerson,
    NotDueYet,
    NotMerged,
    PatientChanged,
    PatientErased,
    UnderLegalHold,
    VisitToCome,
)
from booking.models.calls import CallNote
from booking.models.messages import Message
from booking.models.patients import (
    CONTACT,
    ERASED_NAME,
    Patient,
    PatientEvent,
    PatientNote,
)
from booking.models.requests import AppointmentRequest
from booking.transactions import lock_calendar, one_transaction

Kind = PatientEvent.Kind
ErasedBecause = PatientEvent.ErasedBecause
NOTHING: dict[str, object] = {
    **dict.fromkeys(("booked_by", "email", "telephone", "needs"), ""),
    **dict.fromkeys(("may_leave_voicemail", "wants_reminders", "legal_hold"), False),
    "full_name": ERASED_NAME,
    "birth_date": None,
    "prefers": Patient.Contact.EMAIL,
    "language": Patient.Language.ENGLISH,
}
NOTHING_ASKED: dict[str, object] = {
    **dict.fromkeys(("answers", "screening", "reason", "payment", "note_to_patient"), ""),
    "sent_from": "",
    "seen_by_doctor": False,
    "article": None,
    "language": Patient.Language.ENGLISH,
}


def was_done(by: Actor) -> bool:
    """Whether this very form has been carried out already: a double click, or a retry."""
    if by.submission is None:
        return False
    return PatientEvent.objects.filter(submission=by.submission).exists()


def require(*patient_ids: UUID, by: Actor) -> list[Patient]:
    """The records, as whoever acts was shown them. Raises PatientErased or PatientChanged."""
    found = Patient.objects.in_bulk(patient_ids)
    patients = [found[key] for key in patient_ids]
    if any(patient.erased_at for patient in patients):
        raise PatientErased
    shown = {patient.shown for patient in patients}
    if by.shown is not None and set(by.shown.split()) != shown:
        raise PatientChanged
    return patients


def write(
    patient: Patient,
    kind: PatientEvent.Kind,
    fields: Iterable[str],
    *,
    by: Actor,
    now: datetime,
    other: UUID | None = None,
    before: UUID | None = None,
    detail: str = "",
) -> None:
    """Save what has changed of a record, and write down who changed it."""
    patient.revision += 1
    patient.save(update_fields=[*fields, "revision"])
    PatientEvent.objects.create(
        at=now,
        patient=patient.pk,
        kind=kind,
        other=other,
        before=before,
        detail=detail,
        actor_kind=by.kind,
        actor=by.id,
        number=patient.revision,
        submission=by.submission,
    )


@one_transaction
def correct_patient(*, patient_id: UUID, details: Details, by: Actor, now: datetime) -> None:
    """Put right what is known of a patient; which fields changed is written down, no value is."""
    refuse_patients(by)
    lock_calendar()
    if was_done(by):
        return
    [patient] = require(patient_id, by=by)
    changed = [name for name in CONTACT if getattr(patient, name) != getattr(details, name)]
    if not changed:
        return
    for name in changed:
        setattr(patient, name, getattr(details, name))
    write(patient, Kind.CORRECTED, changed, by=by, now=now, detail=", ".join(changed))
    finding.take_out_of_index(patient)
    finding.put_into_index(patient)


@one_transaction
def add_note(
    *, patient_id: UUID, text: str, corrects: UUID | None = None, by: Actor, now: datetime
) -> PatientNote:
    """Sign and date a note; one that corrects another is kept with the same record."""
    refuse_patients(by)
    lock_calendar()
    if by.submission and (done := PatientNote.objects.filter(submission=by.submission).first()):
        return done
    [patient] = require(patient_id, by=by)
    assert by.id is not None  # a note is signed
    wrong = PatientNote.objects.get(pk=corrects, patient=patient) if corrects else None
    return PatientNote.objects.create(
        patient=patient,
        author_id=by.id,
        at=now,
        text=text,
        corrects=wrong,
        submission=by.submission,
    )


@one_transaction
def merge_patients(*, patient_id: UUID, into: UUID, by: Actor, now: datetime) -> None:
    """Say that two records are one person's; those that the first stands for come along."""
    refuse_patients(by)
    lock_calendar()
    if was_done(by):
        return
    patient, kept = require(patient_id, into, by=by)
    if patient.person_id == kept.person_id:
        raise AlreadyOnePerson
    target = kept.person_id
    for row in Patient.objects.same_person_as(patient):
        before, row.merged_into_id = row.merged_into_id, target
        write(row, Kind.MERGED, ["merged_into"], by=by, now=now, other=target, before=before)


@one_transaction
def undo_merge(*, patient_id: UUID, by: Actor, now: datetime) -> None:
    """Take a record out of the person again, with those that it had brought along."""
    refuse_patients(by)
    lock_calendar()
    if was_done(by):
        return
    [patient] = require(patient_id, by=by)
    target = patient.merged_into_id
    if target is None:
        raise NotMerged
    for row in [patient, *_brought_along(patient)]:
        row.merged_into_id = None if row == patient else patient.pk
        write(row, Kind.SEPARATED, ["merged_into"], by=by, now=now, other=target, before=target)


def _brought_along(patient: Patient) -> list[Patient]:
    """The records whose last merge moved them together with this one."""
    others = Patient.objects.filter(merged_into=patient.merged_into_id).exclude(pk=patient.pk)
    rows = {row.pk: row for row in others}
    merges = PatientEvent.objects.filter(patient__in=rows, kind=Kind.MERGED)
    last = dict(merges.order_by("at", "number").values_list("patient", "before"))
    return [row for key, row in rows.items() if last.get(key) == patient.pk]


@one_transaction
def tell_apart(*, patient_id: UUID, other: UUID, by: Actor, now: datetime) -> None:
    """Say that two records are two people's: they are not shown as possible doubles any more."""
    refuse_patients(by)
    lock_calendar()
    if was_done(by):
        return
    patient, second = require(patient_id, other, by=by)
    if patient.person_id == second.person_id:
        raise AlreadyOnePerson
    write(patient, Kind.TOLD_APART, (), by=by, now=now, other=second.pk)


@one_transaction
def set_legal_hold(*, patient_id: UUID, is_held: bool, by: Actor, now: datetime) -> None:
    """Keep all records of a person from being erased, or no longer."""
    refuse_patients(by)
    lock_calendar()
    if was_done(by):
        return
    [patient] = require(patient_id, by=by)
    kind = Kind.HELD if is_held else Kind.RELEASED
    for row in Patient.objects.same_person_as(patient).exclude(legal_hold=is_held):
        row.legal_hold = is_held
        write(row, kind, ["legal_hold"], by=by, now=now)


@one_transaction
def erase_patient(
    *, patient_id: UUID, reason: PatientEvent.ErasedBecause, by: Actor, now: datetime
) -> None:
    """Empty all records of a person for good; times and events, which name nobody, stay.

    Raises UnderLegalHold, VisitToCome, or NotDueYet if the time to keep it shall be over.
    """
    refuse_patients(by)
    lock_calendar()
    if was_done(by):
        return
    [patient] = require(patient_id, by=by)
    records = list(Patient.objects.same_person_as(patient))
    if any(row.legal_hold for row in records):
        raise UnderLegalHold
    if retention.is_to_come(records, now=now):
        raise VisitToCome
    if reason == ErasedBecause.DUE and not retention.of(records).is_due(now):
        raise NotDueYet
    for row in records:
        _erase(row, reason, by, now)


def _erase(patient: Patient, reason: PatientEvent.ErasedBecause, by: Actor, now: datetime) -> None:
    for name, nothing in NOTHING.items():
        setattr(patient, name, nothing)
    patient.erased_at = now
    fields = [*NOTHING, "erased_at"]
    write(patient, Kind.ERASED, fields, by=by, now=now, detail=reason.value)
    finding.take_out_of_index(patient)
    PatientNote.objects.filter(patient=patient).update(text="")
    Message.objects.filter(request__patient=patient).delete()
    CallNote.objects.filter(request__patient=patient).delete()
    for request in AppointmentRequest.objects.filter(patient=patient):
        for name, nothing in NOTHING_ASKED.items():
            setattr(request, name, nothing)
        request.link_version += 1  # whoever has the link opens nothing with it any more
        request.save(update_fields=[*NOTHING_ASKED, "link_version"])
