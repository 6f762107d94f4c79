"""The records whose time is over: listed, or erased. It names nobody: a list may be kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from booking import actions, retention
from booking.actors import Actor
from booking.errors import BookingError
from booking.models import PatientEvent
from clinic.audit import AccessLog


class Command(BaseCommand):
    help = "List the patients’ records whose retention time is over; with --erase, erase them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--erase", action="store_true", help="Erase them, for good.")

    def handle(self, *args: Any, **options: Any) -> None:
        now, erased = timezone.now(), 0
        due = list(retention.due(now=now))
        for patient, kept in due:
            self.stdout.write(f"{patient.pk}  last entry {kept.last_entry:%Y-%m-%d}")
            if not options["erase"]:
                continue
            try:
                actions.erase_patient(
                    patient_id=patient.pk,
                    reason=PatientEvent.ErasedBecause.DUE,
                    by=Actor.system(),
                    now=now,
                )
            except BookingError as error:  # a hold or a visit of a moment ago
                self.stderr.write(f"{patient.pk}  {error}")
                continue
            erased += 1
            AccessLog.objects.create(
                action="erase", subject_type="patient", subject=str(patient.pk)
            )
        done = f"{erased} erased" if options["erase"] else "nothing was erased (--erase does)"
        self.stdout.write(f"{len(due)} due, {done}.")
