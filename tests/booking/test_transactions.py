"""All together or not at all; and what becomes of the database's own objections."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import Model

from booking import actions, changes, openings
from booking.actors import Actor
from booking.errors import JustTaken
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Message, Patient
from booking.models.appointments import Reason, Status
from booking.transactions import DEADLOCK, lock_calendar, one_transaction
from clinic.models import Clinic, Practitioner
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_draft,
    a_practitioner,
    a_request,
    a_room,
    a_service,
    an_appointment,
    details,
)

STAFF = Actor(AppointmentEvent.ActorKind.STAFF, uuid4())
WRITES = ("INSERT", "UPDATE", "DELETE")
WRITTEN: tuple[type[Model], ...] = (
    Appointment,
    AppointmentEvent,
    AppointmentRequest,
    Message,
    Patient,
)

pytestmark = pytest.mark.django_db


class DriverError(Exception):
    """What psycopg raises, as far as anybody looks at it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("deadlock detected")
        self.sqlstate = sqlstate


def failing(times: int, sqlstate: str = DEADLOCK) -> tuple[Callable[[], str], list[int]]:
    """An action that fails with a driver's error so many times, and a list of its attempts."""
    attempts: list[int] = []

    def action() -> str:
        attempts.append(len(attempts) + 1)
        a_practitioner()
        if len(attempts) <= times:
            raise OperationalError("deadlock detected") from DriverError(sqlstate)
        return "done"

    return one_transaction(action), attempts


class TestTheLock:
    @pytest.mark.django_db(transaction=True)
    def test_not_outside_a_transaction(self) -> None:
        a_clinic()
        with pytest.raises(RuntimeError, match="inside a transaction"):
            lock_calendar()

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks at BEGIN")
    def test_the_row_is_read_for_update(
        self, django_assert_num_queries: Callable[..., AbstractContextManager[Any]]
    ) -> None:
        a_clinic()
        with django_assert_num_queries(1) as queries:
            lock_calendar()
        assert "FOR UPDATE" in queries[0]["sql"]

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL locks the row")
    def test_begin_takes_the_lock(self) -> None:
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


class TestDeadlocks:
    def test_once_is_tried_again(self) -> None:
        action, attempts = failing(1)
        assert action() == "done"
        assert attempts == [1, 2]

    def test_the_first_attempt_is_rolled_back(self) -> None:
        action, _ = failing(1)
        before = Practitioner.objects.count()
        action()
        assert Practitioner.objects.count() == before + 1

    def test_twice_is_an_error(self) -> None:
        action, attempts = failing(2)
        with pytest.raises(OperationalError):
            action()
        assert attempts == [1, 2]

    def test_other_failures_are_not_tried_again(self) -> None:
        action, attempts = failing(1, sqlstate="57014")
        with pytest.raises(OperationalError):
            action()
        assert attempts == [1]


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize("shared", ["practitioner", "room"])
    def test_an_overlap_is_just_taken(self, shared: str) -> None:
        taken = an_appointment(room=a_room())

        @one_transaction
        def double_book() -> None:
            an_appointment(**{shared: getattr(taken, shared)})

        with pytest.raises(JustTaken) as error:
            double_book()
        assert str(error.value) == "Sorry, this time was just taken."
        assert Appointment.objects.get() == taken

    def test_any_other_refusal_is_a_bug_and_stays_one(self) -> None:
        taken = an_appointment()

        @one_transaction
        def repeat_the_uid() -> None:
            an_appointment(calendar_uid=taken.calendar_uid)

        with pytest.raises(IntegrityError):
            repeat_the_uid()

    def test_an_overlap_that_the_look_missed(
        self, monkeypatch: pytest.MonkeyPatch, now: datetime
    ) -> None:
        """The constraint stands behind the look at the calendar."""
        service = a_service()
        practitioner = a_practitioner(service)
        draft = a_draft(service)
        taken = an_appointment(service=service, practitioner=practitioner)
        opening = openings.free_times(
            service, first_day=now.date(), last_day=TEN_O_CLOCK.date(), now=now, as_if_empty=True
        ).at(TEN_O_CLOCK)
        assert opening
        monkeypatch.setattr(changes, "find", lambda *_: opening)
        with pytest.raises(JustTaken):
            actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=Actor.patient(), now=now)
        assert Appointment.objects.get() == taken
        assert not AppointmentEvent.objects.exists()


Step = Callable[[datetime], Callable[[], object]]


def hold_another(now: datetime) -> Callable[[], object]:
    service = a_service()
    a_practitioner(service)
    draft = a_draft(service)
    by = Actor.patient()
    actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=by, now=now)
    later = TEN_O_CLOCK + timedelta(hours=1)
    return lambda: actions.hold(request_id=draft.id, starts_at=later, by=by, now=now)


def hold_what_lapsed(now: datetime) -> Callable[[], object]:
    service = a_service()
    lapsed = an_appointment(
        Status.PENDING, service=service, expires_at=now, practitioner=a_practitioner(service)
    )
    draft = a_draft(service)
    return lambda: actions.hold(
        request_id=draft.id, starts_at=lapsed.starts_at, by=Actor.patient(), now=now
    )


def send(now: datetime) -> Callable[[], object]:
    service = a_service()
    a_practitioner(service)
    draft = a_draft(service)
    by = Actor.patient()
    actions.hold(request_id=draft.id, starts_at=TEN_O_CLOCK, by=by, now=now)
    return lambda: actions.send(
        request_id=draft.id,
        submission_token=draft.submission_token,
        details=details(telephone="+17325550199", prefers="telephone"),
        by=by,
        now=now,
    )


def confirm(now: datetime) -> Callable[[], object]:
    pending = an_appointment(Status.PENDING)
    return lambda: actions.confirm(appointment_id=pending.id, by=Actor.system(), now=now)


def decline(now: datetime) -> Callable[[], object]:
    pending = an_appointment(Status.PENDING)
    return lambda: actions.decline(
        appointment_id=pending.id,
        reason=Reason.PLEASE_CALL,
        note="Please call us.",
        by=Actor.system(),
        now=now,
    )


def cancel(now: datetime) -> Callable[[], object]:
    booked = an_appointment()
    return lambda: actions.cancel(appointment_id=booked.id, by=Actor.patient(), now=now)


def move(now: datetime) -> Callable[[], object]:
    waiting = an_appointment(Status.PENDING)
    lapsed_at(waiting.practitioner, TEN_O_CLOCK + timedelta(hours=1), now)
    return lambda: actions.move(
        appointment_id=waiting.id,
        starts_at=TEN_O_CLOCK + timedelta(hours=1),
        by=Actor.patient(),
        now=now,
    )


def offer(now: datetime) -> Callable[[], object]:
    waiting = an_appointment(Status.PENDING)
    lapsed_at(waiting.practitioner, TEN_O_CLOCK + timedelta(hours=2), now)
    times = [actions.Proposal(TEN_O_CLOCK + timedelta(hours=hours)) for hours in (1, 2)]
    return lambda: actions.offer(
        appointment_id=waiting.id, times=times, note="Sorry.", by=STAFF, now=now
    )


def accept(now: datetime) -> Callable[[], object]:
    request = a_request()
    offers = [
        an_appointment(Status.PROPOSED, TEN_O_CLOCK + timedelta(hours=hours), request=request)
        for hours in (1, 2)
    ]
    return lambda: actions.accept_offer(appointment_id=offers[1].id, by=Actor.patient(), now=now)


def book(now: datetime) -> Callable[[], object]:
    a_clinic()
    service = a_service()
    a_practitioner(service)
    return lambda: actions.book(
        service=service, starts_at=TEN_O_CLOCK, details=details(), by=STAFF, now=now
    )


def book_visit(now: datetime) -> Callable[[], object]:
    a_clinic()
    services = [a_service() for _ in range(2)]
    who = a_practitioner(*services)
    starts = (TEN_O_CLOCK, TEN_O_CLOCK + timedelta(minutes=30))
    parts = [actions.Part(s, at, who) for s, at in zip(services, starts, strict=True)]
    return lambda: actions.book_visit(parts=parts, details=details(), by=STAFF, now=now)


def lapsed_at(practitioner: Practitioner, start: datetime, now: datetime) -> None:
    an_appointment(Status.PENDING, start, practitioner=practitioner, expires_at=now)


def expire(now: datetime) -> Callable[[], object]:
    for hour in range(2):
        an_appointment(Status.PENDING, TEN_O_CLOCK + timedelta(hours=hour), expires_at=now)
    return lambda: actions.expire_lapsed(now=now)


STEPS: list[Step] = [
    hold_another,
    hold_what_lapsed,
    send,
    confirm,
    decline,
    cancel,
    move,
    offer,
    accept,
    book,
    book_visit,
    expire,
]


def everything() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in WRITTEN]


class Broken:
    """A database that breaks at the nth time that something is written."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if sql.lstrip().startswith(WRITES):
            self.count += 1
            if self.count == self.at:
                raise DatabaseError("the disk is full")
        return execute(sql, params, many, context)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_whatever_fails_half_way_leaves_nothing(step: Step, now: datetime) -> None:
    """Change, event and message: each of an action's writes fails once, and all are undone."""
    action = step(now)
    before = everything()
    at = 0
    while True:
        at += 1
        with connection.execute_wrapper(Broken(at)):
            try:
                action()
            except DatabaseError:
                assert everything() == before
            else:
                break
    assert at > 3, "a change, its event and its message, or what it replaces"
    assert everything() != before


def test_every_action_is_one_transaction() -> None:
    """No writer without the decorator: a new action is seen here."""
    without = {
        name for name in actions.__all__ if not hasattr(getattr(actions, name), "__wrapped__")
    }
    # Three descriptions, three numbers, and two calculations.
    described = {"Details", "Part", "Proposal"}
    described |= {"MOST_IN_A_VISIT", "MOST_OFFERS", "REFERENCE_ALPHABET"}
    assert without == described | {"answer_by", "change_until"}


def test_the_lock_is_one_row_for_all() -> None:
    a_clinic()
    with pytest.raises(IntegrityError), transaction.atomic():
        Clinic.objects.create(id=2, name="Another", telephone="+17325550100")
