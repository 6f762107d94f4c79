"""`manage.py reseal`: afterwards the first key alone opens everything, and nothing else differs."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone
from pytest_django import Settings

from booking.models import AppointmentRequest, LostLink, Patient, PatientNote
from clinic import resealing, second_factor
from clinic.audit import AccessLog
from clinic.constraints import REFUSAL, unguarded
from clinic.fields import EncryptedText
from clinic.models import AuthenticatorApp, StaffMail, User
from clinic.resealing import Table
from tests.booking.builders import a_patient, a_request
from tests.clinic import filled
from tests.clinic.factors import KEY, code_of, give_app
from tests.clinic.staff import a_member

# Rows that a test has just made cannot be written past their guard in the same transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def a_key() -> str:
    return Fernet.generate_key().decode()


def rotate(settings: Settings) -> str:
    """A new key in front; it is returned."""
    settings.FIELD_KEYS = [a_key(), *settings.FIELD_KEYS]
    return str(settings.FIELD_KEYS[0])


def reseal() -> str:
    said = StringIO()
    call_command("reseal", stdout=said)
    return said.getvalue()


def refused() -> tuple[str, CommandError]:
    """What it says where something remains, and how it ends."""
    said = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("reseal", stdout=said)
    assert caught.value.returncode == 1
    return said.getvalue(), caught.value


def stored(model: type[Model], column: str) -> list[Any]:
    """As the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        return [row[0] for row in cursor.fetchall()]


def everything() -> dict[str, list[str]]:
    """All that the models read, opened; the record of who did what grows by one line."""
    return {
        model._meta.label: sorted(
            str([str(value) for value in row]) for row in model._base_manager.values_list()
        )
        for model in apps.get_models(include_auto_created=True)
        if model is not AccessLog
    }


def write_as(row: Any, column: str, text: str) -> None:
    """Past the field, which would seal it."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s", [text])


class TestAWholeClinic:
    @pytest.fixture(autouse=True)
    def _filled(self) -> None:
        filled.main()
        LostLink.objects.create(email="ana@patients.test", asked_at=timezone.now())
        Patient.objects.filter(erased_at=None).update(needs="A ramp")

    def test_every_text_reads_by_the_new_key_alone_and_nothing_else_differs(
        self, settings: Settings
    ) -> None:
        before, log = everything(), AccessLog.objects.count()
        new = rotate(settings)
        said = reseal()
        assert "The first of FIELD_KEYS alone opens everything." in said
        settings.FIELD_KEYS = [new]
        assert everything() == before
        assert AccessLog.objects.count() == log + 1
        assert AccessLog.objects.latest("at").action == "texts re-sealed"

    def test_it_goes_over_every_sealed_column_of_every_model(self, settings: Settings) -> None:
        columns = [(table.model, name) for table in Table.all() for name in table.columns]
        assert len(columns) == sum(
            isinstance(field, EncryptedText)
            for model in apps.get_models()
            for field in model._meta.local_fields
        )
        assert (AuthenticatorApp, "secret") in columns
        assert (StaffMail, "email") in columns
        before = {column: stored(*column) for column in columns}
        rotate(settings)
        reseal()
        for column, texts in before.items():
            filled_ones = {text for text in texts if text}
            assert filled_ones.isdisjoint(stored(*column)), column
        # What no action of this clinic has filled is not tested above: name it here.
        empty = {column[1] for column, texts in before.items() if not any(texts)}
        assert empty <= {"answers", "screening", "note_to_patient"}

    def test_twice_it_writes_nothing_more(self, settings: Settings) -> None:
        rotate(settings)
        assert not reseal().startswith("0 ")
        texts = {table: list(table.batches()) for table in Table.all()}
        log = AccessLog.objects.count()
        assert reseal().startswith("0 texts re-sealed.")
        assert {table: list(table.batches()) for table in Table.all()} == texts
        assert AccessLog.objects.count() == log

    def test_a_note_is_still_never_rewritten(self, settings: Settings) -> None:
        rotate(settings)
        reseal()
        for change in ({"text": "Another"}, {"at": timezone.now()}):
            with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
                PatientNote.objects.update(**change)
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            PatientNote.objects.all().delete()


def test_a_second_factor_still_works(settings: Settings) -> None:
    member = a_member()
    give_app(member)
    new = rotate(settings)
    reseal()
    settings.FIELD_KEYS = [new]
    assert AuthenticatorApp.objects.get().secret == KEY
    assert second_factor.check_code(member, code_of())


def test_with_one_key_there_is_nothing_to_do() -> None:
    a_patient(needs="A ramp")
    assert reseal() == ("0 texts re-sealed.\nThe first of FIELD_KEYS alone opens everything.\n")


def test_more_rows_than_one_transaction_takes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_ONCE", 3)
    for number in range(8):
        a_patient(needs=f"Ramp {number}")
    new = rotate(settings)
    assert reseal().startswith("8 texts re-sealed.")
    settings.FIELD_KEYS = [new]
    needs = sorted(Patient.objects.values_list("needs", flat=True))
    assert needs == [f"Ramp {number}" for number in range(8)]


def test_begun_and_killed_it_goes_on_where_it_stood(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    for number in range(5):
        a_patient(needs=f"Ramp {number}")
    rotate(settings)
    write, batches = Table.write, iter(range(5))

    def killed(table: Table, texts: Any) -> int:
        if next(batches):
            raise KeyboardInterrupt
        return write(table, texts)

    with monkeypatch.context() as patched:
        patched.setattr(Table, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            reseal()
    assert reseal().startswith("3 texts re-sealed.")


class TestWhatNoKeyOpens:
    @pytest.mark.parametrize(
        "text",
        [Fernet(a_key()).encrypt(b"Secret").decode(), "Clear", "Año"],
        ids=["another key’s", "never sealed", "no ASCII"],
    )
    def test_it_is_said_and_left_alone(self, settings: Settings, text: str) -> None:
        patient, request = a_patient(needs="A ramp"), a_request()
        request.reason, request.answers = "A stiff neck", "{}"
        request.save()
        write_as(patient, "needs", text)
        new = rotate(settings)
        said, error = refused()
        lost = Patient.objects.exclude(pk=patient.pk).count()
        assert f"booking_patient: {lost + 1} row" in said
        assert "no key opens" in said
        assert text not in said + str(error)
        assert "The older keys open nothing any more." in str(error)
        assert set(stored(Patient, "needs")) == {text}
        settings.FIELD_KEYS = [new]
        assert AppointmentRequest.objects.get().reason == "A stiff neck"

    def test_with_its_key_back_it_is_sealed_anew(self, settings: Settings) -> None:
        patient, other = a_patient(), a_key()
        write_as(patient, "needs", Fernet(other).encrypt(b"A ramp").decode())
        refused()
        settings.FIELD_KEYS = [*settings.FIELD_KEYS, other]
        assert reseal().startswith("1 text re-sealed.")


class TestOthersWriteMeanwhile:
    @pytest.fixture
    def patient(self) -> Patient:
        return a_patient(needs="A ramp")

    @pytest.fixture
    def meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
        """Let something happen between the reading and the first writing."""

        def between(happens: Callable[[], object]) -> None:
            write, todo = Table.write, [happens]

            def late(table: Table, texts: Any) -> int:
                while todo:
                    todo.pop()()
                return write(table, texts)

            monkeypatch.setattr(Table, "write", late)

        return between

    def test_a_new_text_is_never_overwritten_with_the_old(
        self, patient: Patient, settings: Settings, meanwhile: Any
    ) -> None:
        new = rotate(settings)
        meanwhile(lambda: Patient.objects.update(needs="An interpreter"))
        reseal()
        settings.FIELD_KEYS = [new]
        assert Patient.objects.get().needs == "An interpreter"

    def test_nor_is_one_that_was_emptied_or_deleted(
        self, patient: Patient, settings: Settings, meanwhile: Any
    ) -> None:
        gone = a_patient(needs="Gone")
        rotate(settings)

        def happens() -> None:
            Patient.objects.filter(pk=gone.pk).delete()
            Patient.objects.update(needs="")

        meanwhile(happens)
        assert reseal().startswith("0 texts re-sealed.")
        assert Patient.objects.get().needs == ""

    def test_what_a_process_with_the_old_key_writes_is_found_in_the_next_round(
        self, patient: Patient, settings: Settings, meanwhile: Any
    ) -> None:
        old = Fernet(settings.FIELD_KEYS[0])
        new = rotate(settings)
        meanwhile(lambda: write_as(patient, "needs", old.encrypt(b"Late").decode()))
        assert reseal().startswith("1 text re-sealed.")
        settings.FIELD_KEYS = [new]
        assert Patient.objects.get().needs == "Late"

    def test_one_that_goes_on_writing_is_said(
        self, patient: Patient, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, write = Fernet(settings.FIELD_KEYS[0]), Table.write
        rotate(settings)

        def written_over(table: Table, texts: Any) -> int:
            write_as(patient, "needs", old.encrypt(b"Late").decode())
            return write(table, texts)

        monkeypatch.setattr(Table, "write", written_over)
        said, error = refused()
        assert "booking_patient: 1 row (only an older key opens)." in said
        assert "Keep the older keys" in str(error)

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks no rows")
    def test_a_row_that_somebody_has_locked_is_not_waited_for(
        self, patient: Patient, settings: Settings
    ) -> None:
        """Waiting with rows of one's own locked is how deadlocks are made."""
        rotate(settings)
        other = connection.copy()
        other.set_autocommit(False)
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT id FROM booking_patient FOR UPDATE")
            said, _error = refused()
        finally:
            other.close()
        assert "booking_patient: 1 row (only an older key opens)." in said
        assert reseal().startswith("1 text re-sealed.")


def test_a_key_that_is_none_is_said(settings: Settings) -> None:
    settings.FIELD_KEYS = ["new", *settings.FIELD_KEYS]
    with pytest.raises(CommandError, match="not a key"):
        reseal()


def test_the_guard_is_passed_in_a_transaction_alone(db: None) -> None:
    with pytest.raises(RuntimeError), unguarded(PatientNote):
        pass


def test_a_failure_past_the_guard_leaves_it_standing(settings: Settings) -> None:
    author = a_member()
    PatientNote.objects.create(
        patient=a_patient(), author=author, at=timezone.now(), text="By train."
    )

    def rewrite() -> None:
        with transaction.atomic(), unguarded(PatientNote):
            PatientNote.objects.update(text="By bus.")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rewrite()
    assert PatientNote.objects.get().text == "By train."
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
        PatientNote.objects.update(text="By bus.")
    assert User.objects.get() == author
