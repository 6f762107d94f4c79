"""Patients at the desk: who sees whom, what can be done, and what is written down of it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from booking import actions, finding
from booking.actors import Actor
from booking.desk.patient_page import Page
from booking.desk.slots import write_slot
from booking.models import Message, Patient, PatientEvent, PatientNote, Status
from booking.models.patients import CONTACT
from clinic.models import AccessLog, Practitioner, User
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
)
from tests.booking.desk import address, desk_of, form, nothing_is_done, said, text_of
from tests.clinic.staff import a_client, a_member, signed_in
from tests.queries import count_queries

pytestmark = pytest.mark.django_db

SEARCH, DOUBLES = reverse("desk:patients"), reverse("desk:doubles")
LONG_AGO = datetime(2019, 6, 14, 14, 0, tzinfo=UTC)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "line\nbreak",
    "\u202eright to left",
    "x" * 5_000,
]


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


def indexed(**fields: Any) -> Patient:
    patient = a_patient(**fields)
    finding.put_into_index(patient)
    return patient


@pytest.fixture
def ada(db: None) -> Patient:
    """Somebody who was here once, and is known by everything."""
    patient = indexed(
        full_name="Ada Lovelace",
        email="ada@patients.test",
        telephone="+17325550199",
        birth_date=date(1975, 12, 10),
        needs="Step-free access",
        created_at=LONG_AGO,
    )
    request = a_request(patient=patient, reason="A stiff neck", sent_at=LONG_AGO)
    an_appointment(Status.FULFILLED, LONG_AGO, request=request)
    return patient


def both(first: Patient, second: Patient) -> str:
    return reverse("desk:compare", args=[first.pk, second.pk])


def decides(client: Client, first: Patient, second: Patient, decision: str, **data: str) -> Any:
    shown = f"{first.shown} {second.shown}"
    return client.post(both(first, second), form(decision=decision, shown=shown) | data)


def contact(patient: Patient, **changes: str) -> dict[str, Any]:
    """What the form of a correction sends."""
    values = {name: getattr(patient, name) for name in CONTACT}
    born = values.pop("birth_date")
    boxes = {"month": born.month, "day": born.day, "year": born.year} if born else {}
    flags = {"may_leave_voicemail", "wants_reminders"}
    typed = {name: str(value) for name, value in values.items() if name not in flags or value}
    typed |= {f"birth_date_{box}": str(value) for box, value in boxes.items()}
    return form(shown=patient.shown, **typed) | changes


def trail(member: User) -> list[tuple[str, str]]:
    rows = AccessLog.objects.filter(user=member.pk).order_by("at")
    return list(rows.values_list("action", "subject"))


def pages_of(patient: Patient) -> dict[str, str]:
    names = ("patient", "correct-patient", "patient-note", "undo-merge", "patient-record")
    more = ("patient-export", "hold-patient", "erase-patient")
    return {name: address(name, patient.pk) for name in (*names, *more)}


class TestSearching:
    @pytest.mark.parametrize(
        "text", ["lovelcae", "732 555 0199", "12/10/1975", "ada@patients.test"]
    )
    def test_finds_in_spite_of_errors_and_leads_to_the_page(self, ada: Patient, text: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            page = client.get(SEARCH, {"q": text}).content.decode()
        assert address("patient", ada.pk) in page
        assert "Jun 14, 2019" in page

    def test_is_offered_on_the_first_page(self) -> None:
        assert "Find a patient" in desk_of(a_client(FRONT_DESK))

    def test_says_when_nobody_is_found(self, ada: Patient) -> None:
        text = text_of(a_client(FRONT_DESK).get(SEARCH, {"q": "zzyzx"}))
        assert "Nobody was found" in text

    @pytest.mark.parametrize("text", [*HOSTILE, "\x00", "%00", "", " ", "'; DROP TABLE x; --"])
    def test_hostile_words_are_inert(self, ada: Patient, text: str) -> None:
        response = a_client(FRONT_DESK).get(SEARCH, {"q": text})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()
        assert "onerror=alert(1)>" not in response.content.decode()

    def test_is_written_down_without_the_words(self, ada: Patient) -> None:
        member = a_member(FRONT_DESK)
        client = signed_in(member)
        client.get(SEARCH)
        client.get(SEARCH, {"q": "lovelace"})
        assert trail(member) == [("list", ""), ("search", "")]
        assert "lovelace" not in str(AccessLog.objects.values())

    def test_its_questions_do_not_grow(self, ada: Patient) -> None:
        client = a_client(FRONT_DESK)
        few = count_queries(lambda: client.get(SEARCH, {"q": "lovelace"}))
        for _other in range(8):
            an_appointment(
                starts_at=TEN_O_CLOCK, request=a_request(patient=indexed(full_name="Ada Lovelace"))
            )
        assert count_queries(lambda: client.get(SEARCH, {"q": "lovelace"})) <= few


class TestThePage:
    def test_has_everything_of_the_person(self, ada: Patient, now: datetime) -> None:
        other = indexed(full_name="Ada L.", email="other@patients.test")
        request = a_request(patient=other, reason="A sore wrist")
        visit = an_appointment(request=request, practitioner=a_practitioner(name="Alex Example"))
        Message.objects.create(kind="confirmed", request=request, unique_key="x")
        by = Actor.staff(a_member(OWNER, full_name="Ana Reyes"))
        actions.add_note(patient_id=other.pk, text="Comes by train.", by=by, now=now)
        actions.merge_patients(patient_id=other.pk, into=ada.pk, by=by, now=now)
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.get(address("patient", ada.pk))
        text = text_of(response)
        for part in (
            *("Ada Lovelace", "December 10, 1975", "732-555-0199", "Step-free access", "English"),
            *("A stiff neck", "A sore wrist", "Alex Example", "Jun 14, 2019", "Jun 17, 2026"),
            *("Comes by train.", "Ana Reyes", "Confirmed", "Ada L.", "Undo the merge"),
        ):
            assert part in text, part
        assert reverse("admin:booking_appointment_change", args=[visit.pk]) in str(response.content)

    def test_begins_with_what_can_be_done(self, ada: Patient) -> None:
        """Nothing stands between the name and the first button."""
        text = text_of(a_client(OWNER).get(pages_of(ada)["patient"]))
        assert "Ada Lovelace Book for this patient" in text

    def test_its_questions_do_not_grow(self, ada: Patient, now: datetime) -> None:
        client, url = a_client(FRONT_DESK), address("patient", ada.pk)
        by = Actor.staff(a_member(OWNER))
        actions.add_note(patient_id=ada.pk, text="One.", by=by, now=now)
        few = count_queries(lambda: client.get(url))
        for number in range(4):
            request = a_request(patient=ada)
            visit = an_appointment(request=request)
            Message.objects.create(
                kind="confirmed", request=request, appointment=visit, unique_key=str(number)
            )
            actions.add_note(patient_id=ada.pk, text="More.", by=by, now=now)
        assert count_queries(lambda: client.get(url)) <= few

    def test_offers_each_role_what_it_may_do(self, ada: Patient) -> None:
        verbs = {
            OWNER: {"Book for this patient", "Correct", "Whole record", "legal hold", "Erase"},
            FRONT_DESK: {"Book for this patient", "Correct", "Whole record"},
        }
        for role, allowed in verbs.items():
            text = text_of(a_client(role).get(address("patient", ada.pk)))
            assert {verb for verb in verbs[OWNER] if verb in text} == allowed

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_words_are_inert(self, hostile: str) -> None:
        patient = indexed(full_name=hostile[:128], booked_by=hostile[:128], needs=hostile)
        an_appointment(request=a_request(patient=patient, reason=hostile))
        client = a_client(OWNER)
        for name, url in pages_of(patient).items():
            page = client.get(url).content.decode()
            if name != "patient-export":
                assert "<script>alert" not in page, name
                assert "<img src=x" not in page, name


class TestWhoMay:
    def test_practitioners_see_their_own_and_nobody_else(self, ada: Patient) -> None:
        member = a_member(PRACTITIONER)
        client = signed_in(member)
        an_appointment(
            request=a_request(patient=a_patient()), practitioner=a_practitioner(user=member)
        )
        for name in ("patient", "patient-note"):
            assert client.get(address(name, ada.pk)).status_code == 404, name
        assert client.post(address("patient-note", ada.pk), form(text="X")).status_code == 404
        assert {action for action, _subject in trail(member)} == {"refused"}

    def test_practitioners_read_and_note_and_do_nothing_else(self, ada: Patient) -> None:
        member = a_member(PRACTITIONER)
        Practitioner.objects.update(user=member)
        client = signed_in(member)
        assert client.get(address("patient", ada.pk)).status_code == 200
        assert client.post(address("patient-note", ada.pk), form(text="Better.")).status_code == 302
        assert PatientNote.objects.get().author == member
        closed = set(pages_of(ada)) - {"patient", "patient-note"}
        for name in closed:
            assert client.get(address(name, ada.pk)).status_code == 403, name

    def test_practitioners_see_no_visit_of_others_on_a_merged_page(
        self, ada: Patient, now: datetime
    ) -> None:
        member, by = a_member(PRACTITIONER), Actor.staff(a_member(OWNER))
        Practitioner.objects.update(user=member)
        other = a_patient(full_name="Ada Elsewhere")
        an_appointment(request=a_request(patient=other, reason="A secret"))
        actions.add_note(patient_id=other.pk, text="Not for all.", by=by, now=now)
        actions.merge_patients(patient_id=other.pk, into=ada.pk, by=by, now=now)
        text = text_of(signed_in(member).get(address("patient", ada.pk)))
        for part in ("A secret", "Not for all.", "Elsewhere"):
            assert part not in text

    def test_how_long_it_is_kept_is_of_the_whole_person_whoever_looks(
        self, ada: Patient, now: datetime
    ) -> None:
        """A visit with somebody else keeps it, and so does a hold on a record out of reach."""
        member, by = a_member(PRACTITIONER), Actor.staff(a_member(OWNER))
        Practitioner.objects.update(user=member)
        other = a_patient(full_name="Ada Elsewhere")
        last = an_appointment(
            starts_at=now + timedelta(days=3650), request=a_request(patient=other)
        )
        actions.merge_patients(patient_id=other.pk, into=ada.pk, by=by, now=now)
        Patient.objects.filter(pk=other.pk).update(legal_hold=True)
        for user in (member, a_member(OWNER)):
            page = Page.of(ada, user, now=now)
            assert page.retention.last_entry == last.ends_at
            assert page.is_held

    @pytest.mark.parametrize("role", [EDITOR, ""])
    def test_others_see_nothing_and_that_is_written_down(self, ada: Patient, role: str) -> None:
        client, other = a_client(role), a_patient()
        with nothing_is_done():
            for url in (SEARCH, DOUBLES, both(ada, other), *pages_of(ada).values()):
                assert client.get(url).status_code == 403, url
        assert set(AccessLog.objects.values_list("action", flat=True)) == {"refused"}

    @pytest.mark.parametrize(
        ("name", "roles"),
        [
            ("correct-patient", {OWNER, FRONT_DESK}),
            ("undo-merge", {OWNER, FRONT_DESK}),
            ("patient-record", {OWNER, FRONT_DESK}),
            ("patient-export", {OWNER, FRONT_DESK}),
            ("hold-patient", {OWNER}),
            ("erase-patient", {OWNER}),
        ],
    )
    def test_each_page_is_open_to_its_roles(self, ada: Patient, name: str, roles: set[str]) -> None:
        for role in (OWNER, FRONT_DESK, PRACTITIONER, EDITOR):
            client = a_client(role)
            status = client.get(address(name, ada.pk)).status_code
            assert (status != 403) == (role in roles), role
            if role not in roles:
                with nothing_is_done():
                    assert client.post(address(name, ada.pk), form()).status_code in {403, 405}

    def test_strangers_are_asked_to_sign_in(self, ada: Patient) -> None:
        for url in (SEARCH, DOUBLES, *pages_of(ada).values()):
            assert Client().get(url).headers["Location"].startswith(reverse("admin:login"))

    def test_nobody_who_is_not_there_is_found(self) -> None:
        client = a_client(OWNER)
        for name in ("patient", "correct-patient", "patient-export", "erase-patient"):
            assert client.get(address(name, uuid4())).status_code == 404


class TestCorrecting:
    def test_saves_and_says_so(self, ada: Patient) -> None:
        member = a_member(FRONT_DESK)
        data = contact(ada, full_name="Ada King", telephone="732-555-0144")
        response = signed_in(member).post(address("correct-patient", ada.pk), data)
        assert said(response) == "Corrected."
        assert response.headers["Location"] == address("patient", ada.pk)
        ada.refresh_from_db()
        assert (ada.full_name, ada.telephone) == ("Ada King", "+17325550144")
        assert ada.birth_date == date(1975, 12, 10)
        event = PatientEvent.objects.get()
        assert (event.detail, event.actor) == ("full_name, telephone", member.pk)
        assert ("change", str(ada.pk)) in trail(member)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"full_name": ""}, "Enter the full name of the patient."),
            ({"email": "", "telephone": ""}, "Enter an e-mail address or a telephone number."),
            ({"email": "nonsense"}, "Enter an e-mail address like name@example.com."),
            ({"full_name": "x" * 5_000}, "at most 128 characters"),
            ({"full_name": "Ada\x00"}, "Null characters are not allowed."),
            ({"birth_date_month": "13"}, "needs a real month, day and year"),
            ({"submission": "nonsense"}, "This page was out of date, and nothing was done."),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_kept(
        self, ada: Patient, changes: dict[str, str], message: str
    ) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = client.post(
                address("correct-patient", ada.pk), contact(ada, needs="A lift") | changes
            )
        assert response.status_code == 200
        assert message in text_of(response)
        assert "A lift" in text_of(response)

    def test_a_page_of_before_loses_nothing_and_shows_how_it_is_now(self, ada: Patient) -> None:
        client, url = a_client(FRONT_DESK), address("correct-patient", ada.pk)
        stale = contact(ada, needs="A lift")
        client.post(url, contact(ada, full_name="Ada King"))
        with nothing_is_done():
            response = client.post(url, stale)
        assert response.status_code == 409
        text, page = text_of(response), response.content.decode()
        assert "This record has changed in the meantime." in text
        assert "How it is now" in text
        assert "Ada King" in text
        assert "A lift" in text
        ada.refresh_from_db()
        assert f'name="shown" value="{ada.shown}"' in page

    def test_an_error_does_not_make_a_page_of_before_a_new_one(self, ada: Patient) -> None:
        client, url = a_client(FRONT_DESK), address("correct-patient", ada.pk)
        shown = ada.shown
        client.post(url, contact(ada, full_name="Ada King"))
        page = client.post(url, contact(ada, full_name="")).content.decode()
        assert f'name="shown" value="{shown}"' in page

    def test_the_same_form_twice_corrects_once(self, ada: Patient) -> None:
        client, pressed = a_client(FRONT_DESK), contact(ada, full_name="Ada King")
        for _press in range(2):
            assert said(client.post(address("correct-patient", ada.pk), pressed)) == "Corrected."
        assert PatientEvent.objects.count() == 1

    def test_the_admins_own_form_goes_the_same_way(self, ada: Patient) -> None:
        url = reverse("admin:booking_patient_change", args=[ada.pk])
        data = {"full_name": "Grace Hopper", "email": ada.email, "prefers": "email"}
        a_client(FRONT_DESK).post(url, data | {"language": "en"})
        assert "full_name" in PatientEvent.objects.get().detail
        assert [row.pk for row in finding.find("hopper", a_member(OWNER))] == [ada.pk]


class TestNotes:
    def test_are_kept_and_signed(self, ada: Patient) -> None:
        member = a_member(FRONT_DESK, full_name="Ana Reyes")
        client = signed_in(member)
        response = client.post(address("patient-note", ada.pk), form(text="Comes by train."))
        assert said(response) == "The note is kept."
        text = text_of(client.get(address("patient", ada.pk)))
        assert "Comes by train." in text
        assert "Ana Reyes" in text

    def test_the_page_names_whom_it_is_about(self, ada: Patient) -> None:
        ada.full_name = "<b>Ada</b> \u202eExample"
        ada.save()
        html = a_client(FRONT_DESK).get(address("patient-note", ada.pk)).content.decode()
        heading = html.split("<h1>")[1].split("</h1>")[0]
        assert "about <bdi>&lt;b&gt;Ada&lt;/b&gt;" in heading

    def test_are_corrected_by_another(self, ada: Patient) -> None:
        client, url = a_client(FRONT_DESK), address("patient-note", ada.pk)
        client.post(url, form(text="Comes by train."))
        wrong = PatientNote.objects.get()
        query = f"?corrects={wrong.pk}"
        assert "Comes by train." in text_of(client.get(url + query))
        client.post(url + query, form(text="Comes by bus."))
        assert wrong.corrections.get().text == "Comes by bus."
        assert "Corrects the note of" in text_of(client.get(address("patient", ada.pk)))

    @pytest.mark.parametrize("text", ["", "   ", "x" * 10_001, "\x00"])
    def test_empty_or_too_long_ones_are_asked_for_again(self, ada: Patient, text: str) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            assert client.post(address("patient-note", ada.pk), form(text=text)).status_code == 200

    def test_the_same_form_twice_is_one_note(self, ada: Patient) -> None:
        client, pressed = a_client(FRONT_DESK), form(text="Comes by train.")
        for _press in range(2):
            assert (
                said(client.post(address("patient-note", ada.pk), pressed)) == "The note is kept."
            )
        assert PatientNote.objects.count() == 1

    @pytest.mark.parametrize("query", ["?corrects=nonsense", f"?corrects={UUID(int=1)}"])
    def test_one_that_is_not_there_is_not_corrected(self, ada: Patient, query: str) -> None:
        a_client(FRONT_DESK).post(address("patient-note", ada.pk) + query, form(text="X"))
        assert PatientNote.objects.get().corrects is None


class TestDoubles:
    @pytest.fixture
    def double(self, ada: Patient) -> Patient:
        return indexed(full_name="Ada Lovelcae", email=ada.email, birth_date=ada.birth_date)

    def test_are_named_on_the_page_and_in_the_list(self, ada: Patient, double: Patient) -> None:
        client = a_client(FRONT_DESK)
        for url in (address("patient", ada.pk), DOUBLES):
            page = client.get(url).content.decode()
            assert both(ada, double) in page
            assert "Similar name, same e-mail, same birth date" in page

    def test_are_shown_side_by_side(self, ada: Patient, double: Patient) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            text = text_of(client.get(both(ada, double)))
        assert "Full name Ada Lovelace Ada Lovelcae differs" in text
        assert "E-mail ada@patients.test ada@patients.test same" in text

    def test_are_merged_and_taken_apart_again(self, ada: Patient, double: Patient) -> None:
        member = a_member(FRONT_DESK)
        client = signed_in(member)
        assert said(decides(client, ada, double, "first")).startswith("Merged.")
        double.refresh_from_db()
        assert double.merged_into == ada
        assert {("merge", str(ada.pk)), ("merge", str(double.pk))} <= set(trail(member))
        url = address("undo-merge", double.pk)
        assert "Undo the merge?" in text_of(client.get(url))
        assert said(client.post(url, form(shown=double.shown))).startswith("Undone.")
        assert not Patient.objects.exclude(merged_into=None).exists()
        assert ("undo merge", str(double.pk)) in trail(member)

    def test_either_may_be_the_one_that_is_kept(self, ada: Patient, double: Patient) -> None:
        decides(a_client(FRONT_DESK), ada, double, "second")
        ada.refresh_from_db()
        assert ada.merged_into == double

    def test_two_people_are_shown_no_more(self, ada: Patient, double: Patient) -> None:
        client = a_client(FRONT_DESK)
        assert said(decides(client, ada, double, "two")).startswith("These are two people.")
        assert both(ada, double) not in client.get(DOUBLES).content.decode()

    @pytest.mark.parametrize("decision", ["", "nonsense", "\x00"])
    def test_nothing_is_decided_by_nonsense(
        self, ada: Patient, double: Patient, decision: str
    ) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            assert "Choose one of the buttons." in text_of(decides(client, ada, double, decision))

    def test_a_page_of_before_decides_nothing(self, ada: Patient, double: Patient) -> None:
        client = a_client(FRONT_DESK)
        with nothing_is_done():
            response = decides(client, ada, double, "first", shown="another-0 state-1")
        assert "changed in the meantime" in said(response)
        assert "merge" not in set(AccessLog.objects.values_list("action", flat=True))

    def test_the_same_form_twice_gets_the_same_reply(self, ada: Patient, double: Patient) -> None:
        client = a_client(FRONT_DESK)
        pressed = form(decision="first", shown=f"{ada.shown} {double.shown}")
        for _press in range(2):
            assert said(client.post(both(ada, double), pressed)).startswith("Merged.")
        assert PatientEvent.objects.count() == 1

    def test_one_person_or_nobody_cannot_be_compared(self, ada: Patient) -> None:
        client = a_client(FRONT_DESK)
        assert client.get(both(ada, ada)).status_code == 302
        assert client.get(reverse("desk:compare", args=[ada.pk, uuid4()])).status_code == 404
        assert client.get(address("undo-merge", ada.pk)).status_code == 302


class TestExporting:
    def test_the_file_holds_the_whole_record(self, ada: Patient, now: datetime) -> None:
        member = a_member(FRONT_DESK)
        by = Actor.staff(a_member(OWNER, full_name="Ana Reyes"))
        actions.add_note(patient_id=ada.pk, text="Comes by train.", by=by, now=now)
        client = signed_in(member)
        with nothing_is_done():
            response = client.get(address("patient-export", ada.pk))
        assert response.headers["Content-Type"] == "application/json"
        disposition = response.headers["Content-Disposition"]
        assert disposition == f'attachment; filename="patient-{str(ada.pk)[:8]}.json"'
        assert "no-store" in response.headers["Cache-Control"]
        whole = json.loads(response.content)
        [record], [request], [note] = whole["records"], whole["requests"], whole["notes"]
        assert (record["full_name"], record["birth_date"]) == ("Ada Lovelace", "1975-12-10")
        assert (record["telephone"], record["needs"]) == ("+17325550199", "Step-free access")
        assert request["reason"] == "A stiff neck"
        assert request["appointments"][0]["starts_at"] == "2019-06-14T14:00:00Z"
        assert (note["text"], note["author"]) == ("Comes by train.", "Ana Reyes")
        assert ("export", str(ada.pk)) in trail(member)

    def test_the_page_says_the_same(self, ada: Patient) -> None:
        member = a_member(FRONT_DESK)
        text = text_of(signed_in(member).get(address("patient-record", ada.pk)))
        for part in ("Ada Lovelace", "December 10, 1975", "A stiff neck", "June 14, 2019"):
            assert part in text
        assert trail(member) == [("export", str(ada.pk))]

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_words_are_data_in_the_file(self, hostile: str) -> None:
        patient = a_patient(needs=hostile)
        content = a_client(FRONT_DESK).get(address("patient-export", patient.pk)).content
        assert json.loads(content)["records"][0]["needs"] == hostile
        assert "\u202e" not in content.decode()


class TestErasing:
    def erases(self, client: Client, patient: Patient, reason: str = "asked", **data: str) -> Any:
        about = form(shown=patient.shown, reason=reason) | data
        return client.post(address("erase-patient", patient.pk), about)

    def test_asks_first_and_says_until_when_it_is_kept(self, ada: Patient) -> None:
        client = a_client(OWNER)
        with nothing_is_done():
            text = text_of(client.get(address("erase-patient", ada.pk)))
        assert "June 14, 2026" in text
        assert "The time to keep it is over" in text

    def test_is_for_good(self, ada: Patient) -> None:
        member = a_member(OWNER)
        client = signed_in(member)
        assert said(self.erases(client, ada)).startswith("Erased.")
        ada.refresh_from_db()
        assert ada.erased_at
        assert ("erase", str(ada.pk)) in trail(member)
        text = text_of(client.get(address("patient", ada.pk)))
        assert "Lovelace" not in text
        assert "stiff" not in text
        assert "Jun 14, 2019" in text
        for name in ("correct-patient", "hold-patient", "erase-patient"):
            assert "This record is erased." in said(client.get(address(name, ada.pk)))

    def test_a_reason_is_needed_and_due_is_none_before_its_time(self, ada: Patient) -> None:
        client, fresh = a_client(OWNER), a_patient()
        with nothing_is_done():
            assert "Choose the reason." in text_of(self.erases(client, ada, ""))
            assert "Select a valid choice." in text_of(self.erases(client, fresh, "due"))

    def test_what_stands_in_the_way_is_said(self, ada: Patient) -> None:
        client = a_client(OWNER)
        an_appointment(request=a_request(patient=ada))
        assert "still to come" in text_of(client.get(address("erase-patient", ada.pk)))
        with nothing_is_done():
            assert "still to come" in said(self.erases(client, ada))
        assert AccessLog.objects.filter(action="refused", subject=str(ada.pk)).exists()

    def test_a_legal_hold_stands_in_the_way_until_it_is_lifted(self, ada: Patient) -> None:
        client, url = a_client(OWNER), address("hold-patient", ada.pk)
        assert "Set a legal hold?" in text_of(client.get(url))
        client.post(url, form(shown=ada.shown, is_held="1"))
        ada.refresh_from_db()
        assert ada.legal_hold
        assert "Legal hold." in text_of(client.get(address("patient", ada.pk)))
        with nothing_is_done():
            assert "legal hold" in said(self.erases(client, ada))
        client.post(url, form(shown=ada.shown, is_held="0"))
        ada.refresh_from_db()
        assert not ada.legal_hold

    def test_the_same_form_twice_gets_the_same_reply(self, ada: Patient) -> None:
        client, pressed = a_client(OWNER), form(shown=ada.shown, reason="asked")
        for _press in range(2):
            response = client.post(address("erase-patient", ada.pk), pressed)
            assert said(response).startswith("Erased.")

    def test_the_admin_shows_what_is_left_and_changes_nothing(self, ada: Patient) -> None:
        client = a_client(OWNER)
        self.erases(client, ada)
        url = reverse("admin:booking_patient_change", args=[ada.pk])
        assert client.get(url).status_code == 200
        with nothing_is_done():
            assert client.post(url, {"full_name": "X"}).status_code == 403
        for name in ("appointment", "appointmentrequest", "patient", "message"):
            assert client.get(reverse(f"admin:booking_{name}_changelist")).status_code == 200


class TestBookingForSomebodyKnown:
    @pytest.fixture
    def here(self) -> str:
        service = a_service()
        person = a_practitioner(service)
        slot = quote(write_slot(TEN_O_CLOCK, person.pk))
        return f"service={service.slug}&slot={slot}"

    def test_they_are_found_and_the_form_is_filled_in(self, ada: Patient, here: str) -> None:
        client, book = a_client(FRONT_DESK), reverse("desk:book")
        with nothing_is_done():
            form_page = client.get(f"{book}?{here}").content.decode()
            assert f"{SEARCH}?book=1" in form_page
            found = client.get(f"{SEARCH}?book=1&{here}&q=lovelcae").content.decode()
            assert f"patient={ada.pk}" in found
            filled = client.get(f"{book}?{here}&patient={ada.pk}").content.decode()
        for part in ("Ada Lovelace", "ada@patients.test", "Step-free access", "1975"):
            assert part in filled
        assert "A stiff neck" not in filled
        assert AccessLog.objects.filter(action="open", subject=str(ada.pk)).exists()

    def test_who_it_is_for_stays_while_service_and_time_are_chosen(
        self, ada: Patient, here: str
    ) -> None:
        client, book = a_client(FRONT_DESK), reverse("desk:book")
        services = client.get(f"{book}?patient={ada.pk}").content.decode()
        assert f"&amp;patient={ada.pk}" in services
        service = here.split("&", maxsplit=1)[0]
        times = client.get(f"{book}?patient={ada.pk}&{service}").content.decode()
        assert f"&amp;patient={ada.pk}&amp;slot=" in times

    @pytest.mark.parametrize("key", ["nonsense", "\x00", str(UUID(int=1))])
    def test_nobody_known_is_somebody_new(self, here: str, key: str) -> None:
        response = a_client(FRONT_DESK).get(f"{reverse('desk:book')}?{here}&patient={quote(key)}")
        assert response.status_code == 200

    def test_the_request_has_a_record_of_its_own(self, ada: Patient, here: str) -> None:
        url = f"{reverse('desk:book')}?{here}&patient={ada.pk}"
        response = a_client(FRONT_DESK).post(url, contact(ada))
        assert said(response) == "Booked and confirmed: Ada Lovelace."
        assert Patient.objects.count() == 2
        assert not Patient.objects.exclude(merged_into=None).exists()

    def test_staff_may_say_that_it_is_the_same_person(self, ada: Patient, here: str) -> None:
        client, pressed = a_client(FRONT_DESK), contact(ada, same_person="on")
        url = f"{reverse('desk:book')}?{here}&patient={ada.pk}"
        assert "This is the same person as Ada Lovelace" in text_of(client.get(url))
        for _press in range(2):
            assert said(client.post(url, pressed)) == "Booked and confirmed: Ada Lovelace."
        assert Patient.objects.get(merged_into=ada).requests.get().source == "telephone"
        assert PatientEvent.objects.get().kind == "merged"
        assert AccessLog.objects.filter(action="merge", subject=str(ada.pk)).exists()
