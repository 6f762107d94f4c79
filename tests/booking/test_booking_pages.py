"""The steps of the booking as their visitors meet them: pages, refusals, and what they keep."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from booking import limits
from booking.flow import Draft
from booking.models import Appointment, AppointmentRequest, Patient, Status
from clinic.models import Hit, Practitioner, Service
from content.models import Caution, RedFlag
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_practitioner, a_service, an_appointment
from tests.booking.ledger import everything, nothing_changes
from tests.booking.visitor import NO_SIGN, Visitor, answers, text_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = ["book-time", "book-details", "book-check", "book-done"]
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 }}{% now 'Y' %}"
Level = RedFlag.Level
REMIND_ME = '<input type="checkbox" name="wants_reminders" id="id_wants_reminders"{}>'


@pytest.fixture
def service() -> Service:
    return a_service(name_en="Consultation", name_es="Consulta")


@pytest.fixture(autouse=True)
def practitioner(service: Service) -> Practitioner:
    a_clinic(network_notice_en="We are in no network.", network_notice_es="Sin red.")
    return a_practitioner(service)


@pytest.fixture(autouse=True)
def flags() -> dict[Level, RedFlag]:
    """One sign of each level."""
    return {
        level: RedFlag.objects.create(
            slug=f"sign-{level.name.lower().replace('_', '-')}",
            level=level,
            text_en=f"A sign of {level}.",
            text_es=f"Una señal de {level}.",
        )
        for level in Level
    }


def says(response: HttpResponse, language: str, text: str) -> bool:
    """Whether the page has a text of the catalogue, in the language of the visitor."""
    with translation.override(language):
        return str(translation.gettext(text)) in text_of(response)


def assert_private(response: HttpResponse) -> None:
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "same-origin"  # "no-referrer" breaks forms
    assert response.headers["X-Robots-Tag"] == "noindex"


# From the first step to the last


def test_a_visitor_walks_through_every_step(visitor: Visitor, service: Service) -> None:
    headings = {
        "book": "What do you need?",
        "book-safety": "Before you book: is it safe to wait?",
        "book-time": "Choose a time",
        "book-details": "Your details",
        "book-check": "Check your answers",
        "book-done": "Requested, not yet confirmed",
    }

    def reads(step: str, **query: object) -> HttpResponse:
        response = visitor.get(step, **query)
        assert response.status_code == 200
        assert says(response, visitor.language, headings[step])
        assert_private(response)
        return response

    def goes_on(response: HttpResponse, step: str) -> None:
        assert response.status_code == 302
        assert response.headers["Location"].split("?")[0] in {
            visitor.path(step),
            visitor.path(step).replace(visitor.path("book"), "../"),
        }

    reads("book")
    reads("book-safety", service=service.slug)
    goes_on(visitor.passes_gate(service), "book-time")
    reads("book-time")
    goes_on(visitor.chooses(), "book-details")
    assert "network" in text_of(reads("book-details")) or visitor.language == "es"
    goes_on(visitor.tells(language=visitor.language), "book-check")
    assert "Ada Example" in text_of(reads("book-check"))
    goes_on(visitor.sends(), "book-done")
    assert visitor.draft.reference in text_of(reads("book-done"))
    assert visitor.draft.language == visitor.language


def test_the_first_page_offers_what_can_be_booked(visitor: Visitor, service: Service) -> None:
    a_service(name_en="Nobody does this", name_es="Nadie hace esto")
    page = visitor.get("book").content.decode()
    name = "Consulta" if visitor.language == "es" else "Consultation"
    assert f"?service={service.slug}" in page
    assert name in page
    assert "Nobody" not in page
    assert "Nadie" not in page


def test_the_time_is_said_in_the_clinics_zone(visitor: Visitor, service: Service) -> None:
    visitor.comes_to_check(service)
    page = text_of(visitor.get("book-check"))
    if visitor.language == "es":
        assert "10:00 a." in page
        assert "hora oriental" in page
    else:
        assert "Wednesday, June 17, 2026, 10:00 am (Eastern Time)" in page


# Out of order


@pytest.mark.parametrize("step", STEPS)
def test_without_a_draft_every_step_leads_to_the_first(visitor: Visitor, step: str) -> None:
    response = visitor.get(step)
    assert (response.status_code, response.headers["Location"]) == (302, visitor.path("book"))


@pytest.mark.parametrize("step", ["book-details", "book-check", "book-done"])
def test_before_a_time_is_chosen_later_steps_lead_to_the_times(
    english_visitor: Visitor, service: Service, step: str
) -> None:
    english_visitor.passes_gate(service)
    assert english_visitor.get(step).headers["Location"] == "/book/time/"


@pytest.mark.parametrize("step", ["book-check", "book-done"])
def test_before_the_details_are_told_later_steps_lead_to_them(
    english_visitor: Visitor, service: Service, step: str
) -> None:
    english_visitor.passes_gate(service)
    english_visitor.chooses()
    assert english_visitor.get(step).headers["Location"] == "/book/details/"


@pytest.mark.parametrize("step", ["book-time", "book-details", "book-check"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_after_sending_earlier_steps_lead_to_the_last(
    english_visitor: Visitor, service: Service, step: str, method: str
) -> None:
    english_visitor.books(service)
    with nothing_changes():
        response = getattr(english_visitor, method)(step)
    assert response.headers["Location"] == "/book/done/"


def test_the_gate_needs_a_service(visitor: Visitor) -> None:
    for query in ({}, {"service": "unknown"}, {"service": "a\x00b"}):
        response = visitor.get("book-safety", **query)
        assert response.headers["Location"] == visitor.path("book")


def test_a_session_that_names_no_draft_begins_anew(english_visitor: Visitor) -> None:
    for nonsense in ("", "nonsense", "00000000-0000-0000-0000-000000000000"):
        session = english_visitor.client.session
        session["draft"] = nonsense
        session.save()
        assert english_visitor.get("book-time").headers["Location"] == "/book/"


# The gate


STOPS = {
    Level.CALL_911: "Call 911 now",
    Level.CALL_988: "Call or text 988 now",
    Level.EMERGENCY: "Go to an emergency department now",
    Level.SAME_DAY: "See a doctor first, today",
}


def names_sign(level: Level) -> dict[str, Any]:
    return {f"flags_{level.value}": f"sign-{level.name.lower().replace('_', '-')}"}


@pytest.mark.parametrize("level", STOPS)
def test_a_sign_stops_with_the_right_advice_and_nothing_is_stored(
    visitor: Visitor, service: Service, level: Level
) -> None:
    with nothing_changes():
        response = visitor.post("book-safety", data=names_sign(level), service=service.slug)
    assert response.status_code == 200
    assert says(response, visitor.language, STOPS[level])
    assert "session" not in response.cookies
    assert b'name="slot"' not in response.content
    assert_private(response)


@pytest.mark.parametrize("level", [Level.CALL_911, Level.CALL_988, Level.EMERGENCY])
def test_a_doctors_look_lifts_no_emergency(
    english_visitor: Visitor, service: Service, level: Level
) -> None:
    data = names_sign(level) | names_sign(Level.SAME_DAY) | {"seen_by_doctor": "on"}
    with nothing_changes():
        response = english_visitor.post("book-safety", data=data, service=service.slug)
    assert STOPS[level] in text_of(response)


def test_a_same_day_sign_that_a_doctor_has_seen_goes_on_and_is_flagged(
    visitor: Visitor, service: Service
) -> None:
    data = names_sign(Level.SAME_DAY) | {"seen_by_doctor": "on"}
    response = visitor.post("book-safety", data=data, service=service.slug)
    assert response.status_code == 302
    assert visitor.draft.seen_by_doctor


def test_a_doctors_look_at_nothing_is_no_flag(english_visitor: Visitor, service: Service) -> None:
    data = NO_SIGN | {"seen_by_doctor": "on"}
    english_visitor.post("book-safety", data=data, service=service.slug)
    assert not english_visitor.draft.seen_by_doctor


def test_the_gate_is_recorded_as_it_was_shown(
    visitor: Visitor, service: Service, flags: dict[Level, RedFlag], now: datetime
) -> None:
    visitor.passes_gate(service)
    RedFlag.objects.update(text_en="Changed", text_es="Cambiado")
    draft = visitor.draft
    assert draft.gate_accepted_at == now
    for flag in flags.values():
        assert (flag.text_es if visitor.language == "es" else flag.text_en) in draft.gate_wording


@pytest.mark.parametrize(
    "data",
    [
        {"website": ""},
        NO_SIGN | names_sign(Level.CALL_911),
        {"flags_911": "invented"},
        {"flags_911": "sign-same-day"},
        {"flags_911": "\x00"},
    ],
    ids=["nothing", "both", "invented sign", "sign of another level", "NUL"],
)
def test_the_gate_asks_again_until_it_is_answered(
    visitor: Visitor, service: Service, data: dict[str, str]
) -> None:
    with nothing_changes():
        response = visitor.post("book-safety", data=data, service=service.slug)
    assert response.status_code == 200
    assert b'class="errors"' in response.content
    assert AppointmentRequest.objects.count() == 0


def test_a_doctor_today_is_no_way_round_the_gate_by_address(
    english_visitor: Visitor, service: Service
) -> None:
    """The outcome follows from the signs posted, not from what a link says."""
    response = english_visitor.get("book-safety", service=service.slug, none="on")
    assert response.status_code == 200
    assert english_visitor.get("book-time").headers["Location"] == "/book/"


# What is carried along


def test_a_wish_is_carried_to_the_times_and_holds_nothing(
    english_visitor: Visitor, service: Service, practitioner: Practitioner
) -> None:
    wish = {"practitioner": practitioner.slug, "at": "2026-06-24T14:00Z"}
    response = english_visitor.passes_gate(service, **wish)
    assert "at=2026-06-24T14%3A00Z" in response.headers["Location"]
    assert english_visitor.draft.practitioner_wish == practitioner
    page = text_of(english_visitor.get("book-time", **wish))
    assert "The time you chose: Wednesday, June 24, 2026, 10:00 am" in page
    assert Appointment.objects.count() == 0


def test_a_wish_that_is_no_longer_free_is_said_to_be_gone(
    english_visitor: Visitor, service: Service, practitioner: Practitioner
) -> None:
    an_appointment(practitioner=practitioner)
    english_visitor.passes_gate(service)
    page = text_of(english_visitor.get("book-time", at="2026-06-17T14:00Z"))
    assert "The time you chose is no longer free." in page


NONSENSE = [
    "",
    "nonsense",
    "\x00",
    "2026-06-17",
    "2026-06-17T10:00",  # without its offset
    "2026-02-30T10:00Z",
    "2026-06-17T25:00Z",
    "0001-01-01T00:00Z",
    "0001-01-01T00:00+14:00",
    "9999-12-31T23:59Z",
    "9999-12-31T23:59-12:00",
    "²⁰²⁶-06-17T10:00Z",
    "2026-W25-3T10:00Z",
    "1" * 10_000,
    HOSTILE,
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
def test_a_nonsensical_wish_is_passed_over(
    english_visitor: Visitor, service: Service, nonsense: str
) -> None:
    english_visitor.passes_gate(service, at=nonsense, practitioner=nonsense, article=nonsense)
    keys = ("at", "week", "practitioner")
    for query in [dict.fromkeys(keys, nonsense), *({key: nonsense} for key in keys)]:
        response = english_visitor.get("book-time", **query)
        assert response.status_code == 200
        assert "Choose a time" in text_of(response)
        assert HOSTILE.encode() not in response.content


# Times


REFUSED = {
    "Sunday at three in the morning": "2026-06-21T07:00Z",
    "out of hours": "2026-06-17T23:00Z",
    "in the past": "2026-06-12T14:00Z",
    "too soon": "2026-06-15T14:00Z",
    "too far ahead": "2027-06-16T14:00Z",
    "off the grid": "2026-06-17T14:07Z",
    "longer than the day": "2026-06-17T20:45Z",
} | {f"nonsense {number}": text for number, text in enumerate(NONSENSE)}


@pytest.mark.parametrize("slot", REFUSED.values(), ids=REFUSED)
def test_a_time_that_was_never_offered_is_refused_with_the_nearest_ones(
    english_visitor: Visitor, service: Service, slot: str
) -> None:
    english_visitor.passes_gate(service)
    response = english_visitor.post("book-time", data={"slot": slot})
    assert response.status_code == 409
    assert "The nearest free times are:" in text_of(response)
    assert response.content.count(b'name="slot"') > 3
    assert Appointment.objects.count() == 0


def test_the_time_of_another_services_length_is_refused(
    english_visitor: Visitor, practitioner: Practitioner
) -> None:
    long = a_service(duration=60)
    practitioner.services.add(long)
    english_visitor.passes_gate(long)
    half_past_four = TEN_O_CLOCK + timedelta(hours=6, minutes=30)
    assert english_visitor.chooses(half_past_four).status_code == 409
    assert Appointment.objects.count() == 0


def test_a_time_just_taken_is_answered_with_the_nearest_ones(
    visitor: Visitor, service: Service, practitioner: Practitioner
) -> None:
    visitor.passes_gate(service)
    an_appointment(practitioner=practitioner)
    response = visitor.chooses()
    assert response.status_code == 409
    assert says(response, visitor.language, "Sorry, this time was just taken.")
    for minutes in (-30, 30, 60):
        nearest = TEN_O_CLOCK + timedelta(minutes=minutes)
        assert f'value="{nearest:%Y-%m-%dT%H:%MZ}"'.encode() in response.content


def test_two_visitors_cannot_hold_one_time(service: Service) -> None:
    first, second = Visitor(), Visitor()
    first.passes_gate(service)
    second.passes_gate(service)
    assert first.chooses().status_code == 302
    assert second.chooses().status_code == 409


def test_a_practitioner_can_be_chosen(
    english_visitor: Visitor, service: Service, practitioner: Practitioner
) -> None:
    other = a_practitioner(service)
    english_visitor.passes_gate(service)
    english_visitor.chooses(practitioner=other.slug)
    assert Appointment.objects.get().practitioner == other


def test_where_no_time_is_free_the_page_says_until_when_and_whom_to_call(
    visitor: Visitor,
) -> None:
    never = a_service(horizon_days=30)
    a_practitioner(never, hours=[])
    visitor.passes_gate(never)
    page = visitor.get("book-time")
    assert page.status_code == 200
    assert b"tel:" in page.content
    assert visitor.chooses().status_code == 409


def test_weeks_go_from_this_one_to_the_horizon(english_visitor: Visitor, service: Service) -> None:
    english_visitor.passes_gate(service)
    first = english_visitor.get("book-time", week="2020-01-01").content
    last = english_visitor.get("book-time", week="2030-01-01").content
    assert b'rel="prev"' not in first
    assert b'rel="next"' in first
    assert b'rel="prev"' in last
    assert b'rel="next"' not in last


# Details


BAD_DETAILS = {
    "no name": ({"full_name": " "}, "Enter the full name of the patient."),
    "no contact": ({"email": ""}, "Enter an e-mail address or a telephone number."),
    "bad e-mail": ({"email": "ada@"}, "Enter an e-mail address like name@example.com."),
    "two lines in the e-mail": (
        {"email": "ada@patients.test\r\nBcc: all@patients.test"},
        "Enter an e-mail address like name@example.com.",
    ),
    "a name that nobody sees": (
        {"full_name": " \u200b\u202e "},
        "Enter the full name of the patient.",
    ),
    "an extension": (
        {"telephone": "732-555-0199 ext. 12"},
        "An extension cannot be kept. Enter the number without it, and write the extension under "
        "“Access or interpreter needs”.",
    ),
    "two numbers": ({"telephone": "732-555-0199 or 732-555-0198"}, "Enter one telephone number."),
    "two at once": ({"telephone": "7325550199;7325550198"}, "Enter one telephone number."),
    "bad number": ({"telephone": "12"}, "Enter a telephone number like 732-555-0123."),
    "call without number": (
        {"prefers": "telephone"},
        "Enter the telephone number that we shall call.",
    ),
    "for another, by nobody": ({"who": "other"}, "Enter your own name."),
    "nobody": ({"who": ""}, "Say who the appointment is for."),
    "no such day": (
        {"birth_date_month": "2", "birth_date_day": "30", "birth_date_year": "1968"},
        "The birth date needs a real month, day and year, like 3 14 1968.",
    ),
    "half a date": (
        {"birth_date_month": "2"},
        "The birth date needs a real month, day and year, like 3 14 1968.",
    ),
    "born tomorrow": (
        {"birth_date_month": "6", "birth_date_day": "16", "birth_date_year": "2026"},
        "The birth date lies in the past, and not too far.",
    ),
}


@pytest.mark.parametrize(("changes", "error"), BAD_DETAILS.values(), ids=BAD_DETAILS)
def test_bad_details_are_summed_up_and_what_was_typed_is_kept(
    visitor: Visitor, service: Service, changes: dict[str, str], error: str
) -> None:
    visitor.passes_gate(service)
    visitor.chooses()
    typed = answers(reason="Typed with care", full_name="Ada Example") | changes
    with nothing_changes():
        response = visitor.post("book-details", data=typed)
    assert response.status_code == 200
    assert says(response, visitor.language, error)
    page = response.content.decode()
    assert 'class="errors"' in page
    assert "Typed with care" in page
    assert all(escape(value) in page for value in changes.values() if value.strip())


ODD_BYTES = [
    {"full_name": "Ada\x00"},
    {"reason": "\x00"},
    {"email": "a\x00@patients.test"},
    {"telephone": "732\x00"},
    {"prefers": "\x00"},
    {"birth_date_month": "\x00"},
    {"birth_date_month": "²", "birth_date_day": "1", "birth_date_year": "1968"},
    {"birth_date_month": "1", "birth_date_day": "1", "birth_date_year": "0"},
    {"screening": "\x00"},
    {"payment": "in shells"},
    {"language": "tlh"},
    {"full_name": "A" * 129},
    {"reason": "A" * 2001},
    {"website": "\x00"},
]


@pytest.mark.parametrize("changes", ODD_BYTES, ids=range(len(ODD_BYTES)))
def test_odd_details_are_no_server_error(
    english_visitor: Visitor, service: Service, changes: dict[str, str]
) -> None:
    english_visitor.passes_gate(service)
    english_visitor.chooses()
    response = english_visitor.tells(**changes)
    assert response.status_code == 200
    assert not english_visitor.draft.answers


def test_hostile_text_is_inert_on_every_page(
    english_visitor: Visitor, service: Service, now: datetime
) -> None:
    fields = ("full_name", "booked_by", "needs", "reason")
    appointment = english_visitor.books(service, **dict.fromkeys(fields, HOSTILE), who="other")
    assert appointment.request.reason == HOSTILE
    other = Visitor()
    other.comes_to_check(service, TEN_O_CLOCK + HOUR, **dict.fromkeys(fields, HOSTILE), who="other")
    pages = [
        other.get("book-details"),
        other.get("book-check"),
        english_visitor.get("book-done"),
        english_visitor.opens(appointment.request),
    ]
    for page in pages:
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content
    assert escape(HOSTILE).encode() in pages[1].content


def test_details_come_back_as_they_were_typed(english_visitor: Visitor, service: Service) -> None:
    Caution.objects.create(
        slug="thinner", kind="ask_first", name_en="Blood thinner", text_en="…", ask_at_booking=True
    )
    english_visitor.comes_to_check(
        service,
        telephone="732 555 0199",
        birth_date_month="3",
        birth_date_day="14",
        birth_date_year="1968",
        screening=["thinner"],
        payment="auto",
    )
    check = text_of(english_visitor.get("book-check"))
    assert "March 14, 1968" in check
    assert "Blood thinner" in check
    assert "Automobile accident" in check
    again = english_visitor.get("book-details").content.decode()
    for typed in ('value="732 555 0199"', 'value="1968"', 'value="thinner"'):
        assert typed in again


def test_reminders_are_wished_unless_somebody_says_otherwise(
    english_visitor: Visitor, service: Service
) -> None:
    english_visitor.passes_gate(service)
    english_visitor.chooses()
    assert REMIND_ME.format(" checked") in english_visitor.get("book-details").content.decode()
    appointment = english_visitor.books(service, wants_reminders="on")
    assert appointment.request.patient is not None
    assert appointment.request.patient.wants_reminders


def test_a_box_that_was_unchecked_stays_unchecked(
    english_visitor: Visitor, service: Service
) -> None:
    """What the browser does not send is an answer too."""
    english_visitor.comes_to_check(service)
    assert REMIND_ME.format("") in english_visitor.get("book-details").content.decode()
    check = english_visitor.get("book-check").content.decode()
    assert '<dt>Remind me before the visit</dt><dd class="typed">No</dd>' in check
    english_visitor.sends()
    patient = Patient.objects.get()
    assert not patient.wants_reminders


def test_the_check_page_says_that_we_remind(visitor: Visitor, service: Service) -> None:
    visitor.comes_to_check(service, wants_reminders="on")
    assert says(visitor.get("book-check"), visitor.language, "Remind me before the visit")
    assert REMIND_ME.format(" checked") in visitor.get("book-details").content.decode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Dana \u202egnorw\u202c  Smith", "Dana gnorw Smith"),
        ("\u2067José\u2069 \tNúñez\u200b", "José Núñez"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_is_kept_as_it_is_read(
    english_visitor: Visitor, service: Service, typed: str, kept: str
) -> None:
    english_visitor.comes_to_check(service, full_name=typed)
    english_visitor.sends()
    assert Patient.objects.get().full_name == kept


@pytest.mark.parametrize("typed", ["732/555-0199", "(732) 555.0199", "+1 732 555 0199"])
def test_a_number_is_written_in_many_ways(
    english_visitor: Visitor, service: Service, typed: str
) -> None:
    english_visitor.comes_to_check(service, telephone=typed)
    english_visitor.sends()
    assert str(Patient.objects.get().telephone.as_e164) == "+17325550199"


def test_a_number_from_abroad_stays_the_number_it_is(
    english_visitor: Visitor, service: Service
) -> None:
    appointment = english_visitor.books(service, telephone="+34 912 34 56 78")
    assert appointment.request.patient is not None
    assert appointment.request.patient.telephone == "+34912345678"


def test_whoever_books_for_another_names_both(english_visitor: Visitor, service: Service) -> None:
    appointment = english_visitor.books(service, who="other", booked_by="Bo Example")
    assert appointment.request.patient is not None
    assert appointment.request.patient.booked_by == "Bo Example"


def test_a_name_left_in_a_field_that_does_not_apply_is_not_kept(
    english_visitor: Visitor, service: Service
) -> None:
    appointment = english_visitor.books(service, who="self", booked_by="Bo Example")
    assert appointment.request.patient is not None
    assert appointment.request.patient.booked_by == ""


# The time ran out meanwhile


def test_a_hold_that_ran_out_is_quietly_taken_again(
    english_visitor: Visitor, service: Service
) -> None:
    english_visitor.comes_to_check(service)
    Appointment.objects.update(status=Status.CANCELLED, expires_at=None, reason_code="hold_ended")
    assert english_visitor.sends().headers["Location"] == "/book/done/"


@pytest.mark.parametrize("step", ["details", "check"])
def test_a_time_lost_meanwhile_keeps_the_answers_and_offers_others(
    visitor: Visitor, service: Service, practitioner: Practitioner, step: str, now: datetime
) -> None:
    visitor.comes_to_check(service, reason="Typed with care")
    Appointment.objects.update(
        status=Status.CANCELLED, expires_at=None, created_at=now - HOUR, reason_code="hold_ended"
    )
    an_appointment(practitioner=practitioner)
    response = visitor.sends() if step == "check" else visitor.tells(reason="Typed with care")
    assert response.status_code == 409
    assert says(response, visitor.language, "Sorry, this time was just taken.")
    assert says(response, visitor.language, "What you typed so far is kept.")
    assert "Typed with care" in visitor.draft.answers
    assert Patient.objects.filter(full_name="Ada Example").count() == 1  # the faster one's
    other_time = visitor.chooses(TEN_O_CLOCK + HOUR)
    assert other_time.headers["Location"] == visitor.path("book-check")


# Sending


def test_sending_twice_is_one_request_and_one_answer(
    english_visitor: Visitor, service: Service
) -> None:
    english_visitor.books(service)
    with nothing_changes():
        again = english_visitor.sends()
    assert again.headers["Location"] == "/book/done/"


def test_a_draft_that_another_tab_has_just_sent_leads_to_its_page(
    english_visitor: Visitor, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    english_visitor.comes_to_check(service)
    before = Draft(english_visitor.draft)
    assert before.chosen
    english_visitor.sends()
    monkeypatch.setattr("booking.pages.draft_of", lambda http: before)
    with nothing_changes():
        assert english_visitor.tells().headers["Location"] == "/book/done/"


@pytest.mark.parametrize("token", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_the_form_of_another_draft_sends_nothing(
    english_visitor: Visitor, service: Service, token: str
) -> None:
    english_visitor.comes_to_check(service)
    with nothing_changes():
        response = english_visitor.sends(token=token)
    assert response.headers["Location"] == "/book/check/"


def test_fields_that_no_form_has_are_ignored(
    english_visitor: Visitor, service: Service, practitioner: Practitioner
) -> None:
    extra = {
        "status": "booked",
        "patient": "1",
        "id": "00000000-0000-0000-0000-000000000000",
        "answer_by": "2030-01-01T00:00Z",
        "sent_at": "2020-01-01T00:00Z",
        "starts_at": "2026-06-18T14:00Z",
        "link_version": "7",
        "is_staff": "on",
    }
    english_visitor.post("book-safety", data=NO_SIGN | extra, service=service.slug)
    english_visitor.post("book-time", data={"slot": "2026-06-17T14:00Z"} | extra)
    english_visitor.tells(**extra)
    assert "booked" not in english_visitor.draft.answers
    english_visitor.sends(**extra)
    appointment = Appointment.objects.get()
    assert (appointment.status, appointment.starts_at) == (Status.PENDING, TEN_O_CLOCK)
    assert appointment.request.link_version == 1
    assert str(appointment.request.id) != extra["id"]


# Programs and strangers


def test_a_program_that_fills_in_every_field_gets_nowhere(
    english_visitor: Visitor, service: Service
) -> None:
    data = NO_SIGN | {"website": "https://spam.example"}
    with nothing_changes():
        gate = english_visitor.post("book-safety", data=data, service=service.slug)
    assert gate.status_code == 200
    english_visitor.passes_gate(service)
    english_visitor.chooses()
    with nothing_changes():
        assert english_visitor.tells(website="https://spam.example").status_code == 200


@pytest.mark.parametrize("step", ["book-safety", "book-time", "book-details", "book-check"])
def test_every_form_needs_its_token_against_forgery(service: Service, step: str) -> None:
    visitor = Visitor(client=Client(enforce_csrf_checks=True))
    with nothing_changes():
        response = visitor.post(step, data=NO_SIGN, service=service.slug)
    assert response.status_code == 403
    assert "Please send the form again" in text_of(response)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
@pytest.mark.parametrize("step", ["book", "book-safety", *STEPS])
def test_other_methods_are_refused(english_visitor: Visitor, step: str, method: str) -> None:
    response = getattr(english_visitor.client, method)(english_visitor.path(step))
    assert response.status_code == 405


@pytest.mark.parametrize("step", ["book", "book-safety"])
def test_head_is_answered_like_get(english_visitor: Visitor, service: Service, step: str) -> None:
    path = english_visitor.path(step)
    query = {"service": service.slug} if step == "book-safety" else {}
    assert english_visitor.client.head(path, query).status_code == 200


def test_ten_thousand_parameters_are_refused(english_visitor: Visitor, service: Service) -> None:
    many = {f"p{number}": "x" for number in range(10_000)}
    with nothing_changes():
        posted = english_visitor.post("book-safety", data=many, service=service.slug)
        asked = english_visitor.get("book", **many)
    assert (posted.status_code, asked.status_code) == (400, 400)


def test_a_body_of_ten_megabytes_is_refused(english_visitor: Visitor, service: Service) -> None:
    english_visitor.passes_gate(service)
    english_visitor.chooses()
    body = "reason=" + "a" * 10_000_000
    response = english_visitor.client.post(
        "/book/details/", body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code in {400, 413}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/book/safety/?service=%FF%FE", b""),
        ("/book/safety/?service={slug}", b"none=%FF&flags_911=%C3%28"),
        ("/book/safety/?service={slug}", b"none=\xff\xfe"),
        ("/book/safety/?service={slug}&at=%FF&article=%80", b"none=on"),
        ("/book/time/?week=%FF&at=%C3", b"slot=%FF"),
        ("/book/details/", b"full_name=%FF%FE&who=%80"),
    ],
)
def test_bad_utf_8_is_no_server_error(
    english_visitor: Visitor, service: Service, path: str, body: bytes
) -> None:
    english_visitor.passes_gate(service)
    address = path.format(slug=service.slug)
    form = "application/x-www-form-urlencoded"
    assert english_visitor.client.get(address).status_code < 500
    assert english_visitor.client.post(address, body, content_type=form).status_code < 500


@pytest.mark.parametrize("path", ["/book/%00/", "/book/%FF/", "/appointment/%00/", "/book/done/x"])
def test_odd_addresses_are_not_found(english_visitor: Visitor, path: str) -> None:
    assert english_visitor.client.get(path).status_code == 404


@pytest.mark.parametrize(
    "key", ["x", "a" * 5000, "ñ" * 40, '"\\000' + "a" * 31 + '"'], ids=["short", "long", "ñ", "NUL"]
)
def test_a_session_cookie_that_is_none_begins_anew(key: str) -> None:
    """A cookie in quotes may spell out any character, NUL included."""
    client = Client(headers={"cookie": f"session={key}"})
    assert client.get("/book/time/").headers["Location"] == "/book/"


# Too often


@pytest.mark.parametrize(
    ("cap", "act"),
    [
        ("DRAFTS_AN_HOUR", lambda visitor, service: visitor.passes_gate(service)),
        ("HOLDS_AN_HOUR", lambda visitor, service: visitor.chooses()),
        ("REQUESTS_A_DAY_AND_ADDRESS", lambda visitor, service: visitor.sends()),
    ],
)
def test_too_many_from_one_address_meet_a_calm_page(
    visitor: Visitor, service: Service, monkeypatch: pytest.MonkeyPatch, cap: str, act: Any
) -> None:
    visitor.comes_to_check(service)
    monkeypatch.setattr(limits, cap, 0)
    before = {label: rows for label, rows in everything().items() if label != Hit._meta.label}
    response = act(visitor, service)
    after = {label: rows for label, rows in everything().items() if label != Hit._meta.label}
    assert response.status_code == 429
    assert says(response, visitor.language, "Please call us")
    assert b"tel:" in response.content
    assert_private(response)
    assert after == before


def book_from(address: str, service: Service, starts_at: datetime, **changes: str) -> HttpResponse:
    visitor = Visitor(client=Client(REMOTE_ADDR=address))
    visitor.comes_to_check(service, starts_at, **changes)
    return visitor.sends()


@pytest.mark.parametrize(
    "contact",
    [
        {"email": "ada@patients.test"},
        {"email": "", "telephone": "732 555 0199", "prefers": "telephone"},
    ],
    ids=["e-mail", "telephone"],
)
def test_one_person_from_many_addresses_is_capped_too(
    service: Service, monkeypatch: pytest.MonkeyPatch, contact: dict[str, str]
) -> None:
    monkeypatch.setattr(limits, "REQUESTS_A_DAY_AND_PERSON", 2)
    codes = [
        book_from(f"203.0.113.{n}", service, TEN_O_CLOCK + n * HOUR, **contact).status_code
        for n in range(3)
    ]
    assert codes == [302, 302, 429]


def test_a_fourth_open_request_of_one_person_meets_the_same_page(service: Service) -> None:
    codes = [
        book_from(
            f"203.0.113.{n}", service, TEN_O_CLOCK + n * HOUR, email="ada@patients.test"
        ).status_code
        for n in range(4)
    ]
    assert codes == [302, 302, 302, 429]


def test_limits_end_with_their_period(
    english_visitor: Visitor,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    clock: Any,
) -> None:
    monkeypatch.setattr(limits, "DRAFTS_AN_HOUR", 1)
    codes = [english_visitor.passes_gate(service).status_code for _ in range(2)]
    clock.shift(HOUR)
    codes.append(english_visitor.passes_gate(service).status_code)
    assert codes == [302, 429, 302]


# What the visitor's session holds


def test_the_session_holds_the_key_of_the_draft_and_nothing_else(
    english_visitor: Visitor, service: Service
) -> None:
    english_visitor.comes_to_check(service)
    assert dict(english_visitor.client.session) == {"draft": str(english_visitor.draft.id)}


def test_no_page_before_the_gate_begins_a_session(visitor: Visitor, service: Service) -> None:
    for response in (visitor.get("book"), visitor.get("book-safety", service=service.slug)):
        assert "session" not in response.cookies
