"""`manage.py serve`: what is said when it cannot start, and how it starts, restarts and stops."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from clinic import preparation
from clinic.supervisor import Supervisor
from tests.browser.site import ROOT, Site, free_port, running_site

SECRET = "se-cret"


def serve(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=os.environ
        | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "clinic.settings"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = serve(tmp_path, PORT=str(other.getsockname()[1]))
    assert_one_sentence(done)
    assert "is in use" in done.stderr
    assert not list(tmp_path.iterdir()), "nothing is set up before the port is known to be free"


def test_an_unreachable_database(tmp_path: Path) -> None:
    url = f"postgres://somebody:{SECRET}@127.0.0.1:{free_port()}/pain"
    done = serve(tmp_path, PORT=str(free_port()), DATABASE_URL=url)
    assert_one_sentence(done)
    assert done.stderr.startswith("The database 'pain' on 127.0.0.1 cannot be reached: ")


def test_a_data_folder_that_is_not_there(tmp_path: Path) -> None:
    done = serve(tmp_path / "gone", PORT=str(free_port()), DATABASE_URL="")
    assert_one_sentence(done)
    assert "cannot be reached: unable to open database file" in done.stderr


@pytest.mark.parametrize(
    "url", ["nonsense", f"ftp://u:{SECRET}@h/x", f"postgres://u:{SECRET}@h:x/y"]
)
def test_an_address_of_a_database_that_is_none(tmp_path: Path, url: str) -> None:
    done = serve(tmp_path, DATABASE_URL=url)
    assert_one_sentence(done)
    assert "postgres://user:password@host:5432/name" in done.stderr


def test_static_files_are_collected_only_when_one_changed(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("a")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    calls: list[str] = []

    def collect(name: str, **_options: object) -> None:
        calls.append(name)
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        (settings.STATIC_ROOT / "staticfiles.json").touch()

    monkeypatch.setattr(preparation, "call_command", collect)
    preparation.collect_static_files()
    preparation.collect_static_files()
    assert calls == ["collectstatic"]
    (source / "a.txt").write_text("changed")
    preparation.collect_static_files()
    assert calls == ["collectstatic"] * 2


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def worker_of(site: Site) -> int:
    """Its process; one that is just being started again has no name for a moment."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for child in children_of(site.process.pid):
            try:
                named = Path(f"/proc/{child}/cmdline").read_bytes()
            except FileNotFoundError:
                continue
            if b"worker\0" in named.split(b"manage.py\0")[-1]:
                return int(child)
        time.sleep(0.1)
    raise AssertionError("no worker runs")


@pytest.mark.slow
@pytest.mark.race  # in real time
class TestRunning:
    def test_the_first_owner_is_announced_once(self, site: Site) -> None:
        assert site.owner_email == "owner@clinic.example"
        assert site.log.count(site.owner_password) == 1
        assert re.search(rf"The admin +{site.url}/admin/", site.log)

    def test_the_style_sheet_is_one_hashed_file(self, site: Site) -> None:
        [sheet] = (site.data_dir / "static/css").glob("site.????????????.css")
        with urllib.request.urlopen(f"{site.url}/static/css/{sheet.name}") as answer:
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"]

    @pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
    def test_a_dead_worker_is_started_again(self, site: Site) -> None:
        first = worker_of(site)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while "is started again" not in site.log and time.monotonic() < deadline:
            time.sleep(0.1)
        assert worker_of(site) != first

    def test_a_second_start_changes_and_doubles_nothing(self, site: Site) -> None:
        """Last of this class: it stops the site. tests/benchmarks measures how long it takes."""
        before = (site.data_dir / "static.fingerprint").stat().st_mtime_ns
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(timeout=20) == 0
        again = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=site.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert again.stdout
        printed = ""
        while "The admin" not in printed and (line := again.stdout.readline()):
            printed += line
        again.terminate()
        assert again.wait(timeout=20) == 0
        again.stdout.close()
        assert "password" not in printed
        assert (site.data_dir / "static.fingerprint").stat().st_mtime_ns == before


class Ended:
    """A web server that is over before it began."""

    returncode = 3

    def poll(self) -> int:
        return self.returncode


@pytest.mark.race  # in real time
def test_everything_stops_when_the_web_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("clinic.supervisor.start", lambda _command: Ended())
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(Ended, "wait", lambda *_: 3, raising=False)
    assert Supervisor(said.append).run() == 1
    assert said == ["The web server ended by itself (exit code 3); all is stopped."]
