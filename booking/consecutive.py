"""Times at which several services follow one another, for one patient at one place. Pure.

What is free booking/search.py says: for each service by itself, and of each time once more with
those that come before it entered in the calendar.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from booking.availability import Calendar, Opening, Rules, Visit
from booking.search import search, still_free

Chain = tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the services: its rules, and the calendars of those who do it."""

    rules: Rules
    calendars: Sequence[Calendar]


def latest_start(rules: Rules, before: Opening, its_rules: Rules) -> datetime:
    """What follows starts before this: both buffers and then a step, in which some time of the
    grid lies.
    """
    return before.ends_at + its_rules.buffer_after + rules.buffer_before + rules.step


def follows(after: Opening, rules: Rules, before: Opening, its_rules: Rules) -> bool:
    """At the same place, and as soon as the buffers and the grid allow."""
    is_next = before.ends_at <= after.starts_at < latest_start(rules, before, its_rules)
    return is_next and before.location_id == after.location_id


def chains(
    stages: Sequence[Stage], *, first_day: date, last_day: date, now: datetime
) -> Iterator[Chain]:
    """In order, at most one for each opening of the first service.

    It stays with the same practitioner for as long as it can, and then goes to whoever is free
    first.
    """
    search_all = [
        list(search(stage.calendars, stage.rules, first_day=first_day, last_day=last_day, now=now))
        for stage in stages
    ]
    finder = Finder(stages, search_all, now)
    for opening in search_all[0]:
        if chain := finder.completed((opening,)):
            yield chain


@dataclass(frozen=True, slots=True)
class Finder:
    stages: Sequence[Stage]
    free: Sequence[Sequence[Opening]]
    now: datetime

    def completed(self, chain: Chain) -> Chain | None:
        """The chain with all that is still to follow."""
        if len(chain) == len(self.stages):
            return chain
        for candidate in self.candidates(chain):
            fitting = self.besides(chain, candidate)
            if fitting and (whole := self.completed((*chain, fitting))):
                return whole
        return None

    def candidates(self, chain: Chain) -> list[Opening]:
        """What could follow, the best first."""
        number, last = len(chain), chain[-1]
        free, rules = self.free[number], self.stages[number].rules
        its_rules = self.stages[number - 1].rules
        first = bisect_left(free, last.ends_at, key=_starts_at)
        end = bisect_left(free, latest_start(rules, last, its_rules), lo=first, key=_starts_at)
        found = [each for each in free[first:end] if each.location_id == last.location_id]
        return sorted(found, key=lambda each: each.practitioner_id != last.practitioner_id)

    def besides(self, chain: Chain, opening: Opening) -> Opening | None:
        """The opening, with the chain's own times taken: in another room perhaps, or not at all."""
        if not any(_meet_in(each, opening) for each in chain):
            return opening
        stage = self.stages[len(chain)]
        whose = opening.practitioner_id, opening.location_id
        [calendar] = (
            each for each in stage.calendars if (each.practitioner_id, each.location_id) == whose
        )
        return still_free(opening, self.entered(chain, calendar), stage.rules, self.now)

    def entered(self, chain: Chain, calendar: Calendar) -> Calendar:
        blocked = [
            stage.rules.blocked(each.starts_at)
            for stage, each in zip(self.stages, chain, strict=False)
        ]
        taken, visits = list(calendar.taken), list(calendar.visits)
        rooms = {room: list(intervals) for room, intervals in calendar.rooms.items()}
        for each, interval in zip(chain, blocked, strict=True):
            if each.practitioner_id == calendar.practitioner_id:
                taken.append(interval)
                visits.append(Visit(each.starts_at, each.ends_at - each.starts_at, each.zone))
            if each.room_id in rooms:
                rooms[each.room_id].append(interval)
        return replace(
            calendar,
            taken=tuple(taken),
            visits=tuple(visits),
            rooms={room: tuple(intervals) for room, intervals in rooms.items()},
        )


def _meet_in(one: Opening, other: Opening) -> bool:
    """Whether one's being taken could matter to the other: the same person, or the same room."""
    shares_room = one.room_id is not None and one.room_id == other.room_id
    return shares_room or one.practitioner_id == other.practitioner_id


def _starts_at(opening: Opening) -> datetime:
    return opening.starts_at
