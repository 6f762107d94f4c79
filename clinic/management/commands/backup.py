import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone

from clinic.backup import back_up, default_name, default_path
from clinic.preparation import UnreachableDatabaseError, check_database
from clinic.sealing import BackupError, key_from


class Command(BaseCommand):
    help = "Write the database and the files, encrypted by BACKUP_KEY, while the site runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            help="A file, or a folder for one named after the time; backups/ of the data folder.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, path = timezone.now(), options["file"]
        try:
            key = key_from(settings.BACKUP_KEY)
            check_database()
            if path is None:
                path = default_path(now)
            elif path.is_dir():
                path /= default_name(now)
            contents = back_up(path, connection=connection, key=key, now=now)
        except (BackupError, UnreachableDatabaseError) as error:
            sys.exit(str(error))
        except (DatabaseError, OSError) as error:
            sys.exit(f"No backup was made: {reason(error)}")
        self.stdout.write(f"{contents} are in {path}.")


def reason(error: Exception) -> str:
    """Its first line: the others may quote what patients wrote."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
