"""What feed readers and search engines get."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine

from content.models import Article, Topic
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
        link, translated = entry.findall(f"{ATOM}link")
        prefix, other = ("", "/es") if language == "en" else ("/es", "")
        slug = "/articles/pressure-points-upper-back-pain/"
        assert link.get("href") == f"http://127.0.0.1:8000{prefix}{slug}"
        assert link.get("rel") == translated.get("rel") == "alternate"
        assert translated.get("href") == f"http://127.0.0.1:8000{other}{slug}"
        assert {language, translated.get("hreflang")} == {"en", "es"}
        assert entry.findtext(f"{ATOM}id") == link.get("href")
        assert entry.findtext(f"{ATOM}updated") == "2026-06-15T13:00:00+00:00"


def test_a_feed_is_what_the_standard_asks_for() -> None:
    """RFC 4287: what feed and entry must have, once each; ids and links that lead somewhere."""
    for path in ("/feed/", "/es/feed/"):
        feed = ElementTree.fromstring(text(path))
        for part in [feed, *feed.findall(f"{ATOM}entry")]:
            for name in ("id", "title", "updated"):
                assert len(part.findall(f"{ATOM}{name}")) == 1
                assert part.findtext(f"{ATOM}{name}")
            assert part.findtext(f"{ATOM}author/{ATOM}name")
            links = part.findall(f"{ATOM}link")
            kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in links]
            assert len(kinds) == len(set(kinds))
        assert feed.findtext(f"{ATOM}entry/{ATOM}summary")
        itself = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}["self"]
        assert feed.findtext(f"{ATOM}id") == itself == f"http://127.0.0.1:8000{path}"
        assert 'type="application/atom+xml" title="Gramercy Pain Center: ' in text(
            path.removesuffix("feed/")
        )


def test_the_id_of_an_entry_outlasts_a_new_date_and_a_new_title(
    clock: time_machine.Traveller,
) -> None:
    def ids() -> list[str | None]:
        feed = ElementTree.fromstring(text("/feed/"))
        return [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]

    before = ids()
    clock.move_to(datetime(2026, 6, 20, 12, 0, tzinfo=UTC), tick=False)
    Article.objects.update(title="Another\x0b title")
    publish_again()
    assert ids() == before
    assert "Another title" in text("/feed/")


def test_the_sitemap_names_every_page_with_its_languages_and_when_it_changed(
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(datetime(2026, 6, 20, 12, 0, tzinfo=UTC), tick=False)
    Article.objects.filter(language="en").update(lead="New words.")
    Topic.objects.create(slug="teeth", name_en="Teeth")
    publish_again(language="en")
    pages = {
        page.findtext(f"{MAP}loc"): page
        for page in ElementTree.fromstring(text("/sitemap.xml")).findall(f"{MAP}url")
    }
    site = "http://127.0.0.1:8000"
    article = pages[f"{site}/articles/pressure-points-upper-back-pain/"]
    assert article.findtext(f"{MAP}lastmod") == "2026-06-20T12:00:00+00:00"
    spanish = pages[f"{site}/es/articles/pressure-points-upper-back-pain/"]
    assert spanish.findtext(f"{MAP}lastmod") == "2026-06-15T13:00:00+00:00"  # did not change
    assert {link.get("hreflang") for link in article.findall(f"{XHTML}link")} == {
        "en",
        "es",
        "x-default",
    }
    assert pages[f"{site}/visit/"].find(f"{MAP}lastmod") is None
    assert f"{site}/es/points/gb-10/" in pages
    assert f"{site}/topics/headache/" in pages  # it has points
    assert f"{site}/topics/" in pages
    assert f"{site}/es/points/regions/neck-shoulder/" in pages
    assert f"{site}/topics/teeth/" not in pages  # nothing there
    assert f"{site}/search/" not in pages
    assert f"{site}/book/" not in pages
    assert f"{site}/team/example-physical-therapist/" not in pages


def test_every_address_in_the_sitemap_answers() -> None:
    root = ElementTree.fromstring(text("/sitemap.xml"))
    addresses = [loc.text or "" for loc in root.iter(f"{MAP}loc")]
    assert len(addresses) == len(set(addresses)) > 30
    for address in addresses:
        path = address.removeprefix("http://127.0.0.1:8000")
        assert get(path).status_code == 200
        assert f'rel="canonical" href="{address}"' in text(path)
