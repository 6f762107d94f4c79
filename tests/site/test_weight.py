"""Light enough for a bad line: what has to arrive before a page can be read, compressed."""

import gzip

import pytest
from django.conf import settings

from clinic.models import Service
from clinic.staticfiles import PARTS, without_comments
from tests.booking.visitor import Visitor
from tests.site.crawl import crawl

pytestmark = pytest.mark.usefixtures("starter")

# One first flight: ten packets of 1,460 bytes (RFC 6928).
FIRST_FLIGHT = 14 * 1024
ANY_PAGE = 20 * 1024
MOST_CSS = 8 * 1024


def compressed(text: str) -> int:
    return len(gzip.compress(text.encode()))


def of_css(*parts: str) -> int:
    folder = settings.BASE_DIR / "static"
    return compressed("\n".join(without_comments((folder / part).read_text()) for part in parts))


def sheet() -> int:
    return of_css(*PARTS)


def test_the_style_sheet() -> None:
    assert of_css(*PARTS, "css/booking.css") <= MOST_CSS


def test_every_page_with_its_sheet() -> None:
    pages = {path: page for path, page in crawl("/", "/es/").pages.items() if ".svg" not in path}
    heavy = {path: compressed(page.html) + sheet() for path, page in pages.items()}
    assert not {path: weight for path, weight in heavy.items() if weight > ANY_PAGE}
    assert heavy["/"] <= FIRST_FLIGHT
    assert heavy["/es/"] <= FIRST_FLIGHT


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_step_of_the_booking_arrives_at_once(language: str) -> None:
    visitor, service = Visitor(language), Service.objects.get(slug="initial-consultation")
    steps = [visitor.get("book"), visitor.get("book-safety", service=service.slug)]
    visitor.passes_gate(service)
    steps.append(visitor.get("book-time"))
    visitor.chooses()
    steps.append(visitor.get("book-details"))
    visitor.tells()
    steps.append(visitor.get("book-check"))
    visitor.sends()
    steps.append(visitor.get("book-done"))
    assert {step.status_code for step in steps} == {200}
    sheets = sheet() + of_css("css/booking.css")
    assert max(compressed(step.content.decode()) for step in steps) + sheets <= FIRST_FLIGHT
