"""The clinic's own words for a message: checked, shown before they are saved, and inert."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.urls import reverse

from booking import actions, emails
from booking.actors import Actor
from booking.models import Message, Wording
from booking.models.wordings import NAMES_OF
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_practitioner,
    a_service,
    an_appointment,
    details,
)
from tests.booking.desk import nothing_is_done, text_of
from tests.clinic.staff import a_client, a_member

pytestmark = pytest.mark.django_db

Kind = Message.Kind
ADD = reverse("admin:booking_wording_add")
PREVIEW = reverse("desk:wording-preview")
TYPED = {
    "kind": "confirmed",
    "language": "en",
    "subject": "{clinic}: see you on {day}",
    "text": "We look forward to seeing you.\n\n{when}\n\n{link}",
}


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def a_wording(**fields: Any) -> Wording:
    return Wording.objects.create(**(TYPED | fields))


def mail_of(kind: str = "confirmed", language: str = "en", **appointment: Any) -> dict[str, str]:
    """The message as it would leave the house: its subject and its parts."""
    message = Message.objects.create(
        kind=kind,
        language=language,
        appointment=(booked := an_appointment(**appointment)),
        request=booked.request,
        unique_key=f"{kind}-{language}",
    )
    written = emails.render(message, now=datetime(2026, 6, 15)).message().as_bytes()  # noqa: DTZ001
    letter = message_from_bytes(written, policy=default)
    parts = {
        part.get_content_type(): part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for part in letter.walk()
        if not part.is_multipart()
    }
    return {"subject": letter["Subject"], **parts}


class TestWhatIsSent:
    def test_the_clinics_own_words(self) -> None:
        a_wording()
        mail = mail_of()
        assert mail["subject"] == "Example Clinic: see you on June 17, 2026"
        assert "We look forward to seeing you." in mail["text/plain"]
        assert "Wednesday, June 17, 2026, 10:00\u00a0am (Eastern Time)" in mail["text/plain"]
        assert "/appointment/" in mail["text/plain"]
        assert "<p>We look forward to seeing you.</p>" in mail["text/html"]

    def test_the_calendar_file_and_the_signature_come_by_themselves(self) -> None:
        a_wording()
        mail = mail_of()
        assert "BEGIN:VEVENT" in mail["text/calendar"]
        assert "732-555-0123" in mail["text/plain"]

    @pytest.mark.parametrize(("kind", "language"), [("confirmed", "es"), ("moved", "en")])
    def test_others_stay_as_they_are(self, kind: str, language: str) -> None:
        a_wording()
        assert "look forward" not in mail_of(kind, language)["text/plain"]

    def test_in_spanish(self) -> None:
        a_wording(language="es", subject="{clinic}: hasta el {day}", text="{when} {link}")
        mail = mail_of(language="es")
        assert "miércoles, 17 de junio de 2026, 10:00" in mail["text/plain"]

    def test_a_reminder_leads_to_where_one_says_to_be_coming(self) -> None:
        a_wording(kind="reminder_days")
        assert "/attend/" in mail_of("reminder_days")["text/plain"]

    def test_markup_stays_text(self) -> None:
        a_wording(text="<script>alert(1)</script> {when} {link}")
        assert "&lt;script&gt;" in mail_of()["text/html"]

    @pytest.mark.parametrize("kind", NAMES_OF)
    def test_every_placeholder_of_every_message_means_something(self, kind: Kind) -> None:
        names = [f"{name}={{{name}}};" for name in NAMES_OF[kind] if name not in EMPTY]
        a_wording(kind=kind, text=" ".join(names))
        text = mail_of(kind, reason_code="please_call")["text/plain"]
        assert "{" not in text
        assert "=;" not in text


# What a confirmed appointment has not: nothing is offered, and nobody has to answer.
EMPTY = {"times", "choose_by"}


class TestSaving:
    def test_is_for_the_owner(self) -> None:
        assert a_client(OWNER).post(ADD, TYPED).status_code == 302
        assert Wording.objects.get().subject == TYPED["subject"]

    @pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, EDITOR])
    def test_and_for_nobody_else(self, role: str) -> None:
        client = a_client(role)
        with nothing_is_done():
            assert client.get(ADD).status_code == 403
            assert client.post(ADD, TYPED).status_code == 403
            assert client.post(PREVIEW, TYPED).status_code == 403

    @pytest.mark.parametrize(
        ("field", "text", "said"),
        [
            ("text", "{when} {link} {patient}", "Not known here: {patient}."),
            ("text", "{when} {link} {times}", "Not known here: {times}."),
            ("text", "{when} {link} {", "Not known here: {."),
            ("text", "{when} {link} {0} {a.b}", "Not known here: {, }."),
            ("subject", "{clinik}", "Not known here: {clinik}."),
            ("text", "{link}", "The text has to contain {when}."),
            ("text", "See you.", "The text has to contain {when}, {link}."),
            ("subject", "{link}", "it stands in the text only"),
        ],
    )
    def test_a_placeholder_that_means_nothing_is_refused(
        self, field: str, text: str, said: str
    ) -> None:
        client = a_client(OWNER)
        with nothing_is_done():
            page = client.post(ADD, TYPED | {field: text})
        assert said in text_of(page)
        assert text in page.content.decode()

    def test_one_wording_of_a_message_in_a_language(self) -> None:
        a_wording()
        assert "There is a wording of this message" in text_of(a_client(OWNER).post(ADD, TYPED))

    @pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.com", "a\x00b", "x" * 5000])
    def test_a_hostile_subject_does_no_harm(self, subject: str) -> None:
        response = a_client(OWNER).post(ADD, TYPED | {"subject": subject})
        assert response.status_code in {200, 302}
        if Wording.objects.exists():
            assert "\n" not in mail_of()["subject"]


class TestPreview:
    def test_shows_it_and_saves_nothing(self) -> None:
        client = a_client(OWNER)
        with nothing_is_done():
            text = text_of(client.post(PREVIEW, TYPED))
        assert "Example Clinic: see you on June 16, 2026" in text
        assert "We look forward to seeing you." in text

    def test_also_of_a_message_that_has_its_wording_already(self) -> None:
        a_wording()
        assert "see you on" in text_of(a_client(OWNER).post(PREVIEW, TYPED))

    def test_says_what_is_wrong(self) -> None:
        text = text_of(a_client(OWNER).post(PREVIEW, TYPED | {"text": "{nonsense}"}))
        assert "Not known here: {nonsense}." in text

    @pytest.mark.parametrize("kind", ["", "nonsense", "staff_moved"])
    def test_nonsense_is_no_message(self, kind: str) -> None:
        response = a_client(OWNER).post(PREVIEW, TYPED | {"kind": kind})
        assert response.status_code == 200


def test_of_an_appointment_that_was_confirmed_and_is_replaced_the_patient_is_told(
    now: datetime,
) -> None:
    a_wording(kind="offered", text="Choose, please:\n{times}\n{choose_by}\n{link}")
    service = a_service()
    person = a_practitioner(service)
    by = Actor.staff(a_member(OWNER))
    booked = actions.book(service=service, starts_at=TEN_O_CLOCK, details=details(), by=by, now=now)
    other = actions.Proposal(TEN_O_CLOCK + timedelta(hours=2), person)
    actions.offer(appointment_id=booked.pk, times=[other], by=by, now=now)
    message = Message.objects.get(kind=Kind.OFFERED)
    assert "We cannot keep your appointment on" in str(emails.render(message, now=now).body)
