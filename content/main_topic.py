"""Of an article's topics, the one that it stands under."""

from clinic import memory
from content import words
from content.library import Piece
from content.models import Topic


@memory.remembered
def _known() -> dict[tuple[str, str, int], Topic | None]:
    """A new one for each version of the site."""
    return {}


def main_topic(piece: Piece) -> Topic | None:
    """Of every article in a list, so it is found out once."""
    known = _known()
    if piece.key not in known:
        known[piece.key] = nearest_topic(piece)
    return known[piece.key]


def nearest_topic(piece: Piece) -> Topic | None:
    """The one whose name its title shares most words with, then the description; else the first.

    Topics have an order of their own, and an article has none among its topics: by order alone
    one on headache would stand under the neck.
    """
    row = piece.row

    def stems(text: str) -> set[str]:
        return {token.stem for token in words.tokens(text, row.language)}

    def nearness(topic: Topic) -> tuple[int, int]:
        in_title = stems(row.title) & stems(topic.name)
        in_all = stems(f"{row.title} {row.description}") & stems(f"{topic.name} {topic.summary}")
        return len(in_title), len(in_all)

    return max(piece.topics, key=nearness, default=None)
