"""Three letters in a row: what two spellings of a name have in common. Pure."""

import unicodedata
from collections.abc import Collection, Iterator

LETTERS = 3
LONGEST_TEXT = 200
VOWELS = frozenset("aeiouy")


def words_of(text: str) -> list[str]:
    """The words as they are compared: without case, accents and marks; “O’Brien” is “obrien”."""
    bare = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].casefold())
    kept = (letter for letter in bare if not unicodedata.combining(letter) and letter not in "'’")
    return "".join(letter if letter.isalnum() else " " for letter in kept).split()


def trigrams_of(*texts: str) -> set[str]:
    """The trigrams of the words; a blank at each end, so that beginnings and ends count.

    Of an address only what stands before the @: half of all people are at one of three hosts.
    """
    words = (word for text in texts for word in words_of(text.partition("@")[0]))
    return {trigram for word in words for trigram in _of_word(word)}


def _of_word(word: str) -> Iterator[str]:
    padded = f" {word} "
    for at in range(len(padded) - LETTERS + 1):
        yield padded[at : at + LETTERS]
    # “Jhon” and “John” have no three letters in common, but three consonants: they are one more,
    # in capitals, which no word has here.
    consonants = [letter for letter in word if letter not in VOWELS]
    if len(consonants) >= LETTERS:
        yield "".join(consonants[:LETTERS]).upper()[:LETTERS]


def weight(trigrams: Collection[str]) -> int:
    """How much they say; the consonants of a word say as much as two of its trigrams."""
    return len(trigrams) + sum(trigram.isupper() for trigram in trigrams)


def likeness(first: set[str], second: set[str]) -> float:
    """From 0, nothing in common, to 1, the same."""
    both = weight(first) + weight(second)
    return 2 * weight(first & second) / both if both else 0.0


def covered(wanted: set[str], by: set[str]) -> float:
    """How much of what is wanted is there, from 0 to 1."""
    return weight(wanted & by) / weight(wanted) if wanted else 0.0
