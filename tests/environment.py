"""A data folder, keys and compiled texts for every run, before Django reads the settings.

pytest loads this file first (`-p tests.environment` in pyproject.toml).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from clinic import catalogs
from clinic.keys import make_missing_keys

# What would make a test depend on the developer's machine. DATABASE_URL stays: it chooses the
# server, on which the tests only ever use databases of their own.
FOREIGN = (
    "BACKUP_KEY",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "FIELD_KEYS",
    "LINK_KEY",
    "SECRET_KEY",
    "SITE_URL",
    "TRUSTED_PROXIES",
)


def use_temporary_installation() -> None:
    for name in FOREIGN:
        os.environ.pop(name, None)
    folder = tempfile.mkdtemp(prefix="clinic-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["DATA_DIR"] = folder
    (Path(folder) / "static").mkdir()  # whitenoise warns where there is none
    make_missing_keys()
    catalogs.compile_all()  # Django reads them once, at the first text


# The workers of xdist inherit what their controller has set.
if "PYTEST_XDIST_WORKER" not in os.environ:
    use_temporary_installation()
