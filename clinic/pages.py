"""What every public page says about itself, to readers and to search engines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
JsonLd = dict[str, Any]


@dataclass(frozen=True)
class Crumb:
    """A step of the way from the home page."""

    name: Text
    path: str


# Open Graph's names for the languages of the site: Spanish as it is read in this country.
LOCALES = {"en": "en_US", "es": "es_US"}


@dataclass(frozen=True)
class Picture:
    """What stands beside a shared link, and in a search engine's card."""

    path: str
    alt: str
    width: int = 1200
    height: int = 630


@dataclass(frozen=True)
class Page:
    title: Text
    description: Text
    section: str = ""  # the name of the main navigation's entry that this page belongs to
    above: Sequence[Crumb] = ()  # the pages between the home page and this one
    kind: str = "website"  # Open Graph's word for what it is
    languages: frozenset[str] = frozenset({"en", "es"})
    picture: Picture | None = None  # without one, the site's own
    indexed: bool = True  # search engines may show it
    structured_data: list[JsonLd] = field(default_factory=list)

    @property
    def languages_in_order(self) -> list[str]:
        return sorted(self.languages)

    @property
    def trail(self) -> list[Crumb]:
        return [Crumb(_("Home"), reverse("home")), *self.above]


def show(
    request: HttpRequest, template: str | Sequence[str], page: Page, **context: Any
) -> TemplateResponse:
    return TemplateResponse(request, template, {"page": page, **context})
