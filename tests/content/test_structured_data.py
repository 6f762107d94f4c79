"""What search engines are told: in schema.org's words as schema.org means them, and true."""

import json
import re
from datetime import date
from typing import Any

import pytest

from clinic import memory
from clinic.models import Clinic, Location, Practitioner
from tests.public import ARTICLE, BOTH_LANGUAGES, reviewed, text
from tests.schema_org import faults, nodes, vocabulary, with_parents

pytestmark = pytest.mark.usefixtures("starter")
PERSON = "/team/example-physical-therapist/"


def told(path: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text(path), re.DOTALL)
    return [json.loads(block) for block in found]


def of_type(path: str, kind: str) -> dict[str, Any]:
    (one,) = (node for node in told(path) if kind in str(node["@type"]))
    return one


def open_for_real() -> None:
    """Everything known that can be known: people, address, hours, a review."""
    Practitioner.objects.update(is_example=False, licence="NJ 40QA00000000", languages_en="English")
    Location.objects.update(street="1 Main Street", city="Newark", state="NJ", postal_code="07102")
    reviewer = Practitioner.objects.get(slug="example-physical-therapist")
    memory.publish()
    reviewed(reviewer, date(2026, 6, 1))


def test_every_word_is_schema_org_s_and_stands_where_it_may() -> None:
    for is_real in (False, True):
        if is_real:
            open_for_real()
        for path in BOTH_LANGUAGES:
            for node in told(path):
                assert faults(node) == [], path


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"@type": "MedicalClinik"}, "no such type"),
    ({"@type": "Article", "headlin": "x"}, "no such property"),
    ({"@type": "Person", "headline": "x"}, "does not belong on"),
    ({"@type": "MedicalWebPage", "lastReviewed": "June 2026"}, "is none of"),
    ({"@type": "Article", "about": ["Sore necks"]}, "is none of"),
    ({"@type": "Article", "author": {"@type": "Place", "name": "x"}}, "is none of"),
    ({"@type": "MedicalClinic", "medicalSpecialty": "Monday"}, "is none of"),
    ({"@type": "Article", "author": {"@type": "Person", "foo": "x"}}, "author.foo"),
    ({"@type": "Article", "publisher": {"@id": "https://x.example/#no"}}, "is nowhere"),
    ({"@type": "SearchAction", "instrument-input": 5}, "is none of"),
    ({"@type": "Article", "@context": "https://example.org"}, "another context"),
    ({"name": "x"}, "without a type"),
]


def test_the_check_can_fail() -> None:
    for node, fault in WRONG:
        assert any(fault in found for found in faults(node)), node


def test_the_vocabulary_is_whole() -> None:
    assert len(vocabulary()) > 3_000
    assert {"WebPage", "CreativeWork", "Thing"} <= with_parents("MedicalWebPage")
    good = {"@type": "MedicalClinic", "medicalSpecialty": "https://schema.org/Physiotherapy"}
    assert faults(good) == []
    assert faults({"@type": "OpeningHoursSpecification", "dayOfWeek": "Monday"}) == []


def test_an_article_is_told_whole() -> None:
    article = of_type(ARTICLE, "MedicalWebPage")
    assert article["@type"] == ["MedicalWebPage", "Article"]
    assert article["headline"] == "Pressure points for upper back pain"
    assert article["inLanguage"] == "en"
    assert article["datePublished"] == article["dateModified"] == "2026-06-15T13:00:00+00:00"
    assert {"@type": "Thing", "name": "Neck and upper back"} in article["about"]
    assert article["isPartOf"]["@type"] == "WebSite"
    assert article["image"]["url"] in text(ARTICLE)
    page = text(ARTICLE)
    listed = page[page.index('class="references"') :]
    places = [listed.index(source) for source in article["citation"]]
    assert places == sorted(places)
    assert len(places) == page.count("<cite>") == 11


def test_a_review_is_told_only_where_there_was_one() -> None:
    assert not {"reviewedBy", "lastReviewed"} & set(of_type(ARTICLE, "MedicalWebPage"))
    open_for_real()
    article = of_type(ARTICLE, "MedicalWebPage")
    assert article["lastReviewed"] == "2026-06-01"
    assert article["reviewedBy"]["name"] == "Alex Example"
    assert article["reviewedBy"]["honorificSuffix"] == "PT"
    assert article["reviewedBy"]["hasCredential"]["name"] == "NJ 40QA00000000"


def test_the_clinic_has_an_address_and_hours_once_they_are_known() -> None:
    for path in ("/", "/visit/"):
        assert not {"address", "openingHoursSpecification"} & set(of_type(path, "MedicalClinic"))
    open_for_real()
    for path in ("/", "/visit/"):
        clinic = of_type(path, "MedicalClinic")
        assert clinic["address"]["streetAddress"] == "1 Main Street"
        assert clinic["openingHoursSpecification"][0]["dayOfWeek"] == "Monday"
        assert clinic["telephone"] == "+17327880349"


def test_the_specialty_is_one_of_schema_org_s() -> None:
    clinic = of_type("/", "MedicalClinic")
    assert clinic["medicalSpecialty"] == "https://schema.org/Physiotherapy"
    for value in Clinic.Specialty.values:
        said = {"@type": "MedicalClinic", "medicalSpecialty": f"https://schema.org/{value}"}
        assert faults(said) == []
    Clinic.objects.update(specialty="")
    memory.publish()
    assert "medicalSpecialty" not in of_type("/", "MedicalClinic")


def test_the_team_is_told_of_where_it_exists() -> None:
    assert [node["@type"] for node in told("/team/")] == []
    open_for_real()
    assert {node["@type"] for node in told("/team/")} == {"Person"}
    person = of_type(PERSON, "Person")
    assert person["jobTitle"] == "Physical therapist (example)"
    assert person["worksFor"]["@type"] == "MedicalClinic"


def test_the_search_is_told_of_and_is_where_it_says() -> None:
    action = of_type("/", "WebSite")["potentialAction"]
    template = action["target"]["urlTemplate"]
    assert template == "http://127.0.0.1:8000/search/?q={search_term_string}"
    path = template.removeprefix("http://127.0.0.1:8000").format(search_term_string="headache")
    assert "<mark>Headache</mark>" in text(path)


def test_the_way_is_told_as_it_is_shown() -> None:
    for path in (ARTICLE, "/points/gb-21/", "/points/regions/hand/", "/topics/headache/", PERSON):
        shown = re.search(r'<nav class="breadcrumbs".*?</nav>', text(path), re.DOTALL)
        assert shown
        steps = of_type(path, "BreadcrumbList")["itemListElement"]
        names = [re.sub("<.*?>", "", li) for li in re.findall("<li.*?</li>", shown[0])]
        assert [step["name"] for step in steps] == names
        assert [step["position"] for step in steps] == list(range(1, len(names) + 1))
        assert steps[-1]["item"]["@id"].endswith(path)


def test_every_address_that_is_told_is_absolute() -> None:
    for path in ("/", ARTICLE, "/es" + ARTICLE, "/points/gb-21/"):
        for node in nodes(told(path)):
            for name in ("@id", "url"):
                assert str(node.get(name, "https://x/")).startswith(("https://", "http://127"))
