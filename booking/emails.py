"""One named function per message, each with its three templates; nothing of health in any.

A template folder emails/<kind>/ holds subject.txt, body.txt and body.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import MIMEPart
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from booking import links, together
from booking.ics import calendar_file, method_of, visit_file
from booking.models.appointments import (
    NOT_ONLINE,
    Appointment,
    AppointmentEvent,
    Reason,
    Status,
)
from booking.models.messages import Message
from booking.wording import FOLDER as OWN_WORDS
from booking.wording import own_words
from clinic.mail import one_line, sender
from clinic.models import Clinic, User

# Who answers requests, by the names of their groups in clinic.roles.
DESK_GROUPS = ("Owner", "Front desk")

Kind = Message.Kind
WITH_WHAT_STAYS = {
    *(Kind.CANCELLED, Kind.MOVED, Kind.OFFERED),
    *(Kind.STAFF_CANCELLED, Kind.STAFF_MOVED),
}


@dataclass(frozen=True, slots=True)
class Context:
    """What every message may speak of: clinic, date, time, link."""

    message: Message
    appointment: Appointment
    clinic: Clinic
    now: datetime
    parts: tuple[Appointment, ...] = ()  # of a visit, where the message names several


def requested(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def confirmed(context: Context) -> EmailMultiAlternatives:
    return _with_calendar(_to_patient(context), context)


def declined(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def expired(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def cancelled(context: Context) -> EmailMultiAlternatives:
    """A calendar that took the appointment in takes it out again."""
    mail = _to_patient(context)
    return _with_calendar(mail, context) if _was_booked(context.appointment) else mail


def moved(context: Context) -> EmailMultiAlternatives:
    """A calendar that has the appointment takes the new time in; a request was in none."""
    mail = _to_patient(context)
    is_booked = context.appointment.status != Status.PENDING
    return _with_calendar(mail, context) if is_booked else mail


def offered(context: Context) -> EmailMultiAlternatives:
    """What had been confirmed before is taken out of the calendar that has it."""
    mail = _to_patient(context)
    replaced = Appointment.objects.replaced_by_offers_to(context.appointment.request)
    return _with_calendar(mail, replace(context, appointment=replaced)) if replaced else mail


def _was_booked(appointment: Appointment) -> bool:
    events = AppointmentEvent.objects.filter(appointment=appointment.id)
    return events.filter(to_status=Status.BOOKED).exists()


def offer_ended(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def reminder_days(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def reminder_hours(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def link_again(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def visit_confirmed(context: Context) -> EmailMultiAlternatives:
    whole = _of_the_visit(context)
    return _with_visit(_to_patient(whole), whole, whole.parts)


def visit_cancelled(context: Context) -> EmailMultiAlternatives:
    """Times that were merely offered are in no calendar."""
    whole = _of_the_visit(context)
    booked = [part for part in whole.parts if _was_booked(part)]
    return _with_visit(_to_patient(whole), whole, booked)


def visit_reminder_days(context: Context) -> EmailMultiAlternatives:
    return _to_patient(_of_the_visit(context))


def visit_reminder_hours(context: Context) -> EmailMultiAlternatives:
    return _to_patient(_of_the_visit(context))


def _of_the_visit(context: Context) -> Context:
    """With the parts that there are to name now; the first of them has the link."""
    parts = together.named_in(context.message) or [context.appointment]
    return replace(context, appointment=parts[0], parts=tuple(parts))


def staff_new_request(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_cancelled(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_expired(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_answer_soon(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_moved(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_offer_taken(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_offer_ended(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


def staff_offer_declined(context: Context) -> EmailMultiAlternatives:
    return _to_staff(context)


WRITERS = {
    Kind.REQUESTED: requested,
    Kind.CONFIRMED: confirmed,
    Kind.DECLINED: declined,
    Kind.EXPIRED: expired,
    Kind.CANCELLED: cancelled,
    Kind.STAFF_NEW_REQUEST: staff_new_request,
    Kind.STAFF_CANCELLED: staff_cancelled,
    Kind.STAFF_EXPIRED: staff_expired,
    Kind.MOVED: moved,
    Kind.OFFERED: offered,
    Kind.OFFER_ENDED: offer_ended,
    Kind.REMINDER_DAYS: reminder_days,
    Kind.REMINDER_HOURS: reminder_hours,
    Kind.LINK_AGAIN: link_again,
    Kind.VISIT_CONFIRMED: visit_confirmed,
    Kind.VISIT_CANCELLED: visit_cancelled,
    Kind.VISIT_REMINDER_DAYS: visit_reminder_days,
    Kind.VISIT_REMINDER_HOURS: visit_reminder_hours,
    Kind.STAFF_ANSWER_SOON: staff_answer_soon,
    Kind.STAFF_MOVED: staff_moved,
    Kind.STAFF_OFFER_TAKEN: staff_offer_taken,
    Kind.STAFF_OFFER_ENDED: staff_offer_ended,
    Kind.STAFF_OFFER_DECLINED: staff_offer_declined,
}


def render(message: Message, *, now: datetime) -> EmailMultiAlternatives:
    """The message as it would be sent at `now`, in its own language."""
    appointment = Appointment.objects.with_people().get(messages=message)
    context = Context(message, appointment, Clinic.objects.get(), now)
    with translation.override(message.language):
        return WRITERS[Kind(message.kind)](context)


def staff_addresses(clinic: Clinic) -> list[str]:
    """The clinic's own address, or everybody who answers requests."""
    if clinic.email:
        return [clinic.email]
    staff = User.objects.filter(is_active=True, groups__name__in=DESK_GROUPS)
    return sorted(set(staff.values_list("email", flat=True)))


def _to_patient(context: Context) -> EmailMultiAlternatives:
    patient = context.appointment.request.patient
    return _compose(context, [patient.email] if patient else [])


def _to_staff(context: Context) -> EmailMultiAlternatives:
    return _compose(context, staff_addresses(context.clinic))


def _compose(context: Context, to: list[str]) -> EmailMultiAlternatives:
    message, appointment = context.message, context.appointment
    values: dict[str, Any] = {
        "appointment": appointment,
        "clinic": context.clinic,
        "parts": context.parts,
        "stays": _staying(context),
        "link": links.address_for(appointment.request),
        "attend_link": links.address_for(appointment.request, "appointment-attend"),
        "reason": Reason(appointment.reason_code).label if appointment.reason_code else "",
        "may_ask_again": appointment.reason_code not in NOT_ONLINE,
        "answer_by": _local(appointment, appointment.request.answer_by),
        "offers": Appointment.objects.offered_to(appointment.request).with_people(),
        "replaced": Appointment.objects.replaced_by_offers_to(appointment.request),
        "expires_at": _local(appointment, appointment.expires_at),
        "zone_name": appointment.local_start.tzname(),
        "desk_url": f"{settings.SITE_URL}{reverse('admin:index')}",
        "language": message.language,
    }
    folder = f"emails/{message.kind}"
    if own := own_words(message, values):
        folder, values = OWN_WORDS, values | own
    mail = EmailMultiAlternatives(
        subject=one_line(render_to_string(f"{folder}/subject.txt", values)),
        body=render_to_string(f"{folder}/body.txt", values),
        from_email=sender(context.clinic),
        to=to,
        # The same for every attempt, so that a repeat can be told from a new message.
        headers={"Message-ID": f"<{message.id}@{settings.SITE_HOST or 'localhost'}>"},
    )
    mail.attach_alternative(render_to_string(f"{folder}/body.html", values), "text/html")
    return mail


def _staying(context: Context) -> list[Appointment]:
    """What stays of a visit, whatever has become of the part that the message is about."""
    if context.message.kind not in WITH_WHAT_STAYS:
        return []
    return together.staying(together.others_of(context.appointment), now=context.now)


def _with_calendar(mail: EmailMultiAlternatives, context: Context) -> EmailMultiAlternatives:
    patient = context.appointment.request.patient
    attendee = patient.email if patient else ""
    file = calendar_file(
        context.appointment,
        clinic=context.clinic,
        link=links.address_for(context.appointment.request),
        attendee=attendee,
        now=context.now,
    )
    method = method_of(context.appointment, clinic=context.clinic, attendee=attendee)
    return _attached(mail, file, method)


def _with_visit(
    mail: EmailMultiAlternatives, context: Context, parts: Sequence[Appointment]
) -> EmailMultiAlternatives:
    """One file for all of them."""
    if len(parts) < 2:
        return _with_calendar(mail, replace(context, appointment=parts[0])) if parts else mail
    linked = [(part, links.address_for(part.request)) for part in parts]
    return _attached(mail, visit_file(linked, clinic=context.clinic, now=context.now), "PUBLISH")


def _attached(mail: EmailMultiAlternatives, file: bytes, method: str) -> EmailMultiAlternatives:
    part = MIMEPart()
    # Mail programs look at `method` for what the file asks of them (RFC 6047).
    part.set_content(
        file,
        maintype="text",
        subtype="calendar",
        params={"method": method, "charset": "utf-8"},
        disposition="attachment",
        filename="appointment.ics",
    )
    mail.attach(part)
    return mail


def _local(appointment: Appointment, moment: datetime | None) -> datetime | None:
    return moment.astimezone(appointment.location.zone) if moment else None
