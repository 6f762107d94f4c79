"""Four in ten people struggle with texts on health: ours are written for grade 8 or below."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from content.starter_loader import FOLDER
from tests.content.readability import (
    HIGHEST_GRADE,
    LOWEST_EASE,
    article_text,
    english_syllables,
    fernandez_huerta,
    flesch_kincaid,
    plain,
    sentences,
    spanish_syllables,
    words,
)

ARTICLES = sorted((FOLDER / "articles").glob("*.toml"))
THE_FIRST = "pressure-points-upper-back-pain"  # as long as the clinic's own article


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_an_article_is_plain_language(path: Path) -> None:
    data = read(path)
    text = article_text(data)
    if data["language"] == "en":
        assert flesch_kincaid(text) <= HIGHEST_GRADE
    else:
        assert fernandez_huerta(text) >= LOWEST_EASE


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_an_article_has_the_length_of_one_sitting(path: Path) -> None:
    data = read(path)
    longest = 1_500 if data["slug"] == THE_FIRST else 1_200
    assert 700 <= len(words(article_text(data))) <= longest


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("pain", 1),
        ("needles", 2),
        ("pressure", 2),
        ("people", 2),
        ("tradition", 3),
        ("sciatica", 4),
        ("walked", 1),
        ("needed", 2),
        ("acupuncture", 4),
    ],
)
def test_english_syllables(word: str, count: int) -> None:
    assert english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("día", 2),
        ("guía", 2),
        ("quien", 1),
        ("ciática", 3),
        ("oído", 3),
        ("aéreo", 4),
        ("pingüino", 3),
        ("muy", 1),
        ("fisioterapeuta", 6),
    ],
)
def test_spanish_syllables(word: str, count: int) -> None:
    assert spanish_syllables(word) == count


def test_a_text_is_read_without_its_marks() -> None:
    html = "<p>It took 2.5 weeks [@a-2020].</p><ul><li>Rest</li><li>Walk</li></ul>"
    text = plain(html)
    assert words(text) == ["It", "took", "25", "weeks", "Rest", "Walk"]
    assert sentences(text) == 3


def test_hard_words_and_long_sentences_are_told_apart() -> None:
    easy = "Rest a bit. Then walk. It will ease."
    hard = (
        "Musculoskeletal rehabilitation necessitates individualized evaluation, multidisciplinary "
        "coordination and considerable perseverance from everybody participating."
    )
    assert flesch_kincaid(easy) < 2 < HIGHEST_GRADE < flesch_kincaid(hard)
    facil = "Descanse un poco. Luego camine. Va a pasar."
    dificil = (
        "La rehabilitación musculoesquelética requiere una evaluación individualizada, "
        "coordinación multidisciplinaria y considerable perseverancia de los participantes."
    )
    assert fernandez_huerta(dificil) < LOWEST_EASE < fernandez_huerta(facil)
