"""How hard a text is to read, by the formulas that the field uses.

English: Flesch-Kincaid grade (Kincaid et al. 1975, "Derivation of new readability formulas").
Spanish: Fernández Huerta 1959, with sentences in words, as Law (2011) set the misprint right.
A word's syllables are its vowel sounds, counted from the spelling.
"""

import re
import tomllib
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

HIGHEST_GRADE = 8.0  # Flesch-Kincaid
# Flesch's table puts grades 8 and 9 at 60 to 70; Fernández Huerta took his bands from it.
LOWEST_EASE = 60.0

CITATION = re.compile(r"\s*\[@[\w-]+\]")
END_OF_PART = re.compile(r"</(?:p|li|h3|blockquote)>")
TAG = re.compile(r"<[^>]+>")
DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
ENGLISH_SOUND = re.compile(r"[aeiouy]+")
ENGLISH_TWO_SOUNDS = re.compile(
    r"(?<![tscg])i[ao]|ia(?![ln])|[^qg]ua|[^p]eo|idea|ying|ism$|quiet|diet"
)
SILENT_END = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouydt]ed$|[^aeiouylscxzgh]es$")
STRONG, STRESSED_WEAK = "aeoáéó", "íú"
SPANISH_SOUND = re.compile(r"[aeiouáéíóúü]+(?:y\b)?|\by\b")


def plain(html: str) -> str:
    """The words as they are read out: without marks, every part a sentence of its own."""
    text = END_OF_PART.sub(". ", CITATION.sub("", html))
    return re.sub(r"\s+", " ", unescape(TAG.sub(" ", text))).strip()


def words(text: str) -> list[str]:
    return WORD.findall(DECIMAL.sub("", text))


def sentences(text: str) -> int:
    return sum(1 for part in SENTENCE.split(DECIMAL.sub("", text)) if WORD.search(part))


def english_syllables(word: str) -> int:
    word = word.lower()
    count = len(ENGLISH_SOUND.findall(word)) + len(ENGLISH_TWO_SOUNDS.findall(word))
    return max(1, count - bool(SILENT_END.search(word)))


def spanish_syllables(word: str) -> int:
    """Two strong vowels, or a weak one with an accent, are two syllables."""
    count = 0
    for sound in SPANISH_SOUND.findall(re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())):
        count += 1 + sum(
            (one in STRONG and other in STRONG) or one in STRESSED_WEAK or other in STRESSED_WEAK
            for one, other in pairwise(sound)
        )
    return max(1, count)


def flesch_kincaid(text: str) -> float:
    """The school grade that an English text asks for."""
    said = words(text)
    syllables = sum(english_syllables(word) for word in said)
    return 0.39 * len(said) / sentences(text) + 11.8 * syllables / len(said) - 15.59


def fernandez_huerta(text: str) -> float:
    """How easy a Spanish text is, from 0 to 100."""
    said = words(text)
    syllables = sum(spanish_syllables(word) for word in said)
    return 206.84 - 60 * syllables / len(said) - 1.02 * len(said) / sentences(text)


def article_text(data: dict[str, Any]) -> str:
    """What a reader reads of a starter article, its headings aside."""
    return " ".join([data["lead"], *(plain(block["html"]) for block in data["block"])])


if __name__ == "__main__":
    for path in sorted(Path("content/starter/articles").glob("*.toml")):
        data = tomllib.loads(path.read_text())
        text = article_text(data)
        is_english = data["language"] == "en"
        score = flesch_kincaid(text) if is_english else fernandez_huerta(text)
        name = "grade" if is_english else "ease"
        print(f"{path.name:60} {len(words(text)):5} words  {name} {score:.1f}")  # noqa: T201
