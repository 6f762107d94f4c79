"""What every request passes: headers, a database that is away, the language of the path."""

import logging
from collections.abc import Callable

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_from_path

from clinic.views import unavailable

GetResponse = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)


class SecurityHeadersMiddleware:
    """The headers that Django has no middleware of its own for, errors and files included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()"
        )
        if "no-store" in response.headers.get("Cache-Control", ""):
            # What nobody may keep is nothing for search engines either.
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response


class UnavailableMiddleware:
    """A database that is away or locked is a 503 with the telephone number, never a 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        log.error("The database did not answer: %s", type(error).__name__)
        return unavailable(request)


class SessionMiddleware(DjangoSessionMiddleware):
    """The session is stored after the view, where no other middleware sees the database fail."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except (OperationalError, InterfaceError) as error:
            log.error("The session could not be stored: %s", type(error).__name__)
            return unavailable(request)


class PathLanguageMiddleware:
    """The language comes from the path alone, so that pages need no Vary and no cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = get_language_from_path(request.path_info) or "en"
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
