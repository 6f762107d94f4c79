"""What clients do to the calendar, each a small class: prepared first, then sent, again if need be.

`send` says "ok" or "refused", and raises Surprise at any other answer and NO_ANSWER without one.
The same operation sent twice sends the same form with the same token.
"""

import base64
import re
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlencode
from uuid import UUID

from tests.faults.browsers import Browser, Form, Page

Answer = Literal["ok", "refused"]
SAID = re.compile(r'<li class="(success|warning|error)">')
TYPED = {"who": "self", "full_name": "Ada", "prefers": "email", "language": "en"}


class Surprise(AssertionError):
    """An answer that no client should get."""

    def __init__(self, page: Page) -> None:
        start = page.text.find("<h1")
        super().__init__(f"{page.status} {page.path} → {page.location}: {page.text[start:][:300]}")


class Operation(Protocol):
    kind: str

    @property
    def token(self) -> str: ...

    @property
    def move(self) -> tuple[str, str]:
        """Whose it is, and to which time; nothing, unless it is a move."""
        return "", ""

    def send(self) -> Answer: ...


def with_other_times(page: Page) -> Answer:
    """Just taken, and buttons with the nearest times that are free."""
    if page.status != 409 or "just taken" not in page.text:
        raise Surprise(page)
    if not any(form.choices("slot") for form in page.forms):
        raise Surprise(page)
    return "refused"


@dataclass
class Ask(Operation):
    """The public form, from the safety gate to the last press."""

    browser: Browser
    service: str
    kind: str = "ask"
    token: str = ""
    slot: str = ""
    parking: str = ""

    def begin(self) -> None:
        gate = f"/book/safety/?service={self.service}"
        if not self.browser.cookies:
            self.browser.get(gate)
        page = self.browser.post(gate, {"none": "on"})
        if not page.location:
            raise Surprise(page)

    def hold(self, slot: str) -> Answer:
        page = self.browser.post("/book/time/", {"slot": slot})
        if page.status != 302:
            return with_other_times(page)
        return "ok"

    def tell(self, email: str) -> None:
        told = self.browser.post("/book/details/", {**TYPED, "email": email})
        if not told.location.endswith("/book/check/"):
            raise Surprise(told)
        page = self.browser.follow(told)
        self.token = page.form().hidden["token"]

    def prepare(self, parking: str, email: str) -> None:
        """All of it but the last presses, with another time that is held meanwhile."""
        self.parking = parking
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
class ByLink(Operation):
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

    @property
    def move(self) -> tuple[str, str]:
        """The token of a link begins with the key of its request."""
        token = self.link.strip("/").rpartition("/")[2]
        key = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[:16]
        return str(UUID(bytes=key)), self.fields["slot"]

    def refusal(self, page: Page) -> Answer:
        if "just taken" in page.text:
            return with_other_times(page)
        return super().refusal(page)


def accept(browser: Browser, link: str) -> ByLink:
    """Take the first of the times offered."""
    operation = ByLink(browser, link, "accept")
    operation.prepare("", "accept/")
    operation.fields["offer"] = operation.form.choices("offer")[0]
    return operation


def decline_offers(browser: Browser, link: str) -> ByLink:
    operation = ByLink(browser, link, "decline offers")
    operation.prepare("decline/")
    return operation


@dataclass
class AtTheDesk(Operation):
    """What staff do in the admin."""

    browser: Browser
    kind: str
    form: Form
    fields: dict[str, object] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.form.hidden["submission"]

    def send(self) -> Answer:
        page = self.browser.send(self.form, **self.fields)
        if page.status != 302:
            return self.refusal(page)
        said = self.browser.follow(page)
        # The last word; one before it may be of an answer that never arrived.
        match SAID.findall(said.text)[-1:]:
            case ["success"]:
                return "ok"
            case ["warning"]:
                return "refused"  # another was faster: who, and what it is now
        raise Surprise(said)

    def refusal(self, page: Page) -> Answer:
        raise Surprise(page)


def confirm(browser: Browser, appointment: str) -> AtTheDesk:
    page = browser.get(f"/admin/booking/appointment/{appointment}/change/")
    return AtTheDesk(browser, "confirm", page.form("/confirm/"))


def desk_form(browser: Browser, appointment: str, page: str) -> Form:
    return browser.get(f"/admin/desk/appointments/{appointment}/{page}/").form()


def decline(browser: Browser, appointment: str) -> AtTheDesk:
    form = desk_form(browser, appointment, "decline")
    return AtTheDesk(browser, "decline", form, {"reason": "not_possible", "note": ""})


def withdraw(browser: Browser, appointment: str) -> AtTheDesk:
    """Staff cancel a request, an appointment, or an offer with all its times."""
    form = desk_form(browser, appointment, "cancel")
    return AtTheDesk(browser, "withdraw", form, {"note": ""})


class TimesAtTheDesk(AtTheDesk):
    """What staff do with free times, each “instant practitioner”."""

    def refusal(self, page: Page) -> Answer:
        """Just taken, or two that overlap; and others to press or tick."""
        said_so = "just taken" in page.text or "times overlap" in page.text
        if page.status != 409 or not said_so or not self.has_others(page):
            raise Surprise(page)
        return "refused"

    @property
    def move(self) -> tuple[str, str]:
        slot = str(self.fields.get("slot", "")).partition(" ")[0]
        return self.form.action.split("/")[-3] if slot else "", slot

    def has_others(self, page: Page) -> bool:
        if self.kind == "book":
            return "formaction=" in page.text
        return any(form.choices("slot") or form.choices("slots") for form in page.forms)


def offer(browser: Browser, appointment: str, *slots: str) -> AtTheDesk:
    form = desk_form(browser, appointment, "offer")
    return TimesAtTheDesk(browser, "offer", form, {"slots": list(slots), "note": ""})


def move_at_the_desk(browser: Browser, appointment: str) -> AtTheDesk:
    form = desk_form(browser, appointment, "move")
    return TimesAtTheDesk(browser, "staff move", form)


def book(browser: Browser, service: str, slot: str, email: str) -> AtTheDesk:
    """For somebody on the telephone."""
    page = browser.get(f"/admin/desk/book/?{urlencode({'service': service, 'slot': slot})}")
    return TimesAtTheDesk(browser, "book", page.form(), {**TYPED, "email": email})
