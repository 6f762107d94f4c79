"""What the desk says on the telephone, where a patient gets a call instead of an e-mail."""

from booking.models import Appointment, Message
from booking.models.appointments import Reason
from clinic import times

Kind = Message.Kind


def when(appointment: Appointment) -> str:
    """“Tue Nov 24, 9:30 am EST”, as the clock on the location's wall shows it."""
    local = appointment.local_start
    return f"{local:%a %b} {local.day}, {times.clock(local)} {local.tzname()}"


SENTENCES = {
    Kind.REQUESTED: "We have your request, and will call again once it is decided.",
    Kind.CONFIRMED: "The appointment is confirmed.",
    Kind.DECLINED: "We cannot confirm the time that was asked for.",
    Kind.EXPIRED: "We could not answer in time; the time asked for is free again.",
    Kind.CANCELLED: "The appointment is cancelled.",
    Kind.MOVED: "The appointment has this other time now.",
    Kind.OFFERED: "We cannot see you at the time you asked for. We can offer:",
    Kind.OFFER_ENDED: "The times we offered are free again; shall we find another?",
    Kind.REMINDER_DAYS: "We are expecting you. Are you coming?",
}
WITH_REASON = {Kind.DECLINED, Kind.CANCELLED}


def what_to_say(message: Message) -> str:
    parts = [SENTENCES.get(Kind(message.kind), message.get_kind_display())]
    appointment = message.appointment
    if appointment and appointment.reason_code and message.kind in WITH_REASON:
        parts.append(str(Reason(appointment.reason_code).label))
    if message.kind in WITH_REASON and message.request.note_to_patient:
        parts.append(message.request.note_to_patient)
    if message.kind == Kind.OFFERED:
        offers = Appointment.objects.offered_to(message.request).with_people()
        parts.append("; ".join(f"{when(row)}, {row.practitioner.name}" for row in offers) + ".")
    return " ".join(parts)
