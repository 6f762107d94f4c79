"""The site's own drawings, read from their SVG as lines that a pen can follow."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from django.conf import settings
from svg.path import parse_path

STEPS = {"mark": 48, "body": 6}  # straight pieces that a curve is drawn as
BODY_SCALE, BODY_WIDTH = 0.2, 320  # of static/img/body.svg
HALF = "translate(160 0)"  # what front and back, drawn as their right half, begin with

Dot = tuple[float, float, float]
Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Stroke:
    """A line of some width, or the outline of a filled shape."""

    line: Line
    width: float
    opacity: float = 1
    is_filled: bool = False

    def mirrored(self) -> "Stroke":
        return replace(self, line=[(BODY_WIDTH - x, y) for x, y in self.line])


@dataclass(frozen=True)
class Drawing:
    strokes: list[Stroke]
    dots: list[Dot]


@cache
def drawing(name: str) -> Drawing:
    """The mark, or a view of the body, in the units of its own grid."""
    if name == "mark":
        return _mark((settings.BASE_DIR / "templates/partials/figures/mark.svg").read_text())
    body = (settings.BASE_DIR / "static/img/body.svg").read_text()
    return _body(body.partition(f'<g id="{name}"')[2].partition("<g id=")[0])


def _mark(markup: str) -> Drawing:
    [width] = re.findall(r'<g [^>]*stroke-width="([\d.]+)"', markup)[:1] or ["1"]
    circle = r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"'
    dots = [(float(x), float(y), float(r)) for x, y, r in re.findall(circle, markup)]
    return Drawing(list(_strokes(markup, 1.0, STEPS["mark"], width=float(width))), dots)


def _body(markup: str) -> Drawing:
    half = HALF in markup.partition(">")[0]
    left = BODY_WIDTH / 2 if half else 0
    strokes = list(_strokes(markup, BODY_SCALE, STEPS["body"], left=left))
    if half:
        strokes += [stroke.mirrored() for stroke in strokes]
    return Drawing(strokes, [])


def _strokes(
    markup: str, scale: float, steps: int, *, left: float = 0, width: float = 1
) -> Iterator[Stroke]:
    for attributes in re.findall(r"<path ([^>]*)", markup):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        thick = float(given.get("stroke-width", width)) * scale
        opacity = float(given.get("stroke-opacity", 1))
        for line in _flat(given.get("d", ""), scale, steps):
            placed = [(left + x, y) for x, y in line]
            if "stroke-dasharray" in given:
                dash, gap = (float(n) * scale for n in given["stroke-dasharray"].split())
                yield from _ticks(placed, thick, dash, dash + gap, opacity)
            else:
                yield Stroke(placed, thick, opacity, given.get("fill") == "currentColor")


def _ticks(
    line: Line, length: float, dash: float, every: float, opacity: float
) -> Iterator[Stroke]:
    """A broad line of short dashes is a row of fine ones across it."""
    ahead = 0.0
    for (x1, y1), (x2, y2) in pairwise(line):
        piece = math.dist((x1, y1), (x2, y2))
        while ahead < piece:
            x, y = x1 + (x2 - x1) * ahead / piece, y1 + (y2 - y1) * ahead / piece
            across = (y1 - y2) / piece * length / 2, (x2 - x1) / piece * length / 2
            ends = [(x - across[0], y - across[1]), (x + across[0], y + across[1])]
            yield Stroke(ends, dash, opacity)
            ahead += every
        ahead -= piece


def _flat(path: str, scale: float, steps: int) -> Iterator[Line]:
    line: Line = []
    for segment in parse_path(path):
        if type(segment).__name__ == "Move":
            if line:
                yield line
            line = [(segment.end.real * scale, segment.end.imag * scale)]
            continue
        for n in range(1, steps + 1):
            point = segment.point(n / steps)
            line.append((point.real * scale, point.imag * scale))
    if line:
        yield line
