"""Public pages: the same bytes for every reader of one language, kept in this process."""

import functools
import re
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from clinic import memory

KEPT_FOR = 60  # seconds; the next openings on a page are at most this old
OUTSIDE = f"public, max-age={KEPT_FOR}, stale-while-revalidate=600"
MOST_PAGES = 2_000
INDENTATION = re.compile(rb"\n\s+")

View = Callable[..., HttpResponse]
_pages: dict[tuple[int, str], tuple[float, bytes, dict[str, str]]] = {}
_lock = threading.Lock()
memory.forget_with(_pages.clear)


def without_indentation(page: HttpResponse) -> None:
    """A line's indentation is for those who read the templates: it weighs some 400 bytes a page.

    No public page has a text in which it would show.
    """
    if page.headers["Content-Type"].startswith("text/html"):
        page.content = INDENTATION.sub(b"\n", page.content)


def public_page(view: View) -> View:
    """A page without cookie, session, token or nonce, that may be kept here and outside.

    The query string is no part of the key: such a page does not read it. When the database is
    away, an old copy is better than none.
    """

    @functools.wraps(view)
    def keep(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        key = (memory.site_version(), request.path)
        kept = _pages.get(key)
        if kept and time.monotonic() - kept[0] < KEPT_FOR:
            return HttpResponse(kept[1], headers=kept[2])
        try:
            response = view(request, *args, **kwargs)
            if isinstance(response, TemplateResponse):
                without_indentation(response.render())
        except DatabaseError:
            if not kept:
                raise
            return HttpResponse(kept[1], headers=kept[2])
        if response.status_code == 200:
            response.headers["Cache-Control"] = OUTSIDE
            with _lock:
                if len(_pages) >= MOST_PAGES:
                    _pages.clear()
                _pages[key] = (time.monotonic(), response.content, dict(response.headers))
        return response

    return keep
