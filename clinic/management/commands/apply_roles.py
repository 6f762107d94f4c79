from django.core.management.base import BaseCommand

from clinic.roles import ROLES, apply_roles


class Command(BaseCommand):
    help = "Gives the groups of the staff what clinic/roles.py says; `migrate` does so too."

    def handle(self, *args: object, **options: object) -> None:
        apply_roles()
        self.stdout.write(f"Applied: {', '.join(ROLES)}.")
