"""The keys of one installation, made once and kept in the data folder.

Run as `python -m clinic.keys` before Django starts: the settings refuse to load without keys,
and there are no default ones. A key that the environment names wins over the file.
"""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

BASE_DIR = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder for everything an installation owns: database, keys, mail, media."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()


def keys_file() -> Path:
    return data_dir() / "keys.env"


def backup_key_lines() -> list[str]:
    return [
        "# Opens the backups: keep a copy apart from them, with those above.",
        f"BACKUP_KEY={Fernet.generate_key().decode()}",
    ]


def make_missing_keys() -> None:
    """Write a key file that only its owner can read, unless there is one already."""
    # Only its owner may look in: the names of patients are in there.
    data_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [
        "# Losing FIELD_KEYS loses every encrypted text; a new LINK_KEY ends every patient's link.",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"LINK_KEY={secrets.token_urlsafe(48)}",
        "# The first key encrypts, the others still decrypt: put a new one in front to rotate, and",
        "# remove the old one when `manage.py reseal` says that it is not needed (docs/server.md).",
        f"FIELD_KEYS={Fernet.generate_key().decode()}",
        *backup_key_lines(),
    ]
    try:
        descriptor = os.open(keys_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        add_backup_key()
        return
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")


def add_backup_key() -> None:
    """To a file of before there were backups; the site runs without it, where that cannot be.

    The other keys have no second chance: a new one in the place of a lost one would hide the loss.
    """
    with suppress(PermissionError):
        written = keys_file().read_text()
        if os.environ.get("BACKUP_KEY") or "BACKUP_KEY=" in written:
            return
        with keys_file().open("a") as file:
            file.write("" if written.endswith("\n") else "\n")
            file.write("\n".join(backup_key_lines()) + "\n")


if __name__ == "__main__":
    try:
        make_missing_keys()
    except OSError as error:
        sys.exit(f"The data folder {data_dir()} cannot be written: {error.strerror}.")
