"""What the staff's pages show of the bookings."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from booking.desk.today import Desk, desk_for
from booking.desk.words import moment as say_moment
from booking.desk.words import when
from booking.models import Appointment, Patient
from clinic import times
from clinic.audit import record_access

register = template.Library()

MINUTE = timedelta(minutes=1)
LESS = "less than a minute"


@register.simple_tag(takes_context=True)
def todays_desk(context: dict[str, Any]) -> Desk | None:
    """The desk of who has signed in; None for those who have nothing to do with patients."""
    request = context["request"]
    if not request.user.has_perm("booking.view_appointment"):
        return None
    record_access(request, action="list", subject_type="desk")
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


register.filter("when", when)


@register.filter
def hours(appointment: Appointment) -> str:
    """“9:30 to 10:15 am”; both halves of the day are named where they differ."""
    begins, ends = times.clock(appointment.local_start), times.clock(appointment.local_end)
    return f"{begins.removesuffix(ends[-3:])} to {ends}"


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
