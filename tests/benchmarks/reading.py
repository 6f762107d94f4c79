"""The site with two views more: an article built anew each time, and its bytes and nothing else.

Run as a program it puts the starter content into the database.
"""

from importlib import import_module

from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path

from clinic.wsgi import application

__all__ = ["anew", "application", "bare", "main", "urlpatterns"]

# Only with the application can this be imported.
views = import_module("content.views")
known: dict[str, bytes] = {}


def anew(request: HttpRequest, slug: str) -> HttpResponse:
    """As the first reader gets it once the page is too old: not from the memory, nor into it."""
    answer: HttpResponse = views.article.__wrapped__(request, slug)
    return answer


def bare(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in known:
        known[slug] = views.article(request, slug).content
    return HttpResponse(known[slug])


def main() -> None:
    call_command("load_starter")


urlpatterns = [
    path("anew/<slug:slug>/", anew),
    path("bare/<slug:slug>/", bare),
    *import_module("clinic.urls").urlpatterns,
]
override_settings(ROOT_URLCONF=__name__).enable()
