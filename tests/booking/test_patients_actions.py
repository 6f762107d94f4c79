"""What staff do with records: correct, note, merge and undo, hold, erase; each written down."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction

from booking import actions, finding, links, retention
from booking.actors import Actor
from booking.doubles import all_doubles, doubles_of
from booking.errors import (
    AlreadyOnePerson,
    NotDueYet,
    NotForPatients,
    NotMerged,
    PatientChanged,
    PatientErased,
    UnderLegalHold,
    VisitToCome,
)
from booking.finding import find
from booking.models import (
    Appointment,
    AppointmentEvent,
    AppointmentRequest,
    Message,
    Patient,
    PatientEvent,
    PatientNote,
    PatientTrigram,
    Status,
)
from booking.models.appointments import Reason
from booking.models.patients import CONTACT, ERASED_NAME
from clinic.models import AccessLog, Clinic, User
from clinic.roles import OWNER
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_patient, a_request, an_appointment
from tests.booking.builders import details as some_details
from tests.booking.ledger import everything, nothing_changes
from tests.clinic.staff import a_member

pytestmark = pytest.mark.django_db

Kind, ErasedBecause = PatientEvent.Kind, PatientEvent.ErasedBecause
DAY = timedelta(days=1)
LONG_AGO = datetime(2019, 6, 14, 14, 0, tzinfo=UTC)  # seven years and a day before the tests' now


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def owner(db: None) -> User:
    return a_member(OWNER)


@pytest.fixture
def by(owner: User) -> Actor:
    return Actor.staff(owner)


def indexed(**fields: Any) -> Patient:
    patient = a_patient(**fields)
    finding.put_into_index(patient)
    return patient


def said_of(patient: Patient, **changes: Any) -> actions.Details:
    return actions.Details(**{name: getattr(patient, name) for name in CONTACT} | changes)


def kinds_of(patient: Patient) -> list[str]:
    return list(PatientEvent.objects.filter(patient=patient.pk).values_list("kind", flat=True))


def person_of(patient: Patient) -> set[Patient]:
    patient.refresh_from_db()
    return set(Patient.objects.same_person_as(patient))


class TestCorrecting:
    def test_writes_down_the_fields_and_no_value(self, by: Actor, now: datetime) -> None:
        patient = indexed(full_name="Ada Exmaple", needs="Step-free")
        said = said_of(patient, full_name="Ada Example", needs="An interpreter")
        actions.correct_patient(patient_id=patient.pk, details=said, by=by, now=now)
        patient.refresh_from_db()
        assert (patient.full_name, patient.needs) == ("Ada Example", "An interpreter")
        event = PatientEvent.objects.get()
        assert (event.kind, event.detail, event.actor) == ("corrected", "full_name, needs", by.id)
        assert "Example" not in str(PatientEvent.objects.values().get())

    def test_is_found_by_the_new_name_and_not_by_the_old(
        self, owner: User, by: Actor, now: datetime
    ) -> None:
        patient = indexed(full_name="Grace Hopper", email="x@patients.test")
        said = said_of(patient, full_name="Ada Lovelace")
        actions.correct_patient(patient_id=patient.pk, details=said, by=by, now=now)
        assert [row.pk for row in find("lovelace", owner)] == [patient.pk]
        assert find("hopper", owner) == []

    def test_of_nothing_changes_nothing(self, by: Actor, now: datetime) -> None:
        patient = indexed()
        with nothing_changes():
            actions.correct_patient(patient_id=patient.pk, details=said_of(patient), by=by, now=now)

    def test_the_same_form_twice_is_carried_out_once(self, owner: User, now: datetime) -> None:
        patient, by = indexed(), Actor.staff(owner, uuid4())
        said = said_of(patient, full_name="Zed Other")
        actions.correct_patient(patient_id=patient.pk, details=said, by=by, now=now)
        with nothing_changes():
            actions.correct_patient(patient_id=patient.pk, details=said, by=by, now=now)

    def test_a_page_of_before_is_refused(self, owner: User, by: Actor, now: datetime) -> None:
        patient = indexed()
        stale = Actor.staff(owner, uuid4(), patient.shown)
        said = said_of(patient, full_name="Zed Other")
        actions.correct_patient(patient_id=patient.pk, details=said, by=by, now=now)
        with nothing_changes(), pytest.raises(PatientChanged):
            actions.correct_patient(
                patient_id=patient.pk, details=said_of(patient, booked_by="X"), by=stale, now=now
            )

    def test_no_patient_does_it(self, now: datetime) -> None:
        patient = indexed()
        said = said_of(patient, full_name="Zed Other")
        with nothing_changes(), pytest.raises(NotForPatients):
            actions.correct_patient(
                patient_id=patient.pk, details=said, by=Actor.patient(), now=now
            )


class TestNotes:
    def test_are_signed_dated_and_encrypted(self, by: Actor, now: datetime) -> None:
        patient = a_patient()
        note = actions.add_note(patient_id=patient.pk, text="By train.", by=by, now=now)
        note = PatientNote.objects.get(pk=note.pk)
        assert (note.text, note.author_id, note.at) == ("By train.", by.id, now)
        raw = PatientNote.objects.extra(select={"raw": "text"}).values_list("raw", flat=True).get()
        assert "train" not in raw

    def test_a_correction_is_another_note(self, by: Actor, now: datetime) -> None:
        patient = a_patient()
        wrong = actions.add_note(patient_id=patient.pk, text="By train.", by=by, now=now)
        right = actions.add_note(
            patient_id=patient.pk, text="By bus.", corrects=wrong.pk, by=by, now=now + DAY
        )
        assert right.corrects == wrong
        assert PatientNote.objects.get(pk=wrong.pk).text == "By train."

    def test_nobody_corrects_a_note_of_another_record(self, by: Actor, now: datetime) -> None:
        wrong = actions.add_note(patient_id=a_patient().pk, text="By train.", by=by, now=now)
        other = a_patient()
        with nothing_changes(), pytest.raises(PatientNote.DoesNotExist):
            actions.add_note(patient_id=other.pk, text="By bus.", corrects=wrong.pk, by=by, now=now)

    def test_the_same_form_twice_is_one_note(self, owner: User, now: datetime) -> None:
        patient, by = a_patient(), Actor.staff(owner, uuid4())
        notes = {
            actions.add_note(patient_id=patient.pk, text="By train.", by=by, now=now)
            for _press in range(2)
        }
        assert len(notes) == PatientNote.objects.count() == 1

    @pytest.mark.parametrize(
        "change", [{"text": "Rewritten."}, {"at": TEN_O_CLOCK}, {"submission": uuid4()}]
    )
    def test_the_database_refuses_to_rewrite_one(
        self, change: dict[str, Any], by: Actor, now: datetime
    ) -> None:
        actions.add_note(patient_id=a_patient().pk, text="By train.", by=by, now=now)
        with pytest.raises(DatabaseError), transaction.atomic():
            PatientNote.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            PatientNote.objects.all().delete()
        assert PatientNote.objects.get().text == "By train."

    def test_only_emptying_is_let_through(self, by: Actor, now: datetime) -> None:
        actions.add_note(patient_id=a_patient().pk, text="By train.", by=by, now=now)
        with pytest.raises(DatabaseError), transaction.atomic():
            PatientNote.objects.update(text="", at=TEN_O_CLOCK)
        PatientNote.objects.update(text="")
        assert PatientNote.objects.get().text == ""


class TestMerging:
    @pytest.fixture
    def three(self) -> Iterator[Patient]:
        return (a_patient(full_name=name) for name in ("Ada One", "Ada Two", "Ada Three"))

    def merge(self, patient: Patient, into: Patient, by: Actor, now: datetime) -> None:
        actions.merge_patients(patient_id=patient.pk, into=into.pk, by=by, now=now)

    def undo(self, patient: Patient, by: Actor, now: datetime) -> None:
        actions.undo_merge(patient_id=patient.pk, by=by, now=now)

    def test_two_records_are_one_person_and_stay_as_they_are(
        self, three: Iterator[Patient], by: Actor, now: datetime
    ) -> None:
        one, two, _three = three
        before = Patient.objects.filter(pk__in=(one.pk, two.pk)).values(*CONTACT)
        known = list(before)
        self.merge(two, one, by, now)
        assert person_of(one) == person_of(two) == {one, two}
        assert list(before) == known
        event = PatientEvent.objects.get()
        assert (event.patient, event.other, event.actor) == (two.pk, one.pk, by.id)

    def test_undone_all_is_as_before(
        self, three: Iterator[Patient], by: Actor, now: datetime
    ) -> None:
        one, two, _three = three
        self.merge(two, one, by, now)
        self.undo(two, by, now)
        assert person_of(two) == {two}
        assert person_of(one) == {one}
        assert kinds_of(two) == ["merged", "separated"]

    def test_whoever_stands_for_others_brings_them_along_and_takes_them_away(
        self, three: Iterator[Patient], by: Actor, now: datetime
    ) -> None:
        one, two, three_ = three
        self.merge(three_, two, by, now)
        self.merge(two, one, by, now + DAY)
        assert person_of(three_) == {one, two, three_}
        self.undo(two, by, now + 2 * DAY)
        assert person_of(one) == {one}
        assert person_of(three_) == {two, three_}

    def test_one_that_came_by_itself_is_left_where_it_is(
        self, three: Iterator[Patient], by: Actor, now: datetime
    ) -> None:
        one, two, three_ = three
        self.merge(three_, one, by, now)
        self.merge(two, one, by, now)
        self.undo(two, by, now + DAY)
        assert person_of(three_) == {one, three_}

    def test_merging_into_a_merged_record_means_the_person(
        self, three: Iterator[Patient], by: Actor, now: datetime
    ) -> None:
        one, two, three_ = three
        self.merge(two, one, by, now)
        self.merge(three_, two, by, now)
        three_.refresh_from_db()
        assert three_.merged_into == one

    def test_what_is_one_person_already_or_no_merge(
        self, three: Iterator[Patient], by: Actor, now: datetime
    ) -> None:
        one, two, _three = three
        self.merge(two, one, by, now)
        for pair in ((one, two), (two, one), (one, one)):
            with nothing_changes(), pytest.raises(AlreadyOnePerson):
                self.merge(*pair, by, now)
        with nothing_changes(), pytest.raises(NotMerged):
            self.undo(one, by, now)

    def test_the_same_form_twice_merges_once(
        self, three: Iterator[Patient], owner: User, now: datetime
    ) -> None:
        one, two, _three = three
        by = Actor.staff(owner, uuid4(), f"{one.shown} {two.shown}")
        self.merge(two, one, by, now)
        with nothing_changes():
            self.merge(two, one, by, now)

    def test_a_page_of_before_is_refused(
        self, three: Iterator[Patient], owner: User, by: Actor, now: datetime
    ) -> None:
        one, two, _three = three
        stale = Actor.staff(owner, uuid4(), f"{one.shown} {two.shown}")
        said = said_of(one, full_name="Zed Other")
        actions.correct_patient(patient_id=one.pk, details=said, by=by, now=now)
        with nothing_changes(), pytest.raises(PatientChanged):
            self.merge(two, one, stale, now)

    def test_the_database_refuses_one_in_itself(self) -> None:
        patient = a_patient()
        with pytest.raises(IntegrityError), transaction.atomic():
            Patient.objects.filter(pk=patient.pk).update(merged_into=patient)


class TestDoubles:
    def test_the_same_address_number_or_birth_date_with_a_similar_name(self) -> None:
        born = date(1968, 3, 14)
        ada = a_patient(
            full_name="Ada Example", email="a@x.test", telephone="+17325550199", birth_date=born
        )
        by_email = a_patient(full_name="Ada Exmaple", email="a@x.test")
        by_number = a_patient(full_name="A. Example", email="", telephone="+17325550199")
        by_date = a_patient(full_name="Ada Exampel", birth_date=born)
        a_patient(full_name="Bob Otherwise", birth_date=born)
        a_patient(full_name="Ada Example")
        found = {pair.second if pair.first == ada else pair.first for pair in doubles_of(ada)}
        assert found == {by_email, by_number, by_date}

    def test_a_family_at_one_address_comes_last_and_apart_by_birth_date_not_at_all(self) -> None:
        mother = a_patient(full_name="Mia Example", email="a@x.test", birth_date=date(1980, 1, 2))
        a_patient(full_name="Tom Sample", email="a@x.test", birth_date=date(2010, 3, 4))
        maybe = a_patient(full_name="Bob Otherwise", email="a@x.test")
        [pair] = doubles_of(mother)
        assert maybe in pair.both
        assert not pair.is_alike

    def test_of_the_whole_clinic(self) -> None:
        born = date(1968, 3, 14)
        a_patient(full_name="Zoe Stranger", birth_date=born)
        first = a_patient(full_name="Ada Example", birth_date=born)
        second = a_patient(full_name="Ada Exmaple", birth_date=born)
        [pair] = all_doubles()
        assert set(pair.both) == {first, second}
        assert pair.why == "Similar name, same birth date"

    def test_what_is_merged_or_told_apart_is_shown_no_more(self, by: Actor, now: datetime) -> None:
        one, two, three = (a_patient(full_name="Ada Example", email="a@x.test") for _ in range(3))
        assert len(doubles_of(one)) == 2
        actions.merge_patients(patient_id=two.pk, into=one.pk, by=by, now=now)
        actions.tell_apart(patient_id=three.pk, other=one.pk, by=by, now=now)
        assert doubles_of(one) == doubles_of(three) == all_doubles() == []
        assert kinds_of(three) == ["told_apart"]

    def test_nothing_is_merged_by_itself(self, now: datetime) -> None:
        for _record in range(3):
            a_patient(full_name="Ada Example", email="a@x.test", birth_date=date(1968, 3, 14))
        with nothing_changes():
            assert all_doubles()


class TestRetention:
    def test_counts_from_the_last_visit_request_or_note(self, by: Actor, now: datetime) -> None:
        patient = a_patient(created_at=LONG_AGO)
        request = a_request(patient=patient, sent_at=LONG_AGO)
        assert retention.of([patient]).last_entry == LONG_AGO
        visit = an_appointment(Status.FULFILLED, LONG_AGO + DAY, request=request)
        assert retention.of([patient]).last_entry == visit.ends_at
        actions.add_note(patient_id=patient.pk, text="Called.", by=by, now=now)
        assert retention.of([patient]).last_entry == now

    @pytest.mark.parametrize("status", [Status.CANCELLED, Status.ENTERED_IN_ERROR])
    def test_a_visit_that_never_was_does_not_count_by_its_time(self, status: Status) -> None:
        patient = a_patient(created_at=LONG_AGO)
        an_appointment(status, request=a_request(patient=patient, sent_at=LONG_AGO))
        assert retention.of([patient]).last_entry == LONG_AGO

    def test_that_it_was_declined_is_an_entry_of_that_day(self, by: Actor, now: datetime) -> None:
        patient = a_patient(created_at=LONG_AGO)
        asked = an_appointment(Status.PENDING, request=a_request(patient=patient, sent_at=LONG_AGO))
        reason = Reason.NOT_POSSIBLE
        actions.decline(appointment_id=asked.pk, reason=reason, by=by, now=now)
        assert retention.of([patient]).last_entry == now

    @pytest.mark.parametrize(
        ("last", "until"),
        [
            (datetime(2019, 6, 14, tzinfo=UTC), date(2026, 6, 14)),
            (datetime(2020, 2, 29, tzinfo=UTC), date(2027, 3, 1)),
        ],
    )
    def test_is_counted_in_years(self, last: datetime, until: date) -> None:
        kept = retention.Retention(last, 7)
        assert kept.kept_until == until
        assert not kept.is_due(datetime.combine(until, datetime.max.time(), UTC))
        assert kept.is_due(datetime.combine(until + DAY, datetime.min.time(), UTC))

    def test_the_clinic_sets_the_years(self, now: datetime) -> None:
        patient = a_patient(created_at=LONG_AGO)
        assert [row for row, _kept in retention.due(now=now)] == [patient]
        Clinic.objects.update(retention_years=8)
        assert list(retention.due(now=now)) == []

    def test_a_person_is_due_with_their_last_record(self, by: Actor, now: datetime) -> None:
        old, new = a_patient(created_at=LONG_AGO), a_patient(created_at=now)
        actions.merge_patients(patient_id=old.pk, into=new.pk, by=by, now=now)
        assert list(retention.due(now=now)) == []

    def test_nobody_under_legal_hold_is_due(self, by: Actor, now: datetime) -> None:
        patient = a_patient(created_at=LONG_AGO)
        actions.set_legal_hold(patient_id=patient.pk, is_held=True, by=by, now=now)
        assert list(retention.due(now=now)) == []
        actions.set_legal_hold(patient_id=patient.pk, is_held=False, by=by, now=now)
        assert len(list(retention.due(now=now))) == 1
        assert kinds_of(patient) == ["held", "released"]


class TestErasing:
    @pytest.fixture
    def visit(self, by: Actor, now: datetime) -> Appointment:
        """Somebody who was here, with everything that is ever written about a patient."""
        patient = indexed(
            full_name="Ada Lovelace",
            email="ada@patients.test",
            telephone="+17325550199",
            birth_date=date(1975, 12, 10),
            needs="Step-free",
            booked_by="Annabella",
            created_at=LONG_AGO,
        )
        request = a_request(
            patient=patient,
            reason="A stiff neck",
            screening='["pregnancy"]',
            note_to_patient="See you.",
            payment="insurance",
            seen_by_doctor=True,
            sent_at=LONG_AGO,
        )
        visit = an_appointment(Status.FULFILLED, LONG_AGO, request=request)
        Message.objects.create(kind="confirmed", request=request, unique_key="x")
        AppointmentEvent.objects.create(
            at=LONG_AGO,
            appointment=visit.pk,
            request=request.pk,
            actor_kind="patient",
            to_status="pending",
        )
        return visit

    def erase(self, visit: Appointment, by: Actor, now: datetime, why: str = "asked") -> Patient:
        assert visit.request.patient
        key = visit.request.patient.pk
        actions.erase_patient(patient_id=key, reason=ErasedBecause(why), by=by, now=now)
        return Patient.objects.get(pk=key)

    def test_empties_what_is_of_the_person(
        self, visit: Appointment, owner: User, by: Actor, now: datetime
    ) -> None:
        patient = self.erase(visit, by, now)
        assert patient.full_name == ERASED_NAME
        assert (patient.birth_date, patient.email, patient.needs) == (None, "", "")
        assert (patient.telephone, patient.booked_by, patient.erased_at) == ("", "", now)
        request = AppointmentRequest.objects.get()
        texts = (request.reason, request.screening, request.note_to_patient, request.payment)
        assert texts == ("", "", "", "")
        assert not request.seen_by_doctor
        assert not PatientTrigram.objects.exists()
        assert not Message.objects.exists()
        assert find("lovelace", owner) == find("732-555-0199", owner) == []
        assert find(request.reference, owner) == []

    def test_keeps_the_times_and_the_events(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        before = Appointment.objects.values().get(), AppointmentEvent.objects.values().get()
        patient = self.erase(visit, by, now)
        assert (
            Appointment.objects.values().get(),
            AppointmentEvent.objects.values().get(),
        ) == before
        event = PatientEvent.objects.get(patient=patient.pk)
        assert (event.kind, event.detail, event.actor) == ("erased", "asked", by.id)

    def test_no_table_holds_the_name_or_the_number_any_more(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        patient = visit.request.patient
        assert patient
        actions.add_note(patient_id=patient.pk, text="Lovelace called.", by=by, now=now)
        said = "Lovelace is late."
        author = a_member(OWNER)
        actions.note_call(request_id=visit.request_id, author=author, text=said, by=by, now=now)
        self.erase(visit, by, now)
        left = str(everything()).lower()
        for word in ("lovelace", "annabella", "ada@patients", "7325550199", "stiff", "1975"):
            assert word not in left
        assert PatientNote.objects.get().text == ""

    def test_the_patients_link_opens_nothing_any_more(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        token = links.token_for(visit.request)
        self.erase(visit, by, now)
        assert links.token_for(AppointmentRequest.objects.get()) != token

    def test_all_records_of_the_person_go_and_no_others(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        patient = visit.request.patient
        assert patient
        merged, other = indexed(full_name="Ada L."), indexed(full_name="Ada Lovelace")
        actions.merge_patients(patient_id=merged.pk, into=patient.pk, by=by, now=now)
        self.erase(visit, by, now)
        erased = set(Patient.objects.exclude(erased_at=None).values_list("pk", flat=True))
        assert erased == {patient.pk, merged.pk}
        assert PatientTrigram.objects.filter(patient=other).exists()

    @pytest.mark.parametrize(
        "status", [Status.PENDING, Status.PROPOSED, Status.BOOKED, Status.ARRIVED]
    )
    def test_never_while_something_is_to_come(
        self, visit: Appointment, status: Status, by: Actor, now: datetime
    ) -> None:
        request = a_request(patient=visit.request.patient)
        an_appointment(status, TEN_O_CLOCK, request=request)
        with nothing_changes(), pytest.raises(VisitToCome):
            self.erase(visit, by, now)

    def test_what_is_cancelled_is_not_to_come(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        request = a_request(patient=visit.request.patient)
        an_appointment(Status.CANCELLED, TEN_O_CLOCK, request=request)
        assert self.erase(visit, by, now).erased_at

    def test_never_under_legal_hold_of_any_record(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        patient = visit.request.patient
        assert patient
        held = a_patient()
        actions.set_legal_hold(patient_id=held.pk, is_held=True, by=by, now=now)
        actions.merge_patients(patient_id=held.pk, into=patient.pk, by=by, now=now)
        with nothing_changes(), pytest.raises(UnderLegalHold):
            self.erase(visit, by, now)

    def test_the_database_refuses_it_under_legal_hold(self, now: datetime) -> None:
        a_patient(legal_hold=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            Patient.objects.update(erased_at=now)

    def test_what_is_not_due_is_not_erased_as_due(
        self, visit: Appointment, by: Actor, now: datetime
    ) -> None:
        Clinic.objects.update(retention_years=8)
        with nothing_changes(), pytest.raises(NotDueYet):
            self.erase(visit, by, now, "due")

    def test_erased_is_for_good(self, visit: Appointment, by: Actor, now: datetime) -> None:
        patient = self.erase(visit, by, now)
        other = a_patient()
        said = some_details()
        attempts: list[Callable[[], object]] = [
            lambda: actions.correct_patient(patient_id=patient.pk, details=said, by=by, now=now),
            lambda: actions.add_note(patient_id=patient.pk, text="X", by=by, now=now),
            lambda: actions.merge_patients(patient_id=patient.pk, into=other.pk, by=by, now=now),
            lambda: actions.set_legal_hold(patient_id=patient.pk, is_held=True, by=by, now=now),
            lambda: self.erase(visit, by, now),
        ]
        for attempt in attempts:
            with nothing_changes(), pytest.raises(PatientErased):
                attempt()

    def test_the_same_form_twice_erases_once(
        self, visit: Appointment, owner: User, now: datetime
    ) -> None:
        by = Actor.staff(owner, uuid4())
        self.erase(visit, by, now)
        with nothing_changes():
            self.erase(visit, by, now)


class TestTheCommand:
    def run(self, *options: str) -> str:
        out = StringIO()
        call_command("erase_due", *options, stdout=out)
        return out.getvalue()

    def test_lists_what_is_due_and_names_nobody(self, now: datetime) -> None:
        due = a_patient(full_name="Ada Lovelace", created_at=LONG_AGO)
        fresh = a_patient(created_at=now)
        with nothing_changes():
            said = self.run()
        assert str(due.pk) in said
        assert "1 due" in said
        assert str(fresh.pk) not in said
        assert "Lovelace" not in said

    def test_erases_when_told_and_writes_it_down(self, now: datetime) -> None:
        due, fresh = a_patient(created_at=LONG_AGO), a_patient(created_at=now)
        assert "1 due, 1 erased." in self.run("--erase")
        due.refresh_from_db()
        fresh.refresh_from_db()
        assert due.erased_at
        assert not fresh.erased_at
        event = PatientEvent.objects.get()
        assert (event.actor_kind, event.actor, event.detail) == ("system", None, "due")
        assert AccessLog.objects.get().subject == str(due.pk)
        assert "0 due" in self.run("--erase")
