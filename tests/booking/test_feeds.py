"""A practitioner's calendar feed: busy times and references, behind an address that can end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from booking import links
from booking.models import Status
from booking.models.appointments import BLOCKING
from clinic.models import AccessLog, Practitioner
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    an_appointment,
)
from tests.clinic.staff import a_client, a_member, signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FEED = reverse("desk:feed")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def person(db: None) -> Practitioner:
    return a_practitioner()


def read(person: Practitioner) -> str:
    response = Client().get(links.feed_address_for(person).removeprefix("http://127.0.0.1:8000"))
    assert response.status_code == 200
    return str(response.content.decode())


def events(person: Practitioner) -> list[dict[str, str]]:
    """What an independent reader makes of the lines."""
    found: list[dict[str, str]] = []
    for line in read(person).replace("\r\n ", "").splitlines():
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line:
            name, _, value = line.partition(":")
            found[-1].setdefault(name, value)
    return found


def test_a_confirmed_visit_is_busy_with_its_reference(person: Practitioner) -> None:
    booked = an_appointment(practitioner=person)
    (event,) = events(person)
    assert event["SUMMARY"] == booked.request.reference
    assert event["DTSTART"] == "20260617T140000Z"
    assert event["DTEND"] == "20260617T143000Z"
    assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == (
        "CONFIRMED",
        "OPAQUE",
        "PRIVATE",
    )


@pytest.mark.parametrize("status", Status)
def test_what_blocks_is_there_and_what_is_undecided_is_tentative(
    person: Practitioner, status: Status
) -> None:
    an_appointment(status, practitioner=person)
    shown = [event["STATUS"] for event in events(person)]
    undecided = status in {Status.HELD, Status.PENDING, Status.PROPOSED}
    assert shown == ([] if status not in BLOCKING else ["TENTATIVE" if undecided else "CONFIRMED"])


def test_nothing_of_the_patient_or_of_health(person: Practitioner) -> None:
    patient = a_patient(full_name="Zebraquartz", email="zebraquartz@patients.test")
    request = a_request(patient=patient, reason="zebraquartz", note_to_patient="zebraquartz")
    booked = an_appointment(practitioner=person, request=request)
    text = read(person).lower()
    assert "zebraquartz" not in text
    assert booked.request.service.name_en.lower() not in text
    assert Calendar.from_ical(read(person))


def test_only_ones_own_and_not_what_is_long_over(person: Practitioner) -> None:
    an_appointment(practitioner=a_practitioner())
    an_appointment(starts_at=TEN_O_CLOCK - 60 * DAY, practitioner=person)
    assert events(person) == []


def test_it_costs_the_same_however_much_there_is(
    person: Practitioner, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(10):
        an_appointment(starts_at=TEN_O_CLOCK + day * DAY, practitioner=person)
    with django_assert_max_num_queries(2):
        assert len(events(person)) == 10


def renewed(person: Practitioner) -> str:
    token = links.feed_token_for(person)
    Practitioner.objects.update(feed_version=2)
    return token


def gone(person: Practitioner) -> str:
    Practitioner.objects.update(is_active=False)
    return links.feed_token_for(person)


def flipped(person: Practitioner) -> str:
    token = links.feed_token_for(person)
    return token[:-1] + ("A" if token[-1] != "A" else "B")


WRONG: dict[str, Callable[[Practitioner], str]] = {
    "renewed": renewed,
    "of one who is gone": gone,
    "one letter off": flipped,
    "cut": lambda person: links.feed_token_for(person)[:-2],
    "a patient's": lambda person: links.token_for(an_appointment(practitioner=person).request),
    "nonsense": lambda person: "what-is-this",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_every_wrong_address_is_the_same_page_not_found(
    person: Practitioner, wrong: Callable[[Practitioner], str]
) -> None:
    token = wrong(person)
    response = Client().get(f"/calendar/{token}.ics")
    other = Client().get("/calendar/AAAA.ics")
    assert response.status_code == other.status_code == 404
    assert response.content.replace(token.encode(), b"") == other.content.replace(b"AAAA", b"")


def test_it_is_kept_nowhere_and_found_nowhere(person: Practitioner) -> None:
    response = Client().get(f"/calendar/{links.feed_token_for(person)}.ics")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert Client().post(f"/calendar/{links.feed_token_for(person)}.ics").status_code == 405


def test_many_wrong_addresses_meet_a_calm_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booking.limits.WRONG_LINKS_AN_HOUR", 1)
    codes = [Client().get("/calendar/AAAA.ics").status_code for _ in range(3)]
    assert codes == [404, 429, 429]


# At the desk


def test_the_owner_sees_everybodys_and_a_practitioner_their_own(person: Practitioner) -> None:
    member = a_member(PRACTITIONER)
    own = a_practitioner(user=member)
    addresses = [links.feed_address_for(who) for who in (person, own)]
    for_owner = a_client(OWNER).get(FEED).content.decode()
    assert all(address in for_owner for address in addresses)
    for_own = signed_in(member).get(FEED).content.decode()
    assert [address in for_own for address in addresses] == [False, True]


def test_the_front_desk_sees_none_and_an_editor_is_refused(person: Practitioner) -> None:
    page = a_client(FRONT_DESK).get(FEED).content.decode()
    assert links.feed_address_for(person) not in page
    assert a_client(EDITOR).get(FEED).status_code == 403


def test_renewing_ends_the_old_address(person: Practitioner, now: datetime) -> None:
    old, url = links.feed_token_for(person), reverse("desk:renew-feed", args=[person.pk])
    client = a_client(OWNER)
    assert client.get(url).status_code == 200
    assert Client().get(f"/calendar/{old}.ics").status_code == 200
    client.post(url)
    assert Client().get(f"/calendar/{old}.ics").status_code == 404
    person.refresh_from_db()
    assert read(person)
    assert AccessLog.objects.filter(action="change", subject_type="calendar feed").exists()


def test_nobody_renews_what_is_somebody_elses(person: Practitioner) -> None:
    member = a_member(PRACTITIONER)
    a_practitioner(user=member)
    url = reverse("desk:renew-feed", args=[person.pk])
    assert signed_in(member).post(url).status_code == 404
    person.refresh_from_db()
    assert person.feed_version == 1
