"""`manage.py backup` and `restore`: all of it comes back, or nothing is changed."""

import base64
import gzip
import itertools
import json
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError
from pytest_django import DjangoDbBlocker, Settings

from clinic.backup import last_backup_at, snapshot
from clinic.sealing import BackupError, Opener, Sealer
from tests.booking.racing import ROOT, Track, environment, run_python, track
from tests.clinic.filled import REASON
from tests.clinic.places import KEY, NOW, Place
from tests.postgres import NoPostgres, temporary_postgres

pytestmark = pytest.mark.slow

numbers = itertools.count(1)
Line = Any


@pytest.fixture(autouse=True, scope="module")
def _databases_of_our_own(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    """The kind of database that the tests run on."""
    with track(tmp_path_factory.mktemp("databases")) as found:
        yield found


@pytest.fixture(scope="module")
def full(here: Track, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A clinic with something in every corner. Tests only read it."""
    with here.copy() as url:
        run_python(url, "tests.clinic.filled")
        place = Place(url, tmp_path_factory.mktemp("full"))
        place.fill_folders()
        yield place


@pytest.fixture(scope="module")
def saved(full: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup."""
    path = tmp_path_factory.mktemp("saved") / "clinic.backup"
    full.back_up(path)
    return path


@pytest.fixture
def empty(here: Track, tmp_path: Path) -> Iterator[Place]:
    """A database without a table and a folder without a file."""
    with here.database(f"empty_{os.getpid()}_{next(numbers)}") as url:
        yield Place(url, folder_of(tmp_path))


@pytest.fixture
def other_kind(tmp_path: Path) -> Iterator[Place]:
    """An empty place in the other kind of database."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        yield Place(f"sqlite:///{tmp_path}/other.sqlite3", folder_of(tmp_path))
        return
    try:
        with temporary_postgres() as url:
            yield Place(url, folder_of(tmp_path))
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture
def busy(here: Track, full: Place, tmp_path: Path) -> Iterator[Place]:
    """Another clinic, with rows and files of its own."""
    with here.copy() as url:
        place = Place(url, folder_of(tmp_path))
        (place.folder / "media").mkdir()
        (place.folder / "media/theirs.png").write_bytes(b"theirs")
        place.sql("INSERT INTO clinic_hit (key, at) VALUES ('theirs', '2026-01-01 00:00:00')")
        place.sql(
            "INSERT INTO clinic_accesslog (id, at, action, subject_type, subject) VALUES "
            "('00000000000000000000000000000001', '2026-01-01 00:00:00', 'list', '', '')"
        )
        yield place


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / f"data{next(numbers)}"
    folder.mkdir()
    return folder


def lines_of(path: Path) -> list[Line]:
    with path.open("rb") as file:
        text = gzip.decompress(Opener(file, KEY).readall() or b"")
    return [json.loads(line) for line in text.splitlines()]


def rewritten(path: Path, change: Callable[[list[Line]], None], tmp_path: Path) -> Path:
    """The backup with other lines, sealed by the right key."""
    lines = lines_of(path)
    change(lines)
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    made = tmp_path / "rewritten.backup"
    with made.open("wb") as file:
        sealer = Sealer(file, KEY)
        sealer.write(gzip.compress(text))
        sealer.finish()
    return made


class TestRoundTrips:
    def test_every_row_and_every_file_comes_back(
        self, full: Place, saved: Path, empty: Place
    ) -> None:
        contents, has_links = empty.restore(saved)
        assert empty.all() == full.all()
        assert contents.rows > 700
        assert contents.files == 3
        assert has_links
        requests = empty.rows()["booking.AppointmentRequest"]
        assert any(repr(REASON) in row for row in requests), "encrypted texts open"

    def test_into_the_other_database_and_back(
        self, full: Place, saved: Path, other_kind: Place, empty: Place, tmp_path: Path
    ) -> None:
        other_kind.restore(saved)
        assert other_kind.all() == full.all()
        again = tmp_path / "again.backup"
        other_kind.back_up(again)
        empty.restore(again)
        assert empty.all() == full.all()
        assert lines_of(again)[1:] == lines_of(saved)[1:]

    def test_new_rows_get_new_numbers(self, saved: Path, empty: Place) -> None:
        empty.restore(saved)
        last = empty.sql("SELECT max(id) FROM clinic_hit")[0][0]
        empty.sql("INSERT INTO clinic_hit (key, at) VALUES ('new', '2026-01-01 00:00:00')")
        assert empty.sql("SELECT id FROM clinic_hit WHERE key = 'new'") == [(last + 1,)]

    def test_what_the_database_guarded_it_guards_again(self, saved: Path, empty: Place) -> None:
        empty.restore(saved)
        for table in ("clinic_accesslog", "booking_appointmentevent"):
            with pytest.raises(DatabaseError, match="append-only"):
                empty.sql(f"DELETE FROM {table}")
        with pytest.raises(DatabaseError, match="never_double_booked"):
            empty.sql(
                "UPDATE booking_appointment SET status = 'booked', reason_code = '' "
                "WHERE status = 'cancelled'"
            )

    def test_nobodys_session_comes_back(self, full: Place, saved: Path, empty: Place) -> None:
        assert full.sql("SELECT count(*) FROM django_session") == [(1,)]
        empty.restore(saved)
        assert empty.sql("SELECT count(*) FROM django_session") == [(0,)]

    def test_a_database_of_before_comes_back_and_is_brought_up_to_date(
        self, here: Track, empty: Place, tmp_path: Path
    ) -> None:
        path = tmp_path / "old.backup"
        with here.copy() as url:
            manage(url, "migrate", "clinic", "0001", "--verbosity", "0")
            old = Place(url, folder_of(tmp_path))
            old.sql(
                "INSERT INTO clinic_service (slug, name_en, name_es, summary_en, summary_es, "
                "duration, buffer_before, buffer_after, slot_step, minimum_notice_hours, "
                "horizon_days, cancel_cutoff_hours, needs_room, is_active, answer_within_hours, "
                "\"order\") VALUES ('old', 'Old', '', '', '', 30, 0, 0, 30, 24, 60, 24, false, "
                "true, 24, 0)"
            )
            old.back_up(path)
        empty.restore(path)
        assert empty.sql("SELECT slug, answer_within_open_hours FROM clinic_service") == [
            ("old", 8)
        ]
        manage(empty.url, "migrate", "--check")


class TestReplacing:
    def test_takes_the_place_of_all_there_was(self, full: Place, saved: Path, busy: Place) -> None:
        busy.restore(saved, replace=True)
        assert busy.all() == full.all()

    def test_is_to_be_asked_for(self, saved: Path, busy: Place) -> None:
        with unchanged(busy), pytest.raises(BackupError, match="--replace"):
            busy.restore(saved)

    def test_is_to_be_asked_for_even_if_only_files_are_there(
        self, saved: Path, empty: Place
    ) -> None:
        empty.fill_folders()
        with unchanged(empty), pytest.raises(BackupError, match="--replace"):
            empty.restore(saved)

    def test_what_migrating_made_counts_as_nothing(
        self, here: Track, full: Place, saved: Path, tmp_path: Path
    ) -> None:
        with here.copy() as url:
            fresh = Place(url, folder_of(tmp_path))
            fresh.restore(saved)
            assert fresh.rows() == full.rows()

    def test_the_database_of_a_newer_version_too(
        self, full: Place, saved: Path, busy: Place
    ) -> None:
        """The way back from an upgrade."""
        busy.sql("CREATE TABLE clinic_later (id integer PRIMARY KEY)")
        busy.sql(
            "INSERT INTO django_migrations (app, name, applied) VALUES "
            "('clinic', '9999_later', '2026-01-01 00:00:00')"
        )
        with pytest.raises(BackupError, match="newer version"):
            busy.back_up(busy.folder / "no.backup")
        busy.restore(saved, replace=True)
        assert busy.all() == full.all()
        with busy.connected() as connection:
            assert "clinic_later" not in connection.introspection.table_names()


def later_migration(lines: list[Line]) -> None:
    lines[0]["migrations"].append(["clinic", "9999_later"])


def one_row_twice(lines: list[Line]) -> None:
    place = next(n for n, line in enumerate(lines) if is_table(line, "booking.patient"))
    lines.insert(place + 1, lines[place + 1])


def an_overlap(lines: list[Line]) -> None:
    place = next(n for n, line in enumerate(lines) if is_table(line, "booking.appointment"))
    status = lines[place]["columns"].index("status")
    for line in itertools.takewhile(lambda line: isinstance(line, list), lines[place + 1 :]):
        if line[status] == "cancelled":
            line[status] = "booked"


def a_row_that_refers_to_nothing(lines: list[Line]) -> None:
    place = next(n for n, line in enumerate(lines) if is_table(line, "booking.patient"))
    while isinstance(lines[place + 1], list):
        del lines[place + 1]


def a_file_of_elsewhere(lines: list[Line]) -> None:
    lines.insert(-1, {"file": "media/../keys.env"})


def one_row_less(lines: list[Line]) -> None:
    place = next(n for n, line in enumerate(lines) if is_table(line, "clinic.hit"))
    del lines[place + 1]


def is_table(line: Line, name: str) -> bool:
    return isinstance(line, dict) and line.get("table") == name


class TestRefusals:
    def test_another_key(self, saved: Path, busy: Place) -> None:
        with unchanged(busy), pytest.raises(BackupError, match="BACKUP_KEY does not open"):
            busy.restore(saved, key=bytes(32), replace=True)

    @pytest.mark.parametrize("part", [0.0005, 0.6])
    def test_a_byte_that_flipped(
        self, saved: Path, busy: Place, tmp_path: Path, part: float
    ) -> None:
        data = bytearray(saved.read_bytes())
        data[int(len(data) * part)] ^= 1
        path = tmp_path / "flipped.backup"
        path.write_bytes(data)
        with unchanged(busy), pytest.raises(BackupError, match="damaged"):
            busy.restore(path, replace=True)

    @pytest.mark.parametrize("part", [0.5, 0.9999])
    def test_a_file_that_was_cut_off(
        self, saved: Path, busy: Place, tmp_path: Path, part: float
    ) -> None:
        data = saved.read_bytes()
        path = tmp_path / "cut.backup"
        path.write_bytes(data[: int(len(data) * part)])
        with unchanged(busy), pytest.raises(BackupError, match="cut off"):
            busy.restore(path, replace=True)

    def test_a_newer_version(self, saved: Path, busy: Place, tmp_path: Path) -> None:
        path = rewritten(saved, later_migration, tmp_path)
        with unchanged(busy), pytest.raises(BackupError, match="newer version of the site"):
            busy.restore(path, replace=True)

    def test_texts_that_would_not_open(self, saved: Path, busy: Place, settings: Settings) -> None:
        ours = settings.FIELD_KEYS
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]
        with unchanged_files(busy), pytest.raises(BackupError, match="FIELD_KEYS"):
            busy.restore(saved, replace=True)
        busy.restore(saved, replace=True, lost_texts=True)
        settings.FIELD_KEYS = [*settings.FIELD_KEYS, *ours]
        busy.restore(saved, replace=True)

    def test_texts_of_another_key_than_the_newest_of_then(
        self, full: Place, busy: Place, tmp_path: Path, settings: Settings
    ) -> None:
        """Made after a new key was put in front, and before the texts were sealed anew."""
        ours, new = settings.FIELD_KEYS, Fernet.generate_key().decode()
        path = tmp_path / "between.backup"
        settings.FIELD_KEYS = [new, *ours]
        full.back_up(path)
        settings.FIELD_KEYS = [new]
        with unchanged_files(busy), pytest.raises(BackupError, match="FIELD_KEYS"):
            busy.restore(path, replace=True)
        busy.restore(path, replace=True, lost_texts=True)
        settings.FIELD_KEYS = [new, *ours]
        busy.restore(path, replace=True)
        assert busy.all() == full.all()

    def test_another_link_key_is_said_and_nothing_more(
        self, saved: Path, empty: Place, settings: Settings
    ) -> None:
        settings.LINK_KEY = "another"
        assert empty.restore(saved)[1] is False

    @pytest.mark.parametrize(
        "change",
        [
            an_overlap,
            a_row_that_refers_to_nothing,
            a_file_of_elsewhere,
            one_row_less,
        ],
    )
    def test_what_fails_half_way_leaves_all_as_it_was(
        self, saved: Path, busy: Place, tmp_path: Path, change: Callable[[list[Line]], None]
    ) -> None:
        path = rewritten(saved, change, tmp_path)
        with unchanged(busy), pytest.raises((BackupError, DatabaseError, OSError)):
            busy.restore(path, replace=True)

    def test_a_folder_that_cannot_be_moved_leaves_the_database_as_it_was(
        self, saved: Path, busy: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = Path.rename

        def rename(path: Path, target: Path) -> Path:
            if target.name == "mail":
                raise OSError(28, "No space left on device")
            return original(path, target)

        with unchanged(busy), monkeypatch.context() as patched:
            patched.setattr(Path, "rename", rename)
            with pytest.raises(OSError, match="No space"):
                busy.restore(saved, replace=True)

    def test_somebody_who_holds_the_database(
        self, saved: Path, busy: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("clinic.remaking.SECONDS_TO_WAIT", 1)
        monkeypatch.setenv("SQLITE_TIMEOUT", "1")
        with unchanged(busy), another_writer(busy), pytest.raises((BackupError, DatabaseError)):
            busy.restore(saved, replace=True)


@contextmanager
def unchanged(place: Place) -> Iterator[None]:
    """Neither a row nor a file, nor anything left lying about."""
    before, names = place.all(), sorted(place.folder.iterdir())
    yield
    assert place.all() == before
    assert sorted(place.folder.iterdir()) == names


@contextmanager
def unchanged_files(place: Place) -> Iterator[None]:
    """Where the rows cannot be read."""
    before = place.files()
    yield
    assert place.files() == before


@contextmanager
def another_writer(place: Place) -> Iterator[None]:
    """Somebody in the middle of a change."""
    if place.url.startswith("postgres"):
        with psycopg.connect(place.url) as other:
            other.execute("UPDATE clinic_hit SET key = key")
            yield
            other.rollback()
    else:
        with closing(sqlite3.connect(place.url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


class TestWhileTheSiteRuns:
    def test_a_backup_is_of_one_moment_and_nobody_waits_for_it(self, busy: Place) -> None:
        count = "SELECT count(*) FROM clinic_hit"
        add = "INSERT INTO clinic_hit (key, at) VALUES ('late', '2026-01-01 00:00:00')"
        with busy.connected() as connection, connection.cursor() as cursor:
            with snapshot(connection):
                cursor.execute(count)
                before = cursor.fetchall()
                write_elsewhere(busy, add)
                cursor.execute(count)
                assert cursor.fetchall() == before
            cursor.execute(count)
            assert cursor.fetchall() == [(before[0][0] + 1,)]


def write_elsewhere(place: Place, statement: str) -> None:
    if place.url.startswith("postgres"):
        with psycopg.connect(place.url) as other:
            other.execute(statement)
    else:
        with closing(sqlite3.connect(place.url.removeprefix("sqlite:///"), timeout=0)) as other:
            other.execute(statement)
            other.commit()


def manage(url: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(url) | options.pop("variables", {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )
    if not options:
        assert done.returncode in {0, 1}, done.stderr
    return done


@dataclass
class Installation:
    """A place as whoever runs the commands sees it."""

    place: Place

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        variables = {"DATA_DIR": str(self.place.folder), **options.pop("variables", {})}
        return manage(self.place.url, *arguments, variables=variables, **options)


def assert_one_sentence(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""


class TestTheCommands:
    def test_backing_up_and_restoring(self, busy: Place) -> None:
        before = busy.all()
        site = Installation(busy)
        done = site.run("backup")
        [path] = (busy.folder / "backups").iterdir()
        assert done.stdout.strip().endswith(f" rows and 1 file are in {path}.")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        busy.sql("INSERT INTO clinic_hit (key, at) VALUES ('late', '2026-01-01 00:00:00')")
        outside = shutil.move(path, busy.folder.parent)
        path.parent.rmdir()
        assert_one_sentence(site.run("restore", str(outside)), "--replace")
        done = site.run("restore", str(outside), "--replace")
        assert done.stdout.strip().endswith("1 file are back. Everybody signs in anew.")
        assert busy.all() == before

    def test_a_folder_gets_a_file_named_after_the_time(self, busy: Place, tmp_path: Path) -> None:
        folder = tmp_path / "backups"
        folder.mkdir()
        Installation(busy).run("backup", str(folder))
        assert [path.suffix for path in folder.iterdir()] == [".backup"]

    def test_the_time_of_the_last_one_is_kept(
        self, busy: Place, tmp_path: Path, settings: Settings
    ) -> None:
        settings.DATA_DIR = busy.folder
        assert last_backup_at() is None
        busy.back_up(tmp_path / "a.backup")
        assert last_backup_at() == NOW
        (busy.folder / "last-backup").write_text("nonsense")
        assert last_backup_at() is None

    def test_a_new_one_takes_the_place_of_the_old_one_when_it_is_complete(
        self, saved: Path, busy: Place, tmp_path: Path
    ) -> None:
        path = tmp_path / "clinic.backup"
        shutil.copy(saved, path)
        (busy.folder / "media/huge").write_bytes(os.urandom(300_000))
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (150_000, 150_000))
        done = Installation(busy).run("backup", str(path), preexec_fn=limit)
        assert_one_sentence(done, "No backup was made: [Errno 27] File too large")
        assert path.read_bytes() == saved.read_bytes()
        assert not list(tmp_path.glob(".clinic.backup*"))
        assert not (busy.folder / "last-backup").exists()

    def test_a_full_disk_changes_nothing(self, saved: Path, busy: Place) -> None:
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100_000, 100_000))
        with unchanged(busy):
            done = Installation(busy).run("restore", str(saved), "--replace", preexec_fn=limit)
        assert_one_sentence(done, "Nothing was changed.")

    @pytest.mark.parametrize(
        ("key", "words"),
        [
            ("", "BACKUP_KEY is not set"),
            ("secret", "BACKUP_KEY is not a key"),
            ("A" * 43 + "=", "BACKUP_KEY does not open this backup"),
        ],
    )
    def test_a_wrong_key(self, saved: Path, busy: Place, key: str, words: str) -> None:
        site = Installation(busy)
        done = site.run("restore", str(saved), "--replace", variables={"BACKUP_KEY": key})
        assert_one_sentence(done, words)
        assert "Nothing was changed." in done.stderr

    def test_files_that_are_not_there(self, busy: Place, tmp_path: Path) -> None:
        gone = str(tmp_path / "gone/clinic.backup")
        assert_one_sentence(Installation(busy).run("restore", gone), "No such file")
        assert_one_sentence(Installation(busy).run("backup", gone), "No such file")

    def test_a_database_without_tables(self, empty: Place, tmp_path: Path) -> None:
        done = Installation(empty).run("backup", str(tmp_path / "a.backup"))
        assert_one_sentence(done, "There is nothing in the database yet.")
        assert not (tmp_path / "a.backup").exists()

    def test_a_failure_tells_nothing_of_a_patient(
        self, saved: Path, busy: Place, tmp_path: Path
    ) -> None:
        path = rewritten(saved, one_row_twice, tmp_path)
        key = base64.urlsafe_b64encode(KEY).decode()
        done = Installation(busy).run(
            "restore", str(path), "--replace", variables={"BACKUP_KEY": key}
        )
        assert done.returncode == 1
        assert "Ada" not in done.stderr + done.stdout
        assert done.stderr.strip().endswith("Nothing was changed.")
