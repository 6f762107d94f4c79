"""Of an article's topics, the one that it stands under."""

from content import words
from content.models import Topic
from content.pieces import Piece


def main_topic(piece: Piece) -> Topic | None:
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
