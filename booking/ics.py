"""Calendar files: an appointment, or all of a visit, for its patient; busy times for a
practitioner; no word of health.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
)

from booking.models.appointments import Appointment, Status
from clinic.models import Clinic

DAY = timedelta(days=1)
CALLED_OFF = (Status.CANCELLED, Status.ENTERED_IN_ERROR)
UNDECIDED = (Status.HELD, Status.PROPOSED, Status.PENDING)


def method_of(appointment: Appointment, *, clinic: Clinic, attendee: str) -> str:
    """REQUEST while the appointment stands, CANCEL once it is off.

    An invitation needs an organizer and an attendee. Where the clinic or the patient has no
    e-mail address it is PUBLISH, and what is off is published as cancelled.
    """
    if not (clinic.email and attendee):
        return "PUBLISH"
    return "CANCEL" if appointment.status in CALLED_OFF else "REQUEST"


def calendar_file(
    appointment: Appointment, *, clinic: Clinic, link: str, attendee: str, now: datetime
) -> bytes:
    """One visit: its UID is stable, its SEQUENCE rises, its METHOD is that of `method_of`."""
    method = method_of(appointment, clinic=clinic, attendee=attendee)
    calendar = _calendar()
    calendar.add("method", method)
    calendar.add_component(_rules_of(appointment.location.zone, [appointment]))
    event = _event_of_a_patient(appointment, clinic=clinic, link=link, now=now)
    if method != "PUBLISH":
        # The patient has agreed already: calendar programs need not ask, nor answer the clinic.
        event["attendee"] = _address(attendee, partstat="ACCEPTED", rsvp="FALSE")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def visit_file(parts: Iterable[tuple[Appointment, str]], *, clinic: Clinic, now: datetime) -> bytes:
    """All of a visit, each part with its link and the UID that it has by itself.

    It is published: an invitation, or its end, is of one event alone (RFC 5546, 3.2).
    """
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    linked = list(parts)
    in_zone: dict[ZoneInfo, list[Appointment]] = {}
    for part, _link in linked:
        in_zone.setdefault(part.location.zone, []).append(part)
    for zone, those in in_zone.items():
        calendar.add_component(_rules_of(zone, those))
    for part, link in linked:
        calendar.add_component(_event_of_a_patient(part, clinic=clinic, link=link, now=now))
    return bytes(calendar.to_ical())


def _event_of_a_patient(
    appointment: Appointment, *, clinic: Clinic, link: str, now: datetime
) -> Event:
    event = _event(appointment, f"{appointment.calendar_uid}@appointments", now)
    starts_at, ends_at = _wall_times(appointment)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", _plain(clinic.name))
    event.add("description", f"{link}\n{clinic.telephone.as_national}")
    event.add("url", link)
    event.add("location", _where(appointment, clinic))
    event.add("status", "CANCELLED" if appointment.status in CALLED_OFF else "CONFIRMED")
    if clinic.email:
        event["organizer"] = _address(clinic.email, cn=_plain(clinic.name))
    return event


def feed_file(appointments: Iterable[Appointment], *, name: str, now: datetime) -> bytes:
    """Busy times with the reference of each request, by which staff find the rest in the admin."""
    calendar = _calendar()
    # Said to be text, for what icalendar does not know it does not escape.
    calendar.add("x-wr-calname", vText(_plain(name)))
    for appointment in appointments:
        is_held = appointment.status == Status.HELD
        event = _event(appointment, f"{appointment.id}@busy", now)
        event.add("dtstart", appointment.starts_at.astimezone(UTC))
        # What was completed early blocks no longer than it took.
        ends_at = min(appointment.ends_at, appointment.blocks_until)
        event.add("dtend", ends_at.astimezone(UTC))
        event.add("summary", "Busy" if is_held else appointment.request.reference)
        event.add("status", "TENTATIVE" if appointment.status in UNDECIDED else "CONFIRMED")
        event.add("transp", "OPAQUE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic website//Appointments//EN")
    calendar.add("version", "2.0")
    return calendar


def _event(appointment: Appointment, uid: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", appointment.calendar_sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("class", "PRIVATE")
    return event


def _wall_times(appointment: Appointment) -> tuple[datetime, datetime]:
    """The location's wall time; in autumn's repeated hour UTC, for a wall time means its first."""
    starts_at, ends_at = appointment.local_start, appointment.local_end
    if starts_at.fold or ends_at.fold:
        return starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    return starts_at, ends_at


def _rules_of(zone: ZoneInfo, appointments: Sequence[Appointment]) -> Timezone:
    """The zone on the days of the appointments: without dates it would be seventy years."""
    first = min(each.local_start.date() for each in appointments)
    last = max(each.local_end.date() for each in appointments) + DAY
    rules = Timezone.from_tzinfo(zone, zone.key, first, last)
    for observance in rules.subcomponents:
        assert isinstance(observance, TimezoneStandard | TimezoneDaylight)
        # A change is dated by the clock that it ends; icalendar dates spring's by the new one.
        leap = observance.TZOFFSETTO - observance.TZOFFSETFROM
        if leap > timedelta():
            observance.DTSTART -= leap
    return rules


def _where(appointment: Appointment, clinic: Clinic) -> str:
    place = appointment.location
    return _plain(f"{place.street}, {place.city}" if place.street else clinic.name)


def _address(email: str, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    for name, text in parameters.items():
        address.params[name] = vText(text)
    return address


def _plain(text: str) -> str:
    """Line ends of one kind, and no other control character: a calendar may hold none."""
    lines = text.splitlines()
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines)
