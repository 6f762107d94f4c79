"""What stands on the calendar and lies outside the hours, since these have changed."""

from datetime import datetime
from uuid import UUID

from booking.availability import Calendar
from booking.models.appointments import Appointment
from booking.team import team_of
from booking.walltime import DAY, Interval, merged


def outside_hours(*, now: datetime) -> dict[UUID, Appointment]:
    """What is to come and does not fit into the hours of who does it, the nearest first."""
    coming = list(Appointment.objects.to_come(now=now).with_people())
    if not coming:
        return {}
    first, last = coming[0].starts_at.date() - DAY, coming[-1].ends_at.date() + DAY
    team = team_of(None, first, last, practitioner=None)
    calendars = {(each.practitioner_id, each.location_id): each for each in team.calendars}
    return {row.id: row for row in coming if not _fits(row, calendars)}


def _fits(appointment: Appointment, calendars: dict[tuple[int, int], Calendar]) -> bool:
    calendar = calendars.get((appointment.practitioner_id, appointment.location_id))
    if calendar is None:
        return False  # no hours there at all
    return fits(Interval(appointment.starts_at, appointment.ends_at), calendar)


def fits(visit: Interval, calendar: Calendar) -> bool:
    """Whether somebody works, without a break, from its first minute to its last. Pure.

    A visit may last past midnight, into the hours of the next day.
    """
    day = visit.start.astimezone(calendar.zone).date()
    open_then = merged((*calendar.open_on(day), *calendar.open_on(day + DAY)))
    return any(piece.start <= visit.start and visit.end <= piece.end for piece in open_then)
