"""Texts are sealed anew while others write them: threads, in a program of its own.

To take away what prevents a loss is done here: the site's code has no switch for it.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any
from unittest import mock

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, TextField, Value
from django.utils import timezone

from booking import actions
from booking.actors import Actor
from booking.models import Patient, PatientNote
from clinic import resealing
from clinic.resealing import Table, Text
from tests.booking.builders import a_clinic, a_patient
from tests.clinic.staff import a_member

WRITERS, TIMES = 4, 25
PATIENTS, A_MOMENT = 40, 0.005
LAST = str(TIMES - 1)
CHECKED, FREE = "with the check", "without the check"


def take_the_check_away() -> None:
    """What was read is written back, whatever stands there by now; nothing is locked."""

    def replace(table: Table, text: Text) -> int:
        new = Value(text.sealed_anew(), output_field=TextField())
        return int(table.rows.order_by().filter(pk=text.row).update(**{text.column: new}))

    mock.patch.object(Table, "replace", replace).start()
    mock.patch.object(QuerySet, "select_for_update", lambda rows, **_options: rows).start()
    if connection.vendor == "sqlite":
        free = SimpleNamespace(atomic=lambda **_options: nullcontext())
        mock.patch.object(resealing, "transaction", free).start()


def before_writing(act: Callable[[Any], None]) -> None:
    """Between the look at a patient's row and the writing."""
    replace = Table.replace

    def late(table: Table, text: Text) -> int:
        if table.model is Patient:
            act(text.row)
        return replace(table, text)

    mock.patch.object(Table, "replace", late).start()


def somebody_changes(key: Any) -> None:
    thread = threading.Thread(target=and_closed(change), args=[key])
    thread.start()
    thread.join()


def change(key: Any) -> None:
    Patient.objects.filter(pk=key).update(needs=LAST)


def and_closed(act: Callable[..., None]) -> Callable[..., None]:
    def run(*args: Any) -> None:
        try:
            act(*args)
        finally:
            connection.close()

    return run


def write_again_and_again(patients: list[Patient], author: Any) -> None:
    """Texts of some patients, and notes: one after the other, as at the desk."""
    by, now = Actor.staff(author), timezone.now()
    for number in range(TIMES):
        for patient in patients:
            Patient.objects.filter(pk=patient.pk).update(needs=f"{number}")
        actions.add_note(patient_id=patients[0].pk, text=f"{number}", by=by, now=now)


def main() -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.FIELD_KEYS = [old]
    a_clinic()
    author = a_member()
    patients = [a_patient(needs="before") for _ in range(PATIENTS)]
    is_free = sys.argv[1] == FREE
    for patient in patients if not is_free else ():  # notes have a guard besides
        by = Actor.staff(author)
        actions.add_note(patient_id=patient.pk, text="before", by=by, now=timezone.now())
    settings.FIELD_KEYS = [new, old]
    if is_free:
        take_the_check_away()
        before_writing(somebody_changes)
        threads = []
    else:
        before_writing(lambda _key: time.sleep(A_MOMENT))
        threads = [
            threading.Thread(
                target=and_closed(write_again_and_again), args=[patients[n::WRITERS], author]
            )
            for n in range(WRITERS)
        ]
    for thread in threads:
        thread.start()
    resealed = resealing.reseal()
    for thread in threads:
        thread.join()
    settings.FIELD_KEYS = [new]
    result = {
        "resealed": resealed,
        "old": sum(table.older for table in resealing.left()),
        "needs": list(Patient.objects.values_list("needs", flat=True)),
        "notes": list(PatientNote.objects.values_list("text", flat=True)),
    }
    sys.stdout.write(json.dumps(result))
