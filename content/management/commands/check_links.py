"""The one thing that asks other servers: only when somebody calls it, never by itself."""

from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import OpenerDirector, Request, build_opener

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from content import proofreading

SECONDS = 15
AGENT = "Clinic link check"
# Some servers answer 403 or 405 to whoever is no browser, although the page is there.
NO_ANSWER_TO_US = {401, 403, 405, 406, 429, 503}


def what_is_wrong(address: str, by: OpenerDirector) -> str:
    """Nothing where the page is there, as far as one can tell."""
    # Only https:// comes in here.
    request = Request(address, method="GET", headers={"User-Agent": AGENT})  # noqa: S310
    try:
        with by.open(request, timeout=SECONDS):
            return ""
    except HTTPError as error:
        error.close()
        return "" if error.code in NO_ANSWER_TO_US else f"answers {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"does not answer ({type(error).__name__})"


class Command(BaseCommand):
    help = (
        "Open every address elsewhere that published articles link to or cite, and name those "
        "that are not there. This asks other servers; nothing else of the site does."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        by, wrong = build_opener(), 0
        addresses = proofreading.elsewhere(now=timezone.now())
        for address, where in sorted(addresses.items()):
            if what := what_is_wrong(address, by):
                wrong += 1
                self.stdout.write(f"{address} {what}. In: {', '.join(sorted(where))}")
        if wrong:
            raise CommandError(f"{wrong} of {len(addresses)} addresses are not there.")
        self.stdout.write(f"All {len(addresses)} addresses are there.")
