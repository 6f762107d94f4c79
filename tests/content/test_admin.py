"""Writing and publishing articles in the admin."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic import memory
from clinic.models import Clinic
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER
from content.models import Article, Caution, PointsBlock, TextBlock
from tests.clinic.staff import a_client
from tests.content.forms import a_text, change, form
from tests.public import publish_again

pytestmark = pytest.mark.django_db

ADD = reverse("admin:content_article_add")
LIST = reverse("admin:content_article_changelist")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    Clinic.objects.create(id=1, name="Example Clinic", telephone="+17325550123")


def version() -> int:
    return Clinic.objects.values_list("site_version", flat=True).get()


def an_article(**fields: Any) -> Article:
    defaults = {
        "slug": "neck-pain",
        "language": "en",
        "title": "Neck pain",
        "lead": "Lead.",
        "description": "About it.",
        "author": "Ana Reyes",
        "written_on": date(2026, 6, 1),
    }
    return Article.objects.create(**(defaults | fields))


def save(client: Client, address: str, data: dict[str, str]) -> None:
    response = client.post(address, data)
    assert response.status_code == 302, response.context["errors"]


class TestWriting:
    def test_an_editor_writes_an_article_with_a_block(self) -> None:
        save(a_client(EDITOR), ADD, form(**a_text("<p>Hello <strong>there</strong></p>")))
        article = Article.objects.get()
        assert article.status == Article.Status.DRAFT
        block = TextBlock.objects.get(parent=article)
        assert (block.heading, block.body) == ("First", "<p>Hello <strong>there</strong></p>")

    def test_a_new_one_names_who_begins_it_and_when(self) -> None:
        text = a_client(EDITOR, full_name="Edith Editor").get(ADD).content.decode()
        assert "Edith Editor" in text
        assert 'value="2026-06-15"' in text

    @pytest.mark.parametrize(
        "hostile",
        [
            "<script>alert(1)</script>",
            '<a href="javascript:alert(1)">x</a>',
            "<img src=x onerror=alert(1)>",
            '<p style="position:fixed" onclick="x()">y</p>',
            "<iframe src=https://evil.test></iframe>",
        ],
    )
    def test_what_the_allow_list_lacks_is_dropped(self, hostile: str) -> None:
        save(a_client(EDITOR), ADD, form(**a_text(f"<p>Kept</p>{hostile}")))
        body = TextBlock.objects.get().body
        assert "Kept" in body
        for trace in ("script", "onerror", "onclick", "style", "iframe", "evil"):
            assert trace not in body

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("status", "published"),
            ("reviewed_by", "1"),
            ("reviewed_on", "2026-06-10"),
            ("translation_reviewed_on", "2026-06-10"),
        ],
    )
    def test_no_field_of_the_form_publishes_or_signs(self, name: str, value: str) -> None:
        client = a_client(EDITOR)
        assert f'name="{name}"' not in client.get(ADD).content.decode()
        save(client, ADD, form(**{name: value}))
        article = Article.objects.get()
        assert (article.status, article.reviewed_by, article.reviewed_on) == ("draft", None, None)
        assert article.translation_reviewed_on is None
        assert not article.versions.exists()

    def test_one_slug_once_a_language(self) -> None:
        an_article()
        client = a_client(EDITOR)
        assert client.post(ADD, form()).status_code == 200
        save(client, ADD, form(language="es"))
        assert Article.objects.count() == 2

    def test_a_change_of_a_block_makes_the_article_newer(
        self, clock: time_machine.Traveller
    ) -> None:
        client = a_client(EDITOR)
        save(client, ADD, form(**a_text("<p>Old</p>")))
        article, block = Article.objects.get(), TextBlock.objects.get()
        clock.shift(3600)
        data = a_text("<p>New</p>", id=str(block.pk), parent=str(article.pk))
        data["content_textblock_set-INITIAL_FORMS"] = "1"
        save(client, change(article), form(**data))
        block.refresh_from_db()
        assert block.body == "<p>New</p>"
        was = article.updated_at
        article.refresh_from_db()
        assert (article.updated_at - was).total_seconds() == 3600

    def test_a_block_of_points_needs_points(self) -> None:
        prefix = "content_pointsblock_set"
        block = {"heading": "", "body": "", "region": "main", "ordering": "10"}
        data = {f"{prefix}-0-{name}": value for name, value in block.items()}
        response = a_client(EDITOR).post(ADD, form(**data, **{f"{prefix}-TOTAL_FORMS": "1"}))
        assert response.status_code == 200
        assert not PointsBlock.objects.exists()


class TestPublishing:
    def test_every_change_is_seen_by_the_site(self) -> None:
        client = a_client(EDITOR)
        before = version()
        save(client, ADD, form())
        added = version()
        article = Article.objects.get()
        save(client, change(article), form(title="Stiff neck"))
        changed = version()
        client.post(reverse("admin:content_article_delete", args=[article.pk]), {"post": "yes"})
        assert not Article.objects.exists()
        assert before < added < changed < version()

    def test_deleting_several_from_the_list_too(self) -> None:
        article = an_article()
        before = version()
        data = {"action": "delete_selected", "_selected_action": [str(article.pk)], "post": "yes"}
        a_client(EDITOR).post(LIST, data)
        assert not Article.objects.exists()
        assert version() > before

    def test_what_articles_are_made_of_counts_as_well(self) -> None:
        caution = Caution.objects.create(slug="c", kind="ask_first", name_en="C", text_en="T")
        before = version()
        data = {
            "slug": "c",
            "kind": "ask_first",
            "name_en": "Changed",
            "text_en": "T",
            "order": "0",
        }
        save(a_client(EDITOR), reverse("admin:content_caution_change", args=[caution.pk]), data)
        assert version() > before

    def test_a_refused_form_publishes_nothing(self) -> None:
        before = version()
        a_client(EDITOR).post(ADD, form(title=""))
        assert version() == before

    def test_only_what_is_published_leads_to_its_page(self) -> None:
        client = a_client(EDITOR)
        article = an_article(language="es")
        TextBlock.objects.create(parent=article, region="main", heading="A", body="<p>B</p>")
        publish_again(language="es")
        page = client.get(change(article)).content.decode()
        assert 'href="/es/articles/neck-pain/"' in page
        draft = an_article()
        assert "View on site" not in client.get(change(draft)).content.decode()


@pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, ""])
def test_others_write_nothing(role: str) -> None:
    article = an_article()
    client = a_client(role)
    for address in (ADD, LIST, change(article)):
        assert client.get(address).status_code == 403
        assert client.post(address, form(title="X")).status_code == 403
    article.refresh_from_db()
    assert article.title == "Neck pain"


def test_the_editors_scripts_carry_the_nonce_of_the_policy() -> None:
    response = a_client(OWNER).get(ADD)
    policy = response.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    text = response.content.decode()
    assert f'<script type="importmap" nonce="{nonce}">' in text
    assert "unsafe" not in policy
    assert text.index("js/static-styles.js") < text.index("content_editor/index.js")
    assert "css/prose-editor.css" in text
