"""What the desk says on the telephone, where a patient gets a call instead of an e-mail."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from booking.desk.parts import in_words, what_stays
from booking.desk.words import moment, when
from booking.models import Appointment, Message, Status
from booking.models.appointments import Reason
from booking.together import Spoken

Kind = Message.Kind
SENTENCES = {
    Kind.REQUESTED: "We have your request, and will call again once it is decided.",
    Kind.CONFIRMED: "The appointment is confirmed.",
    Kind.DECLINED: "We cannot confirm the time that was asked for.",
    Kind.EXPIRED: "We could not answer in time; the time asked for is free again.",
    Kind.CANCELLED: "The appointment is cancelled.",
    Kind.OFFER_ENDED: "The times we offered are free again; shall we find another?",
}
WHOLE = {Kind.CONFIRMED: "The visit is confirmed", Kind.CANCELLED: "The visit is cancelled"}
WITH_REASON = {Kind.DECLINED, Kind.CANCELLED, Kind.OFFER_ENDED}
WITH_NOTE = {*WITH_REASON, Kind.OFFERED}

Offers = dict[UUID, list[Appointment]]


def offers_in(messages: Iterable[Message]) -> Offers:
    """The times still on offer to those who are to be told of them, by request."""
    requests = [message.request_id for message in messages if message.kind == Kind.OFFERED]
    offers: Offers = defaultdict(list)
    if requests:
        rows = Appointment.objects.filter(request__in=requests, status=Status.PROPOSED)
        for row in rows.with_people().order_by("starts_at"):
            offers[row.request_id].append(row)
    return offers


def what_to_say(message: Message, offers: Offers, spoken: Spoken) -> str:
    if not spoken.of:
        return "Nothing of this is so any more: no call is needed."
    parts = [_sentence(message, spoken.of, offers.get(message.request_id, []))]
    about = spoken.of[0]
    if about.reason_code and message.kind in WITH_REASON:
        parts.append(str(Reason(about.reason_code).label))
    if message.kind in WITH_NOTE and message.request.note_to_patient:
        parts.append(message.request.note_to_patient)
    if spoken.stays:
        parts.append(what_stays(spoken.stays))
    return " ".join(parts)


def _sentence(
    message: Message, about: Sequence[Appointment], offered: Sequence[Appointment]
) -> str:
    if message.kind == Kind.OFFERED:
        return _offer(offered)
    if message.kind == Kind.MOVED:
        waits = about[0].status == Status.PENDING
        more = " We will call again once it is decided." if waits else ""
        what = "request" if waits else "appointment"
        return f"The {what} is now for another time: {_time(about[0])}.{more}"
    is_visit = len(about) > 1
    if message.kind == Kind.REMINDER_DAYS:
        times = in_words(about) if is_visit else _time(about[0])
        return f"We are expecting you: {times}. Are you coming?"
    if is_visit and message.kind in WHOLE:
        return f"{WHOLE[Kind(message.kind)]}: {in_words(about)}."
    return SENTENCES.get(Kind(message.kind), message.get_kind_display())


def _offer(offered: Sequence[Appointment]) -> str:
    if not offered:
        return "The times that were offered are no longer on offer."
    times = "; or ".join(_time(each) for each in offered)
    first = offered[0]
    assert first.expires_at  # the database says so of every offer
    until = moment(first.expires_at, first.location.zone)
    return (
        f"We cannot see you at the time you asked for. We can offer {times}. "
        f"Please tell us by {until} which one suits you."
    )


def _time(appointment: Appointment) -> str:
    return f"{when(appointment)} with {appointment.practitioner.name}"
