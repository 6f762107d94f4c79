"""Calendar files: one event, no word of health, the zone's rules for its dates and no more."""

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from booking.models.appointments import Appointment, Status
from clinic.models import Clinic

DAY = timedelta(days=1)


def calendar_file(
    appointment: Appointment, *, clinic: Clinic, link: str, attendee: str, now: datetime
) -> bytes:
    """REQUEST while the appointment stands, CANCEL once it is off; UID stable, SEQUENCE rising."""
    cancelled = appointment.status in {Status.CANCELLED, Status.ENTERED_IN_ERROR}
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic website//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    zone = appointment.location.zone
    # First and last date given, since without them a VTIMEZONE of seventy years is written.
    first, last = appointment.local_start.date() - DAY, appointment.local_end.date() + DAY
    calendar.add_component(Timezone.from_tzinfo(zone, zone.key, first, last))
    calendar.add_component(_event(appointment, clinic, link, attendee, now, cancelled=cancelled))
    return bytes(calendar.to_ical())


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
