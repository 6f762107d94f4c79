"""A crowd that does all that patients and staff do, and writes down what it was told.

The server may be killed meanwhile, or lose its database. Who gets no answer goes on, or sends the
same form once more.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TextIO

from tests.booking.racing import Track
from tests.faults import operations
from tests.faults.browsers import NO_ANSWER, Browser
from tests.faults.clerks import Clerk, House, clerk
from tests.faults.history import Outcome, Stored, Told, findings
from tests.faults.operations import Answer, Ask, ByLink, Move, Operation
from tests.faults.web import WebServer, web_server

CLIENTS = 8
PATIENCE = 60  # seconds until the server is back
FIRST_DAY, DAYS, STEPS, STEP = 3, 20, 35, 20
LINK = re.compile(r'href="(/appointment/[\w-]{30,}/)"')
CONFIRM = re.compile(r'"/admin/desk/appointments/([\w-]{36})/confirm/"')
# How often each is chosen, of a hundred times.
WEIGHTS = {
    "ask": 30,
    "confirm": 18,
    "move": 10,
    "offer": 10,
    "accept": 8,
    "cancel": 7,
    "book": 6,
    "decline": 4,
    "staff move": 3,
    "decline offers": 2,
    "withdraw": 2,
}


class Journal:
    """A line for every word, written at once."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.lock = threading.Lock()

    def write(self, operation: Operation, word: str) -> None:
        said = Told(operation.kind, operation.token, "unknown", *operation.move)
        line = {**said._asdict(), "word": word, "at": time.time()}
        with self.lock:
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()


@dataclass(frozen=True)
class History:
    """What the crowd was told, and what is stored."""

    told: list[Told]
    words: set[str]
    stored: Stored


def read_history(journal: Path, stored: Stored) -> History:
    """The last word about each form; who was told nothing does not know."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    last = {line["token"]: line for line in lines}
    told = [
        Told(
            line["kind"],
            token,
            "unknown" if line["word"] == "invoked" else line["word"],
            line["whose"],
            line["slot"],
        )
        for token, line in last.items()
    ]
    return History(told, {line["word"] for line in lines}, stored)


def assert_all_is_there(history: History) -> None:
    found = findings(history.told, history.stored)
    assert not found, "\n".join(found)


@dataclass
class Crowd:
    port: int
    house: House
    journal: Journal
    wanted: int
    done: int = 0
    links: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # the appointments that the desk has shown
    surprises: list[BaseException] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> list[threading.Thread]:
        clients = [Client(self, number) for number in range(CLIENTS)]
        threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        return threads

    @property
    def is_at_work(self) -> bool:
        return self.done < self.wanted and not self.surprises


class Client:
    """One of the crowd: now a patient, now somebody at the desk."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self.crowd = crowd
        self.chance = random.Random(20260617 + number)
        session = crowd.house.staff[number % len(crowd.house.staff)]
        cookies = {"session": session, "csrftoken": "a" * 32}
        self.desk = Browser(crowd.port, "10.9.9.9", cookies)

    def run(self) -> None:
        kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
        try:
            while self.crowd.is_at_work:
                [kind] = self.chance.choices(kinds, weights)
                self.do(kind)
        except BaseException as surprise:  # the test raises it
            self.crowd.surprises.append(surprise)

    def do(self, kind: str) -> None:
        try:
            operation = self.prepared(kind)
        except LookupError:  # an empty list, or a page without the form
            return  # there is nothing to do, or somebody else did it
        except NO_ANSWER:
            time.sleep(0.1)
            return
        if operation and self.carry_out(operation) == "ok" and isinstance(operation, Ask):
            self.remember_link(operation)

    def carry_out(self, operation: Operation) -> Outcome:
        self.crowd.journal.write(operation, "invoked")
        outcome: Outcome
        try:
            outcome = operation.send()
        except NO_ANSWER:
            self.crowd.journal.write(operation, "unknown")
            outcome = self.send_again(operation) if self.chance.random() < 0.5 else "unknown"
        self.crowd.journal.write(operation, outcome)
        self.crowd.done += 1
        return outcome

    def send_again(self, operation: Operation) -> Answer:
        """The same form, once the server is back."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return operation.send()
            except NO_ANSWER:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def remember_link(self, asked: Ask) -> None:
        try:
            page = asked.browser.get("/book/done/")
        except NO_ANSWER:
            return
        self.crowd.links += LINK.findall(page.text)[:1]

    # What each does, with the form on the screen

    def prepared(self, kind: str) -> Operation | None:
        """None where it came to an end on the way."""
        desk, stranger = self.desk, Browser(self.crowd.port, self.address())
        prepare: dict[str, Callable[[], Operation | None]] = {
            "ask": lambda: self.ask(Ask(stranger, self.service())),
            "move": lambda: Move(stranger, self.a_link(), self.slot()),
            "cancel": lambda: operations.cancel(stranger, self.a_link()),
            "accept": lambda: self.with_an_offer(stranger, operations.accept),
            "decline offers": lambda: self.with_an_offer(stranger, operations.decline_offers),
            "book": lambda: self.book(self.service()),
            "confirm": lambda: operations.confirm(desk, self.a_request()),
            "decline": lambda: operations.decline(desk, self.a_request()),
            "withdraw": lambda: operations.withdraw(desk, self.an_appointment()),
            "offer": lambda: self.offer(self.a_request()),
            "staff move": lambda: self.move(self.an_appointment()),
        }
        return prepare[kind]()

    def ask(self, operation: Ask) -> Ask | None:
        operation.begin()
        if operation.hold(self.slot()) == "refused":
            return None
        operation.tell(self.email())
        return operation

    def with_an_offer(self, browser: Browser, prepare: Callable[[Browser, str], ByLink]) -> ByLink:
        """Not many have one: look through a few."""
        for _try in range(10):
            with suppress(LookupError):
                return prepare(browser, self.a_link())
        raise LookupError("nobody has an offer")

    def book(self, service: str) -> Operation:
        return operations.book(self.desk, service, self.slot_with(service), self.email())

    def offer(self, appointment: str) -> Operation:
        """One or two of the times that the page shows; they may overlap each other."""
        operation = operations.offer(self.desk, appointment)
        shown = operation.form.choices("slots")
        operation.fields["slots"] = self.chance.sample(shown, self.chance.randint(1, 2))
        return operation

    def move(self, appointment: str) -> Operation:
        operation = operations.move_at_the_desk(self.desk, appointment)
        operation.fields["slot"] = self.chance.choice(operation.form.choices("slot"))
        return operation

    # What they choose

    def service(self) -> str:
        return self.chance.choice(["alone", "shared", "shared"])

    def slot(self) -> str:
        day, minutes = self.chance.randrange(DAYS), self.chance.randrange(STEPS) * STEP
        return self.crowd.house.slot(FIRST_DAY + day, minutes)

    def slot_with(self, service: str) -> str:
        return f"{self.slot()} {self.chance.choice(self.crowd.house.practitioners[service])}"

    def address(self) -> str:
        number = next(self.crowd.numbers)
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"

    def email(self) -> str:
        return f"patient{next(self.crowd.numbers)}@patients.test"

    def a_link(self) -> str:
        return self.chance.choice(self.crowd.links)

    def a_request(self) -> str:
        """One that waits, as the desk's first page shows it."""
        waiting: list[str] = CONFIRM.findall(self.desk.get("/admin/").text)
        self.crowd.seen.update(waiting)
        return self.chance.choice(waiting)

    def an_appointment(self) -> str:
        """Whatever has become of it."""
        return self.chance.choice(list(self.crowd.seen))


Trouble = Callable[[WebServer, Clerk], object]


def kill(server: WebServer, _clerk: Clerk) -> None:
    server.kill()
    server.start()


def run_history(
    track: Track, folder: Path, *, wanted: int, times: int, trouble: Trouble = kill
) -> History:
    """The crowd at work, and so many times in trouble meanwhile."""
    journal = folder / "journal"
    with track.copy() as database, clerk(database) as one, journal.open("a") as file:
        house = one.open_house(staff=CLIENTS)
        with web_server(database, folder / "web.log") as server:
            crowd = Crowd(server.port, house, Journal(file), wanted)
            threads = crowd.start()
            for number in range(1, times + 1):
                wait_for(crowd, wanted * number // (times + 1))
                trouble(server, one)
            for thread in threads:
                thread.join()
        for surprise in crowd.surprises:
            raise surprise
        return read_history(journal, one.stored())


def wait_for(crowd: Crowd, done: int) -> None:
    while crowd.done < done and crowd.is_at_work:
        time.sleep(0.01)
