"""A visit of three services on the Wednesday, as staff booked it on the telephone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from booking import actions
from booking.actions import Part
from booking.actors import Actor
from booking.models import Appointment, AppointmentEvent
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_practitioner, a_service, details

HALF_AN_HOUR = timedelta(minutes=30)
NAMES = (("Consultation", "Consulta"), ("Acupressure", "Acupresión"), ("Exercise", "Ejercicio"))
WITHOUT_EMAIL: dict[str, Any] = {"email": "", "telephone": "+17325550199", "prefers": "telephone"}


def staff() -> Actor:
    """Somebody at the desk, with another form each time."""
    return Actor(AppointmentEvent.ActorKind.STAFF, uuid4(), submission=uuid4())


def patient() -> Actor:
    return Actor.patient(submission=uuid4())


def a_visit(now: datetime, *, starts_at: datetime = TEN_O_CLOCK, **said: Any) -> list[Appointment]:
    """The first two parts with Alex, the last with Bo; each half an hour."""
    a_clinic()
    services = [a_service(name_en=en, name_es=es, cancel_cutoff_hours=1) for en, es in NAMES]
    alex, bo = (a_practitioner(*services, name=f"{name} Example") for name in ("Alex", "Bo"))
    parts = [
        Part(service, starts_at + number * HALF_AN_HOUR, person)
        for number, (service, person) in enumerate(zip(services, (alex, alex, bo), strict=True))
    ]
    return actions.book_visit(parts=parts, details=details(**said), by=staff(), now=now)
