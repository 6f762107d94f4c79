"""NoOverlap: no two appointments of one practitioner, or of one room, whoever writes them."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import AddConstraint, AddField, AlterField, RemoveConstraint, RenameModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.constraints import NoOverlap
from booking.models import Appointment, AppointmentRequest, Status
from booking.models.appointments import BLOCKING, LONGEST_HOURS, WITH_DEADLINE
from clinic.models import Practitioner, Room
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_location,
    a_new_appointment,
    a_practitioner,
    a_request,
    a_room,
    a_service,
    an_appointment,
)

HALF_HOUR = timedelta(minutes=30)
FREEING = tuple(status for status in Status if status not in BLOCKING)
BY_PRACTITIONER = "practitioner_never_double_booked"
BY_ROOM = "room_never_double_booked"
TABLE = "booking_appointment"

pytestmark = pytest.mark.django_db


@contextmanager
def refused(constraint: str = BY_PRACTITIONER) -> Iterator[None]:
    """The database refuses, and names the constraint; the test can go on."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


@pytest.fixture
def practitioner() -> Practitioner:
    return a_practitioner()


@pytest.fixture
def taken(practitioner: Practitioner) -> Appointment:
    """From ten to half past ten."""
    return an_appointment(practitioner=practitioner)


@pytest.fixture
def free(practitioner: Practitioner) -> Appointment:
    """Of the same practitioner, an hour later."""
    return an_appointment(
        starts_at=TEN_O_CLOCK + timedelta(hours=1), practitioner=practitioner, room=a_room()
    )


def key(value: uuid.UUID) -> str:
    """As SQLite stores it; PostgreSQL reads it just as well."""
    return value.hex


def copy_by_sql(row: Appointment, table: str = TABLE) -> None:
    """INSERT … SELECT, past everything that Django does."""
    columns = [field.column for field in Appointment._meta.concrete_fields]
    changed = {"id": key(uuid.uuid4()), "calendar_uid": key(uuid.uuid4())}
    picked = ", ".join("%s" if name in changed else f'"{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {picked} FROM {table} WHERE id = %s",
            [*(changed[name] for name in columns if name in changed), key(row.id)],
        )


class TestWhoeverWrites:
    def test_save(self, taken: Appointment) -> None:
        with refused():
            an_appointment(practitioner=taken.practitioner)

    def test_bulk_create(self, taken: Appointment) -> None:
        free = a_new_appointment(starts_at=TEN_O_CLOCK + HALF_HOUR, practitioner=taken.practitioner)
        clash = a_new_appointment(practitioner=taken.practitioner)
        with refused():
            Appointment.objects.bulk_create([free, clash])
        assert Appointment.objects.count() == 1

    def test_bulk_create_of_rows_that_overlap_each_other(self, practitioner: Practitioner) -> None:
        rows = [a_new_appointment(practitioner=practitioner) for _ in range(2)]
        with refused():
            Appointment.objects.bulk_create(rows)

    def test_ignored_conflicts_store_nothing(self, taken: Appointment) -> None:
        """PostgreSQL passes over the row, SQLite refuses all the same."""
        clash = a_new_appointment(practitioner=taken.practitioner)
        with suppress(IntegrityError), transaction.atomic():
            Appointment.objects.bulk_create([clash], ignore_conflicts=True)
        assert Appointment.objects.get() == taken

    def test_insert_by_sql(self, taken: Appointment) -> None:
        with refused():
            copy_by_sql(taken)

    def test_status_by_update(self, taken: Appointment) -> None:
        an_appointment(Status.CANCELLED, practitioner=taken.practitioner)
        with refused():
            Appointment.objects.filter(status=Status.CANCELLED).update(status=Status.BOOKED)

    def test_status_by_sql(self, taken: Appointment) -> None:
        other = an_appointment(Status.CANCELLED, practitioner=taken.practitioner)
        with refused(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {TABLE} SET status = 'booked' WHERE id = %s", [key(other.id)])

    def test_time_by_save(self, taken: Appointment, free: Appointment) -> None:
        free.starts_at, free.blocks_from = taken.starts_at, taken.blocks_from
        with refused():
            free.save()

    def test_time_by_bulk_update(self, taken: Appointment, free: Appointment) -> None:
        free.starts_at, free.blocks_from = taken.starts_at, taken.blocks_from
        with refused():
            Appointment.objects.bulk_update([free], ["starts_at", "blocks_from"])

    def test_longer_by_update(self, taken: Appointment, free: Appointment) -> None:
        with refused():
            Appointment.objects.filter(id=taken.id).update(
                ends_at=free.ends_at, blocks_until=free.blocks_until
            )

    def test_practitioner_by_update(self, taken: Appointment) -> None:
        other = an_appointment()
        with refused():
            Appointment.objects.filter(id=other.id).update(practitioner=taken.practitioner)

    def test_room_by_update(self, free: Appointment) -> None:
        other = an_appointment(starts_at=free.starts_at)
        with refused(BY_ROOM):
            Appointment.objects.filter(id=other.id).update(room=free.room)

    def test_get_or_create_raises_too(self, taken: Appointment) -> None:
        clash = a_new_appointment(practitioner=taken.practitioner)
        fields = {f.attname: getattr(clash, f.attname) for f in Appointment._meta.concrete_fields}
        with refused():
            Appointment.objects.get_or_create(id=fields.pop("id"), defaults=fields)


class TestWhatOverlaps:
    @pytest.mark.parametrize(
        ("start", "end"),
        [(0, 30), (-10, 10), (20, 60), (10, 20), (-60, 90), (29, 31), (-1, 1)],
        ids=["same", "before", "after", "inside", "around", "last-minute", "first-minute"],
    )
    def test_every_way_to_overlap(self, taken: Appointment, start: int, end: int) -> None:
        with refused():
            an_appointment(
                starts_at=TEN_O_CLOCK + timedelta(minutes=start),
                ends_at=TEN_O_CLOCK + timedelta(minutes=end),
                practitioner=taken.practitioner,
            )

    def test_a_microsecond_is_enough(self, taken: Appointment) -> None:
        start = taken.ends_at - timedelta(microseconds=1)
        with refused():
            an_appointment(starts_at=start, practitioner=taken.practitioner)
        an_appointment(starts_at=start + timedelta(microseconds=1), practitioner=taken.practitioner)

    def test_back_to_back_is_allowed(self, taken: Appointment) -> None:
        for start in (taken.starts_at - HALF_HOUR, taken.ends_at):
            an_appointment(starts_at=start, practitioner=taken.practitioner)

    def test_another_practitioner_at_the_same_time(self, taken: Appointment) -> None:
        an_appointment(starts_at=taken.starts_at)

    def test_buffers_count(self, practitioner: Practitioner) -> None:
        service = a_service(buffer_before=5, buffer_after=10)
        first = an_appointment(service=service, practitioner=practitioner)
        with refused():
            an_appointment(starts_at=first.ends_at, service=service, practitioner=practitioner)
        with refused():  # 14 minutes between the visits, the two buffers need 15
            start = first.ends_at + timedelta(minutes=14)
            an_appointment(starts_at=start, service=service, practitioner=practitioner)
        start = first.ends_at + timedelta(minutes=15)
        an_appointment(starts_at=start, service=service, practitioner=practitioner)

    def test_a_room_is_shared_by_nobody(self) -> None:
        room = a_room()
        an_appointment(room=room)
        with refused(BY_ROOM):
            an_appointment(room=room)
        an_appointment(room=room, starts_at=TEN_O_CLOCK + HALF_HOUR)
        an_appointment(room=a_room())

    def test_without_a_room_any_number(self) -> None:
        for _ in range(3):
            an_appointment(room=None)

    @pytest.mark.parametrize("status", BLOCKING)
    def test_what_blocks(self, practitioner: Practitioner, status: Status) -> None:
        an_appointment(status, practitioner=practitioner)
        for other in BLOCKING:
            with refused():
                an_appointment(other, practitioner=practitioner)

    @pytest.mark.parametrize("status", FREEING)
    def test_what_frees(self, taken: Appointment, status: Status) -> None:
        an_appointment(status, practitioner=taken.practitioner)
        Appointment.objects.filter(id=taken.id).update(status=status)
        an_appointment(practitioner=taken.practitioner)

    def test_the_longest_there_is(self, practitioner: Practitioner) -> None:
        """The bound by which the trigger looks back is the length that the database allows."""
        longest = timedelta(hours=LONGEST_HOURS)
        an_appointment(ends_at=TEN_O_CLOCK + longest, practitioner=practitioner)
        last_minute = TEN_O_CLOCK + longest - timedelta(minutes=1)
        with refused():
            an_appointment(starts_at=last_minute, practitioner=practitioner)
        an_appointment(starts_at=TEN_O_CLOCK + longest, practitioner=practitioner)
        with pytest.raises(IntegrityError, match="greatest_length"), transaction.atomic():
            an_appointment(ends_at=TEN_O_CLOCK + longest + timedelta(seconds=1))

    def test_a_row_may_be_written_over_itself(self, taken: Appointment) -> None:
        taken.save()
        taken.blocks_from -= timedelta(minutes=5)
        taken.save()

    @pytest.mark.parametrize("month", [3, 11])
    def test_the_nights_when_the_clocks_change(
        self, practitioner: Practitioner, month: int
    ) -> None:
        day = 14 if month == 3 else 7
        start = TEN_O_CLOCK.replace(year=2027, month=month, day=day, hour=5, minute=30)
        for half_hour in range(6):
            an_appointment(starts_at=start + half_hour * HALF_HOUR, practitioner=practitioner)
        with refused():
            an_appointment(starts_at=start + timedelta(minutes=75), practitioner=practitioner)


class TestTheHumanMessage:
    def test_in_a_form(self, taken: Appointment) -> None:
        with pytest.raises(ValidationError) as error:
            a_new_appointment(practitioner=taken.practitioner).validate_constraints()
        assert error.value.messages == ["The practitioner is already taken at this time."]

    def test_for_a_room(self) -> None:
        room = a_room()
        an_appointment(room=room)
        with pytest.raises(ValidationError) as error:
            a_new_appointment(room=room).validate_constraints()
        assert error.value.messages == ["The room is already taken at this time."]

    def test_none_where_there_is_nothing_to_say(self, taken: Appointment) -> None:
        taken.validate_constraints()
        a_new_appointment(Status.CANCELLED, practitioner=taken.practitioner).validate_constraints()
        a_new_appointment(
            starts_at=taken.ends_at, practitioner=taken.practitioner
        ).validate_constraints()

    def test_an_unfinished_form_is_no_error_of_ours(self) -> None:
        constraint = no_overlap(BY_PRACTITIONER)
        constraint.validate(Appointment, Appointment(status=Status.BOOKED))


def no_overlap(name: str) -> NoOverlap:
    [found] = [c for c in Appointment._meta.constraints if c.name == name]
    assert isinstance(found, NoOverlap)
    return found


def test_a_copy_is_equal_and_migrations_see_no_change() -> None:
    constraint = no_overlap(BY_PRACTITIONER)
    assert constraint.clone() == constraint
    assert constraint != no_overlap(BY_ROOM)


def guards() -> list[str]:
    """What stands in the database under the constraints' names."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = %s::regclass"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [TABLE])
        return sorted(row[0] for row in cursor.fetchall())


def now_in_database() -> ProjectState:
    return MigrationLoader(connection).project_state()


def migrate(operation: Operation, state: ProjectState, *, backwards: bool = False) -> None:
    """One operation of a migration, as `migrate` runs it."""
    after = state.clone()
    operation.state_forwards("booking", after)
    with connection.schema_editor(atomic=True) as editor:
        if backwards:
            operation.database_backwards("booking", editor, after, state)
        else:
            operation.database_forwards("booking", editor, state, after)


def longer_status() -> models.CharField:
    return models.CharField(max_length=20, choices=Status)


REMAKES: dict[str, Callable[[], Operation]] = {
    "a field more": lambda: AddField("appointment", "extra", models.CharField(db_default="-")),
    "a field with a key": lambda: AddField(
        "appointment",
        "second_room",
        models.ForeignKey(Room, null=True, on_delete=models.PROTECT, related_name="+"),
    ),
    "a field changed": lambda: AlterField("appointment", "status", longer_status()),
    "a constraint more": lambda: AddConstraint(
        "appointment",
        models.CheckConstraint(condition=~models.Q(status="nonsense"), name="no_nonsense"),
    ),
    "another overlap ruled out": lambda: AddConstraint(
        "appointment",
        NoOverlap(
            name="location_never_double_booked",
            owner="location",
            start="blocks_from",
            end="blocks_until",
            statuses=("booked",),
            longest_hours=LONGEST_HOURS,
        ),
    ),
    "a table renamed": lambda: RenameModel("Appointment", "Visit"),
}


@pytest.mark.django_db(transaction=True)
class TestRemakes:
    """On SQLite most changes of a table make a new one, and triggers go with the old one."""

    @pytest.mark.parametrize("name", REMAKES)
    def test_it_survives_both_directions(self, taken: Appointment, name: str) -> None:
        before, state, operation = guards(), now_in_database(), REMAKES[name]()
        migrate(operation, state)
        try:
            with refused("never_double_booked"):
                copy_by_sql(taken, "booking_visit" if name == "a table renamed" else TABLE)
        finally:
            migrate(operation, state, backwards=True)
        assert guards() == before
        assert list(Appointment.objects.all()) == [taken]
        with refused():
            an_appointment(practitioner=taken.practitioner)

    def test_it_is_gone_when_removed_and_back_when_added(self, taken: Appointment) -> None:
        state, removal = now_in_database(), RemoveConstraint("appointment", BY_PRACTITIONER)
        before = guards()
        migrate(removal, state)
        try:
            assert len(guards()) < len(before)
            clash = an_appointment(practitioner=taken.practitioner)
            clash.delete()
        finally:
            migrate(removal, state, backwards=True)
        assert guards() == before
        with refused():
            an_appointment(practitioner=taken.practitioner)

    def test_it_is_not_added_over_rows_that_overlap(self, taken: Appointment) -> None:
        state, removal = now_in_database(), RemoveConstraint("appointment", BY_PRACTITIONER)
        before = guards()
        migrate(removal, state)
        clash = an_appointment(practitioner=taken.practitioner)
        try:
            with pytest.raises(IntegrityError, match=BY_PRACTITIONER):
                migrate(removal, state, backwards=True)
            assert len(guards()) < len(before)
        finally:
            clash.delete()
            migrate(removal, state, backwards=True)
        assert guards() == before


def plan_of_trigger(name: str) -> str:
    """How SQLite finds what the trigger looks for; the NEW row becomes parameters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
        inside = re.search(r"EXISTS \((.*)\)\s*;\s*END", cursor.fetchone()[0], re.DOTALL)
        assert inside
        query = re.sub(r'(NEW|OLD)\."?\w+"?', "'2026-06-17 14:00:00'", inside[1])
        cursor.execute("EXPLAIN QUERY PLAN " + query.replace("%", "%%"), [])
        return "\n".join(row[3] for row in cursor.fetchall())


def fill(count: int) -> None:
    """A history of one practitioner in one room, one after the other."""
    first = an_appointment(room=a_room())
    Appointment.objects.bulk_create(
        Appointment(
            request_id=first.request_id,
            practitioner_id=first.practitioner_id,
            location_id=first.location_id,
            room_id=first.room_id,
            starts_at=(start := TEN_O_CLOCK - n * HALF_HOUR),
            ends_at=start + HALF_HOUR,
            blocks_from=start,
            blocks_until=start + HALF_HOUR,
            status=Status.FULFILLED,
        )
        for n in range(1, count)
    )


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="triggers are SQLite's way")
@pytest.mark.parametrize(("owner", "name"), [("practitioner", BY_PRACTITIONER), ("room", BY_ROOM)])
@pytest.mark.parametrize("event", ["insert", "update"])
@pytest.mark.parametrize("analyzed", [False, True])
def test_the_trigger_reads_a_range_of_the_index(
    owner: str, name: str, event: str, *, analyzed: bool
) -> None:
    """Not the whole history of a practitioner: the time it takes does not grow with the years."""
    fill(500)
    if analyzed:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    plan = plan_of_trigger(f"{name}_{event}")
    assert (
        f"USING INDEX appointment_{owner} ({owner}_id=? AND blocks_from>? AND blocks_from<?)"
        in plan
    )
    assert "SCAN" not in plan


@st.composite
def wishes(draw: st.DrawFn) -> tuple[int, int, int | None, Status]:
    """Start and length in minutes, a room or none, and a status that needs no draft."""
    return (
        draw(st.integers(0, 36)) * 10,
        draw(st.integers(1, 9)) * 10,
        draw(st.sampled_from([None, 0, 1])),
        draw(st.sampled_from([Status.BOOKED, Status.PENDING, Status.CANCELLED, Status.NOSHOW])),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 1), wishes()), max_size=14))
def test_whatever_is_asked_the_first_come_is_served(
    asked: list[tuple[int, tuple[int, int, int | None, Status]]],
) -> None:
    """The database stores exactly what a reader with pencil and paper would have allowed."""
    with transaction.atomic():
        people, rooms = [a_practitioner(), a_practitioner()], [a_room(), a_room()]
        request = a_request()
        written: list[tuple[int, int, int, int | None]] = []
        for person, (start, length, room, status) in asked:
            blocks = status in BLOCKING
            clash = blocks and any(
                start < end and begun < start + length and (who == person or where == room)
                for begun, end, who, where in written
                if who == person or where is not None
            )
            stored = is_stored(request, people[person], start, length, rooms, room, status)
            assert stored is not clash
            if stored and blocks:
                written.append((start, start + length, person, room))
        transaction.set_rollback(True)


def is_stored(
    request: AppointmentRequest,
    practitioner: Practitioner,
    start: int,
    length: int,
    rooms: list[Room],
    room: int | None,
    status: Status,
) -> bool:
    starts_at: datetime = TEN_O_CLOCK + timedelta(minutes=start)
    try:
        with transaction.atomic():
            Appointment.objects.create(
                request=request,
                practitioner=practitioner,
                location=a_location(),
                room=None if room is None else rooms[room],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=length),
                blocks_from=starts_at,
                blocks_until=starts_at + timedelta(minutes=length),
                status=status,
                expires_at=starts_at if status in WITH_DEADLINE else None,
            )
    except IntegrityError:
        return False
    return True
