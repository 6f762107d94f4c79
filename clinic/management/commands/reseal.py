from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from clinic import resealing
from clinic.audit import AccessLog
from clinic.fields import cipher


class Command(BaseCommand):
    help = "Seal what an older key has sealed with the first of FIELD_KEYS; the site may run."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cipher()
        except ValueError:
            raise CommandError("FIELD_KEYS names something that is not a key.") from None
        number = resealing.reseal()
        if number:
            AccessLog.objects.create(action="texts re-sealed")
        self.stdout.write(f"{number:,} text{pluralize(number)} re-sealed.")
        left = resealing.left()
        for table in left:
            self.stdout.write(said(table))
        if any(table.older for table in left):
            raise CommandError(
                "Keep the older keys: something still needs them. Does the whole site run with "
                "the new key in front? Restart it, then do this again."
            )
        if left:
            raise CommandError(
                "The older keys open nothing any more. What none opens needs a key that is not "
                "among FIELD_KEYS: put it behind them, if you have it, and do this again."
            )
        self.stdout.write("The first of FIELD_KEYS alone opens everything.")


def said(left: resealing.Left) -> str:
    """The name of a table and numbers, never a text."""
    parts = ((left.older, "only an older key opens"), (left.lost, "no key opens, left as found"))
    rows = [f"{number:,} row{pluralize(number)} ({what})" for number, what in parts if number]
    return f"{left.table}: {', '.join(rows)}."
