"""Calendar files: one event, no word of health, the zone's rules for its dates and no more."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from booking.models.appointments import Appointment, Status
from clinic.models import Clinic

DAY = timedelta(days=1)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic website//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def calendar_file(
    appointment: Appointment, *, clinic: Clinic, link: str, attendee: str, now: datetime
) -> bytes:
    """REQUEST while the appointment stands, CANCEL once it is off; UID stable, SEQUENCE rising.

    Both need an organizer with an address (RFC 5546); a clinic without one publishes the event,
    with its status.
    """
    cancelled = appointment.status in {Status.CANCELLED, Status.ENTERED_IN_ERROR}
    method = ("CANCEL" if cancelled else "REQUEST") if clinic.email else "PUBLISH"
    calendar = _calendar(method)
    zone = appointment.location.zone
    # First and last date given, since without them a VTIMEZONE of seventy years is written.
    first, last = appointment.local_start.date() - DAY, appointment.local_end.date() + DAY
    calendar.add_component(Timezone.from_tzinfo(zone, zone.key, first, last))
    calendar.add_component(_event(appointment, clinic, link, attendee, now, cancelled=cancelled))
    return bytes(calendar.to_ical())


def feed_file(appointments: Iterable[Appointment], *, name: str, now: datetime) -> bytes:
    """A practitioner's busy times: references and nothing of patients, services or health."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    for appointment in appointments:
        calendar.add_component(_busy(appointment, now))
    return bytes(calendar.to_ical())


def _busy(appointment: Appointment, now: datetime) -> Event:
    is_draft = appointment.status == Status.HELD
    is_open = is_draft or appointment.status in {Status.PENDING, Status.PROPOSED}
    event = Event()
    event.add("uid", f"{appointment.id}@busy")
    event.add("sequence", appointment.calendar_sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    event.add("dtend", appointment.ends_at.astimezone(UTC))
    event.add("summary", "Busy" if is_draft else appointment.request.reference)
    event.add("status", "TENTATIVE" if is_open else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _event(
    appointment: Appointment,
    clinic: Clinic,
    link: str,
    attendee: str,
    now: datetime,
    *,
    cancelled: bool,
) -> Event:
    event = Event()
    event.add("uid", f"{appointment.calendar_uid}@appointments")
    event.add("sequence", appointment.calendar_sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", appointment.local_start)
    event.add("dtend", appointment.local_end)
    event.add("summary", clinic.name)
    event.add("description", f"{link}\n{clinic.telephone.as_national}")
    event.add("url", link)
    place = appointment.location
    event.add("location", f"{place.street}, {place.city}" if place.street else clinic.name)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if clinic.email:
        organizer = vCalAddress(f"mailto:{clinic.email}")
        organizer.params["cn"] = vText(clinic.name)
        event["organizer"] = organizer
    if attendee and clinic.email:
        event.add("attendee", vCalAddress(f"mailto:{attendee}"))
    return event
