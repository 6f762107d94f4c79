"""A program that books one free time after another until it is killed, and says what it did."""

import sys

from django.utils import timezone

from booking import actions, openings
from booking.actors import Actor
from booking.errors import BookingError
from clinic.models import Service
from tests.booking import builders

PATIENT = Actor.patient()


def say(word: str, what: object = "") -> None:
    """At once, so that nothing that was said is lost with the process."""
    sys.stdout.write(f"{word} {what}\n")
    sys.stdout.flush()


def prepare() -> None:
    builders.a_clinic()
    builders.a_room()
    service = builders.a_service(needs_room=True, horizon_days=300, duration=20, slot_step=10)
    for _person in range(3):
        builders.a_practitioner(service, weekdays=range(7))


def book(service: Service, number: int) -> None:
    """Invoked, then ok or refused; whoever is killed in between leaves it unknown."""
    now = timezone.now()
    draft = builders.a_draft(service)
    # Everybody looks at the same few times, so that they meet.
    times = openings.next_openings(service, now=now, limit=12).first(12)
    say("invoked", draft.id)
    try:
        actions.hold(
            request_id=draft.id, starts_at=times[number % 12].starts_at, by=PATIENT, now=now
        )
        actions.send(
            request_id=draft.id,
            submission_token=draft.submission_token,
            details=builders.details(email=f"{draft.id}@patients.test"),
            by=PATIENT,
            now=now,
        )
    except BookingError:
        say("refused", draft.id)
    else:
        say("ok", draft.id)


def main() -> None:
    if sys.argv[1] == "prepare":
        prepare()
        return
    service = Service.objects.get()
    for number in range(10_000):
        book(service, number)
