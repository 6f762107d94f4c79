"""Of an article's topics, the one that it stands under."""

from clinic import memory
from content import words
from content.models import Topic
from content.pieces import Piece

type Words = tuple[str, str, str, tuple[Topic, ...]]


@memory.remembered
def _known() -> dict[Words, Topic | None]:
    """Asked for every article in a list, so it is found out once for each version of the site."""
    return {}


def main_topic(piece: Piece) -> Topic | None:
    """The one whose name its title shares most words with, then the description; else the first.

    Topics have an order of their own, and an article has none among its topics: by order alone
    one on headache would stand under the neck.
    """
    known, row = _known(), piece.row
    asked = (row.title, row.description, row.language, piece.topics)
    if asked not in known:
        known[asked] = _nearest(*asked)
    return known[asked]


def _nearest(
    title: str, description: str, language: str, topics: tuple[Topic, ...]
) -> Topic | None:
    def stems(text: str) -> set[str]:
        return {token.stem for token in words.tokens(text, language)}

    def nearness(topic: Topic) -> tuple[int, int]:
        in_title = stems(title) & stems(topic.name)
        in_all = stems(f"{title} {description}") & stems(f"{topic.name} {topic.summary}")
        return len(in_title), len(in_all)

    return max(topics, key=nearness, default=None)
