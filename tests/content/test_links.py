"""Links and citations: what is found, said and stopped. Nothing is ever fetched."""

import re
from datetime import date, timedelta
from email.message import Message
from io import BytesIO, StringIO
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from clinic.roles import EDITOR
from content import proofreading, publishing
from content.links import Finding, Place, Site, Text, findings
from content.models import Article, FigureBlock, TextBlock
from tests.clinic.staff import a_client
from tests.content.builders import a_draft_article
from tests.content.forms import a_text, change, form, press
from tests.public import open_clinic

SITE = Site(
    url="https://clinic.example",
    pages={
        "/articles/neck/": frozenset({"heat", "gb-21"}),
        "/es/articles/neck/": frozenset({"calor"}),
        "/articles/only-english/": frozenset(),
        "/points/gb-21/": None,
        "/es/points/gb-21/": None,
    },
    hidden={"/articles/draft/": "an article that is not published yet"},
    references={"carr-2015"},
    leads_on={"/visit/", "/es/visit/", "/book/"}.__contains__,
)
HERE = Place("/articles/back/", "en", frozenset({"first", "sources"}))
IN_SPANISH = Place("/es/articles/back/", "es", frozenset())


def found(html: str, place: Place = HERE) -> list[Finding]:
    return findings([Text("First", html)], place, SITE)


def link(href: str, words: str = "Shoulder Well") -> str:
    return f'<p>Before <a href="{href}">{words}</a>, after.</p>'


@pytest.mark.parametrize(
    "html",
    [
        "<p>No link at all, 1 &lt; 2, [a note], me@clinic.example</p>",
        link("/points/gb-21/"),
        link("/points/gb-21/?from=here"),
        link("/articles/neck/#heat"),
        link("/articles/neck/#gb-21"),
        link("/points/gb-21/#whatever"),  # whose anchors are not known
        link("#sources"),
        link("/articles/back/#first"),
        link("/visit/"),
        link("/book/?article=neck"),
        link("https://www.nih.gov/pain?a=1&amp;b=2#c"),
        link("https://xn--espaol-zwa.example/"),
        link("mailto:desk@clinic.example"),
        link("tel:+1-732-788-0349"),
        "<p>Known [@carr-2015].</p>",
    ],
)
def test_a_good_one_is_left_in_peace(html: str) -> None:
    assert found(html) == []


@pytest.mark.parametrize(
    ("html", "says"),
    [
        (link("/points/gb-20/"), "“Shoulder Well” leads to /points/gb-20/, where there is nothing"),
        (link("/articles/draft/"), "an article that is not published yet"),
        (link("/nowhere/"), "where there is nothing"),
        (link("points/gb-21/"), "leads nowhere"),
        (link("www.nih.gov"), "begins with https://www.nih.gov"),
        ("<p>Unknown [@nobody-1999].</p>", "No source has the key of [@nobody-1999]"),
        ("<p>Spaced [@ carr-2015].</p>", "[@ carr-2015] is not written like a citation"),
        ("<p>Two [@carr-2015; @x].</p>", "is not written like a citation"),
    ],
)
def test_what_leads_nowhere_stops_publication(html: str, says: str) -> None:
    (finding,) = found(html)
    assert says in str(finding)
    assert str(finding).startswith("First: ")
    assert finding.stops


@pytest.mark.parametrize(
    ("html", "says"),
    [
        (link("/articles/neck/#cold"), "the place “#cold”, which is not on that page"),
        (link("#nowhere"), "the place “#nowhere”"),
        (link("#"), "the place “#”"),
        (link("/points/gb-21"), "write /points/gb-21/ with a slash"),
        (link("/es/points/gb-21/"), "leads to the Spanish page: write /points/gb-21/"),
        (link("/es/visit/"), "write /visit/"),
        (link("https://clinic.example/visit/"), "write only /visit/"),
        (link("http://clinic.example/visit/"), "write only /visit/"),
        (link("//clinic.example/visit/"), "write only /visit/"),
        (link("http://www.nih.gov/"), "not encrypted"),
        (link("https://nowhere"), "no whole address"),
        (link("https://[::1"), "no address"),
        (link("https://a b.example/"), "no whole address"),
        (link("https://me:secret@nih.gov/"), "no whole address"),
        (link("https://nih.gov:99999/"), "no whole address"),
        (link("ftp://nih.gov/"), "no whole address"),
        (link("mailto:desk"), "no e-mail address"),
        (link("tel:call us"), "no telephone number"),
        (link("/visit/", ""), "has no words"),
        (link("/visit/", " &nbsp; "), "has no words"),
        (link("/visit/", "Click <em>here</em>"), "does not say where it leads"),
        (link("/visit/", "aquí"), "does not say where it leads"),
        (link("/visit/", "https://clinic.example/visit/"), "shows an address"),
    ],
)
def test_what_could_be_better_is_said_and_no_more(html: str, says: str) -> None:
    (finding,) = found(html)
    assert says in finding.message
    assert not finding.stops


def test_a_spanish_text_leads_to_spanish_pages() -> None:
    (finding,) = found(link("/points/gb-21/"), IN_SPANISH)
    assert "leads to the English page: write /es/points/gb-21/" in finding.message
    assert found(link("/es/points/gb-21/"), IN_SPANISH) == []
    assert found(link("/articles/only-english/"), IN_SPANISH) == [], "there is no other"


@pytest.mark.parametrize("words", ["\u202eesrever", "x" * 5000, "&lt;script&gt;", "\0"])
def test_strange_words_and_addresses_are_repeated_as_they_are(words: str) -> None:
    assert all(finding.message for finding in found(link(f"/{words}/", words)))
    found(f"<p>[@{words}]</p>")


def test_the_same_is_said_once() -> None:
    assert len(found(link("/nowhere/") * 3)) == 1


class TestOfTheSite:
    """The same with what there is in the database."""

    @pytest.fixture(autouse=True)
    def _starter(self, db: None) -> None:
        open_clinic()

    def draft(self, body: str, **fields: object) -> Article:
        article = Article.objects.create(
            slug="draft",
            language="en",
            title="Draft",
            lead="x",
            description="x",
            author="x",
            written_on=date(2026, 6, 1),
            **fields,
        )
        TextBlock.objects.create(
            parent=article, region="main", ordering=10, heading="One", body=body
        )
        return article

    def test_the_starter_articles_have_nothing_to_mend(self) -> None:
        articles = list(Article.objects.all())
        assert articles
        found = proofreading.of_articles(articles, now=timezone.now())
        assert found == {article.pk: [] for article in articles}

    def test_its_own_anchors_are_known_before_it_is_published(self) -> None:
        body = link("#one") + link("/articles/draft/#one") + link("#two")
        (finding,) = proofreading.of_article(self.draft(body))
        assert "#two" in finding.message

    def test_a_caption_cites_too(self) -> None:
        article = self.draft("")
        FigureBlock.objects.create(
            parent=article, region="main", ordering=20, caption="From [@nobody-1]."
        )
        (finding,) = proofreading.of_article(article)
        assert finding.where == "Picture (block 2)"
        assert proofreading.what_stops(article) == [str(finding)]

    def test_an_article_of_tomorrow_is_not_there_today(self) -> None:
        later = timezone.now() + timedelta(days=1)
        coming = a_draft_article(slug="coming")
        publishing.publish(article_id=coming.pk, by=None, now=timezone.now(), at=later)
        body = link("/articles/coming/", "what comes")
        assert "not published yet" in proofreading.what_stops(self.draft(body))[0]

    def test_the_page_and_the_list_say_what_there_is_to_mend(self) -> None:
        article = self.draft(link("/nowhere/") + link("http://nih.gov/"))
        client = a_client(EDITOR)
        page = client.get(change(article)).content.decode()
        assert "One: “Shoulder Well” leads to /nowhere/, where there is nothing." in page
        assert "cannot be published" in page
        listed = client.get(reverse("admin:content_article_changelist")).content.decode()
        assert '<td class="field-links_to_mend">2 (1 broken)</td>' in listed
        assert '<td class="field-links_to_mend">-</td>' in listed

    def test_what_is_broken_is_saved_as_a_draft_and_not_published(self) -> None:
        client, article = a_client(EDITOR), self.draft(link("/nowhere/"))
        press(client, article, "publish", lead="Another lead.")
        page = client.get(change(article)).content.decode()
        assert "One: “Shoulder Well” leads to /nowhere/, where there is nothing." in page
        article.refresh_from_db()
        assert (article.status, article.lead) == (Article.Status.DRAFT, "Another lead.")
        assert not article.versions.exists()

    def test_what_could_only_be_better_is_published(self) -> None:
        client, article = a_client(EDITOR), self.draft(link("http://nih.gov/"))
        press(client, article, "publish", lead="Long enough to be one.")
        assert article.versions.count() == 1

    def test_a_form_with_other_mistakes_is_no_error_of_ours(self) -> None:
        data = form(**a_text(link("/nowhere/")), slug="", language="xx")
        response = a_client(EDITOR).post(reverse("admin:content_article_add"), data)
        assert response.status_code == 200


class TestOnDemand:
    """`manage.py check_links`, with other servers played by the test."""

    @pytest.fixture(autouse=True)
    def _starter(self, db: None) -> None:
        open_clinic()

    def check(self, monkeypatch: pytest.MonkeyPatch, answers: dict[str, int]) -> list[str]:
        asked: list[str] = []

        def answer(_opener: object, request: Request, **_options: object) -> BytesIO:
            asked.append(request.full_url)
            code = next((c for part, c in answers.items() if part in request.full_url), 200)
            if code == 0:
                raise TimeoutError
            if code != 200:
                raise HTTPError(request.full_url, code, "", Message(), BytesIO())
            return BytesIO()

        monkeypatch.setattr("urllib.request.OpenerDirector.open", answer)
        out = StringIO()
        try:
            call_command("check_links", stdout=out)
        except CommandError as error:
            out.write(str(error))
        assert asked
        assert all(address.startswith("https://") for address in asked)
        return out.getvalue().splitlines()

    def test_what_is_there_is_said_in_one_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (line,) = self.check(monkeypatch, {"10.1155": 403})
        assert re.fullmatch(r"All \d+ addresses are there\.", line)

    def test_what_is_not_there_is_named_with_its_place(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        *lines, last = self.check(monkeypatch, {"10.1155/2014/480956": 404, "10.1136": 0})
        assert "https://doi.org/10.1155/2014/480956 answers 404. In: source yin-2014" in lines
        assert any("does not answer (TimeoutError)" in line for line in lines)
        assert last.startswith(f"{len(lines)} of ")
