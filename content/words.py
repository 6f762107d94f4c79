"""Words as a search compares them: without accents, capitals, plurals and small spelling slips."""

import html
import re
import unicodedata
from collections.abc import Container, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString

from content.citations import MARK

# What the channels of points are called in English, in Spanish, and in older books.
CHANNELS: dict[str, tuple[str, ...]] = {
    "BL": ("B", "UB", "V"),
    "CV": ("REN", "RM", "VC"),
    "GB": ("VB",),
    "GV": ("DU", "DM", "VG"),
    "HT": ("H", "C"),
    "KI": ("K", "R"),
    "LI": ("IG",),
    "LR": ("LV", "LIV", "H"),
    "LU": ("L", "P"),
    "PC": ("P", "MC"),
    "SI": ("ID",),
    "SP": ("BP",),
    "ST": ("S", "E"),
    "TE": ("TW", "TB", "SJ", "TR"),
}
_LETTERS = sorted({name for code, others in CHANNELS.items() for name in (code, *others)}, key=len)
# “GB 21”, “gb-21” and “GB21” are one word.
WORD = re.compile(rf"\b(?:{'|'.join(reversed(_LETTERS))})[ -]?\d{{1,2}}\b|[^\W_]+", re.IGNORECASE)
ENDS = re.compile(r"</(?:p|li|h[1-6]|blockquote|ul|ol)>|<br>")
HEADING = re.compile(r"<h3[^>]*>(.*?)</h3>", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[^\W\d_a-zñáéíóú]|[\d¿¡“\"(])|\n+")
LONGEST_SENTENCE = 240

# Words that say nothing of what is meant.
ENGLISH = """
    a about after all also an and any are as at be because been but by can do does for from had
    has have he her his how i if in is it its may me more most my no not of on or our she so some
    than that the their them then there they this to too up very was we what when where which who
    will with would you your
"""
SPANISH = """
    a al algo ante como con cual cuando de del desde donde e el ella ellos en entre era es esa ese
    eso esta este esto fue ha hay hasta la las le les lo los mas me mi mis muy ni no nos o para
    pero por porque que quien se ser si sin sobre son su sus tambien te tener tiene todo tu un una
    uno unos y ya yo
"""
STOP = {"en": frozenset(ENGLISH.split()), "es": frozenset(SPANISH.split())}

# What people say, and what stands in the texts.
EVERYDAY = {
    "en": {
        "disk": "disc",
        "slipped": "herniated",
        "ruptured": "herniated",
        "trapped": "pinched",
        "cortisone": "steroid",
        "shot": "injection",
        "jab": "injection",
        "pt": "therapy",
        "physio": "therapy",
        "lumbago": "low",
        "rheumatism": "arthritis",
        "tummy": "belly",
        "price": "cost",
        "appointment": "visit",
    },
    "es": {
        "pinchado": "pinzado",
        "atrapado": "pinzado",
        "cortisona": "esteroide",
        "fisioterapia": "terapia",
        "lumbago": "baja",
        "lumbalgia": "baja",
        "cervicales": "cuello",
        "torticolis": "cuello",
        "jaqueca": "migraña cabeza",
        "reuma": "artritis",
        "precio": "costo cuesta",
        "consulta": "visita cita",
    },
}


class Token(NamedTuple):
    stem: str
    start: int
    end: int


def fold(word: str) -> str:
    """Without accents, capitals and what stands between a point's letters and its number."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in apart if c.isalnum())


def _without_s(word: str, kept: tuple[str, ...]) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(kept) else word


def stem(word: str, language: str) -> str:
    """One form for one and many: “needles” and “needle”, “dolores” and “dolor”."""
    word = fold(word)
    if language == "es":
        word = _without_s(word, ("ss",))
        if len(word) > 3 and word.endswith("e"):
            word = word[:-1]
        return f"{word[:-1]}c" if word.endswith("z") else word  # una vez, dos veces
    word = _without_s(word, ("ss", "us", "is"))
    if len(word) > 4 and word.endswith(("e", "y")):
        return word[:-1] if word.endswith("e") else f"{word[:-1]}i"  # an injury, two injuries
    return word


@lru_cache(maxsize=32_768)
def meant(word: str, language: str) -> str:
    """The form by which a word is found; none of a word that says nothing."""
    return "" if fold(word) in STOP[language] else stem(word, language)


def tokens(text: str, language: str) -> Iterator[Token]:
    """The words of a text that mean something."""
    for found in WORD.finditer(text):
        if form := meant(found[0], language):
            yield Token(form, found.start(), found.end())


@cache
def everyday(language: str) -> dict[str, tuple[str, ...]]:
    """The forms of everyday words, with those of the words that the texts have for them."""
    return {
        stem(said, language): tuple(stem(word, language) for word in meant.split())
        for said, meant in EVERYDAY[language].items()
    }


SOUNDS = [
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("ch", "x"),
        ("qu", "k"),
        ("c(?=[ei])|z", "s"),
        ("g(?=[ei])", "j"),
        ("c", "k"),
        ("v", "b"),
        ("ll", "y"),
        ("h", ""),
        (r"(.)\1", r"\1"),
    )
]


@lru_cache(maxsize=16_384)
def sound(word: str) -> str:
    """How a Spanish word sounds: “cabesa” like “cabeza”, “rodiya” like “rodilla”."""
    for pattern, letter in SOUNDS:
        word = pattern.sub(letter, word)
    return word


def plain(text: str) -> str:
    """The words of a text or of clean HTML: without tags, and without its citations."""
    bare = html.unescape(strip_tags(ENDS.sub("\n", MARK.sub("", text))))
    return unicodedata.normalize("NFC", bare)


def headings(markup: str) -> list[str]:
    """What stands as a heading within a block's prose."""
    return [plain(found) for found in HEADING.findall(markup)]


def sentences(text: str) -> list[str]:
    found = (" ".join(sentence.split()) for sentence in SENTENCE.split(plain(text)))
    return [sentence for sentence in found if sentence]


def marked(text: str, stems: Container[str], language: str) -> SafeString:
    """The text, escaped, with the words that were looked for in <mark>."""
    parts, at = [], 0
    for token in tokens(text, language):
        if token.stem in stems:
            word = escape(text[token.start : token.end])
            parts += [escape(text[at : token.start]), f"<mark>{word}</mark>"]
            at = token.end
    return SafeString("".join([*parts, escape(text[at:])]))


def excerpt(sentence: str, stems: Container[str], language: str) -> str:
    """The sentence, or of a long one the part around the first word that was looked for."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    first = next((t.start for t in tokens(sentence, language) if t.stem in stems), 0)
    start = max(0, min(first - LONGEST_SENTENCE // 3, len(sentence) - LONGEST_SENTENCE))
    start = sentence.rfind(" ", 0, start) + 1 if start else 0
    part = sentence[start : start + LONGEST_SENTENCE]
    if start + len(part) < len(sentence):
        part = f"{part.rpartition(' ')[0]} …"
    return f"… {part}" if start else part
