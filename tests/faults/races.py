"""Races through the web: eight clients of every kind at one time of the calendar, at once.

Asked by the public form, booked, offered and moved to by staff, moved to by a patient's link;
meanwhile what stands there is confirmed, declined and withdrawn. Each race has a time of its own.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from tests.booking.racing import Track
from tests.faults import operations
from tests.faults.browsers import Browser
from tests.faults.clerks import Clerk, House, clerk
from tests.faults.history import Told, findings
from tests.faults.operations import Answer, Ask, Move, Operation
from tests.faults.web import SITE, web_server

CLIENTS = 8
PATIENCE = 60  # seconds at the line
TAKERS = {"ask", "book", "offer", "move"}
DECIDERS = {"confirm", "decline", "cancel"}
# Days from now: of the races, of what stands elsewhere, and of the times held before the race.
RACES, ELSEWHERE, PARKING = 3, 60, 115
EVERY, RACE_EVERY, A_DAY = 40, 120, 720  # minutes


@dataclass
class Stadium:
    """A running site with everybody who races there."""

    port: int
    clerk: Clerk
    house: House
    told: list[Told] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    places: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.visitors = [Browser(self.port, "") for _ in range(CLIENTS)]
        self.staff = [
            Browser(self.port, "10.9.9.9", {"session": session, "csrftoken": "a" * 32})
            for session in self.house.staff
        ]

    def address(self) -> str:
        """One that nobody has had."""
        number = next(self.numbers)
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"

    def email(self) -> str:
        return f"patient{next(self.numbers)}@patients.test"

    def elsewhere(self) -> str:
        """A free time far from all races."""
        day, place = divmod(next(self.places), A_DAY // EVERY)
        return self.house.slot(ELSEWHERE + day % (PARKING - ELSEWHERE), place * EVERY)

    def a_request(self, service: str, slot: str = "") -> dict[str, str]:
        made: dict[str, str] = self.clerk("ask", service=service, slot=slot or self.elsewhere())
        self.told.append(Told("ask", made["token"], "ok"))
        return made

    def stranger(self) -> Browser:
        return Browser(self.port, self.address())


@dataclass(frozen=True)
class Race:
    """The clients at the line, with the time that each wants, and what they were told."""

    stadium: Stadium
    is_staggered: bool
    is_occupied: bool
    runners: list[Operation]
    answers: list[Answer] = field(default_factory=list)

    def run(self) -> None:
        """All at once. Nothing but "ok" and "refused" may be heard."""
        line = threading.Barrier(len(self.runners))

        def go(runner: Operation) -> Answer:
            line.wait(PATIENCE)
            return runner.send()

        self.answers.extend(at_once(partial(go, runner) for runner in self.runners))
        for runner, answer in zip(self.runners, self.answers, strict=True):
            self.stadium.told.append(Told(runner.kind, runner.token, answer))

    def count(self, kinds: set[str]) -> int:
        """How many of these clients got what they wanted."""
        pairs = zip(self.runners, self.answers, strict=True)
        return sum(answer == "ok" for runner, answer in pairs if runner.kind in kinds)

    def check(self) -> None:
        assert self.stadium.clerk("overlaps") == 0
        # A move that was faster leaves nothing to confirm that staff have seen.
        assert self.count(DECIDERS | {"move"}) >= 1
        winners = self.count(TAKERS)
        if not self.is_occupied:
            assert winners >= 1
        if not self.is_staggered:
            assert winners <= 1
        self.check_asked()

    def check_asked(self) -> None:
        """Who won has the time, and who lost has kept the one that was held before."""
        told = {
            runner.token: [f"pending {runner.slot}" if answer == "ok" else f"held {runner.parking}"]
            for runner, answer in zip(self.runners, self.answers, strict=True)
            if isinstance(runner, Ask)
        }
        assert self.stadium.clerk("standing", tokens=list(told)) == told


def at_once[T](tasks: Iterable[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda task: task(), tasks))


def line_up(stadium: Stadium, number: int) -> Race:
    """Of eight races each is another mixture: the service, equal or staggered, free or occupied."""
    service = "shared" if number % 2 else "alone"
    is_staggered, is_occupied = bool(number // 2 % 2), bool(number // 4 % 2)
    day, place = divmod(number, A_DAY // RACE_EVERY)
    start = place * RACE_EVERY
    slots = [
        stadium.house.slot(RACES + day, start + (place % 3 * 20 if is_staggered else 0))
        for place in range(CLIENTS)
    ]
    lane = Lane(stadium, service, slots)
    makers = lane.for_one_that_stands() if is_occupied else lane.for_a_free_time()
    return Race(stadium, is_staggered, is_occupied, at_once(makers))


@dataclass(frozen=True)
class Lane:
    """Who runs in a race; every client's forms are on the screen before it begins."""

    stadium: Stadium
    service: str
    slots: list[str]

    def for_a_free_time(self) -> list[Callable[[], Operation]]:
        moving, waiting = (self.stadium.a_request(self.service) for _ in range(2))
        return [
            *(partial(self.ask, place) for place in range(4)),
            *self.book_and_move(moving),
            lambda: operations.confirm(self.stadium.staff[1], moving["appointment"]),
            lambda: operations.offer(
                self.stadium.staff[2], waiting["appointment"], self.at_the_desk(6)
            ),
        ]

    def for_one_that_stands(self) -> list[Callable[[], Operation]]:
        moving = self.stadium.a_request(self.service)
        standing = self.stadium.a_request(self.service, self.slots[0])
        return [
            *(partial(self.ask, place) for place in range(3)),
            *self.book_and_move(moving),
            lambda: operations.confirm(self.stadium.staff[1], standing["appointment"]),
            lambda: operations.decline(self.stadium.staff[2], standing["appointment"]),
            lambda: operations.cancel(self.stadium.stranger(), standing["link"]),
        ]

    def book_and_move(self, moving: dict[str, str]) -> list[Callable[[], Operation]]:
        staff, email = self.stadium.staff[0], self.stadium.email()
        return [
            lambda: operations.book(staff, self.service, self.at_the_desk(4), email),
            lambda: Move(self.stadium.stranger(), moving["link"], self.slots[5]),
        ]

    def ask(self, place: int) -> Ask:
        visitor = self.stadium.visitors[place]
        visitor.address = self.stadium.address()
        operation = Ask(visitor, self.service, slot=self.slots[place])
        operation.prepare(self.stadium.house.slot(PARKING, place * EVERY), self.stadium.email())
        return operation

    def at_the_desk(self, place: int) -> str:
        """A time as the desk's forms write it: with one of those who do this."""
        people = self.stadium.house.practitioners[self.service]
        return f"{self.slots[place]} {people[place % len(people)]}"


@contextmanager
def stadium(
    track: Track, folder: Path, *, application: str = SITE, constraint: bool = True
) -> Iterator[Stadium]:
    with track.copy() as database, clerk(database) as one:
        house = one.open_house(staff=3)
        if not constraint:
            one("drop_constraints")
        with web_server(database, folder / "web.log", application) as server:
            yield Stadium(server.port, one, house)


def run_races(place: Stadium, races: int) -> None:
    for number in range(races):
        race = line_up(place, number)
        race.run()
        race.check()
    assert findings(place.told, place.clerk.stored()) == []
