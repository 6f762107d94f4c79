"""Whether what is stored agrees with what the clients were told. Pure: rows in, findings out.

It knows the rules of the booking by itself and not from the code that it judges: what may follow
on what, and who is told of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Literal, NamedTuple, Self

Outcome = Literal["ok", "refused", "unknown"]

BLOCKING = {"held", "proposed", "pending", "booked", "arrived", "fulfilled"}
ONLY_A_HOLD = {"held", "cancelled"}

# The messages of each change: from, to, and, where it matters, why or by whom.
ASKED = frozenset({"requested", "staff_new_request"})
WITHDRAWN = frozenset({"cancelled", "staff_cancelled"})
NOBODY: frozenset[str] = frozenset()
DECLINED = ("proposed", "cancelled", "offer_declined")
# Whoever counts on such a time has to hear that it is gone: of these histories no mail was sent.
REPLACED = ("booked", "cancelled", "other_times_offered")
MESSAGES: dict[tuple[str, str, str], frozenset[str]] = {
    ("", "held", ""): NOBODY,
    ("held", "cancelled", "hold_ended"): NOBODY,
    ("held", "cancelled", "other_time_chosen"): NOBODY,
    ("held", "pending", ""): ASKED,
    ("", "booked", ""): frozenset({"confirmed"}),
    ("pending", "booked", ""): frozenset({"confirmed"}),
    ("pending", "pending", ""): frozenset({"moved"}),
    ("booked", "booked", ""): frozenset({"moved"}),
    ("booked", "booked", "coming"): NOBODY,
    **{(was, "cancelled", "other_times_offered"): NOBODY for was in ("pending", "booked")},
    ("pending", "cancelled", "not_answered"): frozenset({"expired", "staff_expired"}),
    ("", "proposed", ""): frozenset({"offered"}),
    ("proposed", "booked", ""): frozenset({"confirmed", "staff_offer_taken"}),
    ("proposed", "cancelled", "other_offer_taken"): NOBODY,
    DECLINED: frozenset({"staff_offer_declined"}),
    ("proposed", "cancelled", "offer_ended"): frozenset({"offer_ended", "staff_offer_ended"}),
    ("proposed", "cancelled", "offer_withdrawn"): frozenset({"offer_ended"}),
    **{
        ("pending", "cancelled", why): frozenset({"declined"})
        for why in ("not_possible", "other_service", "not_our_field", "please_call")
    },
    **{(was, "cancelled", "by_clinic"): frozenset({"cancelled"}) for was in ("pending", "booked")},
    **{(was, "cancelled", "by_patient"): WITHDRAWN for was in ("pending", "booked")},
}
# Offers of one request stand and fall together, and are told of once.
TOGETHER = {("", "proposed"), ("proposed", "cancelled")}
OF_NO_CHANGE = {"reminder_days", "reminder_hours", "link_again", "staff_answer_soon"}


class Told(NamedTuple):
    """What a client sent, with the token of its form, and what it was told in the end.

    Of a move also whose it was, a request's or an appointment's, and to which time.
    """

    kind: str
    token: str
    outcome: Outcome
    whose: str = ""
    slot: str = ""


class Request(NamedTuple):
    id: str
    token: str


class Appointment(NamedTuple):
    """`blocks_from` and `blocks_until` in one form of text, so that they compare."""

    id: str
    request: str
    practitioner: int
    room: int | None
    starts_at: str
    blocks_from: str
    blocks_until: str
    status: str
    number: int


class Event(NamedTuple):
    appointment: str
    request: str
    at: str
    actor: str
    was: str
    to: str
    why: str
    number: int
    starts_at: str
    token: str | None


class Message(NamedTuple):
    """Of the change with this number; each once, by e-mail or by a call."""

    kind: str
    appointment: str
    number: int


@dataclass(frozen=True)
class Stored:
    """`requests` are those that were sent."""

    requests: Sequence[Request] = ()
    appointments: Sequence[Appointment] = ()
    events: Sequence[Event] = ()
    messages: Sequence[Message] = ()

    @classmethod
    def read(cls, rows: dict[str, list[list[Any]]]) -> Self:
        return cls(
            [Request(*row) for row in rows["requests"]],
            [Appointment(*row) for row in rows["appointments"]],
            [Event(*row) for row in rows["events"]],
            [Message(*row) for row in rows["messages"]],
        )

    @property
    def tokens(self) -> set[str]:
        """Of the forms that have been carried out."""
        of_events = {event.token for event in self.events if event.token}
        return of_events | {request.token for request in self.requests}

    @property
    def stories(self) -> dict[str, list[Event]]:
        """The events of each appointment, in order."""
        stories: dict[str, list[Event]] = defaultdict(list)
        for event in sorted(self.events, key=lambda event: event.number):
            stories[event.appointment].append(event)
        return stories


def findings(told: Iterable[Told], stored: Stored) -> list[str]:
    """Everything that is not as it was promised; nothing, if all is well."""
    return [
        *_lost_or_invented(list(told), stored),
        *_twice(stored),
        *_overlaps(stored.appointments),
        *_broken_stories(stored),
        *_untold(stored),
    ]


def _lost_or_invented(told: list[Told], stored: Stored) -> Iterator[str]:
    """Acknowledged ⊆ stored ⊆ acknowledged ∪ unknown."""
    outcomes, tokens = {each.token: each for each in told}, stored.tokens
    for token, each in outcomes.items():
        if each.outcome == "ok" and token not in tokens and not _was_there(each, stored):
            yield f"{each.kind} {token} was acknowledged and is lost"
        if each.outcome == "refused" and token in tokens:
            yield f"{each.kind} {token} was refused and is stored"
    for token in tokens - outcomes.keys():
        yield f"{token} is stored and nobody sent it"


def _was_there(move: Told, stored: Stored) -> bool:
    """Who moves to the time that they have is told “ok”, and nothing has to change."""
    return bool(move.slot) and any(
        move.slot == event.starts_at and move.whose in {event.request, event.appointment}
        for event in stored.events
    )


def _twice(stored: Stored) -> Iterator[str]:
    requests = Counter(request.token for request in stored.requests)
    changes = Counter((event.token, event.appointment) for event in stored.events if event.token)
    for token, count in requests.items():
        if count > 1:
            yield f"{token} has {count} requests"
    for (token, appointment), count in changes.items():
        if count > 1:
            yield f"{token} changed {appointment} {count} times"


def _overlaps(appointments: Iterable[Appointment]) -> Iterator[str]:
    """Of one practitioner, or in one room."""
    owned: dict[tuple[str, int], list[Appointment]] = defaultdict(list)
    for row in appointments:
        if row.status in BLOCKING:
            owned["practitioner", row.practitioner].append(row)
            if row.room is not None:
                owned["room", row.room].append(row)
    for (kind, owner), rows in owned.items():
        for one, other in combinations(rows, 2):
            if one.blocks_from < other.blocks_until and other.blocks_from < one.blocks_until:
                yield f"{one.id} and {other.id} overlap at {kind} {owner}"


def _broken_stories(stored: Stored) -> Iterator[str]:
    """Every change has its event: 0, 1, 2 …, each from where the one before it went."""
    stories = stored.stories
    rows = {row.id: row for row in stored.appointments}
    for key, row in rows.items():
        story = stories.get(key)
        if not story:
            yield f"{key} is {row.status} without an event"
            continue
        last = story[-1]
        if (last.to, last.number, last.starts_at) != (row.status, row.number, row.starts_at):
            yield f"{key} is {row.status} ({row.number}), and its last event says {last.to}"
    for key, story in stories.items():
        if [event.number for event in story] != list(range(len(story))):
            yield f"{key} has events with the numbers {[event.number for event in story]}"
        if story[0].was or any(one.to != next_one.was for one, next_one in pairwise(story)):
            yield f"{key} has events that do not follow on each other"
        # A draft may give up times that it held, and a sent request keeps none of them.
        if key not in rows and not {event.to for event in story} <= ONLY_A_HOLD:
            yield f"{key} has events and is gone"


def _untold(stored: Stored) -> Iterator[str]:
    """Every change has the messages that it calls for, once, and no message is of no change."""
    said = Counter((each.appointment, each.number, each.kind) for each in stored.messages)
    asked_for: set[tuple[str, int, str]] = set()
    counts_on = {each.request for each in stored.events if _change(each) == REPLACED}
    for group in _groups(stored.events):
        kinds = _messages_of(group[0], counted_on=group[0].request in counts_on)
        if kinds is None:
            yield f"{group[0].appointment} went from {group[0].was or 'nothing'} to {group[0].to}"
            continue
        for kind in kinds:
            keys = [(event.appointment, event.number, kind) for event in group]
            asked_for.update(keys)
            if sum(said[key] for key in keys) != 1:
                count = sum(said[key] for key in keys)
                yield f"{group[0].appointment} became {group[0].to} with {count} × {kind}"
    for key in said.keys() - asked_for:
        if key[2] not in OF_NO_CHANGE:
            yield f"{key[2]} of {key[0]} ({key[1]}) tells of no change"


def _groups(events: Iterable[Event]) -> Iterable[list[Event]]:
    """One change each; but offers that were made or ended at once are one."""
    groups: dict[tuple[str, ...], list[Event]] = defaultdict(list)
    for event in events:
        together = (event.was, event.to) in TOGETHER and event.why != "other_offer_taken"
        own = (event.at,) if together else (event.appointment, str(event.number))
        groups[event.request, event.was, event.to, event.why, *own].append(event)
    return groups.values()


def _change(event: Event) -> tuple[str, str, str]:
    return event.was, event.to, event.why


def _messages_of(event: Event, *, counted_on: bool) -> frozenset[str] | None:
    """None for a change that is not allowed at all."""
    kinds = MESSAGES.get(_change(event))
    if kinds is not None and counted_on and _change(event) == DECLINED:
        return kinds | {"offer_ended"}
    if kinds is not None and "moved" in kinds and event.actor == "patient":
        return kinds | {"staff_moved"}
    return kinds
