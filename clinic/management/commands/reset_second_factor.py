from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic import second_factor
from clinic.audit import AccessLog
from clinic.models import User


class Command(BaseCommand):
    help = "Ends somebody's second factor, for an owner whom no other owner can help."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="with which they sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {options['email']}.")
        second_factor.remove(user=user)
        AccessLog.objects.create(
            action="second factor reset", subject_type="user", subject=str(user.pk)
        )
        self.stdout.write(f"{user.email} sets up a second factor at the next sign-in.")
