import sys
from typing import Any

from django.core.management.base import BaseCommand

from clinic import address
from clinic.preparation import UnreachableDatabaseError, prepare
from clinic.supervisor import Supervisor


class Command(BaseCommand):
    help = "Set everything up, then serve the site and run the worker until Ctrl-C."
    # The checks run with the migrations; before that the database may not even be there.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address.check_free()
            owner = prepare()
        except (address.UnusableAddressError, UnreachableDatabaseError) as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            sys.exit(130)
        if owner:
            self.say(
                "The first owner of the admin was made. The password is shown this once:\n"
                f"  e-mail    {owner.email}\n"
                f"  password  {owner.password}\n"
                "Have a phone at hand: the first sign-in sets up an authenticator app."
            )
        sys.exit(Supervisor(self.say).run())

    def say(self, text: str) -> None:
        """At once, even into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()
