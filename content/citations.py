"""Numbered sources: [@key] in a text becomes a number, in the order of the first citation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from content.models import Reference

CITED = re.compile(r"\[@([\w-]+)\]")
MARK = re.compile(rf"\s*{CITED.pattern}")  # with the space before it, which its number does without


@dataclass(frozen=True)
class Cited:
    number: int
    reference: Reference
    places: list[str] = field(default_factory=list)  # the anchors where the text cites it

    @property
    def backlinks(self) -> list[tuple[str, str]]:
        """Anchor and letter of each place."""
        return [(place, ascii_lowercase[n % 26]) for n, place in enumerate(self.places)]


class Citations:
    """The sources of one page; texts are marked in the order in which they are read."""

    def __init__(self, references: Mapping[str, Reference]) -> None:
        self._references = references
        self._cited: dict[str, Cited] = {}

    def __iter__(self) -> Iterator[Cited]:
        return iter(self._cited.values())

    def __bool__(self) -> bool:
        return bool(self._cited)

    def _cite(self, key: str) -> str:
        reference = self._references.get(key)
        if reference is None:
            return ""  # a slip of the pen; the rest of the sentence stands without it
        cited = self._cited.setdefault(key, Cited(len(self._cited) + 1, reference))
        place = f"cite-{cited.number}"
        if cited.places:
            place += f"-{len(cited.places) + 1}"
        cited.places.append(place)
        return format_html(
            '<sup class="ref"><a href="#ref-{}" id="{}"><span class="visually-hidden">{} </span>'
            "{}</a></sup>",
            cited.number,
            place,
            _("Source"),
            cited.number,
        )

    def mark(self, html: SafeString) -> SafeString:
        """The same HTML with its citations as links. Only safe HTML may come in."""
        return SafeString(MARK.sub(lambda found: self._cite(found[1]), html))
