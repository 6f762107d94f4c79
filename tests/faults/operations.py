"""What clients do to the calendar, each a small class: prepared first, then sent, again if need be.

`send` says "ok" or "refused", and raises Surprise at any other answer and NO_ANSWER without one.
The same operation sent twice sends the same form with the same token.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import uuid4

from tests.faults.browsers import Browser, Form, Page
from tests.faults.clerks import Clerk

Answer = Literal["ok", "refused"]


class Surprise(AssertionError):
    """An answer that no client should get."""

    def __init__(self, page: Page) -> None:
        start = page.text.find("<h1")
        super().__init__(f"{page.status} {page.path} → {page.location}: {page.text[start:][:300]}")


class Operation(Protocol):
    kind: str

    @property
    def token(self) -> str: ...

    def send(self) -> Answer: ...


def with_other_times(page: Page) -> Answer:
    """Just taken, and buttons with the nearest times that are free."""
    if page.status != 409 or "just taken" not in page.text:
        raise Surprise(page)
    if not any(form.sends("slot") for form in page.forms):
        raise Surprise(page)
    return "refused"


@dataclass
class Ask:
    """The public form, from the safety gate to the last press."""

    browser: Browser
    service: str
    kind: str = "ask"
    token: str = ""
    link: str = ""
    slot: str = ""

    def begin(self) -> None:
        gate = self.browser.post(f"/book/safety/?service={self.service}", {"none": "on"})
        if not gate.location:
            raise Surprise(gate)

    def hold(self, slot: str) -> Answer:
        page = self.browser.post("/book/time/", {"slot": slot})
        if page.status != 302:
            return with_other_times(page)
        return "ok"

    def tell(self, email: str) -> None:
        typed = {"who": "self", "full_name": "Ada", "prefers": "email", "language": "en"}
        told = self.browser.post("/book/details/", typed | {"email": email})
        if not told.location.endswith("/book/check/"):
            raise Surprise(told)
        page = self.browser.follow(told)
        self.token = page.form().hidden["token"]

    def prepare(self, parking: str, email: str) -> None:
        """All of it but the last presses, with another time that is held meanwhile."""
        self.begin()
        if self.hold(parking) != "ok":
            raise LookupError(f"{parking} is taken")
        self.tell(email)

    def send(self) -> Answer:
        """Take the wanted time in place of the one that is held, and send the request."""
        if self.slot and self.hold(self.slot) == "refused":
            return "refused"
        page = self.browser.post("/book/check/", {"token": self.token})
        if page.status == 409:
            return with_other_times(page)
        if not page.location.endswith("/book/done/"):
            raise Surprise(page)
        return "ok"


@dataclass
class ByLink:
    """What a patient does on a page behind the link."""

    browser: Browser
    link: str
    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=lambda: Form(""))

    def prepare(self, page: str, ending: str = "") -> None:
        self.form = self.browser.get(self.link + page).form(ending)

    @property
    def token(self) -> str:
        return self.form.hidden["submission"]

    def send(self) -> Answer:
        page = self.browser.send(self.form, **self.fields)
        if page.status == 302 and page.location == self.link:
            return "ok"
        return self.refusal(page)

    def refusal(self, page: Page) -> Answer:
        """Another was faster: the page says what the appointment is now."""
        if page.status != 409 or 'class="errors"' not in page.text:
            raise Surprise(page)
        return "refused"


def cancel(browser: Browser, link: str) -> ByLink:
    operation = ByLink(browser, link, "cancel")
    operation.prepare("cancel/")
    return operation


class Move(ByLink):
    def __init__(self, browser: Browser, link: str, slot: str) -> None:
        super().__init__(browser, link, "move", {"slot": slot, "practitioner": ""})
        self.prepare("move/")

    def refusal(self, page: Page) -> Answer:
        if "just taken" in page.text:
            return with_other_times(page)
        return super().refusal(page)


def accept(browser: Browser, link: str) -> ByLink:
    """Take the first of the times offered."""
    operation = ByLink(browser, link, "accept")
    operation.prepare("", "accept/")
    operation.fields["offer"] = operation.form.buttons[0][1]
    return operation


def decline_offers(browser: Browser, link: str) -> ByLink:
    operation = ByLink(browser, link, "decline offers")
    operation.prepare("decline/")
    return operation


@dataclass
class AtTheDesk:
    """What staff answer in the admin."""

    browser: Browser
    appointment: str
    kind: str
    form: Form
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.form.hidden["submission"]

    def send(self) -> Answer:
        page = self.browser.send(self.form, **self.fields)
        if page.status != 302:
            raise Surprise(page)
        said = self.browser.follow(page)
        if '<li class="success">' in said.text:
            return "ok"
        if '<li class="warning">' in said.text:
            return "refused"
        raise Surprise(said)


DECLINED = {"reason": "not_possible", "note": ""}


def confirm(browser: Browser, appointment: str) -> AtTheDesk:
    page = browser.get(f"/admin/booking/appointment/{appointment}/change/")
    return AtTheDesk(browser, appointment, "confirm", page.form("/confirm/"))


def decline(browser: Browser, appointment: str) -> AtTheDesk:
    page = browser.get(f"/admin/desk/appointments/{appointment}/decline/")
    return AtTheDesk(browser, appointment, "decline", page.form(), DECLINED)


@dataclass
class Book:
    """Staff book for somebody on the telephone, in a program beside the server."""

    clerk: Clerk
    service: str
    slot: str
    kind: str = "book"
    token: str = field(default_factory=lambda: str(uuid4()))

    def send(self) -> Answer:
        said = self.clerk("book", service=self.service, slot=self.slot, token=self.token)
        return by_the_clerk(said)


@dataclass
class Offer:
    """Staff offer another time, in a program beside the server."""

    clerk: Clerk
    appointment: str
    slots: list[str]
    kind: str = "offer"
    token: str = field(default_factory=lambda: str(uuid4()))

    def send(self) -> Answer:
        said = self.clerk(
            "offer", appointment=self.appointment, slots=self.slots, token=self.token
        )
        return by_the_clerk(said)


def by_the_clerk(said: str) -> Answer:
    if said == "ok":
        return "ok"
    assert said in {"JustTaken", "NotPossible", "OffersOverlap"}, said
    return "refused"
