"""Rows for the tests of booking: a clinic in New York with as little as a test needs.

Rows are written directly. A test of what the actions do calls the actions; the builders only
make what was there before.
"""

import itertools
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from booking import openings
from booking.actions import REFERENCE_ALPHABET, Details
from booking.models import Appointment, AppointmentRequest, Patient, Status
from booking.models.appointments import WITH_DEADLINE
from clinic.models import Clinic, Location, Practitioner, Room, Service, WorkingHours

# Wednesday, ten in the morning in New York, two days after the tests' START.
TEN_O_CLOCK = datetime(2026, 6, 17, 14, 0, tzinfo=UTC)

WEEKDAYS = range(5)
NINE_TO_FIVE = ((time(9), time(17)),)

Stretches = Iterable[tuple[time, time]]
numbers = itertools.count(1)


def a_clinic(**fields: Any) -> Clinic:
    """The one clinic; made at the first call, changed by later ones that say something else."""
    defaults = {
        "name": "Example Clinic",
        "telephone": "+17325550123",
        "email": "desk@clinic.test",
        "unconfirmed_share": 100,
    }
    clinic, _ = Clinic.objects.update_or_create(
        id=1, defaults=fields, create_defaults=defaults | fields
    )
    return clinic


def a_location(**fields: Any) -> Location:
    """The only location, unless a slug asks for another."""
    slug = fields.pop("slug", "main")
    defaults = {"name_en": "Main Street", "time_zone": "America/New_York"} | fields
    location, _ = Location.objects.get_or_create(slug=slug, defaults=defaults)
    return location


def a_room(**fields: Any) -> Room:
    defaults = {"location": fields.get("location") or a_location(), "name": f"Room {next(numbers)}"}
    return Room.objects.create(**(defaults | fields))


def a_service(**fields: Any) -> Service:
    """30 minutes without buffers, every half hour, a day's notice, 60 days ahead, no room."""
    number = next(numbers)
    defaults = {
        "slug": f"service-{number}",
        "name_en": f"Service {number}",
        "name_es": f"Servicio {number}",
        "duration": 30,
    }
    return Service.objects.create(**(defaults | fields))


def a_practitioner(
    *services: Service,
    hours: Stretches = NINE_TO_FIVE,
    weekdays: Iterable[int] = WEEKDAYS,
    location: Location | None = None,
    **fields: Any,
) -> Practitioner:
    """Works Monday to Friday from nine to five, where nothing else is said."""
    number = next(numbers)
    defaults = {"slug": f"practitioner-{number}", "name": f"Practitioner {number}"}
    practitioner = Practitioner.objects.create(**(defaults | fields))
    practitioner.services.set(services)
    place = location or a_location()
    WorkingHours.objects.bulk_create(
        WorkingHours(
            practitioner=practitioner, location=place, weekday=weekday, starts=starts, ends=ends
        )
        for weekday in weekdays
        for starts, ends in hours
    )
    return practitioner


def a_patient(**fields: Any) -> Patient:
    defaults = {"full_name": "Ada Example", "email": f"ada{next(numbers)}@patients.test"}
    return Patient.objects.create(**(defaults | fields))


def details(**fields: Any) -> Details:
    """What the details page hands to `actions.send`; another address at each call."""
    defaults = {"full_name": "Ada Example", "email": f"ada{next(numbers)}@patients.test"}
    return Details(**(defaults | fields))


def a_draft(service: Service | None = None, **fields: Any) -> AppointmentRequest:
    """A request whose safety gate is passed, and that is not sent yet."""
    a_clinic()
    now = timezone.now()
    defaults = {
        "service": service or a_service(),
        "reference": "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8)),
        "gate_accepted_at": now,
        "gate_wording": "None of these apply to me.",
        "created_at": now,
        "updated_at": now,
    }
    return AppointmentRequest.objects.create(**(defaults | fields))


def a_request(service: Service | None = None, **fields: Any) -> AppointmentRequest:
    """A request that was sent."""
    now = timezone.now()
    defaults = {
        "patient": fields.get("patient") or a_patient(),
        "answer_by": now + timedelta(hours=24),
        "sent_at": now,
    }
    return a_draft(service, **(defaults | fields))


def an_appointment(
    status: Status = Status.BOOKED,
    starts_at: datetime = TEN_O_CLOCK,
    *,
    request: AppointmentRequest | None = None,
    practitioner: Practitioner | None = None,
    **fields: Any,
) -> Appointment:
    """A time on the calendar, as long as its service; another request each, if none is given."""
    appointment = a_new_appointment(
        status, starts_at, request=request, practitioner=practitioner, **fields
    )
    appointment.save()
    return appointment


def a_new_appointment(
    status: Status = Status.BOOKED,
    starts_at: datetime = TEN_O_CLOCK,
    *,
    request: AppointmentRequest | None = None,
    practitioner: Practitioner | None = None,
    **fields: Any,
) -> Appointment:
    """The same, not saved yet."""
    if request is None:
        service = fields.pop("service", None)
        request = a_draft(service) if status == Status.HELD else a_request(service)
    rules = openings.rules_of(request.service)
    ends_at = fields.get("ends_at", starts_at + rules.duration)
    deadline = timedelta(minutes=20) if status == Status.HELD else timedelta(hours=24)
    defaults: dict[str, Any] = {
        "practitioner": practitioner or a_practitioner(request.service),
        "location": fields.get("location") or a_location(),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "blocks_from": starts_at - rules.buffer_before,
        "blocks_until": ends_at + rules.buffer_after,
        "expires_at": timezone.now() + deadline if status in WITH_DEADLINE else None,
        "created_at": timezone.now(),
    }
    return Appointment(request=request, status=status, **(defaults | fields))
