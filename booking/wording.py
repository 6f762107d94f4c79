"""A message in the clinic's own words: what its placeholders stand for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from booking.models.appointments import Appointment, Reason
from booking.models.messages import Message
from booking.models.wordings import Wording, filled
from clinic import times
from clinic.memory import the_clinic
from clinic.templatetags.telephone import telephone

Kind = Message.Kind
FOLDER = "emails/own_words"


def own_words(message: Message, values: Mapping[str, Any]) -> dict[str, str] | None:
    """Subject and text of a message, if the clinic has words of its own for it.

    `values` are those of the messages' templates; times and days are said in the active language.
    """
    if message.kind in {Kind.OFFERED, Kind.OFFER_ENDED} and values["replaced"]:
        return None  # they do not say that an appointment which was confirmed is gone
    wording = Wording.objects.filter(kind=message.kind, language=message.language).first()
    if wording is None:
        return None
    known = meanings(values)
    if wording.kind in {Kind.REMINDER_DAYS, Kind.REMINDER_HOURS}:
        known["link"] = values["attend_link"]  # where one says: I am coming
    return {"subject": filled(wording.subject, known), "text": filled(wording.text, known)}


def meanings(values: Mapping[str, Any]) -> dict[str, str]:
    appointment, clinic = values["appointment"], values["clinic"]
    return {
        "clinic": clinic.name,
        "telephone": telephone(clinic.telephone),
        "when": _when(appointment),
        "day": times.day(appointment.local_start),
        "time": times.clock(appointment.local_start),
        "link": values["link"],
        "answer_by": _moment(values["answer_by"]),
        "reason": str(values["reason"]),
        "times": "\n".join(f"- {_when(offer)}" for offer in values["offers"]),
        "choose_by": _moment(values["expires_at"]),
    }


def _when(appointment: Appointment) -> str:
    return render_to_string("emails/when.txt", {"appointment": appointment})


def _moment(at: datetime | None) -> str:
    return f"{times.weekday(at)}, {times.clock(at)}" if at else ""


def sample(wording: Wording, *, now: datetime) -> dict[str, str]:
    """The message as somebody would read it who comes tomorrow at ten."""
    clinic = the_clinic()
    at = now.astimezone(clinic.zone).replace(hour=10, minute=0) + timedelta(days=1)
    later = at + timedelta(hours=4)
    when, other = (f"{_moment(each)} ({times.zone_name(clinic.zone)})" for each in (at, later))
    known = {
        "clinic": clinic.name,
        "telephone": telephone(clinic.telephone),
        "when": when,
        "day": times.day(at),
        "time": times.clock(at),
        "link": f"{settings.SITE_URL}/…",
        "answer_by": _moment(later),
        "reason": str(Reason.PLEASE_CALL.label),
        "times": f"- {when}\n- {other}",
        "choose_by": _moment(later),
    }
    return {
        "subject": filled(wording.subject, known),
        "text": filled(wording.text, known),
    }


def sample_text(known: dict[str, str]) -> str:
    return render_to_string(f"{FOLDER}/body.txt", {"text": known["text"], "clinic": the_clinic()})
