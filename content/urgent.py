"""Symptoms that cannot wait, where somebody looks for them: their advice stands first."""

from django.utils import translation
from rapidfuzz.distance import OSA

from clinic import memory
from content import words
from content.library import library
from content.models import RedFlag

LEVELS = (RedFlag.Level.CALL_911, RedFlag.Level.CALL_988, RedFlag.Level.EMERGENCY)
LEAST_SHARE = 0.6  # of the words that were asked
# These alone are enough.
CRISIS = {
    "en": "suicide suicidal kill killing die dying",
    "es": "suicidio suicida suicidarme suicidarse matarme matarse morir morirme",
}

Stems = frozenset[str]


def stems(text: str, language: str) -> Stems:
    return frozenset(token.stem for token in words.tokens(text, language))


@memory.remembered
def _flags() -> tuple[RedFlag, ...]:
    return tuple(RedFlag.objects.filter(level__in=LEVELS))


@memory.remembered
def _known() -> dict[str, tuple[list[tuple[RedFlag, Stems]], Stems]]:
    """In each language: the symptoms with their words, and the words that say nothing alone, since
    they are those of the clinic's everyday topics.
    """
    found = {}
    for language in CRISIS:
        with translation.override(language):
            flags = [(flag, stems(flag.text, language)) for flag in _flags()]
            topics = " ".join(f"{topic.name} {topic.summary}" for topic in library().topics)
            found[language] = (flags, stems(topics, language))
    return found


def is_one_of(word: str, others: Stems) -> bool:
    """Itself, the beginning of one (“numb”), or one with a slip in it."""
    if word in others or len(word) < 4:
        return word in others
    return any(
        other.startswith(word)
        or (other[0] == word[0] and OSA.distance(word, other, score_cutoff=1) <= 1)
        for other in others
    )


def urgent(question: str, language: str) -> tuple[RedFlag, ...]:
    """Those of which two words were asked for, one of them not an everyday one."""
    flags, everyday = _known()[language]
    asked = stems(question, language)
    in_crisis = bool(asked & stems(CRISIS[language], language))

    def is_meant(flag: RedFlag, its_words: Stems) -> bool:
        if flag.level == RedFlag.Level.CALL_988 and in_crisis:
            return True
        found = {word for word in asked if is_one_of(word, its_words)}
        return len(found) >= max(2, LEAST_SHARE * len(asked)) and bool(found - everyday)

    return tuple(flag for flag, its_words in flags if is_meant(flag, its_words))
