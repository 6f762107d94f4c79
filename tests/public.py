"""The public site as its tests see it: the starter clinic, and pages as a stranger gets them."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from clinic import memory
from content import publishing, starter_loader
from content.models import Article

ARTICLE = "/articles/pressure-points-upper-back-pain/"
PATHS = [
    "/",
    "/articles/",
    ARTICLE,
    "/topics/neck-and-upper-back/",
    "/topics/headache/",  # nothing to read yet
    "/points/",
    "/points/gb-21/",
    "/points/si-15/",
    "/team/",
    "/team/example-physical-therapist/",
    "/visit/",
    "/privacy/",
    "/accessibility/",
]
BOTH_LANGUAGES = [prefix + path for path in PATHS for prefix in ("", "/es")]


def open_clinic() -> None:
    """Put the starter content in, and forget what an earlier test read."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns where there is none
    memory.forget_everything()
    starter_loader.load(now=datetime.now(UTC))


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
