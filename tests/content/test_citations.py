import pytest
from django.utils.safestring import SafeString

from content.citations import Citations
from content.models import Reference
from content.templatetags.library import cited


@pytest.fixture
def citations() -> Citations:
    keys = ("lee-2011", "yin-2014", "carr-2015")
    return Citations({key: Reference(key=key, authors=key, year=2011) for key in keys})


def numbers(citations: Citations) -> list[tuple[int, str]]:
    return [(cited.number, cited.reference.key) for cited in citations]


def test_sources_are_numbered_in_the_order_of_their_first_citation(citations: Citations) -> None:
    first = citations.mark(SafeString("<p>Rare [@yin-2014]. Safe [@carr-2015].</p>"))
    second = citations.mark(SafeString("<p>Again [@yin-2014].</p>"))
    assert numbers(citations) == [(1, "yin-2014"), (2, "carr-2015")]
    assert '<sup class="ref"><a href="#ref-1" id="cite-1">' in first
    assert "Rare<sup" in first
    assert '<a href="#ref-1" id="cite-1-2">' in second


def test_each_place_has_its_way_back(citations: Citations) -> None:
    citations.mark(SafeString("a [@yin-2014] b [@carr-2015] c [@yin-2014]"))
    assert [cited.backlinks for cited in citations] == [
        [("cite-1", "a"), ("cite-1-2", "b")],
        [("cite-2", "a")],
    ]


def test_an_unknown_source_leaves_the_sentence_whole(citations: Citations) -> None:
    assert citations.mark(SafeString("It helps [@nobody-1999].")) == "It helps."
    assert not citations


def test_plain_text_is_escaped_before_it_is_marked(citations: Citations) -> None:
    marked = cited("<b>x</b> [@yin-2014]", citations)
    assert marked.startswith("&lt;b&gt;x&lt;/b&gt;<sup")
