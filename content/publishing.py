"""From draft to readers and back: the only writers of an article's status, versions and events."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from clinic import memory
from clinic.models import Practitioner, User
from content import proofreading, snapshots
from content.models import BLOCKS, Article, ArticleEvent, ArticleVersion, HeadedBlock
from content.snapshots import Data
from content.timeline import Timeline, coming, current, timeline

Kind, Status = ArticleEvent.Kind, Article.Status
NEXT_REVIEW_IN = timedelta(days=365)
NO_SIGNATURE = {
    "reviewed_by": None,
    "reviewed_on": None,
    "review_due_on": None,
    "reviewed_digest": "",
}
NO_TRANSLATION_SIGNATURE = {
    "translation_reviewed_by": "",
    "translation_reviewed_on": None,
    "translation_digest": "",
}


class Refused(Exception):
    """It cannot be done as things are; each reason is a sentence for whoever asked."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def obstacles(article: Article, *, now: datetime) -> list[str]:
    """What has to be mended before readers may see it: further checks are added here."""
    data = snapshots.take_all([article])[article.pk]
    return [*lacks(data), *proofreading.what_stops(article, now=now)]


def lacks(data: Data) -> list[str]:
    """What an article has to have."""
    said = data["article"]
    missing = [
        f"It has no {name}." for name in ("title", "lead", "description") if not said[name].strip()
    ]
    if not data["blocks"]:
        missing.append("It has no text yet: add a block.")
    for number, block in enumerate(data["blocks"], start=1):
        name = block.get("heading") or f"the block at place {number}"
        if not any(str(value).strip() for key, value in block.items() if key != "model"):
            missing.append(f"There is nothing in {name}.")
    return missing


def _locked(article_id: int) -> Article:
    # Not against those who only refer to it: a request for an appointment names the article it
    # came from while it holds the clinic's row, which publishing waits for.
    return Article.objects.select_for_update(no_key=True).get(pk=article_id)


def timeline_of(article: Article) -> Timeline:
    return timeline(article.events.of_showing())


def _event(
    article: Article, kind: ArticleEvent.Kind, *, by: User | None, now: datetime, **more: object
) -> None:
    ArticleEvent.objects.create(
        article=article,
        kind=kind,
        at=now,
        by=by.pk if by else None,
        by_name=str(by or ""),
        **more,
    )


def _set(article: Article, **values: object) -> None:
    for name, value in values.items():
        setattr(article, name, value)
    article.save(update_fields=list(values))


@transaction.atomic
def send_to_review(*, article_id: int, by: User, now: datetime) -> None:
    article = _locked(article_id)
    if article.status == Status.IN_REVIEW:
        raise Refused("It waits for its review already.")
    _set(article, status=Status.IN_REVIEW)
    _event(article, Kind.SENT_TO_REVIEW, by=by, now=now)


@transaction.atomic
def send_back(*, article_id: int, note: str, by: User, now: datetime) -> None:
    article = _locked(article_id)
    if article.status != Status.IN_REVIEW:
        raise Refused("It does not wait for a review.")
    if not note.strip():
        raise Refused("Say why: whoever wrote it has to know what to change.")
    _set(article, status=Status.DRAFT)
    _event(article, Kind.SENT_BACK, by=by, now=now, note=note.strip())


def _refuse_past(moment: datetime | None, now: datetime) -> None:
    if moment and moment <= now:
        raise Refused("This time has passed.")


def _refuse_pending(shown: Timeline, now: datetime) -> None:
    if waiting := coming(shown, now):
        raise Refused(
            f"A version waits to be published on {said(waiting.starts)}. Call that off first."
        )


def said(moment: datetime) -> str:
    """“June 15, 2026, 9:00 am”, in the zone of the page."""
    local = timezone.localtime(moment)
    half = "pm" if local.hour >= 12 else "am"
    return f"{local:%B} {local.day}, {local.year}, {(local.hour - 1) % 12 + 1}:{local:%M} {half}"


@transaction.atomic
def publish(
    *, article_id: int, by: User | None, now: datetime, at: datetime | None = None
) -> ArticleVersion:
    """A version of the working copy as it is now, before readers at once or from `at` on."""
    article = _locked(article_id)
    _refuse_past(at, now)
    shown = timeline_of(article)
    _refuse_pending(shown, now)
    on = current(shown, now)
    if on and at and on.ends and on.ends <= at:
        raise Refused("It is withdrawn before that. Call that off first.")
    if found := obstacles(article, now=now):
        raise Refused(*found)
    data = snapshots.take_all([article])[article.pk]
    last = article.versions.last()
    if on and last and last.pk == on.version and last.snapshot == data:
        raise Refused("This is what readers see already.")
    (version,) = _versions([article], {article.pk: data}, by=by, now=now, at=at or now)
    return version


@transaction.atomic
def publish_new(*, article_ids: Sequence[int], by: User | None, now: datetime) -> None:
    """Several that were never published, in as few questions as one takes."""
    articles = list(Article.objects.select_for_update(no_key=True).filter(pk__in=article_ids))
    data = snapshots.take_all(articles)
    # They lead to one another: that there are pages to lead to is no question yet.
    if found := [reason for each in data.values() for reason in lacks(each)]:
        raise Refused(*found)
    _versions(articles, data, by=by, now=now, at=now)


def _versions(
    articles: Sequence[Article],
    data: dict[int, Data],
    *,
    by: User | None,
    now: datetime,
    at: datetime,
) -> list[ArticleVersion]:
    of_before = ArticleVersion.objects.filter(article__in=articles)
    numbers = {row.article_id: row.number for row in of_before.order_by("number").defer("snapshot")}
    who, name = (by.pk if by else None), str(by or "")
    versions = ArticleVersion.objects.bulk_create(
        ArticleVersion(
            article=article,
            number=numbers.get(article.pk, 0) + 1,
            made_at=now,
            made_by=who,
            made_by_name=name,
            snapshot=data[article.pk],
        )
        for article in articles
    )
    ArticleEvent.objects.bulk_create(
        ArticleEvent(
            article_id=version.article_id,
            kind=Kind.PUBLISHED,
            at=now,
            version=version,
            takes_effect=at,
            by=who,
            by_name=name,
        )
        for version in versions
    )
    Article.objects.filter(pk__in=data).update(status=Status.PUBLISHED)
    memory.publish()
    return versions


@transaction.atomic
def withdraw(
    *, article_id: int, by: User | None, now: datetime, at: datetime | None = None, note: str = ""
) -> None:
    """Out of readers' sight, at once or from `at` on; the version is kept."""
    article = _locked(article_id)
    _refuse_past(at, now)
    shown = timeline_of(article)
    _refuse_pending(shown, now)
    if current(shown, now) is None:
        raise Refused("Readers do not see it.")
    if at is None:
        _set(article, status=Status.DRAFT)
    _event(article, Kind.WITHDRAWN, by=by, now=now, takes_effect=at or now, note=note.strip())
    memory.publish()


@transaction.atomic
def call_off(*, article_id: int, by: User, now: datetime) -> None:
    """What is scheduled does not happen; the working copy that waited is a draft again."""
    article = _locked(article_id)
    shown = timeline_of(article)
    on, waiting = current(shown, now), coming(shown, now)
    if not waiting and not (on and on.ends):
        raise Refused("Nothing is scheduled.")
    if waiting and article.status == Status.PUBLISHED:
        _set(article, status=Status.DRAFT)
    _event(article, Kind.CALLED_OFF, by=by, now=now)
    memory.publish()


def signer(user: User) -> Practitioner | None:
    """The practitioner who signs with this account: a real one, with a license, who works here."""
    people = Practitioner.objects.active().filter(user=user, is_example=False)
    return people.exclude(licence="").first()


@transaction.atomic
def sign(*, article_id: int, due_on: date | None, by: User, now: datetime) -> None:
    """The signer has read these words, those of its points and cautions among them."""
    article, person = _locked(article_id), signer(by)
    if person is None:
        raise Refused("Only a practitioner with a license signs, with an account of their own.")
    today = timezone.localdate(now)
    due_on = due_on or today + NEXT_REVIEW_IN
    if due_on <= today:
        raise Refused("The next review is due on a later day than today.")
    data = snapshots.take_all([article])[article.pk]
    _set(
        article,
        reviewed_by=person,
        reviewed_on=today,
        review_due_on=due_on,
        reviewed_digest=snapshots.digest_of(data),
    )
    named = ", ".join(filter(None, (person.name, person.credentials, person.licence)))
    _event(article, Kind.SIGNED, by=by, now=now, note=f"{named}. Next review: {due_on}.")
    settle(article, by=by, now=now)


@transaction.atomic
def sign_translation(*, article_id: int, by: User, now: datetime) -> None:
    """The signer knows both languages and has compared the texts."""
    article = _locked(article_id)
    if not by.full_name.strip():
        raise Refused("Your account has no name to sign with: an owner can add it.")
    if article.language == Article.Language.ENGLISH:
        raise Refused("This is no translation.")
    data = snapshots.take_all([article])[article.pk]
    _set(
        article,
        translation_reviewed_by=by.full_name.strip(),
        translation_reviewed_on=timezone.localdate(now),
        translation_digest=snapshots.digest_of(data),
    )
    _event(article, Kind.TRANSLATION_SIGNED, by=by, now=now, note=by.full_name.strip())
    settle(article, by=by, now=now)


@transaction.atomic
def settle(article: Article, *, by: User, now: datetime) -> None:
    """After the working copy was changed: signatures of other words are void, and what is no
    more as it was published is a draft.
    """
    data = snapshots.take_all([article])[article.pk]
    digest = snapshots.digest_of(data)
    void: dict[str, object] = {}
    if article.reviewed_digest not in {"", digest}:
        void |= NO_SIGNATURE
    if article.translation_digest not in {"", digest}:
        void |= NO_TRANSLATION_SIGNATURE
    if void:
        _set(article, **void)
        _event(article, Kind.VOIDED, by=by, now=now)
    last = article.versions.last()
    differs = last is None or snapshots.own_words(last.snapshot) != snapshots.own_words(data)
    if article.status == Status.PUBLISHED and differs:
        _set(article, status=Status.DRAFT)


@transaction.atomic
def bring_back(*, version: ArticleVersion, by: User, now: datetime) -> None:
    """The words of an old version as a new draft. Its versions stay, and so do its address and
    language; what the vocabulary has lost since does not come back.
    """
    article = _locked(version.article_id)
    data, known = version.snapshot, snapshots.read_vocabulary()
    words = snapshots.row_of(Article, data["article"])
    relations = snapshots.referred(Article, data["article"], data, known)
    columns = set(snapshots.columns(words)) & set(data["article"]) - {"slug", "language"}
    _set(article, **{name: getattr(words, name) for name in columns})
    for name, rows in relations.items():
        getattr(article, name).set(rows)
    for kind in BLOCKS:
        kind._default_manager.filter(parent=article).delete()
    for place, block in enumerate(snapshots.blocks_of(data, known), start=1):
        _put(article, block, 10 * place)
    _set(article, status=Status.DRAFT, updated_at=now)
    _event(article, Kind.BROUGHT_BACK, by=by, now=now, version=version)
    settle(article, by=by, now=now)


def _put(article: Article, block: HeadedBlock, ordering: int) -> None:
    related = block.__dict__.pop("_prefetched_objects_cache", {})
    block.pk, block.parent, block.region, block.ordering = None, article, "main", ordering
    block.save(force_insert=True)
    for name, rows in related.items():
        getattr(block, name).set(rows)
