"""One named function per message, each with its three templates; nothing of health in any.

A template folder emails/<kind>/ holds subject.txt, body.txt and body.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Context:
    """What every message may speak of: clinic, date, time, link; of a visit, of several."""

    message: Message
    appointments: Sequence[Appointment]
    stays: Sequence[Appointment]
    clinic: Clinic
    now: datetime

    @property
    def appointment(self) -> Appointment:
        return self.appointments[0]


def requested(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def confirmed(context: Context) -> EmailMultiAlternatives:
    mail = _with_calendar(_to_patient(context), context, context.appointments)
    return _without_unsaid(mail, context)


def declined(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def expired(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def cancelled(context: Context) -> EmailMultiAlternatives:
    """A calendar that took the appointment in takes it out again."""
    booked = [each for each in context.appointments if _was_booked(each)]
    return _without_unsaid(_with_calendar(_to_patient(context), context, booked), context)


def moved(context: Context) -> EmailMultiAlternatives:
    """A calendar that has the appointment takes the new time in; a request was in none."""
    booked = [each for each in context.appointments if each.status != Status.PENDING]
    return _without_unsaid(_with_calendar(_to_patient(context), context, booked), context)


def offered(context: Context) -> EmailMultiAlternatives:
    """What had been confirmed before is taken out of the calendar that has it."""
    return _without_replaced(context)


def _without_replaced(context: Context) -> EmailMultiAlternatives:
    replaced = Appointment.objects.replaced_by_offers_to(context.appointment.request)
    return _with_calendar(_to_patient(context), context, [replaced] if replaced else [])


def _without_unsaid(mail: EmailMultiAlternatives, context: Context) -> EmailMultiAlternatives:
    """Who answers an offer on the page has no mail of it: what it replaced is taken out here."""
    for appointment in context.appointments:
        replaced = Appointment.objects.replaced_by_offers_to(appointment.request)
        if replaced and not Message.objects.took_out_of_calendar(replaced).exists():
            mail = _with_calendar(mail, context, [replaced], name="cancelled.ics")
    return mail


def _was_booked(appointment: Appointment) -> bool:
    events = AppointmentEvent.objects.filter(appointment=appointment.id)
    return events.filter(to_status=Status.BOOKED).exists()


def offer_ended(context: Context) -> EmailMultiAlternatives:
    """The offer may have ended before anybody was told of it, so this says it once more."""
    return _without_replaced(context)


def reminder_days(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def reminder_hours(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


def link_again(context: Context) -> EmailMultiAlternatives:
    return _to_patient(context)


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
    Kind.STAFF_ANSWER_SOON: staff_answer_soon,
    Kind.STAFF_MOVED: staff_moved,
    Kind.STAFF_OFFER_TAKEN: staff_offer_taken,
    Kind.STAFF_OFFER_ENDED: staff_offer_ended,
    Kind.STAFF_OFFER_DECLINED: staff_offer_declined,
}


def render(message: Message, *, now: datetime) -> EmailMultiAlternatives:
    """The message as it would be sent at `now`, in its own language."""
    message.appointment = Appointment.objects.with_people().get(messages=message)
    spoken = together.spoken_in(message, now=now)
    appointments = spoken.of or [message.appointment]
    context = Context(message, appointments, spoken.stays, Clinic.objects.get(), now)
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
        "parts": context.appointments if len(context.appointments) > 1 else (),
        "stays": context.stays,
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


def _with_calendar(
    mail: EmailMultiAlternatives,
    context: Context,
    appointments: Sequence[Appointment],
    *,
    name: str = "appointment.ics",
) -> EmailMultiAlternatives:
    """One file, whatever there is to put into it; none, where there is nothing."""
    if not appointments:
        return mail
    if len(appointments) > 1:
        linked = [(each, links.address_for(each.request)) for each in appointments]
        file = visit_file(linked, clinic=context.clinic, now=context.now)
        return _attached(mail, file, "PUBLISH", name)
    [appointment] = appointments
    patient = appointment.request.patient
    attendee = patient.email if patient else ""
    file = calendar_file(
        appointment,
        clinic=context.clinic,
        link=links.address_for(appointment.request),
        attendee=attendee,
        now=context.now,
    )
    method = method_of(appointment, clinic=context.clinic, attendee=attendee)
    return _attached(mail, file, method, name)


def _attached(
    mail: EmailMultiAlternatives, file: bytes, method: str, name: str
) -> EmailMultiAlternatives:
    part = MIMEPart()
    # Mail programs look at `method` for what the file asks of them (RFC 6047).
    part.set_content(
        file,
        maintype="text",
        subtype="calendar",
        params={"method": method, "charset": "utf-8"},
        disposition="attachment",
        filename=name,
    )
    mail.attach(part)
    return mail


def _local(appointment: Appointment, moment: datetime | None) -> datetime | None:
    return moment.astimezone(appointment.location.zone) if moment else None
