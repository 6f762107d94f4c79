"""What of an article's page stays as it is until something is published, kept in memory: all but
the openings, which change by the minute, and what to read on, which changes with the clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from clinic import memory
from content.body_map import plates
from content.citations import Citations
from content.library import library
from content.models import Reference
from content.pieces import Block, Piece

CHANGING = "booking"  # the kind of block that shows openings


@dataclass(frozen=True)
class Printed:
    parts: tuple[tuple[Block, SafeString], ...]  # empty where the block is to be drawn each time
    citations: Citations


@memory.remembered
def _kept() -> dict[tuple[str, str, int], Printed]:
    """By the key of the piece; a new one for each version of the site."""
    return {}


def printed(piece: Piece) -> Printed:
    """As readers see it: with the vocabulary of today."""
    kept = _kept()
    if piece.key not in kept:
        kept[piece.key] = print_anew(piece, library().references)
    return kept[piece.key]


def print_anew(piece: Piece, references: Mapping[str, Reference]) -> Printed:
    citations = Citations(references)
    return Printed(tuple(_parts(piece, citations)), citations)


def _parts(piece: Piece, citations: Citations) -> Iterator[tuple[Block, SafeString]]:
    context: dict[str, Any] = {
        "piece": piece,
        "article": piece.row,
        "plates": plates(piece.points),
        "citations": citations,
    }
    for number, block in enumerate(piece.blocks):
        if block.kind == CHANGING:
            yield block, SafeString()
        else:
            part = context | {"block": block, "number": number}
            yield block, render_to_string("content/article_part.html", part)
