"""What the staff's pages show of the bookings."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from booking.desk.day import Mark, marks_of
from booking.desk.flags import cautions_in, flags_of
from booking.desk.today import Desk, desk_for
from booking.desk.words import day as say_day
from booking.desk.words import hours as say_hours
from booking.desk.words import moment as say_moment
from booking.desk.words import when
from booking.models import Appointment, AppointmentRequest, CallNote, Patient
from clinic.audit import record_access
from clinic.times import clock

register = template.Library()

MINUTE = timedelta(minutes=1)
LESS = "less than a minute"


@register.simple_tag(takes_context=True)
def todays_desk(context: dict[str, Any]) -> Desk | None:
    """The desk of who has signed in; None for those who have nothing to do with patients."""
    request = context["request"]
    if not request.user.has_perm("booking.view_appointment"):
        return None
    is_refresh = "X-Refresh" in request.headers
    record_access(request, action="refresh" if is_refresh else "list", subject_type="desk")
    return desk_for(request.user, now=timezone.now())


@register.simple_tag
def submission(about: Appointment | Patient | None = None) -> SafeString:
    """The token of a form that acts: sent twice, it is carried out once.

    With an appointment or a patient, also what the page shows of it: if that has changed, nothing
    is done.
    """
    token = format_html('<input type="hidden" name="submission" value="{}">', uuid4())
    if about is None:
        return token
    shown = format_html('<input type="hidden" name="shown" value="{}">', about.shown)
    return format_html("{}{}", token, shown)


@register.simple_tag
def marks(appointment: Appointment, now: datetime | None = None) -> list[Mark]:
    """The buttons of a visit."""
    return marks_of(appointment, now=now or timezone.now())


@register.filter
def flags(request: AppointmentRequest) -> list[str]:
    return flags_of(request)


@register.filter
def cautions(request: AppointmentRequest) -> list[str]:
    return cautions_in(request)


@register.filter
def stamp(at: datetime | None) -> str:
    """“Nov 24, 2026, 9:30 am”, in the clinic's zone like every page of the staff."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{say_day(local)}, {clock(local)}"


@register.filter
def on_day(at: date | None) -> str:
    """“Nov 24, 2026”, in the clinic's zone."""
    if at is None:
        return ""
    return say_day(timezone.localtime(at) if isinstance(at, datetime) else at)


@register.filter
def signed(note: CallNote) -> str:
    """“Ana Reyes, Tue Nov 24, 9:30 am EST”, in the clinic's zone like every page of the staff."""
    return f"{note.author}, {say_moment(note.at, timezone.get_current_timezone())}"


register.filter("when", when)


@register.filter
def hours(appointment: Appointment) -> str:
    return say_hours(appointment.local_start, appointment.local_end)


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    return timesince(moment, now, depth=1) if now - moment >= MINUTE else LESS


@register.filter
def left(moment: datetime, now: datetime) -> str:
    return timeuntil(moment, now, depth=1) if moment - now >= MINUTE else LESS


@register.filter
def until(appointment: Appointment) -> str:
    """The deadline of what waits, said like its time."""
    assert appointment.expires_at  # the database says so
    return say_moment(appointment.expires_at, appointment.location.zone)
