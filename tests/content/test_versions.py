"""What was published is kept for good, can be looked at, compared and brought back."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from clinic import memory
from clinic.models import Clinic
from clinic.roles import EDITOR, REVIEWER
from content import compare, publishing, snapshots
from content.models import (
    Article,
    ArticleEvent,
    ArticleVersion,
    Caution,
    PointsBlock,
    PressurePoint,
    Reference,
    TextBlock,
)
from tests.clinic.staff import a_client, a_member
from tests.content.builders import a_draft_article, a_reviewer
from tests.public import ARTICLE, open_clinic, publish_again, squeezed, text

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>\u202eevil & "x" 100 %'


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    Clinic.objects.create(id=1, name="Example Clinic", telephone="+17325550123")


def page(client: Client, name: str, *keys: object, **query: str) -> str:
    response = client.get(reverse(f"admin:content_article_{name}", args=keys), query)
    assert response.status_code == 200
    return response.content.decode()


def two_versions() -> Article:
    article = a_draft_article(slug="neck-pain", lead="Keep your neck warm at night.")
    publish_again()
    Article.objects.update(lead="Keep your neck moving at night.")
    publish_again()
    return article


class TestKeptForGood:
    def test_the_database_refuses_to_change_a_version_or_an_event(self) -> None:
        two_versions()
        rows: tuple[models.QuerySet[models.Model], ...] = (
            ArticleVersion.objects.all(),
            ArticleEvent.objects.all(),
        )
        for some in rows:
            with pytest.raises(IntegrityError), transaction.atomic():
                some.update(id=models.F("id"))
            with pytest.raises(IntegrityError), transaction.atomic():
                some._raw_delete(connection.alias)

    def test_an_article_that_was_published_cannot_be_deleted(self) -> None:
        article = two_versions()
        with pytest.raises(models.ProtectedError):
            article.delete()

    def test_a_draft_can_although_something_happened_to_it(self) -> None:
        article = a_draft_article()
        publishing.send_to_review(article_id=article.pk, by=a_member(), now=article.updated_at)
        article.delete()
        assert ArticleEvent.objects.count() == 1

    def test_it_keeps_what_points_and_cautions_said(self, clock: time_machine.Traveller) -> None:
        open_clinic()
        then = text(ARTICLE)
        assert "Pregnancy." in then
        article = Article.objects.get(language="en")
        PressurePoint.objects.update(caution_en="Changed since.", technique_en="Another way.")
        Caution.objects.update(name_en="Changed since")
        Reference.objects.update(title="Changed since")
        TextBlock.objects.all().delete()
        clock.shift(60)
        publish_again(language="en")
        assert "Another way." in text(ARTICLE)
        old = page(a_client(EDITOR), "version", article.pk, 1)
        assert "Changed since" not in old
        body = then[then.index('<div class="article-body">') : then.index('id="related"')]
        assert squeezed(body) in squeezed(old)


class TestLookingBack:
    def test_the_list_says_who_and_when_and_from_when_to_when(
        self, clock: time_machine.Traveller
    ) -> None:
        article = a_draft_article(slug="neck-pain")
        by = a_member(EDITOR, full_name="Edith <b>Editor</b>")
        now = article.updated_at
        publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(), now=now)
        publishing.publish(article_id=article.pk, by=by, now=now)
        Article.objects.update(lead="New")
        later = now + timedelta(hours=2)
        publishing.publish(article_id=article.pk, by=by, now=later)
        clock.move_to(later, tick=False)
        text_of = " ".join(page(a_client(REVIEWER), "versions", article.pk).split())
        assert "Shown from June 15, 2026, 9:00 am to June 15, 2026, 11:00 am." in text_of
        assert "<strong>Shown now</strong>, since June 15, 2026, 11:00 am." in text_of
        assert "Edith &lt;b&gt;Editor&lt;/b&gt;" in text_of
        assert "Reviewed by Rita Reviewer, PT, DPT (NJ 40QA01234500) on 2026-06-15" in text_of
        assert "Not reviewed by a clinician." in text_of  # the second: its words are others
        assert "Bring version" not in text_of  # a reviewer writes no blocks

    def test_an_old_version_says_that_it_is_one_and_nobody_keeps_or_finds_it(self) -> None:
        article = two_versions()
        client = a_client(EDITOR)
        response = client.get(reverse("admin:content_article_version", args=[article.pk, 1]))
        shown = response.content.decode()
        assert "Keep your neck warm at night." in shown
        assert "Version 1, an old one" in shown
        assert '<meta name="robots" content="noindex, nofollow">' in shown
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "no-store" in response.headers["Cache-Control"]
        assert "ld+json" not in shown or '"MedicalWebPage"' not in shown

    @pytest.mark.parametrize("keys", [(1, 99), (999_999, 1)])
    def test_what_is_not_there_is_not_found(self, keys: tuple[int, int]) -> None:
        two_versions()
        address = reverse("admin:content_article_version", args=keys)
        assert a_client(EDITOR).get(address).status_code == 404


class TestComparing:
    def test_word_by_word_and_not_by_color_alone(self) -> None:
        article = two_versions()
        shown = page(a_client(REVIEWER), "compare", article.pk, old="1", new="2")
        words = " ".join(shown.split())
        assert '<del><span class="visually-hidden">[removed: </span>warm ' in words
        assert '<ins><span class="visually-hidden">[added: </span>moving ' in words
        assert "1 word added, 1 removed" in words
        assert "Keep your neck" in words

    def test_the_working_copy_too(self) -> None:
        article = two_versions()
        Article.objects.update(title=HOSTILE)
        shown = page(a_client(EDITOR), "compare", article.pk, old="2", new="now")
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown
        same = page(a_client(EDITOR), "compare", article.pk, old="1", new="1")
        assert "They say the same." in same

    def test_nonsense_is_not_found(self) -> None:
        article, client = two_versions(), a_client(EDITOR)
        address = reverse("admin:content_article_compare", args=[article.pk])
        for old in ("", "9", "\x00", "²", "9" * 5_000, "<b>", "\u202e1"):
            assert client.get(address, {"old": old, "new": "1"}).status_code == 404
            assert client.get(address, {"old": "1", "new": old}).status_code == 404

    def test_lines_and_links_of_prose(self) -> None:
        html = '<p>One <a href="https://x.test/a">two</a></p><ul><li>three &amp; four</li></ul>'
        assert compare.plain_lines(html) == ["One two [https://x.test/a]", "three & four"]

    def test_a_block_that_came_and_one_that_went(self) -> None:
        article = a_draft_article()
        before = snapshots.take_all([article])[article.pk]
        TextBlock.objects.all().delete()
        TextBlock.objects.create(parent=article, region="main", heading="Second", body="<p>B</p>")
        after = snapshots.take_all([article])[article.pk]
        found = {c.part: (c.added, c.removed) for c in compare.differences(before, after)}
        assert found == {"Text: First": (0, 3), "Text: Second": (2, 0)}

    def test_a_line_without_end_is_compared_whole(self) -> None:
        article = a_draft_article(lead="word " * 5_000)
        before = snapshots.take_all([article])[article.pk]
        Article.objects.update(lead="words " * 5_000)
        after = snapshots.take_all([Article.objects.get()])[article.pk]
        (change,) = compare.differences(before, after)
        assert (change.added, change.removed) == (5_000, 5_000)


class TestBringingBack:
    def test_an_old_version_is_a_draft_again_and_readers_see_what_they_saw(self) -> None:
        open_clinic()
        article = Article.objects.get(language="en")
        first = snapshots.take_all([article])[article.pk]
        PointsBlock.objects.filter(parent=article).delete()
        article.topics.clear()
        Article.objects.filter(pk=article.pk).update(title="Second")
        publish_again(language="en")
        address = reverse("admin:content_article_bring_back", args=[article.pk, 1])
        assert a_client(EDITOR).post(address).status_code == 302
        article.refresh_from_db()
        assert article.status == Article.Status.DRAFT
        assert snapshots.take_all([article])[article.pk] == first
        assert "<h1>Second</h1>" in text(ARTICLE)
        assert article.versions.count() == 2
        assert article.events.last().kind == ArticleEvent.Kind.BROUGHT_BACK  # type: ignore[union-attr]

    def test_what_is_gone_since_does_not_come_back(self) -> None:
        article = a_draft_article()
        caution = Caution.objects.create(slug="c", kind="ask_first", name_en="C", text_en="T")
        article.cautions.add(caution)
        version = publishing.publish(article_id=article.pk, by=None, now=article.updated_at)
        caution.delete()
        publishing.bring_back(version=version, by=a_member(), now=article.updated_at)
        assert not article.cautions.exists()
        assert TextBlock.objects.get().body == "<p>Keep moving.</p>"

    @pytest.mark.parametrize("role", [REVIEWER, ""])
    def test_who_writes_no_blocks_brings_none_back(self, role: str) -> None:
        article = two_versions()
        address = reverse("admin:content_article_bring_back", args=[article.pk, 1])
        assert a_client(role).post(address).status_code == 403
        assert a_client(EDITOR).get(address).status_code == 405
        article.refresh_from_db()
        assert article.lead == "Keep your neck moving at night."


def test_an_older_site_gets_a_version_1_of_what_it_shows() -> None:
    """The migration, with the models of today in the place of those of its own time."""
    migration = import_module("content.migrations.0006_versions")
    shown, draft = a_draft_article(status="published"), a_draft_article()
    reviewer = a_reviewer().practitioner
    for article in (shown, draft):
        article.reviewed_by, article.reviewed_on = reviewer, article.written_on
        article.save()
    Article.published_at = property(lambda row: row.updated_at - timedelta(days=9))  # type: ignore[attr-defined]
    try:
        migration.first_versions(apps, SimpleNamespace(connection=connection))
    finally:
        del Article.published_at  # type: ignore[attr-defined]
    version = ArticleVersion.objects.get()
    assert (version.article, version.number) == (shown, 1)
    event = shown.events.get()
    assert (event.kind, event.version) == ("published", version)
    assert event.takes_effect == shown.updated_at - timedelta(days=9)
    for article in (shown, draft):
        article.refresh_from_db()
        now = snapshots.take_all([article])[article.pk]
        assert now["review"]["name"] == "Rita Reviewer"
    assert version.snapshot == snapshots.take_all([shown])[shown.pk]
    memory.publish()
    assert "Rita Reviewer" in text(shown.get_absolute_url())
