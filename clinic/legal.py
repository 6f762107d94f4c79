"""The legal pages: read from memory, filled in, and confirmed by the clinic."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from clinic import memory, times
from clinic.directory import directory
from clinic.models import LanguageNotice, LegalPage, LegalPageVersion, User
from clinic.models.own_pages import BRACED, sanitize
from clinic.templatetags.telephone import telephone_link

Key = LegalPage.Key
HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
WORTH_A_LIST = 5  # so many headings get a list of contents
# What each is about, for those who look at a list of results, and as its first lines.
LEADS: dict[str, Promise] = {
    Key.PRIVACY_PRACTICES: _("How we use and share health information, and what your rights are."),
    Key.PRIVACY: _("What this site keeps about you, why, and what it never does."),
    Key.GOOD_FAITH_ESTIMATE: _("If you pay yourself: your right to know the cost before you come."),
    Key.NONDISCRIMINATION: _("We treat everybody alike. What help you can have, and whom to tell."),
    Key.LANGUAGE_ASSISTANCE: _("Interpreters and other help to understand us, free of charge."),
    Key.ACCESSIBILITY: _(
        "Everybody should be able to read this site and ask for a consultation, whatever they use "
        "to do it."
    ),
    Key.TERMS: _("What this site is for, and what it is not for."),
}


@dataclass(frozen=True)
class LegalPages:
    pages: tuple[LegalPage, ...]  # in the order in which every page names them
    notices: tuple[LanguageNotice, ...]  # those that have a text

    def page(self, key: str) -> LegalPage | None:
        return next((page for page in self.pages if page.key == key), None)


@memory.remembered
def legal_pages() -> LegalPages:
    known = {page.key: page for page in LegalPage.objects.all()}
    return LegalPages(
        pages=tuple(known[key] for key in Key.values if key in known),
        notices=tuple(LanguageNotice.objects.exclude(text="")),
    )


def with_anchors(html: SafeString) -> tuple[SafeString, list[tuple[str, str]]]:
    """The text with a place to link to at each heading, and those places with their names."""
    found: list[tuple[str, str]] = []

    def anchored(heading: re.Match[str]) -> str:
        anchor = f"part-{len(found) + 1}"
        found.append((anchor, mark_safe(strip_tags(heading[1]))))
        return f'<h2 id="{anchor}">{heading[1]}</h2>'

    text = mark_safe(HEADING.sub(anchored, html))
    return text, found if len(found) >= WORTH_A_LIST else []


def body(page: LegalPage) -> SafeString:
    """Its text with what the placeholders stand for; a value is never read again."""
    here = next((place for place in directory().locations if place.street), None)
    clinic = memory.the_clinic()
    values = {
        "clinic": conditional_escape(clinic.name),
        "telephone": telephone_link(clinic.telephone),
        "address": conditional_escape(here.one_line if here else ""),
        "effective_date": conditional_escape(
            times.day(page.effective_on)
            if page.effective_on
            else gettext("the day on which the clinic has checked it")
        ),
    }
    # Cleaned when it was written in the admin, and here whatever wrote it.
    safe = sanitize(page.body)
    return mark_safe(BRACED.sub(lambda found: values.get(found[1], found[0]), safe))


def language_of(page: LegalPage) -> str:
    """English stands in where there is no Spanish text."""
    language = get_language() or "en"
    return language if page.body_en and (language == "en" or page.body_es) else "en"


def _keep(page: LegalPage, *, by: User | None, since: datetime) -> None:
    here = next((place for place in directory().locations if place.street), None)
    clinic = memory.the_clinic()
    words = ("title_en", "title_es", "body_en", "body_es", "effective_on")
    LegalPageVersion.objects.create(
        page=page.key,
        since=since,
        by=by.pk if by else None,
        by_name=str(by or "")[:254],
        clinic=clinic.name,
        telephone=str(clinic.telephone),
        address=here.one_line if here else "",
        is_checked=page.checked_on is not None,
        is_translated=page.translation_reviewed_on is not None,
        **{name: getattr(page, name) for name in words},
    )


@transaction.atomic
def word(
    *, page: LegalPage, by: User, is_checked: bool, is_translated: bool, now: datetime
) -> None:
    """Store an owner's wording, and keep it for good; before the first one, what stood there.
    What nobody has confirmed as it stands now is a template again.
    """
    before = LegalPage.objects.select_for_update().get(pk=page.pk)
    if not LegalPageVersion.objects.filter(page=page.key).exists():
        _keep(before, by=before.updated_by, since=before.updated_at)
    today = now.astimezone(memory.the_clinic().zone).date()
    page.updated_at, page.updated_by = now, by
    page.checked_on = today if is_checked else None
    page.checked_by = str(by)[:128] if is_checked else ""
    page.translation_reviewed_on = today if is_translated else None
    page.save()
    _keep(page, by=by, since=now)
