"""The keys of an installation: made once, and the one of the backups added to an older file."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from clinic.keys import keys_file, make_missing_keys
from tests.booking.racing import ROOT

NAMES = ["SECRET_KEY", "LINK_KEY", "FIELD_KEYS", "BACKUP_KEY"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("BACKUP_KEY", raising=False)


def keys() -> list[str]:
    return [line for line in keys_file().read_text().splitlines() if not line.startswith("#")]


def test_all_are_made_once_for_their_owner_alone() -> None:
    make_missing_keys()
    made = keys()
    assert [line.partition("=")[0] for line in made] == NAMES
    assert all(len(line.partition("=")[2]) > 40 for line in made)
    assert stat.S_IMODE(keys_file().stat().st_mode) == 0o600
    make_missing_keys()
    assert keys() == made


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_of_before_gets_the_key_of_the_backups(end: str) -> None:
    keys_file().parent.mkdir()
    keys_file().write_text(f"SECRET_KEY=a\nLINK_KEY=b{end}")
    make_missing_keys()
    first, second, third = keys()
    assert (first, second) == ("SECRET_KEY=a", "LINK_KEY=b")
    assert third.startswith("BACKUP_KEY=")
    make_missing_keys()
    assert len(keys()) == 3, "a lost key is not replaced, and none is added twice"


def test_none_is_added_where_the_environment_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keys_file().parent.mkdir()
    keys_file().write_text("SECRET_KEY=a\n")
    monkeypatch.setenv("BACKUP_KEY", "elsewhere")
    make_missing_keys()
    assert keys() == ["SECRET_KEY=a"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_cannot_be_written_stops_nothing() -> None:
    keys_file().parent.mkdir()
    keys_file().write_text("SECRET_KEY=a\n")
    keys_file().chmod(0o400)
    make_missing_keys()
    assert keys() == ["SECRET_KEY=a"]


@pytest.mark.parametrize("text", ["new,old", "new, old", "new,old,"])
def test_field_keys_are_told_apart_by_commas_alone(text: str) -> None:
    make_missing_keys()
    said = subprocess.run(
        [sys.executable, "-c", "from clinic import settings; print(settings.FIELD_KEYS)"],
        cwd=ROOT,
        env=os.environ | {"FIELD_KEYS": text},
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == "['new', 'old']"
