"""Two versions of an article side by side, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from itertools import groupby, zip_longest
from typing import Any

from content.snapshots import KINDS, Data

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
END_OF_LINE = re.compile(r"</(?:p|li|h\d|blockquote)>|<br\s*/?>")
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\S+\s*")
MOST_WORDS = 1_500  # of one line: beyond them word by word takes too long, and tells nobody more
SAME, ADDED, REMOVED = "same", "added", "removed"


@dataclass(frozen=True)
class Line:
    part: str  # which part of the page it belongs to
    text: str


@dataclass(frozen=True)
class Words:
    kind: str  # SAME, ADDED or REMOVED
    text: str


@dataclass(frozen=True)
class Change:
    """A part of the page, its lines as words that stayed, came or went."""

    part: str
    lines: tuple[tuple[Words, ...], ...]

    @property
    def differs(self) -> bool:
        return any(words.kind != SAME for line in self.lines for words in line)

    def count(self, kind: str) -> int:
        texts = [words.text for line in self.lines for words in line if words.kind == kind]
        return sum(len(text.split()) for text in texts)

    @property
    def added(self) -> int:
        return self.count(ADDED)

    @property
    def removed(self) -> int:
        return self.count(REMOVED)


def plain_lines(html: str) -> list[str]:
    """The text of some prose, a paragraph a line; where a link leads is said, too."""
    text = END_OF_LINE.sub("\n", LINK.sub(r"\2 [\1]", html))
    lines = unescape(TAG.sub("", text)).split("\n")
    return [said for line in lines if (said := " ".join(line.split()))]


def in_language(values: Data, name: str, language: str) -> str:
    return str(values.get(f"{name}_{language}") or values.get(f"{name}_en") or "")


def lines_of(data: Data) -> list[Line]:
    """Everything on the page, from its title to the texts of the points it shows."""
    article = data["article"]
    lines = [
        Line(part, str(article[name]))
        for part, name in (
            ("Title", "title"),
            ("Lead", "lead"),
            ("Description", "description"),
            ("Address", "slug"),
            ("Author", "author"),
            ("Written on", "written_on"),
        )
    ]
    lines += [Line("Review", text) for text in signatures(data)]
    lines += [Line("Topics", name) for name in article.get("topics", ())]
    for place, block in enumerate(data["blocks"], start=1):
        part = block.get("heading") or f"{KINDS_SAID.get(block['model'], 'Block')} ({place})"
        lines += [Line(f"Text: {part}", text) for text in block_lines(block)]
    return [*lines, *vocabulary_lines(data)]


KINDS_SAID = {name: str(kind._meta.verbose_name).capitalize() for name, kind in KINDS.items()}


def block_lines(block: Data) -> Iterator[str]:
    """Its heading, its text, the rest: PostgreSQL keeps a snapshot's names in another order."""
    for name in sorted(block, key=lambda name: (name != "heading", name != "body", name)):
        value = block[name]
        if name == "model" or not value:
            continue
        if isinstance(value, list):
            yield f"{name.replace('_', ' ').capitalize()}: {', '.join(value)}"
        else:
            yield from plain_lines(str(value))


def signatures(data: Data) -> list[str]:
    found = []
    if by := data["review"]:
        due = f" Next review: {by['due']}." if by["due"] else ""
        who = ", ".join(filter(None, (by["name"], by["credentials"], by["licence"])))
        found.append(f"Reviewed by {who}, on {by['on']}.{due}")
    if translation := data["translation_review"]:
        found.append(f"Translation reviewed by {translation['by']} on {translation['on']}.")
    return found or ["Not reviewed."]


SAID_OF = {
    "redflag": ("Warning sign", ("text",)),
    "caution": ("Caution", ("name", "text")),
    "pressurepoint": (
        "Point",
        ("name", "location", "caution", "technique", "tradition", "evidence"),
    ),
}


def vocabulary_lines(data: Data) -> Iterator[Line]:
    language = data["article"]["language"]
    for model, (part, names) in SAID_OF.items():
        for key, values in sorted(data["vocabulary"].get(model, {}).items()):
            texts = [in_language(values, name, language) for name in names]
            texts += [str(values[name]) for name in ("level", "evidence_grade") if name in values]
            yield from (Line(f"{part}: {key}", text) for text in texts if text)
    for key, values in sorted(data["vocabulary"].get("reference", {}).items()):
        said = ("authors", "year", "title", "source", "doi", "url")
        yield Line(f"Source: {key}", ". ".join(str(values[n]) for n in said if values[n]))


def compare(old: Data, new: Data) -> list[Change]:
    """Every part of both, in the order of the page, with what came and what went."""
    pairs = list(_lines(lines_of(old), lines_of(new)))
    return [
        Change(part, tuple(words for _part, words in lines))
        for part, lines in groupby(pairs, key=lambda pair: pair[0])
    ]


def differences(old: Data, new: Data) -> list[Change]:
    return [change for change in compare(old, new) if change.differs]


def _lines(old: list[Line], new: list[Line]) -> Iterator[tuple[str, tuple[Words, ...]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from ((line.part, (Words(SAME, line.text),)) for line in old[a:b])
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: list[Line], new: list[Line]) -> Iterator[tuple[str, tuple[Words, ...]]]:
    """Line by line within each part; what is of another part was taken out or put in whole."""
    parts = dict.fromkeys(line.part for line in (*old, *new))
    for part in parts:
        before = [line.text for line in old if line.part == part]
        after = [line.text for line in new if line.part == part]
        for one, other in zip_longest(before, after):
            yield part, tuple(_words(one or "", other or ""))


def _words(old: str, new: str) -> Iterator[Words]:
    a, b = WORD.findall(old), WORD.findall(new)
    if len(a) > MOST_WORDS or len(b) > MOST_WORDS:
        yield from (Words(kind, text) for kind, text in ((REMOVED, old), (ADDED, new)) if text)
        return
    matcher: SequenceMatcher[Any] = SequenceMatcher(None, a, b, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Words(SAME, "".join(b[k:m]))
            continue
        if i < j:
            yield Words(REMOVED, "".join(a[i:j]))
        if k < m:
            yield Words(ADDED, "".join(b[k:m]))
