"""A practitioner's calendar feed: busy times and references, behind an address that can end."""

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from booking import actions, links
from booking.actors import Actor
from booking.models import Status
from clinic.fields import EncryptedText
from clinic.models import Clinic, Practitioner
from tests.booking import calendar_text
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.calendar_text import Component
from tests.booking.ledger import nothing_changes
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARK = "Zebraquartz"
TENTATIVE = {Status.HELD, Status.PROPOSED, Status.PENDING}
CONFIRMED = {Status.BOOKED, Status.ARRIVED, Status.FULFILLED}


@pytest.fixture(autouse=True)
def _clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def person(db: None) -> Practitioner:
    return a_practitioner()


def path_of(person: Practitioner) -> str:
    return f"/calendar/{links.feed_token_for(person)}.ics"


def opened(person: Practitioner) -> HttpResponse:
    response = Client().get(path_of(person))
    assert isinstance(response, HttpResponse)
    assert response.status_code == 200
    return response


def feed_of(person: Practitioner) -> Component:
    return calendar_text.read(opened(person).content)


def events_of(person: Practitioner) -> list[Component]:
    return feed_of(person).all("VEVENT")


# What it shows


def test_a_visit_is_busy_time_with_its_reference_and_nothing_else(person: Practitioner) -> None:
    booked = an_appointment(practitioner=person)
    (event,) = events_of(person)
    assert {each.name: each.value for each in event.properties} == {
        "UID": f"{booked.id}@busy",
        "SEQUENCE": "0",
        "DTSTAMP": "20260615T130000Z",
        "DTSTART": "20260617T140000Z",
        "DTEND": "20260617T143000Z",
        "SUMMARY": booked.request.reference,
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "CLASS": "PRIVATE",
    }


@pytest.mark.parametrize("status", Status)
def test_what_takes_the_time_is_there_as_sure_as_it_is(
    person: Practitioner, status: Status
) -> None:
    an_appointment(status, practitioner=person)
    shown = [event["STATUS"].value for event in events_of(person)]
    known = dict.fromkeys(TENTATIVE, "TENTATIVE") | dict.fromkeys(CONFIRMED, "CONFIRMED")
    assert shown == ([known[status]] if status in known else [])


def test_a_held_time_is_busy_and_names_no_draft(person: Practitioner) -> None:
    held = an_appointment(Status.HELD, practitioner=person)
    assert held.request.reference not in opened(person).content.decode()
    assert events_of(person)[0]["SUMMARY"].text == "Busy"


def test_what_has_lapsed_is_gone_though_nobody_cleared_it(
    person: Practitioner, clock: time_machine.Traveller
) -> None:
    an_appointment(Status.HELD, practitioner=person)
    clock.shift(20 * 60)
    assert events_of(person) == []


def test_nothing_of_the_patient_the_service_or_health(person: Practitioner) -> None:
    service = a_service(name_en=MARK, name_es=MARK, summary_en=MARK)
    patient = a_patient(full_name=MARK, email=f"{MARK}@patients.test", needs=MARK, booked_by=MARK)
    request = a_request(
        service,
        patient=patient,
        reason=MARK,
        screening=f'["{MARK}"]',
        note_to_patient=MARK,
        gate_wording=MARK,
    )
    an_appointment(practitioner=person, request=request)
    text = opened(person).content.decode()
    assert request.reference in text
    assert MARK.lower() not in text.lower()
    assert "mailto" not in text.lower()


@pytest.mark.parametrize(
    ("away", "is_shown"),
    [(-31 * DAY, False), (-29 * DAY, True), (399 * DAY, True), (402 * DAY, False)],
)
def test_it_reaches_from_thirty_days_back_to_the_horizon(
    person: Practitioner, away: timedelta, is_shown: bool
) -> None:
    an_appointment(starts_at=TEN_O_CLOCK - 2 * DAY + away, practitioner=person)
    assert bool(events_of(person)) == is_shown


def test_a_colleagues_visits_are_not_in_it(person: Practitioner) -> None:
    an_appointment(practitioner=a_practitioner())
    assert events_of(person) == []


def test_moved_it_is_the_same_event_at_another_time(person: Practitioner) -> None:
    booked = an_appointment(practitioner=person)
    person.services.add(booked.request.service)
    (before,) = events_of(person)
    actions.move(
        appointment_id=booked.id,
        starts_at=TEN_O_CLOCK + HOUR,
        by=Actor.patient(),
        now=TEN_O_CLOCK - 2 * DAY,
    )
    (after,) = events_of(person)
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"].value) > int(before["SEQUENCE"].value)
    assert after["DTSTART"].value == "20260617T150000Z"


def test_no_name_of_a_person_becomes_more_than_a_name(person: Practitioner) -> None:
    Practitioner.objects.update(name="Ana, MD;\r\nBEGIN:VEVENT\rSUMMARY:x\\n")
    feed = feed_of(person)
    assert feed.all("VEVENT") == []
    assert feed["X-WR-CALNAME"].text == "Ana, MD;\nBEGIN:VEVENT\nSUMMARY:x\\n"


def test_a_hundred_visits_cost_no_more_queries_than_one(person: Practitioner) -> None:
    service = a_service()

    def busy(first: int, last: int) -> None:
        for number in range(first, last):
            an_appointment(
                starts_at=TEN_O_CLOCK + number * HOUR,
                practitioner=person,
                request=a_request(service),
            )

    busy(0, 1)
    few = count_queries(lambda: opened(person))
    busy(1, 100)
    assert len(events_of(person)) == 100
    assert count_queries(lambda: opened(person)) == few


def test_of_the_requests_nothing_is_read_but_the_reference(person: Practitioner) -> None:
    """Not even to be thrown away."""
    an_appointment(practitioner=person)
    with mock.patch.object(EncryptedText, "from_db_value", side_effect=AssertionError):
        assert len(events_of(person)) == 1


# The address


def renewed(person: Practitioner) -> str:
    token = links.feed_token_for(person)
    actions.renew_feed(practitioner_id=person.pk, version=person.feed_version)
    return token


def of_one_who_left(person: Practitioner) -> str:
    Practitioner.objects.update(is_active=False)
    return links.feed_token_for(person)


def other(letter: str) -> str:
    return "B" if letter == "A" else "A"


def of_nobody(person: Practitioner) -> str:
    return links.feed_token_for(Practitioner(pk=2**63 - 1, feed_version=1))


WRONG: dict[str, Callable[[Practitioner], str]] = {
    "renewed": renewed,
    "of one who left": of_one_who_left,
    "of nobody": of_nobody,
    "first letter off": lambda who: (
        other(links.feed_token_for(who)[0]) + links.feed_token_for(who)[1:]
    ),
    "last letter off": lambda who: (
        links.feed_token_for(who)[:-1] + other(links.feed_token_for(who)[-1])
    ),
    "cut": lambda who: links.feed_token_for(who)[:-2],
    "too long": lambda who: links.feed_token_for(who) + "AA",
    "a patient's": lambda who: links.token_for(an_appointment(practitioner=who).request),
    "all ones": lambda who: "_" * 32,
    "nonsense": lambda who: "what-is-this",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_every_wrong_address_is_the_same_page_not_found(
    person: Practitioner, wrong: Callable[[Practitioner], str]
) -> None:
    """The same as that of a patient's wrong link."""
    tried = {f"/calendar/{wrong(person)}.ics": "", f"/appointment/{'A' * 43}/": ""}
    answers = [Client().get(path) for path in tried]
    for answer in answers:
        assert answer.status_code == 404
    bodies = [
        answer.content.replace(path.encode(), b"").replace(f"/es{path}".encode(), b"")
        for answer, path in zip(answers, tried, strict=True)
    ]
    assert bodies[0].split(b"<main")[1] == bodies[1].split(b"<main")[1]
    kept = [
        {name: text for name, text in answer.headers.items() if name != "Content-Length"}
        for answer in answers
    ]
    assert kept[0] == kept[1]


def test_a_feeds_token_opens_no_patients_page(person: Practitioner) -> None:
    assert Client().get(f"/appointment/{links.feed_token_for(person)}/").status_code == 404


def test_renewed_the_new_address_opens(person: Practitioner) -> None:
    renewed(person)
    person.refresh_from_db()
    assert events_of(person) == []


def test_it_is_kept_nowhere_found_nowhere_and_only_read(person: Practitioner) -> None:
    response = opened(person)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    path = path_of(person)
    with nothing_changes():
        assert Client().head(path).status_code == 200
        for method in ("post", "put", "patch", "delete", "options"):
            assert getattr(Client(), method)(path).status_code == 405


def test_many_wrong_addresses_meet_a_calm_page_and_the_right_one_still_opens(
    person: Practitioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted together with patients' wrong links."""
    monkeypatch.setattr("booking.limits.WRONG_LINKS_AN_HOUR", 2)
    Client().get(f"/appointment/{'A' * 43}/")
    codes = [Client().get("/calendar/AAAA.ics").status_code for _try in range(3)]
    assert codes == [404, 429, 429]
    opened(person)


def test_nothing_stored_opens_it(person: Practitioner, capsys: pytest.CaptureFixture[str]) -> None:
    opened(person)
    call_command("dumpdata", verbosity=0)
    assert links.feed_token_for(person) not in capsys.readouterr().out
