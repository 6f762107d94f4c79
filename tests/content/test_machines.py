"""What feed readers and search engines get."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine

from content.models import Article
from tests.public import get, publish_again, text

pytestmark = pytest.mark.usefixtures("starter")
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def test_each_language_has_a_feed_of_its_own() -> None:
    for path, language in (("/feed/", "en"), ("/es/feed/", "es")):
        assert get(path).headers["Content-Type"].startswith("application/atom+xml")
        feed = ElementTree.fromstring(text(path))
        (entry,) = feed.findall(f"{ATOM}entry")
        link = entry.find(f"{ATOM}link")
        assert link is not None
        prefix = "" if language == "en" else "/es"
        assert link.get("href") == (
            f"http://127.0.0.1:8000{prefix}/articles/pressure-points-upper-back-pain/"
        )
        assert entry.findtext(f"{ATOM}updated") == "2026-06-15T13:00:00+00:00"


def test_the_sitemap_names_every_page_with_its_languages_and_when_it_changed(
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(datetime(2026, 6, 20, 12, 0, tzinfo=UTC), tick=False)
    Article.objects.filter(language="en").update(lead="New words.")
    publish_again(language="en")
    pages = {
        page.findtext(f"{MAP}loc"): page
        for page in ElementTree.fromstring(text("/sitemap.xml")).findall(f"{MAP}url")
    }
    site = "http://127.0.0.1:8000"
    article = pages[f"{site}/articles/pressure-points-upper-back-pain/"]
    assert article.findtext(f"{MAP}lastmod") == "2026-06-20T12:00:00+00:00"
    assert {link.get("hreflang") for link in article.findall(f"{XHTML}link")} == {
        "en",
        "es",
        "x-default",
    }
    assert pages[f"{site}/visit/"].find(f"{MAP}lastmod") is None
    assert f"{site}/es/points/gb-10/" in pages
    assert f"{site}/topics/headache/" not in pages  # nothing to read yet
    assert f"{site}/team/example-physical-therapist/" not in pages


def test_every_address_in_the_sitemap_answers() -> None:
    root = ElementTree.fromstring(text("/sitemap.xml"))
    addresses = [loc.text or "" for loc in root.iter(f"{MAP}loc")]
    assert len(addresses) == len(set(addresses)) > 30
    for address in addresses:
        path = address.removeprefix("http://127.0.0.1:8000")
        assert get(path).status_code == 200
        assert f'rel="canonical" href="{address}"' in text(path)
