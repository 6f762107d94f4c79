"""Another time, or another service, for a caller about whom something is typed already.

What was typed comes along, by POST alone, and nothing is done on the way.
"""

import re
from datetime import timedelta
from html import escape
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from booking.desk.slots import write_slot
from booking.models import Appointment
from clinic.models import AccessLog, Practitioner, Service
from clinic.roles import FRONT_DESK
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_practitioner,
    a_service,
    an_appointment,
)
from tests.booking.desk import form, nothing_is_done, said
from tests.clinic.staff import a_client

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ELEVEN = TEN_O_CLOCK + HOUR
BOOK, VISIT = reverse("desk:book"), reverse("desk:book-visit")
CALLER = {
    "full_name": "Ada Example",
    "telephone": "732-555-0199",
    "prefers": "telephone",
    "language": "en",
}
TYPED = CALLER | {
    "reason": 'A stiff "neck"\r\n<b>since</b> May',
    "birth_date_month": "13",
    "birth_date_day": "x",
    "wants_reminders": "on",
}


@pytest.fixture(autouse=True)
def _clinic(db: None) -> None:
    a_clinic()


@pytest.fixture
def service() -> Service:
    return a_service(slug="consultation")


@pytest.fixture
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service, name="Alex Example")


def at(service: Service, **query: str) -> str:
    return f"{BOOK}?{urlencode({'service': service.slug, **query})}"


def carries(client: Client, url: str, **more: str) -> str:
    with nothing_is_done():
        response = client.post(url, form(**TYPED, **more, carried="1"))
    assert response.status_code == 200
    assert set(response.cookies) <= {"csrftoken"}
    page = response.content.decode()
    addresses = " ".join(re.findall(r'(?:href|action|formaction)="([^"]*)"', page))
    for typed in ("Ada", "555", "stiff", "May", "13&", "carried"):
        assert typed not in addresses
    return page


def test_it_is_said_again_on_every_page_between(
    service: Service, practitioner: Practitioner
) -> None:
    client = a_client(FRONT_DESK)
    at_eleven = urlencode({"slot": write_slot(ELEVEN, practitioner.pk)}, quote_via=quote)
    times = carries(client, at(service))
    assert f'formaction="?service={service.slug}&amp;{at_eleven}"' in times
    services = carries(client, BOOK)
    assert f'formaction="?service={service.slug}"' in services
    visit = carries(client, VISIT)
    for page in (times, services, visit):
        assert "What you typed about the caller is kept." in page
        for name, text in TYPED.items():
            assert f'<input type="hidden" name="{name}" value="{escape(text)}">' in page


def test_it_stands_in_the_form_again_as_it_was_typed(
    service: Service, practitioner: Practitioner
) -> None:
    url = at(service, slot=write_slot(ELEVEN, practitioner.pk))
    client = a_client(FRONT_DESK)
    page = carries(client, url)
    for text in ("Ada Example", "13", "x"):
        assert f'value="{text}"' in page
    assert escape("<b>since</b> May") in page
    assert "errornote" not in page  # nothing was sent yet
    assert "Find a patient who is known here" not in page  # who would be asked for anew
    assert re.search(r'name="wants_reminders"[^>]* checked', page)
    assert not re.search(r'name="may_leave_voicemail"[^>]* checked', page)


def test_other_days_are_asked_for_by_post_too(service: Service, practitioner: Practitioner) -> None:
    client = a_client(FRONT_DESK)
    days = {"from": "2026-07-06", "practitioner": practitioner.slug}
    page = carries(client, at(service), **days)
    assert 'value="2026-07-06"' in page
    assert "Monday, July 6, 2026" in page
    assert f'formaction="?service={service.slug}&amp;from=2026-07-20' in page
    assert page.count('name="from"') == page.count('name="practitioner"') == 1


def test_looking_is_written_down_as_looking(service: Service) -> None:
    carries(a_client(FRONT_DESK), at(service))
    assert list(AccessLog.objects.values_list("action", flat=True)) == ["open"]


def test_the_form_and_what_was_refused_offer_it(
    service: Service, practitioner: Practitioner
) -> None:
    an_appointment(starts_at=ELEVEN, practitioner=practitioner)
    url, client = at(service, slot=write_slot(ELEVEN, practitioner.pk)), a_client(FRONT_DESK)
    button = f'name="carried" value="1" formaction="?service={service.slug}"'
    for response in (client.get(url), client.post(url, form(**CALLER))):
        assert button in response.content.decode()


@pytest.mark.parametrize("text", ["x" * 5000, "\x00", "\u202eevil", '"><script>'])
def test_hostile_text_is_inert(service: Service, text: str) -> None:
    response = a_client(FRONT_DESK).post(
        at(service), {"carried": "1", "full_name": text, "birth_date_month": text}
    )
    assert response.status_code == 200
    assert '"><script>' not in response.content.decode()


def test_of_a_visit_it_comes_along_too(service: Service, practitioner: Practitioner) -> None:
    other = a_service(slug="acupressure")
    practitioner.services.add(other)
    client, both = a_client(FRONT_DESK), [("service", service.slug), ("service", other.slug)]
    query = urlencode(both)
    times = carries(client, f"{VISIT}?{query}", **{"from": "2026-07-06"})
    assert "Monday, July 6, 2026" in times
    slots = re.findall(r'formaction="(\?[^"]*slot=[^"]*)"', times)[0].replace("&amp;", "&")
    page = carries(client, VISIT + slots)
    assert 'value="Ada Example"' in page
    assert f'name="carried" value="1" formaction="?{escape(query)}"' in page
    services = carries(client, f"{VISIT}?{query}&other=1")
    assert f'formaction="{BOOK}?"' in services
    with nothing_is_done():
        response = client.post(VISIT, {**TYPED, "carried": "1", "service": ["", other.slug]})
    assert "Choose at least two services." in response.content.decode()
    response = client.post(VISIT + slots, form(**CALLER))
    assert said(response).startswith("Booked and confirmed")
    assert Appointment.objects.count() == 2


def test_a_time_or_a_service_that_is_gone_loses_nothing(
    service: Service, practitioner: Practitioner
) -> None:
    """Switched off while somebody was typing: another one is chosen, with all that was typed."""
    url, client = at(service, slot=write_slot(ELEVEN, practitioner.pk)), a_client(FRONT_DESK)
    Practitioner.objects.update(is_active=False)
    with nothing_is_done():
        times = client.post(url, form(**TYPED)).content.decode()
    Service.objects.update(is_active=False)
    with nothing_is_done():
        services = client.post(url, form(**TYPED)).content.decode()
        visit = client.post(f"{VISIT}?service={service.slug}", form(**TYPED)).content.decode()
    for page in (times, services, visit):
        assert "What you typed about the caller is kept." in page
        assert f'<input type="hidden" name="full_name" value="{CALLER["full_name"]}">' in page
