"""From draft to readers and back: who may, when it shows, and what readers never see."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import memory, page_cache
from clinic.models import Clinic, Practitioner
from clinic.roles import EDITOR, OWNER, REVIEWER
from content import publishing
from content.article_form import ArticleForm
from content.library import library
from content.models import Article, ArticleEvent, ArticleVersion, Caution, TextBlock
from content.publishing import Refused
from content.timeline import Showing, timeline
from tests.clinic.staff import a_client, a_member, signed_in
from tests.content.builders import a_draft_article, a_reviewer
from tests.content.forms import change, press
from tests.public import get, open_clinic, publish_again, text

pytestmark = pytest.mark.django_db
PAGE = "/articles/neck-pain/"
LISTS = ("/articles/", "/feed/", "/sitemap.xml", "/topics/headache/", "/")


@pytest.fixture(autouse=True)
def _clinic() -> None:
    memory.forget_everything()
    Clinic.objects.create(id=1, name="Example Clinic", telephone="+17325550123")


@pytest.fixture
def article() -> Article:
    return a_draft_article(slug="neck-pain")


@pytest.fixture
def published(article: Article) -> Article:
    publish_again(pk=article.pk)
    return article


def status(article: Article) -> str:
    article.refresh_from_db()
    return article.status


def kinds(article: Article) -> list[str]:
    return [event.kind for event in article.events.all()]


def replies(client: Client, article: Article) -> str:
    return client.get(change(article)).content.decode()


class TestTheButtons:
    def test_from_draft_to_review_to_readers(self, article: Article) -> None:
        editor, reviewer = a_client(EDITOR), signed_in(a_reviewer())
        press(editor, article, "send_to_review")
        assert status(article) == "in_review"
        press(reviewer, article, "sign")
        press(editor, article, "publish")
        assert status(article) == "published"
        assert "Rita Reviewer</a>, PT, DPT (NJ 40QA01234500)" in text(PAGE)
        assert kinds(article) == ["sent_to_review", "signed", "published"]
        assert {event.by_name for event in article.events.all()} > {"Rita Reviewer"}

    def test_what_is_sent_back_says_why(self, article: Article) -> None:
        press(a_client(EDITOR), article, "send_to_review")
        press(a_client(REVIEWER), article, "send_back", note="Say <b>when</b> to call 911.")
        assert status(article) == "draft"
        editor, note = a_client(EDITOR), "Say &lt;b&gt;when&lt;/b&gt; to call 911."
        top, _separator, _form = replies(editor, article).partition('name="title"')
        assert note in top
        assert note in editor.get("/admin/").content.decode()
        assert "sent-back" not in a_client(REVIEWER).get("/admin/").content.decode()
        press(editor, article, "send_to_review")
        assert note not in replies(editor, article).partition('name="title"')[0]
        assert note not in editor.get("/admin/").content.decode()

    def test_nobody_sends_back_without_a_word(self, article: Article) -> None:
        press(a_client(EDITOR), article, "send_to_review")
        response = press(a_client(REVIEWER), article, "send_back", note=" ")
        assert "Say why" in response.content.decode()
        assert status(article) == "in_review"

    @pytest.mark.parametrize(
        ("role", "act"),
        [
            (EDITOR, "send_back"),
            (EDITOR, "sign"),
            (REVIEWER, "publish"),
            (REVIEWER, "schedule"),
            (REVIEWER, "withdraw"),
            (REVIEWER, "schedule_withdrawal"),
            (REVIEWER, "call_off"),
        ],
    )
    def test_some_are_not_for_everybody(self, article: Article, role: str, act: str) -> None:
        client = a_client(role)
        assert press(client, article, act, title="Changed").status_code == 403
        assert f'value="{act}"' not in replies(client, article)
        article.refresh_from_db()
        assert (article.title, article.status, kinds(article)) == ("Neck pain", "draft", [])

    def test_what_was_typed_is_saved_first(self, article: Article) -> None:
        press(a_client(OWNER), article, "publish", title="Stiff necks")
        assert "<h1>Stiff necks</h1>" in text(PAGE)

    def test_an_unknown_button_only_saves(self, article: Article) -> None:
        assert press(a_client(OWNER), article, "burn").status_code == 302
        assert kinds(article) == []

    def test_what_lacks_something_is_saved_and_not_published(self, article: Article) -> None:
        TextBlock.objects.all().delete()
        client = a_client(OWNER)
        press(client, article, "publish", title="Changed")
        page = replies(client, article)
        assert "It has no text yet: add a block." in page
        assert "What you wrote is saved." in page
        article.refresh_from_db()
        assert (article.title, article.status) == ("Changed", "draft")
        assert not article.versions.exists()

    def test_a_second_press_publishes_nothing_again(self, published: Article) -> None:
        client = a_client(OWNER)
        press(client, published, "publish")
        assert "This is what readers see already." in replies(client, published)
        assert published.versions.count() == 1

    def test_the_log_of_the_admin_names_it(self, article: Article) -> None:
        press(a_client(OWNER), article, "publish")
        assert "Published" in LogEntry.objects.order_by("pk").last().change_message  # type: ignore[union-attr]

    def test_a_page_that_is_older_than_the_text_is_not_signed_and_loses_nothing(
        self, article: Article
    ) -> None:
        reviewer = signed_in(a_reviewer())
        seen = reviewer.get(change(article)).context["seen"]
        TextBlock.objects.update(body="<p>Something else.</p>")
        response = press(reviewer, article, "sign", seen=seen, lead="My own correction.")
        page = response.content.decode()
        assert "Somebody changed this article" in page
        assert "My own correction." in page
        assert kinds(article) == []
        again = response.context["seen"]
        assert press(reviewer, article, "sign", seen=again).status_code == 302
        assert kinds(article) == ["signed"]


class TestWhileReadersRead:
    def test_a_change_is_not_seen_until_it_is_published(self, published: Article) -> None:
        editor = a_client(EDITOR)
        press(editor, published, "", title="Changed", lead="Changed lead.")
        assert status(published) == "draft"
        for path in (PAGE, "/articles/", "/feed/"):
            assert "Neck pain" in text(path)
            assert "Changed" not in text(path)
        press(editor, published, "publish")
        assert "Changed lead." in text(PAGE)

    def test_blocks_and_what_it_belongs_to_are_kept_too(self, published: Article) -> None:
        TextBlock.objects.update(body="<p>New</p>")
        published.cautions.add(
            Caution.objects.create(slug="c", kind="ask_first", name_en="Ask", text_en="Ask.")
        )
        memory.publish()
        page = text(PAGE)
        assert "Keep moving." in page
        assert 'id="safety"' not in page

    def test_what_it_refers_to_is_as_it_is_today(self, article: Article) -> None:
        caution = Caution.objects.create(slug="c", kind="ask_first", name_en="C", text_en="Once.")
        article.cautions.add(caution)
        publish_again()
        Caution.objects.update(slug="renamed", text_en="Twice.")
        memory.publish()
        assert "Twice." in text(PAGE)
        caution.delete()
        memory.publish()
        assert "Twice." not in text(PAGE)

    def test_saving_without_a_change_leaves_it_published(self, published: Article) -> None:
        press(a_client(EDITOR), published, "")
        assert status(published) == "published"

    def test_its_address_stays(self, published: Article) -> None:
        press(a_client(EDITOR), published, "publish", slug="elsewhere", title="New")
        assert "<h1>New</h1>" in text(PAGE)
        assert get("/articles/elsewhere/").status_code == 404

    def test_the_questions_to_the_database_do_not_grow(self) -> None:
        counts = []
        for _ in range(3):
            a_draft_article()
            publish_again(versions=None)
            memory.forget_everything()
            with CaptureQueriesContext(connection) as asked:
                library()
            counts.append(len(asked))
        assert len(set(counts)) == 1

    def test_several_are_published_in_as_few_questions_as_one(self, now: datetime) -> None:
        counts = []
        for number in (1, 5):
            keys = [a_draft_article().pk for _ in range(number)]
            with CaptureQueriesContext(connection) as asked:
                publishing.publish_new(article_ids=keys, by=None, now=now)
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestTheClock:
    """No worker: pages compare the times with the clock, and nobody keeps them too long."""

    def test_a_scheduled_article_appears_at_its_second(
        self, article: Article, clock: time_machine.Traveller
    ) -> None:
        press(
            a_client(OWNER), article, "schedule", publish_at_0="2026-06-15", publish_at_1="9:30 am"
        )
        for path in LISTS:
            assert "neck-pain" not in text(path)
        assert get(PAGE).status_code == 404
        clock.shift(timedelta(minutes=29, seconds=59))
        assert "neck-pain" not in text("/articles/")
        clock.shift(timedelta(seconds=1))
        assert get(PAGE).status_code == 200
        for path in ("/articles/", "/feed/", "/sitemap.xml", "/"):
            assert "neck-pain" in text(path)

    def test_a_new_version_takes_over_at_its_second(
        self, published: Article, clock: time_machine.Traveller
    ) -> None:
        press(
            a_client(OWNER), published, "schedule",
            title="From two on", publish_at_0="06/15/2026", publish_at_1="2 pm",
        )  # fmt: skip
        clock.move_to(datetime(2026, 6, 15, 17, 59, 59, tzinfo=UTC), tick=False)
        assert "<h1>Neck pain</h1>" in text(PAGE)
        clock.shift(1)
        assert "<h1>From two on</h1>" in text(PAGE)

    def test_a_scheduled_withdrawal(
        self, published: Article, clock: time_machine.Traveller
    ) -> None:
        client = a_client(OWNER)
        press(
            client, published, "schedule_withdrawal",
            withdraw_at_0="2026-06-15", withdraw_at_1="14:00",
        )  # fmt: skip
        assert "It is withdrawn on June 15, 2026, 2:00 pm." in replies(client, published)
        assert get(PAGE).status_code == 200
        clock.move_to(datetime(2026, 6, 15, 18, 0, tzinfo=UTC), tick=False)
        assert get(PAGE).status_code == 410
        assert "neck-pain" not in text("/articles/")

    def test_neither_this_process_nor_others_keep_a_page_beyond_the_moment(
        self, published: Article, clock: time_machine.Traveller, now: datetime
    ) -> None:
        assert get(PAGE).headers["Cache-Control"] == (
            "public, max-age=60, stale-while-revalidate=600"
        )
        publishing.withdraw(
            article_id=published.pk, by=a_member(), now=now, at=now + timedelta(seconds=90)
        )
        kept = []
        for seconds in (0, 50, 30, 9):
            clock.shift(seconds)
            kept.append(get(PAGE).headers["Cache-Control"])
        assert kept == [
            "public, max-age=60, stale-while-revalidate=30",
            "public, max-age=40, stale-while-revalidate=0",
            "public, max-age=10, stale-while-revalidate=0",
            "public, max-age=1, stale-while-revalidate=0",
        ]
        clock.shift(1)
        assert get(PAGE).status_code == 410

    @pytest.mark.parametrize(
        ("day", "time", "words"),
        [
            ("2026-06-15", "8 am", "This time has passed."),
            ("", "", "Say on which day and at what time."),
            ("2026-06-16", "soon", "Enter a time such as 10:30, 2 pm or 2:30 pm."),
            ("2026-13-45", "2 pm", "Enter a valid date."),
            ("2027-03-14", "2:30 am", "couldn't be interpreted in time zone"),  # clocks go forward
            ("9999-12-31", "11:59 pm", "This is more than ten years from now."),
        ],
    )
    def test_a_time_that_makes_no_sense(
        self, article: Article, day: str, time: str, words: str
    ) -> None:
        typed = {"_act": "schedule", "publish_at_0": day, "publish_at_1": time}
        with timezone.override("America/New_York"):
            form = ArticleForm(typed, instance=article)
            assert words in str(form.errors["publish_at"][0]).replace("\u2019", "'")

    def test_what_was_typed_stays(self, article: Article) -> None:
        response = press(
            a_client(OWNER), article, "schedule",
            lead="New.", publish_at_0="2026-06-16", publish_at_1="soonish",
        )  # fmt: skip
        page = response.content.decode()
        assert 'value="soonish"' in page
        assert "New.</textarea>" in page
        assert not article.versions.exists()

    def test_what_is_scheduled_can_be_called_off(
        self, published: Article, clock: time_machine.Traveller
    ) -> None:
        client = a_client(OWNER)
        later = {"publish_at_0": "2026-06-16", "publish_at_1": "9 am"}
        press(client, published, "schedule", title="Later", **later)
        page = replies(client, published)
        assert "Version 2 is published on June 16, 2026, 9:00 am." in page
        assert 'value="publish"' not in page
        press(client, published, "publish")
        assert "Call that off first." in replies(client, published)
        press(client, published, "call_off")
        assert status(published) == "draft"
        clock.shift(timedelta(days=2))
        assert "<h1>Neck pain</h1>" in text(PAGE)


class TestWithdrawing:
    def test_readers_are_told_and_led_on(self, clock: time_machine.Traveller) -> None:
        open_clinic()
        clock.shift(1)
        path = "/articles/pressure-points-upper-back-pain/"
        article = Article.objects.get(language="en")
        text(path)
        press(a_client(OWNER), article, "withdraw")
        response = get(path)
        page = response.content.decode()
        assert response.status_code == 410
        assert "This article was withdrawn" in page
        assert 'href="/topics/neck-and-upper-back/"' in page
        assert '<meta name="robots" content="noindex">' in page
        assert "Este artículo se retiró" not in page
        assert get("/es" + path).status_code == 200
        assert get("/topics/neck-and-upper-back/").status_code == 200
        for place in ("/articles/", "/feed/"):
            assert "pressure-points" not in text(place)
        assert "<loc>http://127.0.0.1:8000/articles/pressure" not in text("/sitemap.xml")

    def test_it_can_be_published_again(self, published: Article) -> None:
        client = a_client(OWNER)
        press(client, published, "withdraw")
        assert status(published) == "draft"
        press(client, published, "publish")
        assert get(PAGE).status_code == 200
        assert published.versions.count() == 2

    def test_a_withdrawal_that_is_scheduled_holds_for_a_new_version(
        self, published: Article, now: datetime
    ) -> None:
        by, at = a_member(), now + timedelta(days=3)
        publishing.withdraw(article_id=published.pk, by=by, now=now, at=at)
        Article.objects.update(lead="A slip mended.")
        publish_again()
        assert "A slip mended." in text(PAGE)
        assert library().pieces[-1].showing.ends == at

    def test_what_nobody_sees_cannot_be_withdrawn(self, article: Article, now: datetime) -> None:
        with pytest.raises(Refused):
            publishing.withdraw(article_id=article.pk, by=a_member(), now=now)
        assert kinds(article) == []

    def test_a_version_that_was_shown_keeps_its_article(self, published: Article) -> None:
        client = a_client(OWNER)
        page = reverse("admin:content_article_delete", args=[published.pk])
        assert client.post(page, {"post": "yes"}).status_code == 403
        several = {
            "action": "delete_selected",
            "_selected_action": [str(published.pk)],
            "post": "yes",
        }
        client.post(reverse("admin:content_article_changelist"), several)
        assert Article.objects.filter(pk=published.pk).exists()


class TestSigning:
    def test_it_takes_name_license_and_dates(self, article: Article) -> None:
        press(signed_in(a_reviewer()), article, "sign", next_review="2026-12-15")
        publish_again()
        page = text(PAGE)
        assert "Rita Reviewer" in page
        assert "NJ 40QA01234500" in page
        assert "June 15, 2026" in page
        assert "December 15, 2026" in page

    def test_the_next_review_is_in_a_year_unless_somebody_says_otherwise(
        self, article: Article, now: datetime
    ) -> None:
        publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(), now=now)
        article.refresh_from_db()
        assert article.review_due_on == date(2027, 6, 15)

    def test_it_is_never_due_today(self, article: Article) -> None:
        response = press(signed_in(a_reviewer()), article, "sign", next_review="2026-06-15")
        assert "The next review is due on a later day than today." in response.content.decode()
        assert kinds(article) == []

    @pytest.mark.parametrize("lack", [{"licence": ""}, {"is_active": False}, {"is_example": True}])
    def test_nobody_signs_without_a_license_of_their_own(
        self, article: Article, lack: dict[str, Any], now: datetime
    ) -> None:
        a_reviewer()
        with pytest.raises(Refused, match="Only a practitioner with a license signs"):
            publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(**lack), now=now)
        article.refresh_from_db()
        assert article.reviewed_by is None
        assert kinds(article) == []

    def test_nobody_signs_for_another(self, article: Article) -> None:
        a_reviewer()
        client = a_client(REVIEWER)
        assert 'value="sign"' not in replies(client, article)
        press(client, article, "sign")
        assert "Only a practitioner with a license signs" in replies(client, article)
        assert kinds(article) == []

    @pytest.mark.parametrize(
        "change_it",
        [
            lambda: TextBlock.objects.update(body="<p>Other words.</p>"),
            lambda: Article.objects.update(lead="Other words."),
            lambda: Caution.objects.update(text_en="Other words."),
        ],
    )
    def test_a_change_of_what_was_read_makes_it_void(
        self, article: Article, change_it: Callable[[], object], now: datetime
    ) -> None:
        caution = Caution.objects.create(slug="c", kind="ask_first", name_en="C", text_en="T")
        article.cautions.add(caution)
        publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(), now=now)
        change_it()
        publish_again()
        assert "Not yet reviewed by a clinician." in text(PAGE)
        assert "Rita" not in text(PAGE)

    def test_it_is_void_as_soon_as_the_change_is_saved(
        self, article: Article, now: datetime
    ) -> None:
        publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(), now=now)
        press(a_client(EDITOR), article, "", lead="Other words.")
        article.refresh_from_db()
        assert (article.reviewed_by, article.reviewed_on) == (None, None)
        assert kinds(article) == ["signed", "voided"]

    def test_topics_and_bylines_are_no_part_of_what_was_read(
        self, article: Article, now: datetime
    ) -> None:
        publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(), now=now)
        press(a_client(EDITOR), article, "publish", author="Somebody else")
        assert "Rita Reviewer" in text(PAGE)

    def test_readers_see_who_signed_even_after_they_have_left(
        self, article: Article, now: datetime
    ) -> None:
        publishing.sign(article_id=article.pk, due_on=None, by=a_reviewer(), now=now)
        publish_again()
        assert '<a href="/team/reviewer-' in text(PAGE)
        Practitioner.objects.update(is_active=False, licence="NJ changed")
        memory.publish()
        assert "Rita Reviewer, PT, DPT (NJ 40QA01234500)" in text(PAGE)

    def test_a_translation_is_signed_by_whoever_knows_both_languages(self) -> None:
        article = a_draft_article(slug="neck-pain", language="es")
        press(a_client(EDITOR, full_name="Berta Bilingual"), article, "sign_translation")
        publish_again()
        page = text("/es" + PAGE)
        assert "Berta Bilingual" in page
        assert "Ninguna persona ha revisado" not in page
        Article.objects.update(lead="Otra cosa.")
        publish_again()
        assert "Ninguna persona ha revisado" in text("/es" + PAGE)

    def test_what_is_no_translation_is_not_signed_as_one(
        self, article: Article, now: datetime
    ) -> None:
        with pytest.raises(Refused):
            publishing.sign_translation(article_id=article.pk, by=a_reviewer(), now=now)


class TestTheTimeline:
    """What the events come to, whatever their order."""

    START = datetime(2026, 6, 1, tzinfo=UTC)

    def of(self, *events: tuple[str, int, int, int | None]) -> list[tuple[int, int, int | None]]:
        """Events as kind, day, the day it takes effect and version; showings by day, too."""
        rows = [
            ArticleEvent(
                kind=kind,
                at=self.START + timedelta(days=at),
                takes_effect=self.START + timedelta(days=on),
                version_id=version,
            )
            for kind, at, on, version in events
        ]
        return [self.in_days(showing) for showing in timeline(rows)]

    def in_days(self, showing: Showing) -> tuple[int, int, int | None]:
        ends = (showing.ends - self.START).days if showing.ends else None
        return showing.version, (showing.starts - self.START).days, ends

    def test_one_version_follows_the_other(self) -> None:
        shown = self.of(("published", 0, 0, 1), ("published", 5, 5, 2))
        assert shown == [(1, 0, 5), (2, 5, None)]

    def test_a_gap(self) -> None:
        shown = self.of(("published", 0, 0, 1), ("withdrawn", 2, 2, None), ("published", 9, 9, 2))
        assert shown == [(1, 0, 2), (2, 9, None)]

    def test_called_off_before_and_after(self) -> None:
        shown = self.of(("published", 0, 0, 1), ("published", 1, 9, 2), ("called_off", 3, 3, None))
        assert shown == [(1, 0, None)]
        shown = self.of(
            ("published", 0, 0, 1), ("withdrawn", 1, 2, None), ("called_off", 3, 3, None)
        )
        assert shown == [(1, 0, 2)]

    def test_they_never_overlap(self) -> None:
        shown = self.of(
            ("published", 0, 4, 1),
            ("called_off", 1, 1, None),
            ("published", 2, 2, 2),
            ("withdrawn", 3, 8, None),
            ("published", 4, 4, 3),
            ("published", 5, 9, 4),
        )
        assert shown == [(2, 2, 4), (3, 4, 8), (4, 9, None)]
        assert all(one[2] and one[2] <= other[1] for one, other in pairwise(shown))


def test_a_page_is_no_older_than_the_moment_it_was_asked_before(
    published: Article, clock: time_machine.Traveller, now: datetime
) -> None:
    """Even where the moment passes while the page is being made."""
    publishing.withdraw(
        article_id=published.pk, by=a_member(), now=now, at=now + timedelta(seconds=2)
    )
    changes = page_cache.next_change()
    clock.shift(3)
    assert page_cache.outside(changes) == "public, max-age=0, stale-while-revalidate=0"
    assert page_cache.next_change() is None


def test_versions_are_numbered_from_one(published: Article) -> None:
    for lead in ("A", "B"):
        Article.objects.update(lead=lead)
        publish_again()
    assert list(ArticleVersion.objects.values_list("number", flat=True)) == [1, 2, 3]
