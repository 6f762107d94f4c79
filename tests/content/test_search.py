"""The search: forgiving of spelling, honest about it, and traceless."""

import logging
import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from urllib.parse import quote

import pytest
import time_machine
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from clinic import memory
from clinic.logs import HideLinks
from content import publishing, words
from content.models import Article, TextBlock, Topic
from tests.clinic.staff import a_member
from tests.public import ARTICLE, get, publish_again, text

pytestmark = pytest.mark.usefixtures("starter")


def ask(question: str, prefix: str = "") -> str:
    return text(f"{prefix}/search/?q={quote(question)}")


def titles(page: str) -> list[str]:
    """The titles of the results, in their order."""
    found = re.findall(r"<h3><a href=\"[^\"]+\">(.*?)</a></h3>", results(page))
    return [re.sub("<.*?>", "", title) for title in found]


def results(page: str) -> str:
    return page.partition('id="results"')[2].partition('id="topics"')[0]


def write(title: str, body: str, language: str = "en", slug: str = "sciatica") -> Article:
    article = Article.objects.create(
        slug=slug,
        language=language,
        title=title,
        lead=title,
        description=title,
        author="x",
        written_on=date(2026, 6, 1),
    )
    TextBlock.objects.create(
        parent=article, region="main", ordering=1, heading="More", body=f"<p>{body}</p>"
    )
    publish_again(pk=article.pk)
    return article


MEANT = [
    ("GB21", "GB 21: Shoulder Well"),
    ("gb 21", "GB 21: Shoulder Well"),
    ("li4", "LI 4: Joining Valley"),
    ("K-27", "KI 27: Shu Mansion"),  # as older books have it
    ("jianjing", "GB 21: Shoulder Well"),
    ("headaches", "Headache"),
    ("head ache", "Headache"),
    ("HEADACHE", "Headache"),
    ("upper back pain", "Pressure points for upper back pain"),
    ("stiff necks", "Neck and upper back"),
    ("insurance", "Visit us"),
    ("alex", "Alex Example, PT"),
]
MISSPELLED = [
    ("", "acupunture", "Acupressure and acupuncture", "acupuncture"),
    ("", "shulder", "GB 21: Shoulder Well", "shoulder"),
    ("", "siatica", "Sciatica: what helps", "sciatica"),
    ("/es", "cuelo", "Cuello y espalda alta", "cuello"),
    ("/es", "dolor de cabesa", "Dolor de cabeza", "dolor de cabeza"),
    ("/es", "siatica", "Ciática: qué ayuda", "ciática"),
    ("/es", "ernia de disco", "Ciática: qué ayuda", "hernia de disco"),
]


def test_it_finds_what_is_meant() -> None:
    for question, first in MEANT:
        page = ask(question)
        assert titles(page)[0] == first
        assert "We have nothing that is spelled" not in page


def test_a_typing_error_is_forgiven_and_said() -> None:
    write("Sciatica: what helps", "A pinched nerve, or a herniated disc.")
    write("Ciática: qué ayuda", "Un nervio pinzado, o una hernia de disco.", language="es")
    for prefix, question, first, taken_for in MISSPELLED:
        page = ask(question, prefix)
        assert titles(page)[0] == first
        assert f"<strong>{taken_for}</strong>" in page
        assert f"“{question}”" in page or f"«{question}»" in page


def test_accents_and_plurals_need_no_apology() -> None:
    for question in ("omóplatos", "OMOPLATO", "dolores de cabeza", "musculos"):
        page = ask(question, "/es")
        assert titles(page)
        assert "No tenemos nada que se escriba" not in page


def test_everyday_words_are_found_in_the_text_with_their_sentence() -> None:
    write("Sciatica", "First this. It may be a <b>pinched</b> nerve [@who-2008], they say. Then.")
    page = results(ask("pinched nerve"))
    assert "It may be a <mark>pinched</mark> <mark>nerve</mark>, they say." in page
    assert "[@" not in page


def test_what_people_say_finds_what_the_texts_say() -> None:
    write("Herniated disc", "It may press on a nerve. A steroid may help.")
    for question in ("slipped disk", "ruptured discs", "cortisone"):
        page = ask(question)
        assert titles(page) == ["Herniated disc"]
        assert "We have nothing that is spelled" not in page


def test_a_title_counts_more_than_a_heading_and_that_more_than_the_text() -> None:
    write("In the text", "Something about whiplash.", slug="text")
    heading = write("In a heading", "x", slug="heading")
    TextBlock.objects.filter(parent=heading).update(heading="On whiplash")
    publish_again(pk=heading.pk)
    write("Whiplash", "x", slug="title")
    assert titles(ask("whiplash")) == ["Whiplash", "In a heading", "In the text"]


def test_each_thing_is_found_once() -> None:
    found = re.findall(r'<h3><a href="([^"]+)"', results(ask("shoulder neck back")))
    assert len(found) == len(set(found)) >= 5


def test_a_word_that_nothing_has_is_named() -> None:
    page = ask("neck xyzzy")
    assert "No page has “xyzzy”. These results are for the other words." in page
    assert titles(page)[0] == "Neck and upper back"


def test_what_cannot_wait_stands_before_the_results() -> None:
    for question, advice in (
        ("chest pain", "Call 911 if you have"),
        ("chets pain", "Call 911 if you have"),
        ("numb in both legs", "Go to the emergency department now"),
        ("suicide", "Call or text 988"),
        ("i want to end my life", "Call or text 988"),
        ("i can't breathe", "Call 911 if you have"),
        ("heart attack", "Call 911 if you have"),
        ("signs of a stroke", "Call 911 if you have"),
        ("cannot pee", "Go to the emergency department now"),
    ):
        page = ask(question)
        assert advice in page
        assert page.index(advice) < page.index('id="results"')
    assert "Llame al 911" in ask("dolor de pecho", "/es")
    assert "Llame al 911" in ask("no puedo respirar", "/es")
    assert "988" in ask("quiero morir", "/es")
    assert "988" in ask("no quiero vivir", "/es")


def test_everyday_pain_is_no_alarm() -> None:
    for question in ("back pain", "leg pain", "headache", "injection", "GB 21", "pain at night"):
        assert "911 if" not in ask(question)
        assert "emergency department now" not in ask(question)
    assert "988" not in ask("my back is killing me")


def test_with_no_result_there_are_topics_points_and_the_telephone() -> None:
    page = ask("xyzzy")
    assert titles(page) == []
    assert "No page of ours has “xyzzy”" in page
    main = page[page.index("<main") : page.index("</main>")]
    for part in ("/topics/neck-and-upper-back/", 'href="/points/"', "tel:+17327880349"):
        assert part in main


def test_what_only_the_other_language_has_is_offered_there() -> None:
    page = ask("omóplatos")
    assert "In Spanish there" in page
    assert 'href="/es/search/?q=om%C3%B3platos" lang="es"' in page
    assert "En inglés hay" in ask("shoulder blades", "/es")
    assert "In Spanish" not in ask("neck")


def test_an_empty_question_shows_the_topics() -> None:
    for question in ("", "   ", "\u200f\u202e", "the and of"):
        page = ask(question)
        assert 'id="topics"' in page
        assert "/topics/headache/" in page


HOSTILE = [
    "\0neck\0",
    "<script>alert(1)</script>",
    '" onfocus="alert(1)',
    "x" * 5_000,
    "neck " * 1_000,
    "ne\u202eck\u200b",
    "%s %(x)s {{ clinic }} {% now 'Y' %}",
    "’¿?¡!…",
    "𝕟𝕖𝕔𝕜 ﬁ ß İ",
    "a\r\nSet-Cookie: x=1",
]


def test_no_question_does_harm() -> None:
    for question, prefix in product(HOSTILE, ("", "/es")):
        response = get(f"{prefix}/search/?q={quote(question)}")
        page = response.content.decode()
        assert response.status_code == 200
        assert "<script>alert" not in page
        assert 'onfocus="' not in page
        assert not re.search("[\0\u202e\u200b]", page)
        kept = re.search(r'name="q" maxlength="100" value="([^"]*)"', page)
        assert kept
        assert len(kept[1].replace("&quot;", '"')) <= 100 + 60  # &lt; and its like


def test_marks_that_are_nowhere_seen_do_not_hinder() -> None:
    assert titles(ask("ne\u202eck\0\u200b")) == titles(ask("neck"))


def test_bytes_that_are_no_text_are_no_error() -> None:
    assert get("/search/?q=%ff%fe%00").status_code == 200
    assert get("/search/?x=1").status_code == 200
    assert get("/search/?q=a&q=neck").status_code == 200


def test_the_question_stays_in_the_field_and_goes_along_to_the_other_language() -> None:
    page = ask("stiff  <neck>")
    assert 'value="stiff &lt;neck&gt;"' in page
    assert '<a href="/es/search/?q=stiff%20%3Cneck%3E" lang="es"' in page


def test_hostile_text_in_a_result_does_nothing() -> None:
    write("<img src=x> whiplash", "&lt;img src=x onerror=x()&gt; whiplash")
    page = ask("whiplash img")
    assert "<img" not in page
    assert "&lt;<mark>img</mark> src=x" in page


def test_the_answer_is_kept_nowhere() -> None:
    response = get("/search/?q=neck")
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_it_only_reads() -> None:
    assert Client().post("/search/", {"q": "neck"}).status_code == 405


def test_no_log_has_the_question() -> None:
    for line in (
        "Error handling request /search/?q=my%20secret%20pain",
        "Invalid HTTP request line: 'GET /es/search?q=my secret pain HTTP/1.1'",
    ):
        record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", (line,), None)
        HideLinks().filter(record)
        assert "secret" not in record.getMessage()
        assert "/search" in record.getMessage()


def test_what_is_not_out_is_not_found(clock: time_machine.Traveller) -> None:
    article = write("Whiplash", "x")
    assert titles(ask("whiplash")) == ["Whiplash"]
    clock.shift(1)
    now, by = datetime.now(UTC), a_member()
    publishing.withdraw(article_id=article.pk, by=by, now=now)
    assert titles(ask("whiplash")) == []
    tomorrow = now + timedelta(days=1)
    publishing.publish(article_id=article.pk, by=by, now=now, at=tomorrow)
    assert titles(ask("whiplash")) == []
    clock.shift(timedelta(days=1))
    assert titles(ask("whiplash")) == ["Whiplash"]


def test_an_empty_topic_is_not_found() -> None:
    Topic.objects.create(slug="teeth", name_en="Teeth")
    memory.publish()
    assert titles(ask("teeth")) == []


def test_it_costs_no_query_and_needs_no_database() -> None:
    def refuse(*args: object) -> HttpResponse:
        raise OperationalError("the database is away")

    ask("neck")
    with connection.execute_wrapper(refuse):
        assert titles(ask("shoulder"))


def test_every_page_leads_to_the_search() -> None:
    for path in ("/", "/es/", ARTICLE, "/nope/", "/es/nope/", "/visit/"):
        page = text(path)
        prefix = "/es" if path.startswith("/es/") else ""
        header = page[page.index("<header") : page.index("</header>")]
        assert f'<a href="{prefix}/search/">' in header


def test_the_home_page_and_a_wrong_address_have_its_field() -> None:
    for path in ("/", "/nope/"):
        page = text(path)
        assert 'action="/search/" method="get" role="search"' in page
        assert '<label for="search-question">' in page


def test_one_and_many_are_the_same_word() -> None:
    for one, other, language in (
        ("needles", "needle", "en"),
        ("injuries", "injury", "en"),
        ("headaches", "headache", "en"),
        ("stretches", "stretch", "en"),
        ("knees", "Knee", "en"),
        ("dolores", "dolor", "es"),
        ("articulaciones", "articulación", "es"),
        ("veces", "vez", "es"),
        ("hernias", "hernia", "es"),
    ):
        assert words.stem(one, language) == words.stem(other, language)
    for one, other in (("arthritis", "arthritic"), ("pus", "put"), ("press", "pres")):
        assert words.stem(one, "en") != words.stem(other, "en")
