"""What people do on the pages, by what stands there: headings, labels and the names of buttons."""

import re
from dataclasses import dataclass
from itertools import count

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

ARTICLE = "/articles/pressure-points-upper-back-pain/"
CONSULTATION = "First consultation"
NUMBERS = count(1)


def said(part: Locator) -> str:
    """The words of a part of the page, those for screen readers included, as one line."""
    return " ".join((part.text_content() or "").split())


@dataclass(frozen=True)
class Person:
    """Somebody who asks for a consultation; everybody has an address of their own."""

    name: str
    email: str

    @classmethod
    def somebody(cls) -> "Person":
        number = next(NUMBERS)
        return cls(f"Ana Probe {number}", f"ana.{number}@patient.example")


@dataclass(frozen=True)
class Visitor:
    """A reader in front of a page, who knows what to look for in one language."""

    page: Page
    language: str = "en"

    def says(self, text: str) -> str:
        """The text as the catalogue has it; one without a translation would prove nothing."""
        with translation.override(self.language):
            said = translation.gettext(text)
        assert self.language == "en" or said != text, f"{text!r} is not translated"
        return said

    def path(self, path: str) -> str:
        return path if self.language == "en" else f"/{self.language}{path}"

    def opens(self, path: str) -> None:
        self.page.goto(self.path(path))

    def reads(self, heading: str) -> None:
        expect(self.heading(heading)).to_be_visible()

    def heading(self, text: str) -> Locator:
        return self.page.get_by_role("heading", name=self.says(text), exact=True)

    def button(self, text: str) -> Locator:
        return self.page.get_by_role("button", name=self.says(text), exact=True)

    def link(self, text: str) -> Locator:
        return self.page.get_by_role("link", name=self.says(text), exact=True)

    def field(self, label: str) -> Locator:
        """A field by its label; “(optional)” may follow."""
        name = re.compile(rf"^{re.escape(self.says(label))}( \(.*\))?$")
        return self.page.get_by_role("textbox", name=name)

    def box(self, label: str) -> Locator:
        return self.page.get_by_role("checkbox", name=self.says(label), exact=True)

    def choice(self, group: str, label: str) -> Locator:
        fields = self.page.get_by_role("group", name=re.compile(re.escape(self.says(group))))
        return fields.get_by_role("radio", name=self.says(label), exact=True)

    def presses(self, text: str) -> None:
        self.button(text).click()

    def follows(self, text: str) -> None:
        self.link(text).first.click()

    # The booking, a step at a time.

    def begins(self, service: str = "initial-consultation") -> None:
        """Straight to the gate, as from a link that names the service."""
        self.opens(f"/book/safety/?service={service}")

    def has_no_sign(self) -> None:
        self.reads("Before you book: is it safe to wait?")
        self.box("None of these").check()
        self.presses("Continue")

    def times(self) -> Locator:
        """The free times of the week shown, each a button in the part of its day."""
        return self.page.get_by_role("region").get_by_role("listitem").get_by_role("button")

    def takes(self, time: Locator) -> str:
        """Choose a time; its name, as “10:00 am, Tuesday, November 24, 2026”."""
        name = said(time)
        time.click()
        return name

    def takes_a_time_long_past(self) -> None:
        """What a page does that was left open for a long time."""
        self.times().first.evaluate("button => { button.value = '2020-01-06T14:00Z' }")
        self.times().first.click()

    def takes_first(self) -> None:
        self.reads("Choose a time")
        self.presses("Take the first time")

    def tells_details(self, person: Person) -> None:
        self.reads("Your details")
        self.field("Full name of the patient").fill(person.name)
        self.field("E-mail").fill(person.email)
        self.presses("Continue")

    def sends(self) -> None:
        self.reads("Check your answers")
        self.presses("Send consultation request")
        self.reads("Requested, not yet confirmed")

    def asks_for_consultation(self, person: Person) -> None:
        """The whole booking, from the gate on."""
        self.begins()
        self.has_no_sign()
        self.takes_first()
        self.tells_details(person)
        self.sends()
