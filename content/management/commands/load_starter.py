from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from content import starter_loader


class Command(BaseCommand):
    help = "Add the starter clinic and its articles; what staff changed or deleted stays so."

    def handle(self, *args: Any, **options: Any) -> None:
        added = starter_loader.load(now=timezone.now())
        self.stdout.write(
            f"Starter content: {added} entries added." if added else "Starter content: nothing new."
        )
