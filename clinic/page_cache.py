"""Public pages: the same bytes for every reader of one language, kept in this process.

A page is kept for a minute, but never beyond the next moment at which something appears or goes
by itself: nobody, here or outside, keeps it longer.
"""

import functools
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from clinic import memory

KEPT_FOR = 60  # seconds; the next openings on a page are at most this old
STALE_FOR = 600  # seconds more, outside, while a new copy is fetched
MOST_PAGES = 2_000
INDENTATION = re.compile(rb"\n\s+")

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class _Kept:
    content: bytes
    headers: dict[str, str]
    until: float  # by the monotonic clock
    changes: datetime | None  # by the clock on the wall: from then on it is wrong

    def is_good(self) -> bool:
        return time.monotonic() < self.until and left_until(self.changes) > 0

    def answer(self) -> HttpResponse:
        headers = {**self.headers, "Cache-Control": outside(self.changes)}
        return HttpResponse(self.content, headers=headers)


_pages: dict[tuple[int, str], _Kept] = {}
_lock = threading.Lock()
_changes: list[Callable[[datetime], datetime | None]] = []
memory.forget_with(_pages.clear)


def without_indentation(page: HttpResponse) -> None:
    """A line's indentation is for those who read the templates: it weighs some 400 bytes a page.

    No public page has a text in which it would show.
    """
    if page.headers["Content-Type"].startswith("text/html"):
        page.content = INDENTATION.sub(b"\n", page.content)


def changes_at(next_change: Callable[[datetime], datetime | None]) -> None:
    """Register what knows of the next moment, after a given one, at which pages change."""
    _changes.append(next_change)


def next_change() -> datetime | None:
    now = timezone.now()
    return min((moment for ask in _changes if (moment := ask(now))), default=None)


def left_until(moment: datetime | None) -> float:
    """Seconds."""
    return (moment - timezone.now()).total_seconds() if moment else float("inf")


def outside(changes: datetime | None) -> str:
    """How long others may keep a page: never beyond the moment at which it changes by itself."""
    left = left_until(changes)
    fresh = int(max(0, min(KEPT_FOR, left)))
    stale = int(max(0, min(STALE_FOR, left - fresh)))
    return f"public, max-age={fresh}, stale-while-revalidate={stale}"


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
        if kept and kept.is_good():
            return kept.answer()
        begun = time.monotonic()
        try:
            changes = next_change()  # asked first: it may pass while the page is being made
            response = view(request, *args, **kwargs)
            if isinstance(response, TemplateResponse):
                without_indentation(response.render())
        except DatabaseError:
            if not kept:
                raise
            return kept.answer()
        if response.status_code == 200:
            response.headers["Cache-Control"] = outside(changes)
            headers = dict(response.headers)
            _keep(key, _Kept(response.content, headers, begun + KEPT_FOR, changes))
        return response

    return keep


def _keep(key: tuple[int, str], page: _Kept) -> None:
    with _lock:
        if len(_pages) >= MOST_PAGES:
            _pages.clear()
        _pages[key] = page
