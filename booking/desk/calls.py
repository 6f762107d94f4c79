"""What the desk says on the telephone, where a patient gets a call instead of an e-mail."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from booking.desk.words import moment, when
from booking.models import Appointment, Message, Status
from booking.models.appointments import Reason
from booking.standing import note_about
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

ABOUT_OFFERS = {Kind.OFFERED, Kind.OFFER_ENDED}

ByRequest = dict[UUID, list[Appointment]]


@dataclass(frozen=True)
class Offers:
    """By request: the times on offer to whoever is called, and what had been confirmed before."""

    offered: ByRequest
    replaced: dict[UUID, Appointment]


def offers_in(messages: Iterable[Message], offered: ByRequest | None = None) -> Offers:
    """`offered` are the times that stand, where they are known already."""
    requests = [message.request_id for message in messages if message.kind in ABOUT_OFFERS]
    rows = Appointment.objects.filter(request__in=requests).with_people()
    if offered is None:
        offered = defaultdict(list)
        for row in rows.filter(status=Status.PROPOSED).order_by("starts_at") if requests else ():
            offered[row.request_id].append(row)
    freed = rows.replaced_by_offers().order_by("created_at") if requests else ()
    return Offers(offered, {row.request_id: row for row in freed})


def what_to_say(message: Message, offers: Offers, spoken: Spoken) -> str:
    about = message.appointment
    if about and about.is_displaced and not spoken.of:
        return f"Another time is being found instead of {_time(about)}: call once there is one."
    if not spoken.of:
        return "Nothing of this is so any more: no call is needed."
    parts = [_sentence(message, spoken.of, offers)]
    code = spoken.of[0].reason_code
    reason = Reason(code) if code else None
    if reason and message.kind in WITH_REASON:
        parts.append(str(reason.label))
    if message.kind in WITH_NOTE and (note := note_about(message.request, reason)):
        parts.append(note)
    if spoken.stays:
        parts.append(f"The rest of the visit stays: {_times(spoken.stays)}.")
    return " ".join(parts)


def _sentence(message: Message, about: Sequence[Appointment], offers: Offers) -> str:
    replaced = offers.replaced.get(message.request_id)
    if message.kind == Kind.OFFERED:
        return _offer(offers.offered.get(message.request_id, []), replaced)
    if message.kind == Kind.OFFER_ENDED and replaced:
        return f"{_not_kept(replaced)} {SENTENCES[Kind.OFFER_ENDED]}"
    if message.kind == Kind.MOVED:
        waits = about[0].status == Status.PENDING
        more = " We will call again once it is decided." if waits else ""
        if about[0].is_displaced:
            more = " It may have to be another one still: we will call again."
        what = "request" if waits else "appointment"
        return f"The {what} is now for another time: {_time(about[0])}.{more}"
    is_visit = len(about) > 1
    if message.kind == Kind.REMINDER_DAYS:
        return f"We are expecting you: {_times(about)}. Are you coming?"
    if is_visit and message.kind in WHOLE:
        return f"{WHOLE[Kind(message.kind)]}: {_times(about)}."
    return SENTENCES.get(Kind(message.kind), message.get_kind_display())


def _not_kept(replaced: Appointment) -> str:
    return f"We cannot keep the appointment that was confirmed: {_time(replaced)}."


def _offer(offered: Sequence[Appointment], replaced: Appointment | None) -> str:
    if not offered:
        return "The times that were offered are no longer on offer."
    times = "; or ".join(_time(each) for each in offered)
    first = offered[0]
    assert first.expires_at  # the database says so of every offer
    until = moment(first.expires_at, first.location.zone)
    asked_for = "We cannot see you at the time you asked for."
    return (
        f"{_not_kept(replaced) if replaced else asked_for} We can offer {times}. "
        f"Please tell us by {until} which one suits you."
    )


def _time(appointment: Appointment) -> str:
    return f"{when(appointment)} with {appointment.practitioner.name}"


def _times(appointments: Iterable[Appointment]) -> str:
    return "; ".join(_time(each) for each in appointments)
