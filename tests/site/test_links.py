"""No link of the public site leads nowhere: a reader follows them all."""

from urllib.parse import urlsplit

import pytest

from tests.site.crawl import Crawl, Document, crawl

pytestmark = pytest.mark.usefixtures("starter")


@pytest.fixture
def found() -> Crawl:
    return crawl("/", "/es/", "/robots.txt", "/sitemap.xml")


def test_every_link_leads_somewhere(found: Crawl) -> None:
    assert not found.broken()
    assert len(found.pages) > 60
    assert {"/book/", "/es/book/", "/es/points/gb-21/"} <= set(found.pages)


def test_what_leads_away_is_a_whole_address(found: Crawl) -> None:
    for link in found.elsewhere:
        address = urlsplit(link)
        assert address.scheme in {"https", "tel", "mailto"}, link
        assert address.netloc if address.scheme == "https" else address.path, link


def test_a_link_to_nothing_would_be_found() -> None:
    page = Document("/a/", '<a href="/b/">b</a><a href="/a/#c">c</a><p id="d"></p>')
    lost = Crawl({"/a/": page}, others={"/b/": 404}, named_on={"/b/": "/a/"}).broken()
    assert [link.partition(",")[0].rpartition("8000")[2] for link in lost] == ["/b/", "/a/#c"]
