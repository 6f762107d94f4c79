"""Everything between a fresh checkout and a site that can be served; quick when all is done."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from clinic import catalogs, staticfiles
from clinic.owner import Credentials, create_first_owner


class UnreachableDatabaseError(Exception):
    """One sentence that says which database does not answer and why, without its password."""


def prepare() -> Credentials | None:
    """Bring the installation up to date; the first owner's credentials if one was made."""
    check_database()
    call_command("migrate", interactive=False, verbosity=0)
    catalogs.compile_all()
    collect_static_files()
    call_command("load_starter")
    credentials = create_first_owner()
    connections.close_all()
    return credentials


def check_database() -> None:
    """Ask once, past the pool, which would hide the reason behind a time-out."""
    probe = connection.copy()
    probe.settings_dict["OPTIONS"].pop("pool", None)
    try:
        probe.ensure_connection()
    except (DatabaseError, ImproperlyConfigured, OSError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise UnreachableDatabaseError(
            f"The database {database_name()} cannot be reached: {reason}"
        ) from error
    finally:
        probe.close()


def database_name() -> str:
    """What tells one database from another, and nothing that opens it."""
    if connection.vendor == "sqlite":
        return str(connection.settings_dict["NAME"])
    place = connection.settings_dict
    host = place["HOST"] or place["OPTIONS"].get("host") or "localhost"
    return f"{place['NAME']!r} on {host}"


def static_sources() -> Iterator[Path]:
    yield Path(staticfiles.__file__)
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))


def fingerprint() -> str:
    """Changes when a static file does: by name, size and time, without reading them."""
    digest = hashlib.sha256()
    for path in sorted(static_sources()):
        stat = path.stat()
        digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static_files() -> None:
    """Hash, join and compress, but only when something changed: it takes seconds."""
    stamp = Path(settings.DATA_DIR) / "static.fingerprint"
    current = fingerprint()
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == current:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(current)
