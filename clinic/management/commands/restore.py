import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from clinic.management.commands.backup import reason
from clinic.preparation import UnreachableDatabaseError, check_database
from clinic.restore import restore
from clinic.sealing import BackupError, key_from

NOTHING_CHANGED = "Nothing was changed."
NEW_LINKS = "LINK_KEY is another one than then: the links that patients have open nothing any more."


class Command(BaseCommand):
    help = "Put a backup back, all of it or nothing. Stop the site first."
    # The database may be empty, or of another version than the code.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="Even where there is something already."
        )
        parser.add_argument(
            "--lost-texts",
            action="store_true",
            help="Even where FIELD_KEYS do not open what patients wrote.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = key_from(settings.BACKUP_KEY)
            check_database()
            contents, has_links = restore(
                options["file"],
                connection=connection,
                key=key,
                replace=options["replace"],
                lost_texts=options["lost_texts"],
            )
        except (BackupError, UnreachableDatabaseError) as error:
            sys.exit(f"{error} {NOTHING_CHANGED}")
        except (DatabaseError, OSError) as error:
            sys.exit(f"Restoring failed: {reason(error)} {NOTHING_CHANGED}")
        self.stdout.write(f"{contents} are back. Everybody signs in anew.")
        if not has_links:
            self.stdout.write(NEW_LINKS)
