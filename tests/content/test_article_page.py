"""The article: safe first, honest about itself, and a way to the clinic."""

import re
from datetime import date, datetime

import pytest

from clinic import memory, page_cache
from clinic.models import Practitioner, User
from clinic.roles import REVIEWER
from content import publishing
from content.models import Article, PointsBlock, PressurePoint, TextBlock
from tests.clinic.staff import a_member
from tests.public import ARTICLE, publish_again, text

pytestmark = pytest.mark.usefixtures("starter")


def in_order(page: str, *parts: str) -> bool:
    places = [page.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def change(**values: object) -> None:
    Article.objects.filter(language="en").update(**values)
    publish_again(language="en")


def test_the_parts_stand_in_the_order_of_safety() -> None:
    assert in_order(
        text(ARTICLE),
        'aria-label="Breadcrumb"',
        "<h1>Pressure points for upper back pain</h1>",
        'class="lead"',
        'class="byline"',
        "Next opening:",
        "Call 911 if you have",
        "Go to the emergency department now if you have",
        'id="contents"',
        'id="how-pressure-points-are-thought-to-work"',
        'id="safety"',
        'id="map"',
        'id="gb-21"',
        'class="book-call"',
        'id="grades"',
        'class="references"',
        'id="related"',
        "Back to top",
    )


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_every_caution_stands_before_its_technique(prefix: str) -> None:
    page = text(prefix + ARTICLE)
    how = "How to press|How it is pressed|Cómo presionar|Cómo se presiona"
    sections = re.findall(r'<section class="point".*?</section>', page, re.DOTALL)
    assert len(sections) == 8
    for section in sections:
        caution = section.find('<aside class="caution"')
        technique = re.search(how, section)
        assert technique
        assert -1 < caution < technique.start()
    assert page.find('id="safety"') < page.find('class="point"')


def test_every_caution_of_article_and_points_is_in_the_safety_list_once() -> None:
    page = text(ARTICLE)
    safety = page[page.index('id="safety"') : page.index('id="map"')]
    assert safety.count("<strong>Pregnancy.</strong>") == 1
    assert safety.count("<strong>Rheumatoid arthritis in the neck.</strong>") == 1  # of BL 10
    assert in_order(safety, "Ask a professional before you press", "Pregnancy", "Do not press here")


def test_what_only_a_practitioner_presses_is_said() -> None:
    page = text(ARTICLE)
    section = page[page.index('id="si-15"') : page.index('id="cv-6"')]
    assert "Only a practitioner should press this point." in section


def test_every_link_within_the_page_leads_somewhere() -> None:
    for path in (ARTICLE, "/es" + ARTICLE, "/points/te-3/"):
        page = text(path)
        anchors = re.findall(r'\sid="([^"]+)"', page)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)


def test_sources_are_numbered_and_linked() -> None:
    page = text(ARTICLE)
    first_seen = list(dict.fromkeys(re.findall(r'<sup class="ref"><a href="#ref-(\d+)"', page)))
    assert first_seen == [str(n) for n in range(1, len(first_seen) + 1)]
    assert len(re.findall(r'<li id="ref-\d+">', page)) == len(first_seen) == 11
    assert 'href="https://doi.org/10.1155/2014/480956"' in page
    assert "[@" not in page


def test_an_article_that_nobody_reviewed_says_so() -> None:
    assert "Not yet reviewed by a clinician." in text(ARTICLE)
    assert "Todavía no lo ha revisado un profesional de la salud." in text("/es" + ARTICLE)


def a_reviewer() -> User:
    """The example practitioner, made real."""
    user = a_member(REVIEWER, full_name="Ana Both")
    people = Practitioner.objects.filter(slug="example-physical-therapist")
    people.update(licence="NJ 40QA00000000", is_example=False, user=user)
    return user


def test_an_article_names_its_reviewer_and_the_next_review(now: datetime) -> None:
    key = Article.objects.get(language="en").pk
    publishing.sign(article_id=key, due_on=date(2027, 6, 1), by=a_reviewer(), now=now)
    assert "Not yet reviewed" in text(ARTICLE)  # until it is published
    publish_again(language="en")
    page = text(ARTICLE)
    assert "Not yet reviewed" not in page
    assert "Alex Example</a>, PT (NJ 40QA00000000)" in page
    assert in_order(page, "June 15, 2026", "Next review due", "June 1, 2027")
    assert '"lastReviewed": "2026-06-15"' in page


def test_a_translation_that_nobody_checked_says_so(now: datetime) -> None:
    notice = "Ninguna persona ha revisado todavía esta traducción."
    assert notice in text("/es" + ARTICLE)
    key = Article.objects.get(language="es").pk
    publishing.sign_translation(article_id=key, by=a_reviewer(), now=now)
    publish_again(language="es")
    page = text("/es" + ARTICLE)
    assert notice not in page
    assert "Ana Both" in page


def test_the_article_shows_openings_at_the_top_and_at_the_end() -> None:
    page = text(ARTICLE)
    assert page.count('class="first-opening"') == page.count('<ol class="openings">') == 1
    first = re.search(r'Next opening:.*?href="([^"]+)"', page, re.DOTALL)
    assert first
    assert "article=pressure-points-upper-back-pain" in first[1]
    assert page.count(f'href="{first[1]}"') == 2
    assert page.count("/book/?article=pressure-points-upper-back-pain") == 1


def test_an_article_without_a_call_to_book_gets_one() -> None:
    Article.objects.get(language="en").content_bookingblock_set.all().delete()
    publish_again(language="en")
    assert text(ARTICLE).count('class="book-call"') == 1


def test_an_article_that_is_written_in_one_language_only_says_so(now: datetime) -> None:
    key = Article.objects.get(language="en").pk
    publishing.withdraw(article_id=key, by=a_member(), now=now)
    spanish = text("/es" + ARTICLE)
    assert 'hreflang="en" href="http' not in spanish
    assert '<a href="/articles/" lang="en" hreflang="en">English</a>' in spanish


def test_hostile_prose_is_made_harmless_whoever_wrote_it() -> None:
    hostile = (
        '<p onclick="x()">Hi<script>alert(1)</script><img src=x onerror=x()>'
        '<a href="javascript:x()">go</a></p>'
    )
    TextBlock.objects.update(body=hostile)
    PressurePoint.objects.update(caution_en=hostile, evidence_en=hostile, name_en=hostile[:64])
    change(title=hostile[:100], lead=hostile, author=hostile[:100])
    for path in (ARTICLE, "/points/gb-21/", "/feed/"):
        page = text(path)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert '<a href="javascript:' not in page
        assert "<p onclick" not in page


def test_headings_that_are_alike_get_anchors_of_their_own() -> None:
    TextBlock.objects.update(heading="Same")
    PointsBlock.objects.update(heading="")
    publish_again(language="en")
    page = text(ARTICLE)
    assert in_order(page, '<h2 id="same">', '<h2 id="same-2">', '<h2 id="same-3">')


def test_related_articles_share_a_topic() -> None:
    first = Article.objects.get(language="en")
    other = Article.objects.create(
        slug="neck-pain",
        language="en",
        title="Sore necks",
        lead="x",
        description="On necks",
        author="x",
        written_on=date(2026, 6, 1),
    )
    TextBlock.objects.create(parent=other, region="main", body="<p>Text</p>")
    publish_again(slug="neck-pain")
    assert "Sore necks" not in text(ARTICLE)
    other.topics.set(first.topics.all()[:1])
    publish_again(slug="neck-pain")
    page = text(ARTICLE)
    assert in_order(page, 'id="related"', '<a href="/articles/neck-pain/">Sore necks</a>')
    assert "Sore necks" in text("/topics/neck-and-upper-back/")


def test_what_a_point_says_now_is_on_the_page_once_it_is_published() -> None:
    """The unchanging part of the page is kept apart, for one version of the site."""
    assert "Reach across" in text(ARTICLE)
    PressurePoint.objects.filter(slug="gb-21").update(technique_en="Not at home [@carr-2015].")
    assert "Reach across" in text(ARTICLE)
    memory.publish()
    page = text(ARTICLE)
    assert "Reach across" not in page
    assert re.search(r'Not at home<sup class="ref"><a href="#ref-\d+"', page)
    page_cache._pages.clear()
    assert text(ARTICLE) == page
