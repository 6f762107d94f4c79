"""What hurts, and where: the pages of topics and of the regions of the body."""

import re

import pytest

from clinic import memory
from content.models import Article, PressurePoint, Topic
from tests.public import ARTICLE, get, publish_again, text

pytestmark = pytest.mark.usefixtures("starter")


def main_of(path: str) -> str:
    page = text(path)
    return page[page.index("<main") : page.index("</main>")]


def crumbs(path: str) -> list[str]:
    trail = text(path).partition('class="breadcrumbs"')[2].partition("</nav>")[0]
    return [re.sub("<.*?>", "", step) for step in re.findall("<li.*?</li>", trail)]


def test_the_topics_are_those_that_there_is_something_to() -> None:
    Topic.objects.create(slug="teeth", name_en="Teeth")
    memory.publish()
    page = main_of("/topics/")
    assert '<a href="/topics/neck-and-upper-back/">Neck and upper back</a>' in page
    assert '<a href="/topics/headache/">' in page  # points alone
    for path in ("/topics/", "/articles/", "/", "/search/"):
        assert "/topics/teeth/" not in text(path)


def test_a_topic_has_its_articles_and_its_points() -> None:
    page = main_of("/topics/neck-and-upper-back/")
    assert "Pressure points for upper back pain" in page
    assert '<a href="/points/gb-21/"><b>GB 21</b>' in page
    assert "/points/gb-10/" not in main_of("/topics/acupressure-and-acupuncture/")


def test_a_topic_with_nothing_says_so_and_is_not_for_search_engines() -> None:
    Topic.objects.create(slug="teeth", name_en="Teeth")
    memory.publish()
    page = text("/topics/teeth/")
    assert "There is no article on this yet. You are welcome to ask us." in page
    assert '<meta name="robots" content="noindex">' in page
    assert '<meta name="robots"' not in text("/topics/headache/")


def test_a_topic_names_the_languages_that_have_something_on_it() -> None:
    topic = Topic.objects.create(slug="teeth", name_en="Teeth")
    Article.objects.get(language="en").topics.add(topic)
    publish_again(language="en")
    page = text("/topics/teeth/")
    assert 'hreflang="en" href="http' in page
    assert 'hreflang="es" href="http' not in page
    assert '<meta name="robots" content="noindex">' in text("/es/topics/teeth/")


def test_a_region_has_its_points_and_leads_to_the_others() -> None:
    page = main_of("/points/regions/neck-shoulder/")
    for code in ("gb-21", "bl-10", "si-15"):
        assert f'<a href="/points/{code}/"><b>' in page
    assert "/points/li-4/" not in page
    assert '<a href="/points/regions/hand/">Hand</a>' in page
    assert '<span aria-current="page">Neck and shoulder</span>' in page
    assert '<a href="/points/regions/hand/">Hand</a>' in main_of("/points/")


def test_a_region_without_points_is_not_found_and_not_linked() -> None:
    PressurePoint.objects.filter(region="hand").delete()
    memory.publish()
    assert get("/points/regions/hand/").status_code == 404
    assert "/points/regions/hand/" not in text("/points/")
    for unknown in ("nose", "neck_shoulder", "Neck-Shoulder"):
        assert get(f"/points/regions/{unknown}/").status_code == 404


def test_the_way_from_the_home_page() -> None:
    neck = "Neck and upper back"
    assert crumbs(ARTICLE) == ["Home", "What hurts?", neck, "Pressure points for upper back pain"]
    assert crumbs("/topics/headache/") == ["Home", "What hurts?", "Headache"]
    at_point = ["Home", "Pressure points", "Neck and shoulder", "GB 21: Shoulder Well"]
    assert crumbs("/points/gb-21/") == at_point
    assert crumbs("/points/regions/hand/")[:2] == ["Home", "Pressure points"]
    assert crumbs("/team/example-physical-therapist/")[:2] == ["Home", "Our team"]


def test_an_article_stands_under_the_topic_that_its_title_names() -> None:
    Article.objects.filter(language="en").update(title="Headache: which kind it is")
    for article in Article.objects.all():
        article.topics.add(Topic.objects.get(slug="headache"))
    publish_again()
    assert crumbs(ARTICLE)[2] == "Headache"
    assert crumbs("/es" + ARTICLE)[2] == "Cuello y espalda alta"


def test_an_article_without_a_topic_stands_under_the_articles() -> None:
    Topic.objects.all().delete()
    memory.publish()
    assert crumbs(ARTICLE)[:2] == ["Home", "Articles"]
