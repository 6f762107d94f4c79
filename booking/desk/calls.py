"""What the desk says on the telephone, where a patient gets a call instead of an e-mail."""

from booking.models import Message
from booking.models.appointments import Reason

Kind = Message.Kind
SENTENCES = {
    Kind.REQUESTED: "We have your request, and will call again once it is decided.",
    Kind.CONFIRMED: "The appointment is confirmed.",
    Kind.DECLINED: "We cannot confirm the time that was asked for.",
    Kind.EXPIRED: "We could not answer in time; the time asked for is free again.",
    Kind.CANCELLED: "The appointment is cancelled.",
    Kind.MOVED: "The appointment has this other time now.",
    Kind.OFFERED: "We cannot see you at the time you asked for, and offer others: see the request.",
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
    return " ".join(parts)
