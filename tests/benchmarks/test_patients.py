"""What it costs to find a patient among 20,000, against fetching one by its key.

Fetching is a page of the staff that reads the row, writes down who looked, and shows the name in
the frame of all their pages; beside it, the patient's own page, and a view that reads the row and
does nothing else: no permission, no record, no page. All are behind the staff's sign-in, and
looked at in turns.
"""

import itertools
import random
from collections.abc import Iterable
from datetime import date, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path, reverse

from booking.desk.patients import reach_patient
from booking.desk.views import page
from booking.models import Patient, PatientTrigram
from booking.trigrams import trigrams_of
from clinic.roles import OWNER
from tests.benchmarks.conftest import Measured
from tests.benchmarks.sending import recorded
from tests.benchmarks.test_calendar import fastest
from tests.booking.builders import a_clinic
from tests.clinic.staff import a_client

pytestmark = [pytest.mark.race, pytest.mark.django_db]

PATIENTS = 20_000
FIRST = (
    "Maria Jose Luis Ana Juan Carlos Carmen Rosa James Mary John Patricia Robert Jennifer Michael "
    "Linda William Elizabeth David Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen"
)
LAST = (
    "Garcia Rodriguez Martinez Hernandez Lopez Gonzalez Perez Sanchez Ramirez Torres Smith Johnson "
    "Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Thomas Jackson White Harris"
)
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu za chi tro ble"
# A name that half of all people seem to have, one that is rare, errors, and what is exact.
QUERIES = (
    "maria garcia",
    "Jhon Smiht",
    "rodrigez",
    "lobamute",
    "person77@patients.test",
    "1968-03-14",
)


def names() -> Iterable[str]:
    """Half of them common, as in any town; the others are nobody else's."""
    chance = random.Random(20)
    first, last = FIRST.split(), LAST.split()
    while True:
        yield f"{chance.choice(first)} {chance.choice(last)}"
        yield f"{chance.choice(first)} {''.join(chance.choices(SYLLABLES.split(), k=4)).title()}"


def fill() -> None:
    """Some were born on one day, and every fourth shares a telephone with somebody."""
    born = random.Random(30)
    people = [
        Patient(
            full_name=name,
            email=f"person{number}@patients.test",
            birth_date=date(1935, 1, 1) + timedelta(days=born.randrange(31_000)),
            telephone=f"+1732{5_000_000 + number - (number % 4 == 3)}",
        )
        for number, name in enumerate(itertools.islice(names(), PATIENTS))
    ]
    Patient.objects.bulk_create(people, batch_size=2_000)
    rows = (
        PatientTrigram(patient=person, trigram=trigram)
        for person in people
        for trigram in sorted(trigrams_of(person.full_name, person.email))
    )
    for batch in itertools.batched(rows, 20_000):
        PatientTrigram.objects.bulk_create(batch)
    with connection.cursor() as cursor:
        for table in ("booking_patient", "booking_patienttrigram"):
            cursor.execute(f"ANALYZE {table}")


def one(request: HttpRequest, key: str) -> HttpResponse:
    return HttpResponse(Patient.objects.get(pk=key).full_name)


def framed(request: HttpRequest, key: UUID) -> HttpResponse:
    return page(request, "page", reach_patient(request, key).full_name)


urlpatterns = [
    path("one/<uuid:key>/", admin.site.admin_view(one)),
    path("framed/<uuid:key>/", admin.site.admin_view(framed)),
    *import_module("clinic.urls").urlpatterns,
]


def test_finding_against_fetching(measured: Measured) -> None:
    a_clinic()
    fill()
    client, search = a_client(OWNER), reverse("desk:patients")
    key = Patient.objects.order_by("pk")[PATIENTS // 2].pk
    whole_page = reverse("desk:patient", args=[key])
    for query in QUERIES:
        with recorded() as sent:
            assert client.get(search, {"q": query}).status_code == 200
        with override_settings(ROOT_URLCONF=__name__):
            bare, fetched, whole, found = fastest(
                lambda: client.get(f"/one/{key}/"),
                lambda: client.get(f"/framed/{key}/"),
                lambda: client.get(whole_page),
                lambda query=query: client.get(search, {"q": query}),  # type: ignore[misc]
                repeats=20,
            )
        measured(f"Statements of searching “{query}”", len(sent))
        measured("One patient by key, a bare view", bare, "ms")
        measured("One patient by key, a page of the staff", fetched, "ms")
        measured("A patient’s page", whole, "ms")
        measured(f"Searching “{query}” among {PATIENTS:,}", found, "ms")
        measured("Searching against a page of the staff", found / fetched, "×", at_most=5)
        measured("Searching against the patient’s own page", found / whole, "×")
        measured("Searching against the bare view", found / bare, "×")
