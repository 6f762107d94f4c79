"""What every template may use."""

import functools
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from clinic.memory import the_clinic


def clinic(request: HttpRequest) -> dict[str, Any]:
    """The clinic, and this page's address in both languages."""
    path = request.path
    return {
        "clinic": the_clinic,
        "site_url": settings.SITE_URL,
        "page_language": get_language(),
        "canonical_url": f"{settings.SITE_URL}{path}",
        # Called by the templates that say them: the pages of the staff do not.
        "english_path": functools.partial(translate_url, path, "en"),
        "spanish_path": functools.partial(translate_url, path, "es"),
    }
