"""What staff do at the desk, by what stands on its pages; the others' steps are in steps.py."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from playwright.sync_api import Locator, expect

from tests.browser.entries import Entry
from tests.browser.signing_in import Member
from tests.browser.steps import CONSULTATION, Person, Visitor, said

FIRST_PAGE = "/admin/"
TELEPHONE_NUMBER = "732-555-0123"


@dataclass(frozen=True, kw_only=True)
class Staff(Visitor):
    """Somebody of the staff in front of a page, signed in or about to be."""

    member: Member

    @property
    def role(self) -> str:
        return self.member.role

    def opens_the_desk(self) -> None:
        self.opens(FIRST_PAGE)
        self.reads("Today")

    def goes_to(self, part: str) -> None:
        """By the header that every page has."""
        desk = self.page.get_by_role("navigation", name="Desk")
        desk.get_by_role("link", name=part, exact=True).click()

    def part(self, heading: str) -> Locator:
        """A part of the page, by the beginning of its heading."""
        return self.page.get_by_role("region", name=re.compile(f"^{re.escape(heading)}"))

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_text(text, exact=True).first).to_be_visible()

    def sees_nothing_of(self, *texts: str) -> None:
        """Not even hidden; the page is there, since somebody has looked at it before."""
        for text in texts:
            expect(self.page.locator("html")).not_to_contain_text(text)

    def is_offered(self, *links: str) -> None:
        for name in links:
            expect(self.link(name).first).to_be_visible()

    def is_not_offered(self, *links: str) -> None:
        for name in links:
            expect(self.link(name)).to_have_count(0)

    def does(self, button: str, then: str) -> None:
        """Press, and read what the next page says."""
        self.presses(button)
        self.sees(then)

    # What stands on the first page.

    def waiting(self, name: str) -> Locator:
        requests = self.part("Waiting for an answer").get_by_role("listitem")
        return requests.filter(has_text=name)

    def unfolds(self, what: str, name: str) -> Locator:
        entry = self.waiting(name)
        entry.get_by_text(f"{what} {name}").click()
        return entry

    # What is not for everybody.

    def is_refused(self, path: str) -> None:
        """A role that may not: told so, on a page that holds nothing else."""
        answer = self.page.goto(path)
        assert answer
        assert answer.status == HTTPStatus.FORBIDDEN, f"{path}: {answer.status}"
        self.reads("You may not open this page")

    def finds_nothing_at(self, path: str, entry: Entry) -> None:
        """Somebody else's: as if it were not there."""
        answer = self.page.goto(path)
        assert answer
        assert answer.status == HTTPStatus.NOT_FOUND, f"{path}: {answer.status}"
        self.reads("We could not find that page")
        self.sees_nothing_of(entry.name, entry.with_whom)

    # Booking, and finding whom to book for.

    def days(self) -> Locator:
        """The days of a page of free times, each the part of the page that its heading names."""
        return self.page.get_by_role("region")

    def ticks(self, day: int, role: str) -> str:
        """The first time of one of the days; its name, as “9:00 am, Alex Example, Monday, …”."""
        choice = self.days().nth(day).get_by_role("listitem").first
        choice.get_by_role(role).check()  # type: ignore[arg-type]  # a role of Playwright's list
        return said(choice)

    def begins_to_book(self, day: int = 1) -> None:
        """To the details of a caller, at the first time of one of the next days."""
        self.opens_the_desk()
        self.follows("Book for a patient")
        self.follows(CONSULTATION)
        self.days().nth(day).get_by_role("link").first.click()

    def books(self, person: Person) -> None:
        """The details of a caller, who has no e-mail."""
        self.field("Full name of the patient").fill(person.name)
        self.page.get_by_label("Telephone", exact=True).first.fill(TELEPHONE_NUMBER)
        self.does("Book and confirm", f"Booked and confirmed: {person.name}.")

    def searches(self, text: str) -> None:
        self.page.get_by_role("searchbox", name=re.compile("^Name, e-mail")).fill(text)
        self.presses("Search")

    def found(self) -> Locator:
        """Whoever the search has found, by name."""
        return self.part("Patients found").get_by_role("rowheader")

    # The calendar.

    def free_places(self) -> Locator:
        return self.page.get_by_role("link", name=re.compile(r" free, "))

    def turns_to(self, link: str) -> None:
        """To another page of the calendar, which looks like this one."""
        before = self.page.url
        self.link(link).click()
        expect(self.page).not_to_have_url(before)

    def opens_a_day_with_free_places(self) -> None:
        """By the first page, and then from day to day; on Sundays nobody works."""
        self.opens_the_desk()
        self.turns_to("Calendar of today")
        for _day in range(8):
            self.turns_to("Next day")
            if self.free_places().count() > 4:
                return
        raise AssertionError("a week without free places")
