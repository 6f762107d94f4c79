"""A patient is found by what is known of them, with typing errors in a name or an address."""

import importlib
import pkgutil
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import actions, finding, migrations
from booking.actors import Actor
from booking.finding import Wanted
from booking.models import Patient, PatientTrigram, Status
from booking.trigrams import likeness, trigrams_of, words_of
from clinic.models import User
from clinic.roles import FRONT_DESK, PRACTITIONER
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_clinic,
    a_patient,
    a_practitioner,
    a_request,
    a_service,
    an_appointment,
    details,
)
from tests.clinic.staff import a_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def desk(db: None) -> User:
    return a_member(FRONT_DESK)


def known(**fields: Any) -> Patient:
    """A patient as the actions leave one: with what a search finds it by."""
    patient = a_patient(**fields)
    finding.put_into_index(patient)
    return patient


def find(text: str, user: User) -> list[Patient]:
    return [Patient.objects.get(pk=row.pk) for row in finding.find(text, user)]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("José  Núñez-O’Brien", ["jose", "nunez", "obrien"]),
            ("STRASSE Straße", ["strasse", "strasse"]),
            ("", []),
            ("\x00\n\u202e", []),
            ("王小明", ["王小明"]),
        ],
    )
    def test_are_compared_without_case_accents_and_marks(self, text: str, words: list[str]) -> None:
        assert words_of(text) == words

    def test_of_an_address_the_host_says_nothing(self) -> None:
        assert trigrams_of("ada@patients.test") == trigrams_of("ada@other.test")

    def test_no_trigram_is_longer_than_its_column(self) -> None:
        for text in ("ŉ ǰ ΐ ß ﬃ İ" * 3, "x" * 5_000, "🏳️‍🌈 flag", "ﷺ"):
            assert all(len(trigram) == 3 for trigram in trigrams_of(text))

    def test_likeness_goes_from_nothing_to_the_same(self) -> None:
        ada = trigrams_of("Ada Example")
        assert likeness(ada, ada) == 1
        assert likeness(ada, trigrams_of("Bob Otherwise")) < 0.2
        assert 0.5 < likeness(ada, trigrams_of("Ada Exmaple")) < 1
        assert likeness(set(), set()) == 0


class TestWhatIsWanted:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("3/14/1968", date(1968, 3, 14)),
            ("03-14-1968", date(1968, 3, 14)),
            ("3 14 1968", date(1968, 3, 14)),
            ("1968-03-14", date(1968, 3, 14)),
        ],
    )
    def test_a_date_is_written_month_first_or_year_first(self, text: str, day: date) -> None:
        wanted = Wanted.read(f"Ada {text}")
        assert (wanted.words, wanted.dates, wanted.telephones) == (["Ada"], [day], [])

    @pytest.mark.parametrize(
        "text", ["732-555-0199", "(732) 555-0199", "+1 732 555 0199", "17325550199", "732.555.0199"]
    )
    def test_a_number_is_taken_by_its_digits(self, text: str) -> None:
        assert Wanted.read(text).telephones == ["+17325550199"]

    @pytest.mark.parametrize(
        ("text", "endings"),
        [
            ("555-0199", ["5550199"]),
            ("0199", ["0199"]),
            ("Ada 0199", []),  # a year, a house: only alone is it a number
            ("019", []),
            ("01999", []),
        ],
    )
    def test_without_the_area_code_it_is_an_ending(self, text: str, endings: list[str]) -> None:
        assert Wanted.read(text).endings == endings

    @pytest.mark.parametrize("text", ["19680314@qq.test", "maria19680314@patients.test"])
    def test_an_address_is_whole_whatever_digits_it_has(self, text: str) -> None:
        wanted = Wanted.read(text)
        assert (wanted.emails, wanted.endings, wanted.telephones) == ([text], [], [])

    @pytest.mark.parametrize("text", ["K2345678", "23456789"])
    def test_so_is_a_reference(self, text: str) -> None:
        assert text in Wanted.read(text).references

    @pytest.mark.parametrize("text", ["AMK6MG7W", "amk6mg7w", "amk6 mg7w"])
    def test_a_reference_may_be_said_in_halves(self, text: str) -> None:
        assert "AMK6MG7W" in Wanted.read(text).references

    @pytest.mark.parametrize(
        "text", ["", "   ", "\x00", "...", "-" * 5_000, "\u202e", "13/45/1968", "%", "😀"]
    )
    def test_nonsense_finds_nobody(self, text: str, desk: User) -> None:
        known()
        assert find(text, desk) == []


class TestFinding:
    @pytest.mark.parametrize(
        "text",
        [
            "Ada Lovelace",
            "lovelace ada",
            "ada lovlace",
            "Adda Lovelase",
            "lovelcae",
            "lovel",
            "ADA.LOVELACE@patients.test",
            "ada.lovelac@patients.tset",
            "732-555-0199",
            "555-0199",
            "555 0199",
            "5550199",
            "0199",
            "12/10/1975",
            "ada 12/10/1975",
        ],
    )
    def test_the_one_who_is_meant_comes_first(self, text: str, desk: User) -> None:
        ada = known(
            full_name="Ada Lovelace",
            email="ada.lovelace@patients.test",
            telephone="+17325550199",
            birth_date=date(1975, 12, 10),
        )
        for name in ("Adam Lovett", "Grace Hopper", "Alan Turing", "Ana Lopez"):
            known(full_name=name, email=f"{name.split()[1].lower()}@patients.test")
        assert find(text, desk)[0] == ada

    @pytest.mark.parametrize(("typed", "meant"), [("Jhon", "John"), ("Smih", "Smith")])
    def test_short_names_have_typing_errors_too(self, typed: str, meant: str, desk: User) -> None:
        person = known(full_name=meant, email="x@patients.test")
        assert find(typed, desk) == [person]

    def test_a_reference_leads_to_whom_it_is_of(self, desk: User) -> None:
        appointment = an_appointment(request=a_request(reference="AB23CD45"))
        assert find("ab23cd45", desk) == [appointment.request.patient]

    def test_a_wrong_number_or_date_finds_nobody(self, desk: User) -> None:
        known(telephone="+17325550199", birth_date=date(1975, 12, 10))
        assert find("732-555-0198", desk) == []
        assert find("12/11/1975", desk) == []

    def test_records_of_one_person_are_one_entry(self, desk: User) -> None:
        first, second, third = (known(full_name="Ada Lovelace") for _record in range(3))
        Patient.objects.filter(pk__in=(second.pk, third.pk)).update(merged_into=first)
        assert find("lovelace", desk) == [first]

    def test_a_practitioner_finds_their_own_and_no_others(self) -> None:
        member = a_member(PRACTITIONER)
        mine = known(full_name="Ada Lovelace")
        other = known(full_name="Ada Lovelace", email="somebody@patients.test")
        practitioner = a_practitioner(user=member)
        an_appointment(request=a_request(patient=mine), practitioner=practitioner)
        an_appointment(request=a_request(patient=other, reference="AB23CD45"))
        assert find("lovelace", member) == [mine]
        assert find(other.email, member) == []
        assert find("AB23CD45", member) == []

    def test_a_practitioner_is_shown_their_own_of_several_records(self) -> None:
        member = a_member(PRACTITIONER)
        kept, mine = (known(full_name="Ada Lovelace") for _record in range(2))
        Patient.objects.filter(pk=mine.pk).update(merged_into=kept)
        request = a_request(patient=mine)
        an_appointment(request=request, practitioner=a_practitioner(user=member))
        assert find("lovelace", member) == [mine]

    def test_so_many_are_shown_and_no_more_questions_are_asked_for_them(self, desk: User) -> None:
        known(full_name="Ada Lovelace")
        finding.find("lovelace", desk)  # the user's permissions are known from now on
        with CaptureQueriesContext(connection) as few:
            finding.find("lovelace", desk)
        for _other in range(40):
            known(full_name="Ada Lovelace")
        with CaptureQueriesContext(connection) as many:
            assert len(finding.find("lovelace", desk)) == finding.SHOWN
        assert len(many) == len(few) <= 2


class TestTheIndex:
    def test_is_written_with_a_request(self, desk: User) -> None:
        service = a_service()
        a_practitioner(service)
        booked = actions.book(
            service=service,
            starts_at=TEN_O_CLOCK,
            details=details(full_name="Grace Hopper"),
            by=Actor.staff(desk),
            now=TEN_O_CLOCK.replace(hour=1),
        )
        assert booked.status == Status.BOOKED
        assert find("hoper", desk) == [booked.request.patient]

    def test_goes_with_the_patient(self) -> None:
        known().delete()
        assert not PatientTrigram.objects.exists()

    def test_is_filled_with_those_who_were_there_before(self, desk: User) -> None:
        """What the migration does; its number may change, its name does not."""
        people = {a_patient(full_name="Grace Hopper"), a_patient(full_name="Ada Lovelace")}
        names = [module.name for module in pkgutil.iter_modules(migrations.__path__)]
        [name] = [name for name in names if name.endswith("_patients")]
        migration = importlib.import_module(f"{migrations.__name__}.{name}")
        migration.fill_index(apps, SimpleNamespace(connection=connection))
        assert {find("hoper", desk)[0], find("lovelcae", desk)[0]} == people
