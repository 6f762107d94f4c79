"""Symptoms that cannot wait, where somebody looks for them: their advice stands first."""

from django.utils import translation
from rapidfuzz.distance import OSA

from clinic import memory
from content import words
from content.library import library
from content.models import RedFlag

LEVELS = (RedFlag.Level.CALL_911, RedFlag.Level.CALL_988, RedFlag.Level.EMERGENCY)
LEAST_SHARE = 0.6  # of the words that were asked
# What people type where the symptoms' own texts have other words: all words of one are enough. By
# the level or the slug of the symptom.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        RedFlag.Level.CALL_988: (
            *("suicide", "suicidal", "kill", "killing myself", "die", "dying", "self harm"),
            *("harm myself", "hurt myself", "hurting myself", "end my life", "take my life"),
        ),
        "chest-pain": ("heart attack", "chest hurts", "chest tight", "chest tightness"),
        "stroke-signs": ("stroke",),
        "sudden-breathlessness": (
            *("can't breathe", "cant breathe", "cannot breathe", "short of breath"),
            *("shortness of breath", "trouble breathing", "hard to breathe"),
        ),
        "sudden-headache-or-stiff-neck": ("worst headache", "thunderclap headache"),
        "bladder-bowel-or-saddle": (
            *("can't pee", "cant pee", "cannot pee", "can't urinate", "cannot urinate"),
            *("numb groin", "groin numbness", "wet myself"),
        ),
    },
    "es": {
        RedFlag.Level.CALL_988: (
            *("suicidio", "suicida", "suicidarme", "suicidarse", "matarme", "matarse", "morir"),
            *("morirme", "hacerme daño", "quiero vivir", "quitarme la vida"),
        ),
        "chest-pain": ("infarto", "ataque al corazón", "ataque cardíaco", "duele el pecho"),
        "stroke-signs": ("derrame cerebral", "derrame", "embolia"),
        "sudden-breathlessness": (
            *("puedo respirar", "falta el aire", "falta de aire", "cuesta respirar"),
            "dificultad para respirar",
        ),
        "sudden-headache-or-stiff-neck": ("peor dolor de cabeza",),
        "bladder-bowel-or-saddle": ("puedo orinar", "adormecimiento ingle"),
    },
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
    for language in SAID:
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
    """Those that are said in so many words, and those of which two words were asked for, one of
    them not an everyday one.
    """
    flags, everyday = _known()[language]
    asked = stems(question, language)

    def is_meant(flag: RedFlag, its_words: Stems) -> bool:
        sayings = (*SAID[language].get(flag.level, ()), *SAID[language].get(flag.slug, ()))
        if any(stems(saying, language) <= asked for saying in sayings):
            return True
        found = {word for word in asked if is_one_of(word, its_words)}
        return len(found) >= max(2, LEAST_SHARE * len(asked)) and bool(found - everyday)

    return tuple(flag for flag, its_words in flags if is_meant(flag, its_words))
