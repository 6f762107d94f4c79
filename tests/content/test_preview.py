"""An article as readers would see it, before anything is saved."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic import memory
from clinic.models import Clinic
from clinic.roles import EDITOR, FRONT_DESK, REVIEWER
from content.models import Article, Caution, PointsBlock, PressurePoint, TextBlock
from tests.clinic.staff import a_client
from tests.content.builders import a_draft_article
from tests.content.forms import change, sent
from tests.public import ARTICLE, get, open_clinic, publish_again, squeezed, text

pytestmark = pytest.mark.django_db
NEW = reverse("admin:content_article_preview_new")
ADD = reverse("admin:content_article_add")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    Clinic.objects.create(id=1, name="Example Clinic", telephone="+17325550123")


def preview(article: Article) -> str:
    return reverse("admin:content_article_preview", args=[article.pk])


def look(client: Client, article: Article, **typed: str) -> str:
    page = client.get(change(article))
    response = client.post(preview(article), sent(page, **typed))
    assert response.status_code == 200
    return response.content.decode()


def rows() -> list[Any]:
    """Everything that a preview could have written."""
    return [list(Article.objects.values()), list(TextBlock.objects.values())]


def test_it_shows_what_is_typed_and_saves_nothing() -> None:
    article = a_draft_article(slug="neck-pain")
    publish_again()
    caution = Caution.objects.create(slug="c", kind="ask_first", name_en="Pregnancy", text_en="T")
    before = rows()
    page = look(
        a_client(EDITOR),
        article,
        title="Stiff & sore necks",
        cautions=str(caution.pk),
        **{"content_textblock_set-0-body": "<p>Typed <strong>just now</strong></p>"},
    )
    assert "<h1>Stiff &amp; sore necks</h1>" in page
    assert "<p>Typed <strong>just now</strong></p>" in page
    assert "Pregnancy" in page
    assert "Preview of what is typed. Nothing is saved" in page
    assert "It differs from what readers see:" in page
    assert "Title (4 words added, 2 removed)" in page
    assert rows() == before
    assert "Stiff" not in text("/articles/neck-pain/")


def test_a_block_that_is_new_and_one_that_goes() -> None:
    article = a_draft_article()
    new = {
        "TOTAL_FORMS": "2",
        "0-DELETE": "on",
        "1-heading": "Second",
        "1-body": "<p>New block</p>",
        "1-region": "main",
        "1-ordering": "5",
    }
    typed = {f"content_textblock_set-{name}": value for name, value in new.items()}
    page = look(a_client(EDITOR), article, **typed)
    assert "New block" in page
    assert "Keep moving." not in page
    assert TextBlock.objects.get().heading == "First"


def test_an_article_that_was_never_saved() -> None:
    client = a_client(EDITOR)
    data = sent(client.get(ADD), title="Brand new", slug="brand-new", language="en")
    data |= {"lead": "L", "description": "D"}
    block = {"heading": "H", "body": "<p>First words</p>", "region": "main", "ordering": "10"}
    data |= {f"content_textblock_set-0-{name}": value for name, value in block.items()}
    page = client.post(NEW, data | {"content_textblock_set-TOTAL_FORMS": "1"}).content.decode()
    assert "<h1>Brand new</h1>" in page
    assert "First words" in page
    assert "Readers do not see this article." in page
    assert not Article.objects.exists()


def test_it_is_the_page_of_the_readers() -> None:
    open_clinic()
    article = Article.objects.get(language="es")
    page = look(a_client(EDITOR), article)
    shown = text("/es" + ARTICLE)
    body = shown[shown.index("<main") : shown.index("</main>")]
    assert squeezed(body) in squeezed(page)
    assert '<html lang="es">' in page
    assert "It says what readers see." in page


def test_points_that_were_just_chosen() -> None:
    open_clinic()
    article = a_draft_article()
    point = PressurePoint.objects.get(slug="gb-21")
    block = {"TOTAL_FORMS": "1", "0-heading": "P", "0-points": str(point.pk)}
    block |= {"0-region": "main", "0-ordering": "20", "0-body": ""}
    typed = {f"content_pointsblock_set-{name}": value for name, value in block.items()}
    assert '<section class="point" id="gb-21"' in look(a_client(EDITOR), article, **typed)
    assert not PointsBlock.objects.filter(parent=article).exists()


def test_the_saved_working_copy_has_an_address_of_its_own() -> None:
    article = a_draft_article(slug="neck-pain")
    publish_again()
    Article.objects.update(lead="New words.")
    response = a_client(REVIEWER).get(preview(article))
    page = response.content.decode()
    assert "New words." in page
    assert "Preview of the working copy" in page
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "no-store" in response.headers["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "nonce" not in page
    assert get("/articles/neck-pain/").headers["Cache-Control"].startswith("public")


def test_a_reviewer_sees_the_blocks_too() -> None:
    page = look(a_client(REVIEWER), a_draft_article(), lead="My correction.")
    assert "My correction." in page
    assert "Keep moving." in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("title", "", "This field is required."),
        ("title", "x" * 5_000, "at most 128 characters"),
        ("lead", "a\x00b", "Null characters are not allowed."),
        ("written_on", "soon", "Enter a valid date."),
    ],
)
def test_what_cannot_be_shown_says_why(field: str, typed: str, words: str) -> None:
    article = a_draft_article()
    page = look(a_client(EDITOR), article, **{field: typed})
    assert "This cannot be shown yet:" in page
    assert words in page
    article.refresh_from_db()
    assert article.title == "Neck pain"


def test_hostile_text_does_nothing() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page = look(
        a_client(EDITOR),
        a_draft_article(),
        title=hostile,
        **{"content_textblock_set-0-body": f"<p>\u202eKept</p>{hostile}"},
    )
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "Kept" in page


def test_others_see_no_preview() -> None:
    article = a_draft_article()
    for client in (a_client(FRONT_DESK), a_client()):
        assert client.get(preview(article)).status_code == 403
        assert client.post(preview(article)).status_code == 403
    assert Client().get(preview(article)).status_code == 302


def test_a_form_without_its_parts_is_no_fault_of_the_site() -> None:
    assert a_client(EDITOR).post(preview(a_draft_article()), {}).status_code == 200
