"""A lost link: sent again to the address on file, and nobody learns whose is on file."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse

from booking import links, worker
from booking.emails import render
from booking.models import Appointment, LostLink, Message, Status
from clinic.models import Hit
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_patient, a_request, an_appointment
from tests.booking.ledger import nothing_changes
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

ADA = "ada@patients.test"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def asks(visitor: Visitor, email: str, **data: str) -> HttpResponse:
    return visitor.post("lost-link", data={"email": email} | data)


def coming(
    email: str = ADA, status: Status = Status.BOOKED, days: int = 0, language: str = "en"
) -> Appointment:
    request = a_request(patient=a_patient(email=email), language=language)
    return an_appointment(status, TEN_O_CLOCK + days * DAY, request=request)


def sent(now: datetime) -> list[Message]:
    worker.run_once(now=now)
    return list(Message.objects.filter(kind=Message.Kind.LINK_AGAIN))


def test_the_link_is_sent_to_the_address_on_file(visitor: Visitor, now: datetime) -> None:
    appointment = coming(language=visitor.language)
    assert asks(visitor, " ADA@patients.test ").status_code == 200
    (message,) = sent(now)
    mail = render(message, now=now)
    assert mail.to == [ADA]
    assert links.address_for(appointment.request) in str(mail.body)
    assert not LostLink.objects.exists()


def test_known_and_unknown_look_and_cost_the_same(english_visitor: Visitor, now: datetime) -> None:
    coming()
    answers = []
    for email in (ADA, "nobody@patients.test"):
        before = (LostLink.objects.count(), Hit.objects.count(), Message.objects.count())
        response = asks(english_visitor, email)
        after = (LostLink.objects.count(), Hit.objects.count(), Message.objects.count())
        wrote = [now_there - then for now_there, then in zip(after, before, strict=True)]
        answers.append((response.status_code, response.content, wrote))
    assert answers[0] == answers[1]
    assert answers[0][2] == [1, 2, 0]


def test_a_family_that_shares_an_address_gets_a_message_for_each(
    english_visitor: Visitor, now: datetime
) -> None:
    appointments = [coming(days=day) for day in range(2)]
    asks(english_visitor, ADA)
    found = {message.request_id for message in sent(now)}
    assert found == {appointment.request_id for appointment in appointments}


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FULFILLED, Status.NOSHOW])
def test_what_is_over_is_not_sent(english_visitor: Visitor, status: Status, now: datetime) -> None:
    coming(status=status)
    asks(english_visitor, ADA)
    assert sent(now) == []


def test_a_visit_of_last_week_is_not_sent(english_visitor: Visitor, now: datetime) -> None:
    coming(days=-9)
    asks(english_visitor, ADA)
    assert sent(now) == []


def test_asked_twice_at_once_it_comes_once(english_visitor: Visitor, now: datetime) -> None:
    coming()
    asks(english_visitor, ADA)
    asks(english_visitor, ADA)
    assert len(sent(now)) == 1


@pytest.mark.parametrize("email", ["", "nonsense", "a@b\r\nBcc: c@d.test", "x" * 300 + "@d.test"])
def test_a_bad_address_gets_the_form_again(english_visitor: Visitor, email: str) -> None:
    with nothing_changes():
        response = asks(english_visitor, email)
    assert response.status_code == 200
    assert "There is a problem" in text_of(response)


def test_programs_that_fill_in_everything_are_refused(english_visitor: Visitor) -> None:
    with nothing_changes():
        asks(english_visitor, ADA, website="https://spam.example")


def test_so_often_a_day_and_no_more(
    english_visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.limits.LOST_LINKS_A_DAY_AND_PERSON", 2)
    codes = [asks(english_visitor, ADA).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_the_address_is_not_stored_in_the_clear(english_visitor: Visitor) -> None:
    asks(english_visitor, ADA)
    raw = LostLink.objects.values_list("email", flat=True)
    assert list(raw) == [ADA]
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM booking_lostlink")
        assert ADA not in cursor.fetchone()[0]
