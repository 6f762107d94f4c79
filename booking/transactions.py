"""How an action writes: one transaction, the calendar's lock, and plain words for a clash."""

import functools
from collections.abc import Callable

from django.db import IntegrityError, OperationalError, connection, transaction

from booking import changes
from booking.errors import JustTaken, Lapsed, NotPossible
from clinic.models import Clinic

OVERLAP_CONSTRAINTS = ("practitioner_never_double_booked", "room_never_double_booked")
DEADLOCK = "40P01"


def one_transaction[**P, R](action: Callable[P, R]) -> Callable[P, R]:
    """Run the action in a transaction of its own; a deadlock is tried once more.

    Raises JustTaken where the database itself refused an overlap. An appointment whose time had
    run out when the action came to it is ended, whether the worker came round or not.
    """

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for is_last in (False, True):
            try:
                with transaction.atomic():
                    return action(*args, **kwargs)
            except IntegrityError as error:
                if any(name in str(error) for name in OVERLAP_CONSTRAINTS):
                    raise JustTaken from error
                raise
            except Lapsed as lapsed:
                end(lapsed)
            except OperationalError as error:
                if is_last or getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
                    raise
        raise AssertionError("unreachable")

    return run


def end(lapsed: Lapsed) -> None:
    """What the action did was undone; what the clock did stays. Raises NotPossible."""
    with transaction.atomic():
        lock_calendar()
        changes.expire_lapsed(now=lapsed.now, appointment_id=lapsed.appointment.pk)
    lapsed.appointment.refresh_from_db()
    raise NotPossible(lapsed.appointment)


def lock_calendar() -> None:
    """Take the one lock of the calendar, until the transaction ends.

    One lock for all, since with one lock for each practitioner and a shared room PostgreSQL
    deadlocks now and then. On SQLite BEGIN IMMEDIATE has taken the lock already.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The calendar can only be locked inside a transaction.")
    if connection.features.has_select_for_update:
        Clinic.objects.select_for_update().values_list("pk").get()
