"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket, without a password.

Run as a program it serves until Ctrl-C and prints its address, for tests one at a time:
    DATABASE_URL=… .venv/bin/pytest tests/booking
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "deadlock_timeout": "200ms",
    "log_min_messages": "warning",
}


class NoPostgres(Exception):
    """The machine has no server, or nobody to run it as."""


def server_folders() -> Iterator[Path]:
    """Where the server's programs may be, newest version first."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    if shutil.which("pg_config"):
        answer = subprocess.run(
            ["pg_config", "--bindir"], check=False, capture_output=True, text=True
        )
        yield Path(answer.stdout.strip())
    if initdb := shutil.which("initdb"):
        yield Path(initdb).parent


def programs() -> Path:
    for folder in server_folders():
        if all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise NoPostgres("no PostgreSQL server is installed")


def account() -> pwd.struct_passwd | None:
    """Whom to run the server as: it refuses to run as root. None: as who we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL does not run as root, and there is no account for it")


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = programs()
        self.account = account()
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def run(self, program: str, *arguments: str) -> None:
        identity = (
            {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
            if self.account
            else {}
        )
        with (self.folder / "output").open("a+") as output:
            done = subprocess.run(
                [self.programs / program, "--pgdata", self.folder / "data", *arguments],
                check=False,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **identity,  # type: ignore[call-overload]
            )
            output.seek(0)
            if done.returncode:
                raise NoPostgres(f"{program} failed:\n{output.read()}")

    def start(self) -> None:
        self.run("initdb", "--username=clinic", "--auth=trust", "--encoding=UTF8", "--no-locale")
        settings = SETTINGS | {"unix_socket_directories": str(self.folder)}
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        with (self.folder / "data/postgresql.conf").open("a") as file:
            file.writelines(lines)
        self.run("pg_ctl", "start", "--wait", "--log", str(self.folder / "log"))

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "--mode=immediate", "--wait")

    @property
    def url(self) -> str:
        return f"postgres://clinic@/postgres?host={self.folder}"


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """The DATABASE_URL of a server that is gone afterwards."""
    # Short: the path of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="clinic-pg-", dir="/tmp"))
    try:
        cluster = Cluster(folder)
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    with temporary_postgres() as url:
        sys.stdout.write(f"DATABASE_URL='{url}'\n")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
