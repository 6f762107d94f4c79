"""The pages that the law asks for: there from the first day, honest about what nobody checked."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from clinic import memory
from clinic.models import Clinic, LanguageNotice, LegalPage, LegalPageVersion, Location
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER, REVIEWER
from content import starter_loader
from tests.clinic.staff import a_client, a_member, signed_in
from tests.content.readability import (
    HIGHEST_GRADE,
    LOWEST_EASE,
    fernandez_huerta,
    flesch_kincaid,
    plain,
)
from tests.public import get, text

pytestmark = pytest.mark.usefixtures("starter")
Key = LegalPage.Key
FILES = sorted((starter_loader.FOLDER / "legal").glob("*.toml"))
TEMPLATE = "This page is a template."
HOSTILE = "</p><script>alert(1)</script>\u202e<img src=x onerror=alert(1)>"


def words_of(key: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(f"/{key}/")))


def change(key: str) -> str:
    return f"/admin/clinic/legalpage/{LegalPage.objects.get(key=key).pk}/change/"


def filled_in(key: str, **fields: str) -> dict[str, str]:
    row = LegalPage.objects.get(key=key)
    names = ("title_en", "body_en", "title_es", "body_es")
    return {**{name: getattr(row, name) for name in names}, "effective_on": "", **fields}


def notice(**fields: Any) -> LanguageNotice:
    row = LanguageNotice.objects.get(code="ar")
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    memory.publish()
    return row


def test_each_is_there_and_says_that_it_is_a_template() -> None:
    for key in Key.values:
        for prefix, said in (("", TEMPLATE), ("/es", "Esta página es un modelo.")):
            page = text(f"{prefix}/{key}/")
            assert said in page
            assert not re.search(r"\{\w+\}", page.split("<main")[1].split("</main>")[0])


def test_they_stand_at_the_foot_of_every_page_in_one_order() -> None:
    for path in ("/", "/visit/", "/articles/", "/terms/"):
        foot = text(path).split("<footer")[1]
        places = [foot.index(f'href="/{key}/"') for key in Key.values]
        assert places == sorted(places)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        # 45 CFR 164.520(b)(1)(i): these words.
        (
            Key.PRIVACY_PRACTICES,
            "THIS NOTICE DESCRIBES HOW MEDICAL INFORMATION ABOUT YOU MAY BE USED AND DISCLOSED AND "
            "HOW YOU CAN GET ACCESS TO THIS INFORMATION. PLEASE REVIEW IT CAREFULLY.",
        ),
        (Key.PRIVACY_PRACTICES, "42 CFR Part 2"),
        (Key.PRIVACY_PRACTICES, "We will never act against you because you complained."),
        (Key.PRIVACY_PRACTICES, "If your information gets into the wrong hands, we tell you"),
        (Key.GOOD_FAITH_ESTIMATE, "at least $400 more than the estimate"),
        (Key.NONDISCRIMINATION, "race, color, national origin"),
        (Key.NONDISCRIMINATION, "ocrportal.hhs.gov"),
        (Key.LANGUAGE_ASSISTANCE, "free of charge"),
        (Key.ACCESSIBILITY, "(WCAG) 2.2, level AA"),
        (Key.TERMS, "This site is not for emergencies."),
        (Key.TERMS, "general information"),
        (Key.PRIVACY, "We set no cookie"),
    ],
)
def test_it_says_what_the_law_asks_for(key: str, said: str) -> None:
    assert said in words_of(key)


def test_how_long_records_are_kept_is_said_as_it_is_set() -> None:
    assert "A record is kept for 7 years after" in text("/privacy/")
    Clinic.objects.update(retention_years=10)
    memory.publish()
    assert "A record is kept for 10 years after" in text("/privacy/")
    assert "se guarda 10 años" in text("/es/privacy/")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_plain_language(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert flesch_kincaid(plain(data["body_en"])) <= HIGHEST_GRADE
    assert fernandez_huerta(plain(data["body_es"])) >= LOWEST_EASE


def test_an_owner_words_it_and_confirms_it() -> None:
    owner = a_member(OWNER, full_name="Ana Owner")
    sent = filled_in(
        Key.PRIVACY_PRACTICES,
        body_en="<p>{clinic} holds this from {effective_date}.</p>",
        effective_on="2026-06-20",
        is_checked="on",
    )
    response = signed_in(owner).post(change(Key.PRIVACY_PRACTICES), sent)
    assert response.status_code == 302
    page = text("/privacy-practices/")
    assert "Gramercy Pain Center holds this from June 20, 2026." in page
    assert TEMPLATE not in page
    assert "Checked by the clinic: Ana Owner," in page
    assert '<time datetime="2026-06-15">' in page
    # The Spanish was not ticked, and says so.
    assert "Ninguna persona ha revisado" in text("/es/privacy-practices/")
    assert TEMPLATE in text("/terms/")  # nothing else changed


def test_what_was_changed_and_not_confirmed_is_a_template_again() -> None:
    client = a_client(OWNER)
    client.post(change(Key.TERMS), filled_in(Key.TERMS, is_checked="on", is_translated="on"))
    assert TEMPLATE not in text("/terms/")
    assert "Ninguna persona" not in text("/es/terms/")
    client.post(change(Key.TERMS), filled_in(Key.TERMS, body_en="<p>Other words.</p>"))
    page = text("/terms/")
    assert "Other words." in page
    assert TEMPLATE in page
    assert "Checked by the clinic" not in page
    assert "changed, not checked yet" in client.get("/admin/clinic/legalpage/").content.decode()


def test_the_form_keeps_what_was_confirmed() -> None:
    client = a_client(OWNER)
    client.post(change(Key.TERMS), filled_in(Key.TERMS, is_checked="on"))
    form = client.get(change(Key.TERMS)).context["adminform"].form
    assert form["is_checked"].value() is True
    assert form["is_translated"].value() is False


def test_every_wording_is_kept_the_one_before_the_first_change_too() -> None:
    client = signed_in(a_member(OWNER, full_name="Ana Owner"))
    first = LegalPage.objects.get(key=Key.TERMS).body_en
    sent = filled_in(Key.TERMS, body_en="<p>{clinic}, second.</p>", effective_on="2026-06-20")
    client.post(change(Key.TERMS), sent | {"is_checked": "on"})
    client.post(change(Key.TERMS), filled_in(Key.TERMS, body_en="<p>Third.</p>"))
    kept = list(LegalPageVersion.objects.filter(page=Key.TERMS).order_by("pk"))
    assert [row.body_en for row in kept] == [first, "<p>{clinic}, second.</p>", "<p>Third.</p>"]
    assert [row.by_name for row in kept] == ["", "Ana Owner", "Ana Owner"]
    assert [row.is_checked for row in kept] == [False, True, False]
    assert kept[1].effective_on == date(2026, 6, 20)
    assert kept[1].clinic == Clinic.objects.get().name
    assert LegalPageVersion.objects.count() == 3  # of the other pages nothing was changed
    assert ">3 kept</a>" in client.get(change(Key.TERMS)).content.decode()
    listed = client.get("/admin/clinic/legalpageversion/?page__exact=terms").content.decode()
    assert listed.count(">Ana Owner</td>") == 2
    page = client.get(f"/admin/clinic/legalpageversion/{kept[1].pk}/change/").content.decode()
    assert "<p>{clinic}, second.</p>" in page


def test_what_is_refused_is_no_wording() -> None:
    a_client(OWNER).post(change(Key.TERMS), filled_in(Key.TERMS, body_en=""))
    assert not LegalPageVersion.objects.exists()


@pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, EDITOR, REVIEWER])
def test_nobody_else_words_it(role: str) -> None:
    before = LegalPage.objects.get(key=Key.TERMS).body_en
    sent = filled_in(Key.TERMS, body_en="<p>Mine.</p>", is_checked="on")
    assert a_client(role).post(change(Key.TERMS), sent).status_code == 403
    assert LegalPage.objects.get(key=Key.TERMS).body_en == before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>{clinik}</p>", "Not known here: {clinik}."),
        ("<p>left { over</p>", "Not known here: {."),
        ("", "This field is required."),
        ("<p>\0</p>", "Null characters are not allowed."),
    ],
)
def test_a_text_that_nobody_could_fill_in_is_refused(body: str, said: str) -> None:
    before = LegalPage.objects.get(key=Key.TERMS).body_en
    response = a_client(OWNER).post(change(Key.TERMS), filled_in(Key.TERMS, body_en=body))
    assert response.status_code == 200
    assert said in response.content.decode()
    assert LegalPage.objects.get(key=Key.TERMS).body_en == before


def test_hostile_words_do_nothing() -> None:
    client = a_client(OWNER, full_name=HOSTILE[:120])
    sent = filled_in(
        Key.TERMS,
        title_en=HOSTILE,
        body_en=f"<p>{HOSTILE}<a href='javascript:alert(1)'>x</a>{'long ' * 1000}</p>",
        is_checked="on",
    )
    assert client.post(change(Key.TERMS), sent).status_code == 302
    Clinic.objects.update(name=HOSTILE)
    Location.objects.update(street=HOSTILE, city="{telephone}")
    memory.publish()
    for path in ("/terms/", "/privacy-practices/"):
        page = text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "javascript:" not in page


def test_without_spanish_the_english_stands_in_and_says_so() -> None:
    LegalPage.objects.filter(key=Key.TERMS).update(title_es="", body_es="")
    memory.publish()
    page = text("/es/terms/")
    assert "Una parte de esta página está solo en inglés." in page
    assert '<div lang="en">' in page
    assert '<div lang="en">' not in text("/terms/")


def test_a_row_that_is_gone_is_a_404_and_no_link() -> None:
    LegalPage.objects.filter(key=Key.TERMS).delete()
    memory.publish()
    assert get("/terms/").status_code == 404
    assert 'href="/terms/"' not in text("/")


class TestOtherLanguages:
    def test_fifteen_are_named_and_none_has_an_invented_text(self) -> None:
        assert LanguageNotice.objects.count() == 15
        assert not LanguageNotice.objects.exclude(text="").exists()
        assert "In other languages" not in text("/language-assistance/")

    def test_a_pasted_text_is_shown_with_its_language_and_direction(self) -> None:
        notice(text="نص\nرسمي <b>", source="hhs.gov", taken_on=date(2026, 6, 1))
        page = text("/language-assistance/")
        assert '<li lang="ar" dir="rtl">' in page
        assert "نص<br>رسمي &lt;b&gt;" in page
        assert "العربية" in page

    def test_those_still_missing_are_named_to_staff_alone(self) -> None:
        notice(text="نص", source="hhs.gov", taken_on=date(2026, 6, 1))
        assert "한국어" not in text("/language-assistance/")
        listed = a_client(OWNER).get("/admin/clinic/languagenotice/").content.decode()
        assert listed.count("still missing") == 14

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"text": "x", "taken_on": date(2026, 6, 1)}, "Say where this text was taken from."),
            ({"text": "x", "source": "hhs.gov"}, "Say when it was taken."),
            (
                {"text": "x", "source": "hhs.gov", "taken_on": date(2027, 1, 1)},
                "This day has not come yet.",
            ),
            ({"code": 'pl" onclick="'}, "A code as web pages write it"),
        ],
    )
    def test_a_text_that_nobody_answers_for_is_refused(
        self, fields: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(ValidationError, match=re.escape(said)):
            notice(**fields)

    @pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, EDITOR, REVIEWER])
    def test_owners_alone_paste_them(self, role: str) -> None:
        assert a_client(role).get("/admin/clinic/languagenotice/").status_code == 403


def test_a_stranger_signs_in_first() -> None:
    assert Client().get("/admin/clinic/legalpage/").status_code == 302


def test_what_did_not_come_through_the_form_can_do_nothing_either() -> None:
    LegalPage.objects.update(body_en="<p onclick='x()'>Words<script>alert(1)</script></p>")
    memory.publish()
    page = text("/terms/")
    assert "<p>Words" in page
    assert "onclick" not in page
    assert "alert(1)" not in page
