"""What NoOverlap costs a writer: one appointment inserted, with years of history and without it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from booking.models import Appointment, Status
from booking.transactions import OVERLAP_CONSTRAINTS
from tests.benchmarks.conftest import Measured
from tests.benchmarks.test_calendar import milliseconds
from tests.booking.builders import an_appointment

pytestmark = [pytest.mark.race, pytest.mark.django_db]

HALF_HOUR = timedelta(minutes=30)


def grow(like: Appointment, count: int) -> None:
    """History of the same practitioner, back to back, up to `count` rows in all."""
    known = Appointment.objects.count()
    rows = (free_copy(like, -number) for number in range(known, count))
    Appointment.objects.bulk_create(rows, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE booking_appointment")


def free_copy(like: Appointment, half_hours: int) -> Appointment:
    start = like.starts_at + half_hours * HALF_HOUR
    return Appointment(
        request_id=like.request_id,
        practitioner_id=like.practitioner_id,
        location_id=like.location_id,
        starts_at=start,
        ends_at=start + HALF_HOUR,
        blocks_from=start,
        blocks_until=start + HALF_HOUR,
        status=Status.BOOKED,
    )


def insert(like: Appointment) -> None:
    """One row, and away with it: every run meets the same table."""
    with transaction.atomic():
        free_copy(like, 1).save(force_insert=True)
        transaction.set_rollback(True)


def drop_constraints() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # foreign keys wait for the end otherwise
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in OVERLAP_CONSTRAINTS:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE booking_appointment DROP CONSTRAINT {name}")
            else:
                cursor.execute(f"DROP TRIGGER {name}_insert")
                cursor.execute(f"DROP TRIGGER {name}_update")


def test_inserting(measured: Measured) -> None:
    today = timezone.now().replace(minute=0, second=0, microsecond=0)
    like = an_appointment(starts_at=today)
    spent: dict[int, float] = {}
    for history in (5_000, 100_000):
        grow(like, history)
        spent[history] = milliseconds(lambda: insert(like), repeats=200)
        measured(f"Inserting beside {history:,} of one practitioner", spent[history], "ms")
    drop_constraints()
    without = milliseconds(lambda: insert(like), repeats=200)
    measured("The same without NoOverlap", without, "ms")
    measured("20 times the history", spent[100_000] / spent[5_000], "×")
    measured("With NoOverlap against without it", spent[100_000] / without, "×")
