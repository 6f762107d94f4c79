"""The public site as its tests see it: the starter clinic, and pages as a stranger gets them."""

import tempfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from shutil import copytree

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from clinic import memory
from clinic.models import Practitioner
from content import publishing, snapshots, starter_loader
from content.models import Article
from tests import replay

FIRST = "pressure-points-upper-back-pain"
ARTICLE = f"/articles/{FIRST}/"
PATHS = [
    "/",
    "/articles/",
    ARTICLE,
    "/topics/neck-and-upper-back/",
    "/topics/",
    "/topics/headache/",  # points, and nothing to read yet
    "/points/",
    "/points/regions/neck-shoulder/",
    "/points/gb-21/",
    "/points/si-15/",
    "/team/",
    "/team/example-physical-therapist/",
    "/visit/",
    "/privacy-practices/",
    "/privacy/",
    "/good-faith-estimate/",
    "/nondiscrimination/",
    "/language-assistance/",
    "/accessibility/",
    "/terms/",
]
BOTH_LANGUAGES = [prefix + path for path in PATHS for prefix in ("", "/es")]


@cache
def with_one_article() -> Path:
    """The starter content less the other articles, whose loading would cost every test time."""
    folder = Path(tempfile.mkdtemp(prefix="starter-", dir=settings.DATA_DIR))

    def others(path: str, names: list[str]) -> list[str]:
        in_articles = Path(path).name == "articles"
        return [name for name in names if in_articles and not name.startswith(FIRST)]

    return Path(copytree(starter_loader.FOLDER, folder / "starter", ignore=others))


def open_clinic(*, whole: bool = False) -> None:
    """Put the starter content in, whole or with its first article alone, and forget what an
    earlier test read.
    """
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns where there is none
    memory.forget_everything()
    folder = starter_loader.FOLDER if whole else with_one_article()
    now = datetime.now(UTC)
    replay.once((folder, now), lambda: starter_loader.load(now=now, folder=folder))
    memory.publish()


def get(path: str) -> HttpResponse:
    """A page as somebody gets it who was never here before."""
    response = Client().get(path)
    assert isinstance(response, HttpResponse)
    return response


def text(path: str) -> str:
    return get(path).content.decode()


def publish_again(**which: object) -> None:
    """What the working copies say now, before readers, as the button does it."""
    for article in Article.objects.filter(**which):
        publishing.publish(article_id=article.pk, by=None, now=datetime.now(UTC))


def withdraw(article: Article) -> None:
    publishing.withdraw(article_id=article.pk, by=None, now=datetime.now(UTC))


def reviewed(by: Practitioner, on: date, **which: object) -> None:
    """As if somebody had signed these articles that day, and they were published since."""
    for article in Article.objects.filter(**which):
        article.reviewed_by, article.reviewed_on = by, on
        data = snapshots.take_all([article])[article.pk]
        article.reviewed_digest = snapshots.digest_of(data)
        article.save()
    publish_again(**which)
