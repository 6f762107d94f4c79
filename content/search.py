"""The search: an index in memory of all that can be read, and what it finds for a few words.

Words count more in a title than in a heading, and there more than in the text. A word that nothing
has stands for those that look or sound most like it; the reader is told.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from rapidfuzz import process
from rapidfuzz.distance import OSA

from content import words

MOST_WORDS = 12
MOST_RESULTS = 20
MOST_LIKE_IT = 6  # words that one misspelled word may stand for
TITLE, NAME, HEADING, SUMMARY, TEXT = 8.0, 8.0, 4.0, 3.0, 1.0
EXACT, JOINED, SOUNDS_LIKE, MEANS, BEGINS_LIKE, LOOKS_LIKE = 1.0, 1.0, 0.8, 0.7, 0.5, 0.6
LEAST_SHARE = 0.4  # of the words that the best result has, each counted by how rare it is
LEAST_SCORE = 0.03  # of the best result's


@dataclass(frozen=True)
class Document:
    """Something that can be found. Its other names are looked at like its title, and not shown."""

    kind: str
    label: str | Promise
    title: str
    url: str
    summary: str
    text: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    note: str | Promise = ""


@dataclass
class Place:
    """How much a word counts in a document, and the sentences that it stands in."""

    weight: float = 0.0
    sentences: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    document: Document
    title: SafeString
    sentence: SafeString


@dataclass(frozen=True)
class Findings:
    results: tuple[Result, ...] = ()
    corrected: str = ""  # the question as it was taken, where words of it were spelled otherwise
    unknown: tuple[str, ...] = ()  # its words that nothing has, nor anything like it

    @property
    def is_exact(self) -> bool:
        return bool(self.results) and not self.corrected and not self.unknown


@dataclass
class Asked:
    """A word of the question, and the words of the index that it stands for: how well each."""

    token: words.Token
    like: dict[str, float]
    is_exact: bool


class Index:
    """All documents of one language."""

    def __init__(self, documents: Sequence[Document], language: str) -> None:
        self.language = language
        self.documents = documents
        self._places: dict[str, dict[int, Place]] = {}
        self._sentences: list[list[str]] = []
        self._titles: list[list[str]] = []
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for number, document in enumerate(documents):
            self._read(number, document, spellings)
        self._spelled = {stem: found.most_common(1)[0][0] for stem, found in spellings.items()}
        self._vocabulary = sorted(stem for stem in self._places if not stem.isdigit())
        self._sounding: dict[str, list[str]] = defaultdict(list)
        if language == "es":
            for stem in self._vocabulary:
                self._sounding[words.sound(stem)].append(stem)

    def _read(self, number: int, document: Document, spellings: dict[str, Counter[str]]) -> None:
        told = [s for text in (document.summary, *document.text) for s in words.sentences(text)]
        n_summary = len(words.sentences(document.summary))
        self._sentences.append(told)
        self._titles.append([t.stem for t in words.tokens(document.title, self.language)])
        for weight, texts, shown in (
            (TITLE, [document.title], False),
            (NAME, document.names, False),
            (HEADING, document.headings, False),
            (SUMMARY, told[:n_summary], True),
            (TEXT, told[n_summary:], True),
        ):
            first = n_summary if weight == TEXT else 0
            for stem, times in self._count(number, texts, spellings, first if shown else None):
                self._places[stem][number].weight += weight * times / (times + 0.5)

    def _count(
        self,
        number: int,
        texts: Sequence[str],
        spellings: dict[str, Counter[str]],
        first: int | None,
    ) -> Iterator[tuple[str, int]]:
        """How often each word stands in these texts; of sentences, also in which."""
        times: Counter[str] = Counter()
        for n, text in enumerate(texts):
            for token in words.tokens(text, self.language):
                place = self._places.setdefault(token.stem, {}).setdefault(number, Place())
                if first is not None and place.sentences[-1:] != [first + n]:
                    place.sentences.append(first + n)
                times[token.stem] += 1
                spellings[token.stem][text[token.start : token.end].lower()] += 1
        yield from times.items()

    def find(self, question: str) -> Findings:
        asked = self._understand(question)
        known = [word for word in asked if word.like]
        ranked = self._rank(known)
        stems = {stem for word in known for stem in word.like}
        return Findings(
            results=tuple(self._result(number, stems) for number in ranked),
            corrected=self._correct(question, known),
            unknown=tuple(
                question[word.token.start : word.token.end] for word in asked if not word.like
            ),
        )

    def _understand(self, question: str) -> list[Asked]:
        found = list(words.tokens(question, self.language))[:MOST_WORDS]
        asked = [Asked(token, *self._like(token.stem)) for token in found]
        for one, next_one in pairwise(asked):  # “head ache”
            joined = one.token.stem + next_one.token.stem
            for stem in (joined, words.stem(joined, self.language)):
                if stem in self._places:
                    for word in (one, next_one):
                        word.like[stem] = JOINED
                        word.is_exact = True
        return asked

    def _like(self, stem: str) -> tuple[dict[str, float], bool]:
        others = words.everyday(self.language).get(stem, ())
        like = dict.fromkeys(self._beginning_with(stem), BEGINS_LIKE)
        like |= {other: MEANS for other in others if other in self._places}
        if stem in self._places:
            like[stem] = EXACT
        if like:
            return like, True
        sounds = self._sounding.get(words.sound(stem), []) if self.language == "es" else []
        if sounds:
            return dict.fromkeys(sounds[:MOST_LIKE_IT], SOUNDS_LIKE), False
        return self._looking_like(stem), False

    def _beginning_with(self, stem: str) -> list[str]:
        if len(stem) < 4 or not stem.isalpha():
            return []
        at = bisect_left(self._vocabulary, stem)
        near = self._vocabulary[at : at + 3 * MOST_LIKE_IT]
        return [word for word in near if word.startswith(stem) and word != stem]

    def _looking_like(self, stem: str) -> dict[str, float]:
        """One slip in a short word, two in a long one; of those, the nearest."""
        if len(stem) < 4 or any(c.isdigit() for c in stem):
            return {}
        most = 1 if len(stem) < 8 else 2
        found = process.extract(
            stem, self._vocabulary, scorer=OSA.distance, score_cutoff=most, limit=MOST_LIKE_IT
        )
        if len(stem) == 4:
            found = [match for match in found if match[0][0] == stem[0]]
        nearest = min((distance for _word, distance, _at in found), default=0)
        return {word: LOOKS_LIKE for word, distance, _at in found if distance == nearest}

    def _rarity(self, stem: str) -> float:
        return math.log(1 + len(self.documents) / len(self._places[stem]))

    def _rank(self, asked: list[Asked]) -> list[int]:
        scores: dict[int, float] = defaultdict(float)
        shares: dict[int, float] = defaultdict(float)
        for word in asked:
            best: dict[int, float] = defaultdict(float)
            for stem, how_well in word.like.items():
                rarity = self._rarity(stem)
                for number, place in self._places[stem].items():
                    best[number] = max(best[number], how_well * rarity * place.weight)
            weight = max(how_well * self._rarity(stem) for stem, how_well in word.like.items())
            for number, score in best.items():
                scores[number] += score
                shares[number] += weight
        if not scores:
            return []
        most = max(shares.values())
        phrase = [max(word.like, key=lambda stem: word.like[stem]) for word in asked]
        for number in scores:
            scores[number] *= (shares[number] / most) ** 2
            if self._has_phrase(self._titles[number], phrase):
                scores[number] *= 2
        least = LEAST_SCORE * max(scores.values())
        kept = [n for n in scores if shares[n] >= LEAST_SHARE * most and scores[n] >= least]
        return sorted(kept, key=lambda n: (-scores[n], n))[:MOST_RESULTS]

    @staticmethod
    def _has_phrase(title: list[str], phrase: list[str]) -> bool:
        n = len(phrase)
        return any(title[at : at + n] == phrase for at in range(len(title) - n + 1))

    def _result(self, number: int, stems: set[str]) -> Result:
        document = self.documents[number]
        return Result(
            document,
            words.marked(document.title, stems, self.language),
            self._sentence(number, stems),
        )

    def _sentence(self, number: int, stems: set[str]) -> SafeString:
        """The one that has most of the words, the rare ones counting more; else what it is about.

        Where two have as much, the first.
        """
        value: Counter[int] = Counter()
        for stem in stems:
            place = self._places[stem].get(number)
            for at in place.sentences if place else ():
                value[at] += round(1_000 * self._rarity(stem))
        told = self._sentences[number]
        best = max(value, key=lambda at: (value[at], -at), default=0)
        sentence = words.excerpt(told[best], stems, self.language) if told else ""
        return words.marked(sentence, stems, self.language)

    def _correct(self, question: str, asked: list[Asked]) -> str:
        """The question with its misspelled words as the index spells them; "" if there are none."""
        wrong = [word for word in asked if not word.is_exact]
        for word in reversed(wrong):
            best = max(word.like, key=lambda stem: (word.like[stem], len(self._places[stem])))
            spelled = self._spelled[best]
            question = question[: word.token.start] + spelled + question[word.token.end :]
        return question if wrong else ""
