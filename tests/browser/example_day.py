"""A day at the desk with invented people, for the pictures: run inside a site."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from booking import actions
from booking.actions import Details
from booking.actors import Actor
from booking.models import Appointment
from booking.openings import free_times
from clinic.memory import the_clinic
from clinic.models import Service, User
from content.models import Article, Caution

PATIENT = Actor.patient()
LAST_WEEK = timedelta(days=5)


def fill() -> None:
    now = timezone.now()
    today = now.astimezone(the_clinic().zone).date()
    owner = Actor.staff(User.objects.get())
    for number, name in enumerate(("Rosa Example", "Peter Sample", "Lin Placeholder")):
        asked = ask("follow-up", now - LAST_WEEK, day=today, skip=3 * number, full_name=name)
        if asked:  # a Sunday has none
            actions.confirm(appointment_id=asked.id, by=owner, now=now - LAST_WEEK)
    ask(
        "initial-consultation",
        now - timedelta(hours=5),
        full_name="Ines Sample",
        screening=json.dumps([Caution.objects.filter(ask_at_booking=True)[0].slug]),
        payment="insurance",
    )
    ask("acupressure-session", now - timedelta(hours=2), skip=2, full_name="Tom Placeholder")
    by_call = ask(
        "initial-consultation", now - timedelta(hours=6), skip=9, full_name="Ada Example", email=""
    )
    if by_call:
        actions.confirm(appointment_id=by_call.id, by=owner, now=now)


def ask(
    service: str, at: datetime, *, day: Any = None, skip: int = 0, **details: Any
) -> Appointment | None:
    """A request made at another moment, for one of the times that were free then."""
    wanted = Service.objects.get(slug=service)
    first = day or (at + timedelta(days=1)).date()
    last = day or first + timedelta(days=14)
    free = free_times(wanted, first_day=first, last_day=last, now=at).first(skip + 1)
    if len(free) <= skip:
        return None
    request = actions.start_draft(
        service=wanted,
        language="en",
        gate_wording="",
        seen_by_doctor=False,
        article=Article.objects.in_language("en").first(),
        by=PATIENT,
        now=at,
    )
    actions.hold(request_id=request.id, starts_at=free[skip].starts_at, by=PATIENT, now=at)
    person = {"email": "sample@patient.example", "telephone": "+17325550123"} | details
    sent = actions.send(
        request_id=request.id,
        submission_token=request.submission_token,
        details=Details(**person),
        by=PATIENT,
        now=at,
    )
    return sent.appointments.get()
