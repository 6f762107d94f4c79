"""A lost link: sent again to the address on file, and nobody learns whose is on file."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from booking import actions, links, worker
from booking.actors import Actor
from booking.models import Appointment, LostLink, Message, Status
from booking.models.appointments import Reason
from clinic import memory
from clinic.models import Clinic
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_patient, a_request, an_appointment
from tests.booking.ledger import everything, nothing_changes
from tests.booking.visitor import Visitor, text_of

pytestmark = pytest.mark.django_db

ADA, NOBODY = "ada@patients.test", "nobody@patients.test"
DAY = timedelta(days=1)
SENT = "Check your e-mail"


@pytest.fixture(autouse=True)
def _clinic() -> Clinic:
    return a_clinic()


def asks(visitor: Visitor, email: str, **data: str) -> HttpResponse:
    return visitor.post("lost-link", data={"email": email} | data)


def says(response: HttpResponse, visitor: Visitor, text: str) -> bool:
    with translation.override(visitor.language):
        return str(translation.gettext(text)) in text_of(response)


def coming(
    status: Status = Status.BOOKED, *, email: str = ADA, days: int = 0, language: str = "en"
) -> Appointment:
    request = a_request(patient=a_patient(email=email), language=language)
    return an_appointment(status, TEN_O_CLOCK + days * DAY, request=request)


def letters() -> list[str]:
    """What the worker sends, each as its text."""
    worker.run_once(now=timezone.now())
    sent = Message.objects.filter(kind=Message.Kind.LINK_AGAIN)
    assert not sent.exclude(state=Message.State.SENT).exists()
    return [str(letter.body) for letter in mail.outbox]


# What comes of it


def test_the_link_comes_to_the_address_on_file_in_the_language_of_the_request(
    visitor: Visitor,
) -> None:
    """However the address is typed, and whichever page it was asked on."""
    appointment = coming(language=visitor.language)
    response = asks(Visitor("en"), " ADA@Patients.test ")
    assert response.status_code == 200
    (text,) = letters()
    assert mail.outbox[0].to == [ADA]
    assert links.address_for(appointment.request) in text
    assert ("/es/appointment/" in text) == (visitor.language == "es")
    assert not LostLink.objects.exists()


@pytest.mark.parametrize("status", [Status.PENDING, Status.PROPOSED, Status.BOOKED])
def test_whatever_is_to_come_has_its_link(english_visitor: Visitor, status: Status) -> None:
    coming(status)
    asks(english_visitor, ADA)
    assert len(letters()) == 1


@pytest.mark.parametrize(
    "status",
    [Status.CANCELLED, Status.FULFILLED, Status.NOSHOW, Status.ENTERED_IN_ERROR, Status.HELD],
)
def test_what_is_off_over_or_not_sent_has_none(english_visitor: Visitor, status: Status) -> None:
    coming(status)
    asks(english_visitor, ADA)
    assert letters() == []
    assert not LostLink.objects.exists()


def test_a_visit_of_last_week_has_none(english_visitor: Visitor) -> None:
    coming(days=-9)
    asks(english_visitor, ADA)
    assert letters() == []


def test_nobody_is_told_that_an_address_is_unknown(english_visitor: Visitor) -> None:
    coming()
    asks(english_visitor, NOBODY)
    assert letters() == []
    assert not LostLink.objects.exists()


def test_a_family_that_shares_an_address_gets_a_letter_for_each_and_no_list(
    english_visitor: Visitor,
) -> None:
    appointments = [coming(days=day) for day in range(3)]
    asks(english_visitor, ADA)
    addresses = {links.address_for(appointment.request) for appointment in appointments}
    texts = letters()
    assert len(texts) == 3
    for text in texts:
        assert sum(address in text for address in addresses) == 1
        assert "Ada" not in text


def test_a_request_with_several_times_offered_gets_one_letter(english_visitor: Visitor) -> None:
    request = a_request(patient=a_patient(email=ADA))
    for day in range(3):
        an_appointment(Status.PROPOSED, TEN_O_CLOCK + day * DAY, request=request)
    asks(english_visitor, ADA)
    assert len(letters()) == 1


def test_cancelled_before_the_worker_came_it_has_none(english_visitor: Visitor) -> None:
    appointment = coming()
    asks(english_visitor, ADA)
    by = Actor.patient()
    actions.cancel(appointment_id=appointment.id, by=by, now=timezone.now())
    letters()
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert Message.Kind.LINK_AGAIN not in kinds
    assert Reason.BY_PATIENT in Appointment.objects.values_list("reason_code", flat=True)


def test_asked_again_it_comes_again_but_not_at_once(
    english_visitor: Visitor, clock: time_machine.Traveller
) -> None:
    coming()
    asks(english_visitor, ADA)
    asks(english_visitor, ADA)
    assert len(letters()) == 1
    asks(english_visitor, ADA)
    assert len(letters()) == 1
    clock.shift(10 * 60)
    asks(english_visitor, ADA)
    assert len(letters()) == 2


def test_not_at_once_whatever_the_clock_says(
    english_visitor: Visitor, clock: time_machine.Traveller
) -> None:
    coming()
    clock.shift(9 * 60)
    asks(english_visitor, ADA)
    assert len(letters()) == 1
    clock.shift(2 * 60)
    asks(english_visitor, ADA)
    assert len(letters()) == 1


# What it gives away: nothing


def trace_of(visitor: Visitor, email: str) -> tuple[object, ...]:
    """All that asking leaves behind and shows, and how the database was asked."""
    memory.forget_everything()
    before = everything()
    with CaptureQueriesContext(connection) as asked:
        response = asks(visitor, email)
    after = everything()
    wrote = {name: new for name in after if (new := len(after[name]) - len(before[name]))}
    verbs = [query["sql"].split()[0] for query in asked.captured_queries]
    return response.status_code, response.content, dict(response.headers), wrote, verbs


def test_known_and_unknown_look_write_and_cost_the_same(visitor: Visitor) -> None:
    for days in range(5):
        coming(days=days)
    known, unknown = trace_of(visitor, ADA), trace_of(visitor, NOBODY)
    assert known == unknown
    assert known[0] == 200
    assert known[3] == {"booking.LostLink": 1, "clinic.Hit": 2}
    assert says(asks(visitor, NOBODY), visitor, SENT)


def test_the_address_is_stored_for_nobody_to_read(english_visitor: Visitor) -> None:
    asks(english_visitor, ADA)
    assert [lost.email for lost in LostLink.objects.all()] == [ADA]
    for table in ("booking_lostlink", "clinic_hit"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            assert ADA not in str(cursor.fetchall())


def test_no_log_and_no_page_repeats_the_address(
    english_visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "booking")
    coming()
    page = asks(english_visitor, ADA).content.decode()
    letters()
    assert caplog.records
    assert ADA not in page + caplog.text


# The form


def test_the_form_is_kept_nowhere_and_found_by_no_search_engine(visitor: Visitor) -> None:
    with nothing_changes():
        page = visitor.get("lost-link")
    assert page.status_code == 200
    assert says(page, visitor, "Lost the link to your appointment?")
    for response in (page, asks(visitor, ADA)):
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "email",
    [
        "",
        " ",
        "nonsense",
        "a@b",
        "ada@patients.test, bob@patients.test",
        "ada@patients.test bob@patients.test",
        "Ada <ada@patients.test>",
        "ada@patients.test\r\nBcc: stranger@elsewhere.test",
        "ada@patients.test\nBcc: stranger@elsewhere.test",
        "ada@patients.test\x00",
        "%@patients.test%",
        "' OR 1=1 --@patients.test ",
        "<script>alert(1)</script>@patients.test",
        "{{ 7 }}{% now 'Y' %}@x",
        f"{'x' * 300}@patients.test",
        "x" * 100_000,
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + "@patients.test",
    ],
)
def test_what_is_no_address_gets_the_form_again_with_what_was_typed(
    visitor: Visitor, email: str
) -> None:
    coming()
    with nothing_changes():
        response = asks(visitor, email)
    assert response.status_code == 200
    assert says(response, visitor, "There is a problem")
    assert b"<script>alert(1)" not in response.content


@pytest.mark.parametrize("email", ["%@patients.test", "_da@patients.test", "*@patients.test"])
def test_an_address_is_that_address_and_no_pattern(english_visitor: Visitor, email: str) -> None:
    coming()
    asks(english_visitor, email)
    assert letters() == []


def test_programs_that_fill_in_everything_are_refused(visitor: Visitor) -> None:
    with nothing_changes():
        response = asks(visitor, ADA, website="https://spam.example")
    assert says(response, visitor, "Please leave the hidden field empty, or call us.")


def test_a_form_of_another_site_is_refused(english_visitor: Visitor) -> None:
    path = english_visitor.path("lost-link")
    with nothing_changes():
        response = Client(enforce_csrf_checks=True).post(path, {"email": ADA})
    assert response.status_code == 403


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_ways_of_asking_are_refused(english_visitor: Visitor, method: str) -> None:
    assert getattr(Client(), method)(english_visitor.path("lost-link")).status_code == 405


def test_it_can_be_asked_while_bookings_are_closed(visitor: Visitor) -> None:
    a_clinic(accepts_bookings=False)
    coming()
    assert says(asks(visitor, ADA), visitor, SENT)
    assert len(letters()) == 1


@pytest.mark.parametrize("email", [ADA, NOBODY])
def test_an_address_is_asked_for_so_often_a_day_and_no_more(
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    clock: time_machine.Traveller,
    email: str,
) -> None:
    monkeypatch.setattr("booking.limits.LOST_LINKS_A_DAY_AND_PERSON", 2)
    coming()
    spellings = (email, email.upper(), email.title())
    answers = [asks(visitor, spelling) for spelling in spellings]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert says(
        answers[2], visitor, "There were too many attempts. Please try again later, or call us."
    )
    assert LostLink.objects.count() == 2
    clock.shift(DAY)
    assert asks(visitor, email).status_code == 200


def test_one_place_asks_for_so_many_a_day_and_no_more(
    english_visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.limits.LOST_LINKS_A_DAY_AND_ADDRESS", 2)
    codes = [
        asks(english_visitor, f"somebody{number}@patients.test").status_code for number in range(3)
    ]
    assert codes == [200, 200, 429]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert asks(Visitor(client=elsewhere), ADA).status_code == 200


# The way there


@pytest.mark.parametrize("is_open", [True, False])
def test_the_bookings_first_page_leads_there(visitor: Visitor, is_open: bool) -> None:
    a_clinic(accepts_bookings=is_open)
    assert f'href="{visitor.path("lost-link")}"' in visitor.get("book").content.decode()


def test_the_page_of_a_wrong_link_leads_there(visitor: Visitor) -> None:
    page = visitor.get("appointment", "A" * 43)
    assert page.status_code == 404
    assert f'href="{visitor.path("lost-link")}"' in page.content.decode()


def test_one_that_no_key_opens_any_more_stops_nothing(english_visitor: Visitor) -> None:
    """Keys were lost, or a backup came without them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO booking_lostlink (email, asked_at) VALUES (%s, %s)",
            ["gAAAAnonsense", timezone.now()],
        )
    coming()
    asks(english_visitor, ADA)
    assert len(letters()) == 1
    assert not LostLink.objects.exists()
