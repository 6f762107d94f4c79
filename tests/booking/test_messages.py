"""What is said to patients and staff: when, how, in which language, and nothing of health."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from icalendar import Calendar
from pytest_django import Settings

from booking import actions, emails, links, worker
from booking.actors import Actor
from booking.models import Appointment, AppointmentEvent, Message, Patient, Status
from booking.models.appointments import Reason
from clinic.models import Clinic, User
from clinic.roles import FRONT_DESK, apply_roles
from tests.booking.builders import a_clinic, a_patient, a_request, an_appointment, details
from tests.booking.ledger import kinds
from tests.booking.visitor import Visitor

pytestmark = pytest.mark.django_db

MARK = "Zebraquartz"
DESK = Actor.system()
Kind = Message.Kind
WHEN = {
    "en": "Wednesday, June 17, 2026, 10:00\u00a0am",
    "es": "miércoles, 17 de junio de 2026, 10:00\u00a0a.\xa0m.",
}
ZONE = {"en": "Eastern Time", "es": "hora oriental"}


def a_marked_request(language: str = "en", **patient: Any) -> Appointment:
    """Everything that a patient says bears a mark."""
    who = {"full_name": f"{MARK} Name", "needs": f"{MARK} needs", "booked_by": f"{MARK} Aunt"}
    request = a_request(
        patient=a_patient(**(who | patient)),
        language=language,
        reason=f"{MARK} reason",
        screening=json.dumps([f"{MARK}-caution"]),
        note_to_patient=f"{MARK} note",
    )
    return an_appointment(Status.PENDING, request=request)


def say(kind: Message.Kind, appointment: Appointment, language: str = "en") -> Mail:
    """The message as it would leave the house."""
    message = Message.objects.create(
        kind=kind,
        language=language,
        request=appointment.request,
        appointment=appointment,
        unique_key=f"{kind}-{language}",
    )
    written = emails.render(message, now=datetime.now(UTC)).message().as_bytes()
    return message_from_bytes(written, policy=default)


def parts(letter: Mail) -> dict[str, str]:
    """The content of every part by its type, decoded."""
    return {
        part.get_content_type(): part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for part in letter.walk()
        if not part.is_multipart()
    }


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.startswith("staff_")])
def test_a_patients_message_says_clinic_time_and_link_and_nothing_of_health(
    kind: Message.Kind, language: str
) -> None:
    appointment = a_marked_request(language)
    if kind in {Kind.OFFERED, Kind.OFFER_ENDED}:
        Appointment.objects.update(status=Status.PROPOSED)
    letter = say(kind, appointment, language)
    link = links.address_for(appointment.request)
    assert letter["To"] == appointment.request.patient.email  # type: ignore[union-attr]
    assert letter["Subject"].startswith("Example Clinic")
    for type_ in ("text/plain", "text/html"):
        text = parts(letter)[type_]
        if kind != Kind.OFFER_ENDED:  # whose times are of no use any more
            assert WHEN[language] in text
            assert ZONE[language] in text
        assert link in text
        assert "732-555-0123" in text
    assert ("/es/" in link) == (language == "es")
    assert MARK not in letter["Subject"] + "".join(parts(letter).values())


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.startswith("staff_")])
def test_staff_hear_of_it_without_names_and_find_the_desk(kind: Message.Kind) -> None:
    letter = say(kind, a_marked_request())
    assert letter["To"] == "desk@clinic.test"
    text = parts(letter)["text/plain"]
    assert f"{settings.SITE_URL}/admin/" in text
    assert MARK not in letter["Subject"] + "".join(parts(letter).values())
    assert "/appointment/" not in text


def test_an_offer_names_each_of_its_times_and_until_when(now: datetime) -> None:
    asked = a_marked_request()
    times = [actions.Proposal(asked.starts_at + timedelta(hours=hours)) for hours in (1, 2)]
    actions.offer(appointment_id=asked.id, times=times, by=DESK, now=now)
    message = Message.objects.get(kind=Kind.OFFERED)
    text = str(emails.render(message, now=now).body)
    assert "11:00\u00a0am" in text
    assert "12:00\u00a0pm" in text
    assert "10:00\u00a0am" not in text
    assert "by Tuesday, June 16, 2026, 9:00\u00a0am" in text


def test_other_times_for_what_was_confirmed_take_it_out_of_the_calendar(now: datetime) -> None:
    asked = a_marked_request()
    actions.confirm(appointment_id=asked.id, by=DESK, now=now)
    times = [actions.Proposal(asked.starts_at + timedelta(hours=1))]
    actions.offer(appointment_id=asked.id, times=times, by=DESK, now=now)
    mail = emails.render(Message.objects.get(kind=Kind.OFFERED), now=now).message().as_bytes()
    said = parts(message_from_bytes(mail, policy=default))
    text, file = said["text/plain"], said["text/calendar"]
    assert "We cannot keep your appointment on Wednesday, June 17, 2026, 10:00" in text
    assert "11:00\u00a0am" in text
    assert "STATUS:CANCELLED" in file
    assert "T100000" in file


@pytest.mark.parametrize("kind", [Kind.REMINDER_DAYS, Kind.REMINDER_HOURS])
def test_a_reminder_asks_whether_they_are_coming(kind: Message.Kind) -> None:
    text = parts(say(kind, a_marked_request()))["text/plain"]
    assert "/attend/" in text


def body_of(kind: Message.Kind, now: datetime) -> str:
    """The message of this kind that lies in the outbox, as plain text."""
    return str(emails.render(Message.objects.get(kind=kind), now=now).body)


def test_a_request_that_was_moved_is_not_called_confirmed(now: datetime) -> None:
    asked = a_marked_request()
    later = asked.starts_at + timedelta(hours=1)
    actions.move(appointment_id=asked.id, starts_at=later, by=Actor.patient(), now=now)
    text = body_of(Kind.MOVED, now)
    assert "Your request is now for another time" in text
    assert "It is not confirmed yet. We answer by Tuesday, June 16, 2026, 9:00\u00a0am." in text
    assert "11:00\u00a0am" in text
    assert "attached" not in text


def test_an_appointment_that_was_moved_moves_in_the_calendar_too(now: datetime) -> None:
    asked = a_marked_request()
    actions.confirm(appointment_id=asked.id, by=DESK, now=now)
    later = asked.starts_at + timedelta(hours=1)
    actions.move(appointment_id=asked.id, starts_at=later, by=Actor.patient(), now=now)
    message = emails.render(Message.objects.get(kind=Kind.MOVED), now=now)
    assert "Your appointment has another time" in str(message.body)
    assert "The attached file moves it in your calendar." in str(message.body)
    assert len(message.attachments) == 1


@pytest.mark.parametrize(
    ("by", "heading"),
    [
        (Actor.patient(), "Cancelled, as you asked"),
        (Actor(AppointmentEvent.ActorKind.STAFF), "We had to cancel, and we are sorry"),
    ],
)
def test_a_cancellation_says_whose_it_was(now: datetime, by: Actor, heading: str) -> None:
    asked = a_marked_request()
    actions.confirm(appointment_id=asked.id, by=DESK, now=now)
    actions.cancel(appointment_id=asked.id, by=by, now=now)
    assert heading in body_of(Kind.CANCELLED, now)


def test_the_link_sent_again_names_the_times_that_are_kept(now: datetime) -> None:
    asked = a_marked_request()
    times = [actions.Proposal(asked.starts_at + timedelta(hours=hours)) for hours in (1, 2)]
    actions.offer(appointment_id=asked.id, times=times, by=DESK, now=now)
    offered = Appointment.objects.offered_to(asked.request)[0]
    text = parts(say(Kind.LINK_AGAIN, offered))["text/plain"]
    assert "These times are kept for you:" in text
    assert "11:00\u00a0am" in text
    assert "12:00\u00a0pm" in text
    assert "10:00\u00a0am" not in text


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (Reason.OFFER_ENDED, "None of them was chosen in time."),
        (Reason.OFFER_WITHDRAWN, "We had to withdraw them, and we are sorry."),
    ],
)
def test_an_offer_that_is_over_says_why(reason: Reason, why: str) -> None:
    appointment = an_appointment(Status.CANCELLED, reason_code=reason)
    assert why in parts(say(Kind.OFFER_ENDED, appointment))["text/plain"]


@pytest.mark.parametrize(("reason", "is_offered"), [("not_possible", True), ("please_call", False)])
def test_who_is_asked_to_call_is_not_sent_to_book_online(reason: str, is_offered: bool) -> None:
    appointment = an_appointment(Status.CANCELLED, reason_code=reason)
    for text in parts(say(Kind.DECLINED, appointment)).values():
        assert ("another time" in text) == is_offered
        assert "732-555-0123" in text


@pytest.mark.parametrize("kind", [Kind.STAFF_OFFER_DECLINED, Kind.STAFF_OFFER_ENDED])
def test_staff_find_the_request_whose_offer_is_over(kind: Message.Kind) -> None:
    appointment = a_marked_request()
    assert (
        f"Request {appointment.request.reference}." in parts(say(kind, appointment))["text/plain"]
    )


def test_without_an_address_of_the_clinic_everybody_at_the_desk_is_told() -> None:
    clinic = a_clinic(email="")
    apply_roles()
    for email, is_active in (("ana@staff.test", True), ("gone@staff.test", False)):
        user = User.objects.create_user(email, is_active=is_active)
        user.groups.add(Group.objects.get(name=FRONT_DESK))
    assert emails.staff_addresses(Clinic.objects.get()) == ["ana@staff.test"]
    assert clinic.email == ""


def test_a_repeat_has_the_same_message_id() -> None:
    appointment = a_marked_request()
    first = say(Kind.CONFIRMED, appointment)["Message-ID"]
    message = Message.objects.get()
    again = emails.render(message, now=datetime.now(UTC)).message()["Message-ID"]
    assert first == again == f"<{message.id}@{settings.SITE_HOST}>"


def calendar_of(appointment: Appointment, kind: Message.Kind) -> tuple[Calendar, str]:
    text = parts(say(kind, appointment))["text/calendar"]
    return Calendar.from_ical(text), text


@pytest.mark.parametrize(("desk", "method"), [("desk@clinic.test", "REQUEST"), ("", "PUBLISH")])
def test_mail_programs_are_told_what_the_calendar_asks(desk: str, method: str) -> None:
    appointment = a_marked_request()
    Clinic.objects.update(email=desk)
    (part,) = (
        part
        for part in say(Kind.CONFIRMED, appointment).walk()
        if part.get_content_type() == "text/calendar"
    )
    assert part.get_param("method") == method
    assert part.get_filename() == "appointment.ics"


def test_the_calendar_file_holds_one_event_and_nothing_of_health() -> None:
    appointment = a_marked_request()
    Clinic.objects.update(name="Example; Clinic, with\nlines")
    appointment.status, appointment.expires_at = Status.BOOKED, None
    appointment.save()
    calendar, text = calendar_of(appointment, Kind.CONFIRMED)
    (event,) = calendar.events
    (zone,) = calendar.walk("VTIMEZONE")
    assert calendar["METHOD"] == "REQUEST"
    assert event.start == appointment.starts_at
    assert event.end == appointment.ends_at
    assert event["SUMMARY"] == "Example; Clinic, with\nlines"
    assert len(zone.subcomponents) <= 2
    assert all(len(line) <= 75 for line in text.encode().splitlines())
    assert MARK not in text


def test_a_cancellation_takes_the_same_event_out_again(now: datetime) -> None:
    appointment = a_marked_request()
    actions.confirm(appointment_id=appointment.id, by=DESK, now=now)
    appointment.refresh_from_db()
    (before,) = calendar_of(appointment, Kind.CONFIRMED)[0].walk("VEVENT")
    actions.cancel(appointment_id=appointment.id, by=Actor.patient(), now=now)
    appointment.refresh_from_db()
    calendar, _text = calendar_of(appointment, Kind.CANCELLED)
    (after,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "CANCEL"
    assert after["UID"] == before["UID"]
    assert int(str(after["SEQUENCE"])) > int(str(before["SEQUENCE"]))
    assert after["STATUS"] == "CANCELLED"


def test_line_ends_in_a_name_make_no_second_header() -> None:
    appointment = a_marked_request()
    Clinic.objects.update(name="Clinic\r\nBcc: stranger@elsewhere.test")
    letter = say(Kind.CONFIRMED, appointment)
    assert letter["Bcc"] is None
    assert letter["To"] == appointment.request.patient.email  # type: ignore[union-attr]


def test_a_message_in_spanish_leads_to_the_page_in_spanish(now: datetime) -> None:
    appointment = a_marked_request("es")
    actions.confirm(appointment_id=appointment.id, by=DESK, now=now)
    worker.run_once(now=now)
    (letter,) = [m for m in mail.outbox if "confirmada" in m.subject]
    assert "/es/appointment/" in str(letter.body)


@pytest.mark.parametrize("address", ["desk@clinic.test", "Clinic <desk@clinic.test>"])
def test_the_sender_is_the_clinic_however_the_address_is_given(
    settings: Settings, address: str
) -> None:
    settings.DEFAULT_FROM_EMAIL = address
    assert say(Kind.CONFIRMED, a_marked_request())["From"] == "Example Clinic <desk@clinic.test>"


def test_withdrawing_a_request_takes_nothing_out_of_a_calendar(now: datetime) -> None:
    appointment = a_marked_request()
    actions.cancel(appointment_id=appointment.id, by=Actor.patient(), now=now)
    assert "text/calendar" not in parts(say(Kind.CANCELLED, appointment))


# By telephone


def test_a_call_that_is_no_longer_true_leaves_the_list(now: datetime) -> None:
    appointment = a_marked_request(email="", telephone="+17325550199")
    actions.confirm(appointment_id=appointment.id, by=DESK, now=now)
    by_staff = Actor(AppointmentEvent.ActorKind.STAFF)
    actions.cancel(appointment_id=appointment.id, by=by_staff, now=now)
    assert [call.kind for call in Message.objects.calls_to_make()] == [Kind.CANCELLED]


def test_who_cancelled_by_the_link_is_not_called_about_it(now: datetime) -> None:
    appointment = a_marked_request(email="", telephone="+17325550199")
    actions.confirm(appointment_id=appointment.id, by=DESK, now=now)
    actions.cancel(appointment_id=appointment.id, by=Actor.patient(), now=now)
    assert not Message.objects.calls_to_make().exists()


def test_without_an_address_the_desk_gets_a_call_to_make(now: datetime) -> None:
    appointment = a_marked_request(email="", telephone="+17325550199")
    actions.confirm(appointment_id=appointment.id, by=DESK, now=now)
    assert kinds(channel=Message.Channel.CALL) == [Kind.CONFIRMED]
    assert kinds(channel=Message.Channel.EMAIL) == []
    worker.run_once(now=now)
    call = Message.objects.calls_to_make().get()
    actions.record_call(message_id=call.id, by=DESK, now=now)
    assert not Message.objects.calls_to_make().exists()


@pytest.mark.parametrize("kind", [Kind.STAFF_EXPIRED, Kind.STAFF_OFFER_ENDED])
def test_staff_are_not_told_that_somebody_knows_who_is_still_to_be_called(
    kind: Message.Kind,
) -> None:
    letter = say(kind, a_marked_request(email="", telephone="+17325550199"))
    for type_ in ("text/plain", "text/html"):
        assert "has been told" not in parts(letter)[type_]
        assert "is to be told on the telephone" in parts(letter)[type_]


def test_who_prefers_a_call_gets_both(now: datetime) -> None:
    appointment = a_marked_request(prefers=Patient.Contact.TELEPHONE, telephone="+17325550199")
    reason = Reason.NOT_POSSIBLE
    actions.decline(appointment_id=appointment.id, reason=reason, by=DESK, now=now)
    assert kinds() == [Kind.DECLINED, Kind.DECLINED]


# One marked patient through everything


def test_a_marked_patient_leaves_no_trace_outside_the_database(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    appointment = a_marked_request()
    visitor = Visitor()
    service = appointment.request.service
    visitor.comes_to_check(
        service,
        appointment.starts_at.replace(hour=15),
        **details_as_typed(),
    )
    visitor.sends()
    for row in Appointment.objects.filter(status=Status.PENDING):
        actions.confirm(appointment_id=row.id, by=DESK, now=now)
    worker.run_once(now=now)
    for row in Appointment.objects.filter(status=Status.BOOKED):
        actions.cancel(appointment_id=row.id, by=Actor.patient(), now=now)
    worker.run_once(now=now)
    assert len(mail.outbox) >= 6
    said = "".join(str(letter.message()) for letter in mail.outbox)
    assert MARK not in said
    assert MARK not in caplog.text
    assert MARK not in json.dumps(dict(visitor.client.session))


def details_as_typed() -> dict[str, str]:
    assert details().full_name  # the builders' own patient bears no mark
    return {"full_name": f"{MARK} Name", "reason": f"{MARK} reason", "needs": f"{MARK} needs"}
