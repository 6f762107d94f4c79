"""Ways through the site that stop at one page of each kind, for what is looked at everywhere."""

from collections.abc import Iterator
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.browser import answers
from tests.browser.site import Site
from tests.browser.steps import ARTICLE, CONSULTATION, Person, Visitor

# Searched for: nothing yet, what is urgent, with a slip of the hand, what nobody has written of.
UNLISTED_PATHS = [
    "/search/",
    "/search/?q=chest+pain",
    "/search/?q=stif+neck",
    "/search/?q=xyzzy",
    "/nothing-is-here/",
]
PUBLIC_PATHS = [
    "/",
    "/articles/",
    ARTICLE,
    "/articles/your-first-visit/",  # without points
    "/topics/",
    "/topics/neck-and-upper-back/",
    "/points/",
    "/points/regions/neck-shoulder/",
    "/points/gb-21/",
    "/team/",
    "/team/example-physical-therapist/",
    "/visit/",
    "/privacy-practices/",
    "/privacy/",
    "/language-assistance/",
    "/accessibility/",
    *UNLISTED_PATHS,
]
SIGNS = [
    "Signs to call 911 for",
    "Signs to call or text 988 for",
    "Signs to go to an emergency department for",
    "Signs to see a doctor for today",
]
WITHDRAWN = "/articles/arthritis/"
FIND_BOTH = """
from django.utils import timezone
from content import publishing
from content.models import Article
both, now = Article.objects.filter(slug="arthritis"), timezone.now()
"""
WITHDRAW = f"{FIND_BOTH}for each in both: publishing.withdraw(article_id=each.pk, by=None, now=now)"
PUT_BACK = f"{FIND_BOTH}for each in both: publishing.publish(article_id=each.pk, by=None, now=now)"
WRONG_LINK = f"/appointment/{'x' * 43}/"
READ_ONLY = [
    *("booking/appointment", "booking/appointmentrequest", "booking/appointmentevent"),
    *("booking/message", "clinic/accesslog"),
]
# Their forms are Django's own, and are not looked at here.
EDITED = [
    *("booking/patient", "clinic/closure", "clinic/languagenotice", "clinic/legalpage"),
    *("clinic/location", "clinic/practitioner"),
    *("clinic/service", "clinic/user", "content/article", "content/caution"),
    *("content/pressurepoint", "content/redflag", "content/reference", "content/topic"),
]


def public_pages(reader: Visitor) -> Iterator[str]:
    for path in PUBLIC_PATHS:
        reader.opens(path)
        yield reader.page.url


def withdrawn_page(reader: Visitor, site: Site) -> Iterator[str]:
    """What is left at the address of an article that was taken down; it is put back afterwards."""
    site.python(WITHDRAW)
    try:
        reader.opens(WITHDRAWN)
        while not reader.heading("This article was withdrawn").count():
            reader.page.reload()  # pages know of it within a second
        yield reader.page.url
    finally:
        site.python(PUT_BACK)


def stops(patient: Visitor) -> Iterator[str]:
    """The four pages on which a sign ends the booking."""
    for sign in SIGNS:
        patient.begins()
        signs = patient.page.get_by_role("group", name=patient.says(sign))
        signs.get_by_role("checkbox").first.check()
        patient.presses("Continue")
        expect(patient.link("Back to the questions")).to_be_visible()
        yield sign


def booking_pages(patient: Visitor, person: Person) -> Iterator[str]:
    """Every step, with its errors; the request stays behind, waiting."""
    patient.opens("/book/")
    yield "service"
    patient.begins()
    yield "gate"
    patient.presses("Continue")
    patient.reads("There is a problem")
    yield "gate with an error"
    yield from stops(patient)
    patient.begins()
    patient.has_no_sign()
    patient.reads("Choose a time")
    yield "times"
    patient.takes_a_time_long_past()
    patient.reads("This time is not offered.")
    yield "times with an error"
    patient.takes_first()
    patient.reads("Your details")
    yield "details"
    patient.presses("Continue")
    patient.reads("There is a problem")
    yield "details with errors"
    patient.tells_details(person)
    patient.reads("Check your answers")
    yield "check"
    patient.sends()
    yield "done"
    yield from link_pages(patient)


def link_pages(patient: Visitor) -> Iterator[str]:
    patient.follows("See, move or cancel your request")
    patient.reads("Requested, not yet confirmed")
    yield "the patient's own page"
    patient.follows("Choose another time")
    patient.reads("Choose another time")
    yield "move"
    patient.takes_a_time_long_past()
    patient.reads("This time is not offered.")
    yield "move with an error"
    patient.follows("Your appointment")
    patient.follows("Withdraw the request")
    patient.reads("Withdraw this request?")
    yield "cancel"
    patient.opens(WRONG_LINK)
    yield "a wrong link"
    yield from lost_link_pages(patient)


def lost_link_pages(patient: Visitor) -> Iterator[str]:
    """From the page of a wrong link, where it is needed."""
    patient.follows("Have the link sent again")
    patient.reads("Lost the link to your appointment?")
    yield "a lost link"
    patient.presses("Send the link again")
    patient.reads("There is a problem")
    yield "a lost link with an error"
    patient.field("E-mail").fill("nobody@patient.example")
    patient.presses("Send the link again")
    patient.reads("Check your e-mail")
    yield "a lost link, asked for"


def answered_pages(patient: Visitor, site: Site, person: Person) -> Iterator[str]:
    """What the link shows of a request that staff have answered, by offering other times."""
    patient.asks_for_consultation(person)
    patient.follows("See, move or cancel your request")
    answers.offer(site, person)
    patient.page.reload()
    patient.reads("Other times for you")
    yield "offers"
    patient.follows("None of these suits me")
    patient.reads("None of these times?")
    yield "none of the offers"
    patient.follows("No, show them again")
    patient.page.get_by_role("button", name=patient.says("Take this time")).last.click()
    patient.reads("Confirmed")
    yield "confirmed"
    patient.follows("I am coming")
    patient.reads("Are you coming?")
    yield "coming?"
    patient.presses("Yes, I am coming")
    patient.reads("Confirmed")
    yield "coming"


def desk_pages(staff: Page, person: Person) -> Iterator[str]:
    """What staff open every day; the person has asked for a consultation."""
    staff.goto("/admin/")
    expect(staff.get_by_role("link", name=person.name, exact=True)).to_be_visible()
    yield "desk"
    entry = staff.get_by_role("listitem").filter(has_text=person.name)
    entry.get_by_text("Decline the request of").click()
    entry.get_by_role("button", name="Decline this request").click()
    expect(staff.get_by_role("alert")).to_contain_text("Choose what the patient is told.")
    yield "decline with an error"
    staff.goto("/admin/")
    staff.get_by_role("link", name=f"Offer other times to {person.name}", exact=True).click()
    yield "offer"
    staff.get_by_role("button", name="Offer other times").click()
    expect(staff.get_by_role("alert")).to_contain_text("Choose the times to offer.")
    yield "offer with an error"
    staff.goto("/admin/")
    staff.get_by_role("link", name=person.name, exact=True).click()
    expect(staff.get_by_role("heading", name="What became of it")).to_be_visible()
    yield "appointment"
    staff.get_by_role("link", name="Move", exact=True).click()
    expect(staff.get_by_role("radio").first).to_be_visible()
    yield "move"
    yield from telephone_pages(staff)
    staff.goto("/admin/booking/message/")
    yield "messages"
    staff.get_by_role("table").get_by_role("link").first.click()
    yield "message"
    yield from feed_pages(staff)
    yield from calendar_pages(staff)
    yield from setup_pages(staff)
    yield from patient_pages(staff, person)
    yield from wording_pages(staff)
    yield from owner_pages(staff)


def calendar_pages(staff: Page) -> Iterator[str]:
    """A day of everybody, of the rooms, and a week of somebody."""
    staff.goto("/admin/")
    for page in ("Calendar of today", "Next day", "Rooms", "Week"):
        before = staff.url
        staff.get_by_role("link", name=page, exact=True).click()
        expect(staff).not_to_have_url(before)
        yield f"calendar, {page}"


def feed_pages(staff: Page) -> Iterator[str]:
    """The address of somebody's calendar feed, on their page, and the page that renews it."""
    staff.goto("/admin/clinic/practitioner/")
    staff.get_by_role("rowheader").get_by_role("link").first.click()
    expect(staff.get_by_role("heading", name="Calendar feed")).to_be_visible()
    staff.get_by_role("link", name="Renew the address").click()
    expect(staff.get_by_role("heading", name="Renew the address?")).to_be_visible()
    yield "renew the address of a feed"


def setup_pages(staff: Page) -> Iterator[str]:
    """Where the list of what a new clinic lacks leads, beside the admin's own forms."""
    staff.goto("/admin/")
    setup = staff.get_by_role("region", name="Setting up")
    for name in ("Mail", "Your second factor"):
        expect(setup.get_by_role("link", name=name, exact=True)).to_be_visible()
        setup.get_by_role("link", name=name, exact=True).click()
        expect(staff.get_by_role("heading", level=1)).to_be_visible()
        yield f"setup, {name}"
        staff.goto("/admin/")


def patient_pages(staff: Page, person: Person) -> Iterator[str]:
    """From the header to one person, and each page that something is asked on; nothing is done."""
    staff.goto("/admin/")
    staff.get_by_role("navigation", name="Desk").get_by_role("link", name="Patients").click()
    yield "patients"
    staff.get_by_role("link", name="Possible doubles").click()
    yield "possible doubles"
    staff.goto(f"/admin/desk/patients/?q={quote(person.name)}")
    yield "patients found"
    staff.get_by_role("link", name=person.name, exact=True).click()
    yield "patient"
    patient = staff.url
    for name in ("Correct", "Whole record", "Set a legal hold", "Erase"):
        staff.goto(patient)
        staff.get_by_role("link", name=name, exact=True).click()
        expect(staff).not_to_have_url(patient)
        yield f"patient, {name}"


def wording_pages(staff: Page) -> Iterator[str]:
    """The form of a message's words, with its placeholders."""
    staff.goto("/admin/booking/wording/")
    yield "wordings"
    staff.goto("/admin/booking/wording/add/")
    expect(staff.get_by_role("heading", name="Placeholders")).to_be_visible()
    yield "wording"


def owner_pages(staff: Page) -> Iterator[str]:
    staff.goto("/admin/")
    staff.get_by_role("navigation", name="Desk").get_by_role("link", name="Reports").click()
    yield "reports"
    staff.goto("/admin/clinic/accesslog/")
    yield "who read what"
    staff.goto("/admin/clinic/user/")
    staff.get_by_role("rowheader").get_by_role("link").first.click()
    yield "staff account"


def telephone_pages(staff: Page) -> Iterator[str]:
    """Booking for somebody who calls; nothing is booked."""
    staff.goto("/admin/")
    staff.get_by_role("link", name="Book for a patient").click()
    expect(staff.get_by_role("link", name=CONSULTATION)).to_be_visible()
    yield "service of a caller"
    staff.get_by_role("link", name=CONSULTATION).click()
    expect(staff.get_by_role("button", name="Show times")).to_be_visible()
    yield "times for a caller"
    staff.get_by_role("region").get_by_role("link").first.click()
    staff.get_by_role("button", name="Book and confirm").click()
    expect(staff.get_by_role("alert")).to_contain_text("Enter the full name of the patient.")
    yield "details of a caller, with errors"


def admin_pages(staff: Page) -> Iterator[str]:
    """Every list of the admin, and an entry of each that staff only read."""
    for name in (*READ_ONLY, *EDITED):
        staff.goto(f"/admin/{name}/")
        yield name
        entry = staff.get_by_role("rowheader").get_by_role("link").first
        if name in READ_ONLY and entry.count():
            entry.click()
            yield staff.url
