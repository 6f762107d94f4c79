"""The page of the search. What was asked may be about somebody's health: it is kept nowhere."""

import unicodedata

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.pages import Page, show
from content.library import library
from content.search import Findings
from content.searchable import index
from content.urgent import urgent

LONGEST_QUESTION = 100


def asked(text: str) -> str:
    """What somebody typed, on one line and without the signs that nobody sees."""
    seen = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text[: 10 * LONGEST_QUESTION])
        if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join(seen.split())[:LONGEST_QUESTION].rstrip()


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    now, language = timezone.now(), get_language() or "en"
    question = asked(request.GET.get("q", ""))
    findings = index(language, now=now).find(question) if question else Findings()
    page = Page(
        title=_("Search results for “%(question)s”") % {"question": question}
        if question
        else _("Search"),
        description=_("Find an article, a pressure point or somebody of our team."),
        indexed=False,
    )
    response = show(
        request,
        "content/search.html",
        page,
        question=question,
        findings=findings,
        urgent=urgent(question, language) if question else (),
        elsewhere=in_other_language(question, findings, language) if question else None,
        topics=library().topics_with_something(language, now=now),
    )
    add_never_cache_headers(response)
    return response


def in_other_language(question: str, findings: Findings, language: str) -> tuple[str, int] | None:
    """The other language and how much it has, where it alone has these very words."""
    if findings.results and not findings.unknown:
        return None
    other = "en" if language == "es" else "es"
    found = index(other, now=timezone.now()).find(question)
    return (other, len(found.results)) if found.is_exact else None
