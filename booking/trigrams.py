"""Three letters in a row: what two spellings of a name have in common. Pure."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from itertools import chain

LETTERS = 3
LONGEST_TEXT = 200
VOWELS = frozenset("aeiouy")
APOSTROPHES = re.compile("['’]")
NO_LETTERS = re.compile(r"[\W_]+")


def words_of(text: str) -> list[str]:
    """The words as they are compared: without case, accents and marks; “O’Brien” is “obrien”."""
    bare = text[:LONGEST_TEXT].casefold()
    if not bare.isascii():
        letters = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return NO_LETTERS.sub(" ", APOSTROPHES.sub("", bare)).split()


def trigrams_of(*texts: str) -> set[str]:
    """The trigrams of the words; a blank at each end, so that beginnings and ends count.

    Of an address only what stands before the @: half of all people are at one of three hosts.
    """
    words = chain(*(words_of(text.partition("@")[0]) for text in texts))
    return set().union(*map(_of_word, words))


@lru_cache(maxsize=4_096)  # first names, and the commonest others
def _of_word(word: str) -> frozenset[str]:
    padded = f" {word} "
    found = {padded[at : at + LETTERS] for at in range(len(padded) - LETTERS + 1)}
    # “Jhon” and “John” have no three letters in common, but three consonants: they are one more,
    # in capitals, which no word has here.
    consonants = "".join(letter for letter in word if letter not in VOWELS)
    if len(consonants) >= LETTERS:
        found.add(consonants[:LETTERS].upper()[:LETTERS])
    return frozenset(found)


def weight(trigrams: Collection[str]) -> int:
    """How much they say; the consonants of a word say as much as two of its trigrams."""
    return len(trigrams) + len([each for each in trigrams if each.isupper()])


def likeness(first: set[str], second: set[str]) -> float:
    """From 0, nothing in common, to 1, the same."""
    both = weight(first) + weight(second)
    return 2 * weight(first & second) / both if both else 0.0


def covered(wanted: set[str], by: set[str]) -> float:
    """How much of what is wanted is there, from 0 to 1."""
    return weight(wanted & by) / weight(wanted) if wanted else 0.0
