"""scripts/environment.sh: which Python it takes, and what it says without one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ("sh", "cat", "grep", "id", "rm")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy that pins nothing, and a PATH that holds no Python yet."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/environment.sh", tmp_path / "scripts")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def put(checkout: Path, name: str, script: str) -> None:
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def set_up(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "scripts/environment.sh", "requirements.txt"],
        cwd=checkout,
        env={"PATH": str(checkout / "bin"), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )


TOO_OLD = 'case "$*" in *"< (3, 12)"*) exit 1;; esac'
WITHOUT_VENV = f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'


def test_no_python_at_all(checkout: Path) -> None:
    done = set_up(checkout)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.12 or newer is needed, and none was found")
    assert len(done.stderr.splitlines()) == 1


def test_only_an_old_one(checkout: Path) -> None:
    put(checkout, "python3", TOO_OLD)
    assert set_up(checkout).returncode == 1


def test_without_the_venv_module(checkout: Path) -> None:
    put(checkout, "python3", WITHOUT_VENV)
    put(checkout, "id", "echo 1000")
    done = set_up(checkout)
    assert done.returncode == 1
    assert done.stderr.startswith("Python lacks its venv module: install it first")


@pytest.mark.slow
def test_the_first_that_runs_and_is_new_enough_is_taken(checkout: Path) -> None:
    put(checkout, "python3", TOO_OLD)
    put(checkout, "python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    # The base interpreter, not the tests' own environment.
    put(checkout, "python3.13", f'exec {Path(sys.base_prefix) / "bin/python3"} "$@"')
    done = set_up(checkout)
    assert done.returncode == 0, done.stderr
    assert "Making the virtual environment" in done.stdout
    assert set_up(checkout).stdout == "", "a second time there is nothing to do"
    (checkout / "requirements.txt").write_text("# still nothing\n")
    assert "Making" not in (again := set_up(checkout).stdout)
    assert "Installing what requirements.txt pins." in again
