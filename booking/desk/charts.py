"""Pictures of numbers, drawn here as SVG. Pure: no database, no clock.

Presentation attributes and classes only; static/css/reports.css gives them colour. Everything is
named in the picture itself, and each has its title and a description for who cannot see it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH = 560
TOP, BOTTOM, LEFT, RIGHT = 16, 28, 40, 84  # around the plot: room for what stands there
PLOT = 150
LINE_APART = 16  # between the names at the right
MOST_LABELS = 7
LETTER = 7.8  # the width of one, rather too much
LONG = 22  # letters: longer names stand above their bars
MOST_LETTERS = 72


@dataclass(frozen=True)
class Caption:
    """What a picture is called, and what it shows in words."""

    key: str
    title: str
    description: str


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Bar:
    name: str
    value: float
    said: str


def svg(caption: Caption, height: float, parts: Iterable[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        WIDTH,
        number(height),
        *(caption.key, caption.key),
        *(caption.key, caption.title, caption.key, caption.description),
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> SafeString:
    return format_html(
        '<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>',
        *(kind, number(x), number(y), anchor, shown(words)),
    )


def line(x: float, y: float, to_x: float, to_y: float, kind: str) -> SafeString:
    path = f"M{number(x)} {number(y)}L{number(to_x)} {number(to_y)}"
    return format_html('<path class="{}" d="{}"/>', kind, path)


def box(x: float, y: float, width: float, height: float, kind: str) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        *(kind, number(x), number(y), number(width), number(height)),
    )


def dot(x: float, y: float, kind: str) -> SafeString:
    return format_html('<circle class="{}" cx="{}" cy="{}" r="3"/>', kind, number(x), number(y))


def shown(words: str) -> str:
    """One line that fits, without the marks that turn a line around."""
    one_line = "".join(letter if letter.isprintable() else " " for letter in words)
    one_line = " ".join(one_line.split())
    return one_line if len(one_line) <= MOST_LETTERS else f"{one_line[: MOST_LETTERS - 1]}…"


def ticks(top: float) -> list[int]:
    """Nought and at most four round numbers, of which the last is not below `top`."""
    step = next(
        factor * 10**power
        for power in range(int(log10(max(top, 1))) + 1)
        for factor in (1, 2, 5)
        if factor * 10**power * 4 >= top
    )
    return [step * each for each in range(max(ceil(top / step), 1) + 1)]


@dataclass(frozen=True)
class Plot:
    """Where the weeks and the numbers of a picture are."""

    labels: Sequence[str]
    marks: Sequence[int]

    @property
    def slot(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)

    def x(self, index: int) -> float:
        return LEFT + (index + 0.5) * self.slot

    def y(self, value: float) -> float:
        return TOP + PLOT * (1 - value / self.marks[-1])

    def frame(self, unit: str = "") -> Iterator[SafeString]:
        """Hairlines with their numbers, and the first day of some of the weeks."""
        for mark in self.marks:
            y = self.y(mark)
            yield line(LEFT, y, WIDTH - RIGHT, y, "grid" if mark else "base")
            words = f"{mark}\u00a0{unit}" if unit and mark == self.marks[-1] else str(mark)
            yield text(LEFT - 8, y + 4, words, "tick", "end")
        every = ceil(len(self.labels) / MOST_LABELS)
        for index in range(0, len(self.labels), every):
            yield text(self.x(index), TOP + PLOT + 19, self.labels[index], "tick", "middle")

    def names(self, named: Sequence[tuple[str, float, str]]) -> Iterator[SafeString]:
        """At the right, each beside where its numbers end, and none upon another."""
        y = float("-inf")
        lowest = TOP + PLOT - LINE_APART * (len(named) - 1)
        for name, value, kind in sorted(named, key=lambda each: -each[1]):
            y = max(y + LINE_APART, min(self.y(value) + 4, lowest + 4))
            lowest += LINE_APART
            yield text(WIDTH - RIGHT + 8, y, name, kind)


def last_of(values: Sequence[float | None]) -> float:
    return next((value for value in reversed(values) if value is not None), 0)


def top_of(*series: Series) -> float:
    return max((value for each in series for value in each.values if value is not None), default=0)


def weeks(
    caption: Caption, labels: Sequence[str], bars: Series, dots: Series, parts: Sequence[bool]
) -> SafeString:
    """Bars, and beside them a line of dots; a bar of a part of a week is hollow."""
    plot = Plot(labels, ticks(top_of(bars, dots)))
    return svg(caption, TOP + PLOT + BOTTOM, _weeks(plot, bars, dots, parts))


def _weeks(plot: Plot, bars: Series, dots: Series, parts: Sequence[bool]) -> Iterator[SafeString]:
    yield from plot.frame()
    width = min(plot.slot * 0.5, 18)
    for index, value in enumerate(bars.values):
        if value:
            y, kind = plot.y(value), "bar part" if parts[index] else "bar"
            yield box(plot.x(index) - width / 2, y, width, plot.y(0) - y, kind)
    points = [
        (plot.x(index), plot.y(value))
        for index, value in enumerate(dots.values)
        if value is not None
    ]
    for (x, y), (to_x, to_y) in pairwise(points):
        yield line(x, y, to_x, to_y, "line")
    if plot.slot >= 14:
        yield from (dot(x, y, "dot") for x, y in points)
    ends = (bars.name, last_of(bars.values), "name"), (dots.name, last_of(dots.values), "other")
    yield from plot.names(ends)


def ranges(
    caption: Caption, labels: Sequence[str], lower: Series, upper: Series, unit: str
) -> SafeString:
    """Of each week a dot and, at the end of a hairline, how far it goes."""
    plot = Plot(labels, ticks(top_of(lower, upper)))
    return svg(caption, TOP + PLOT + BOTTOM, _ranges(plot, lower, upper, unit))


def _ranges(plot: Plot, lower: Series, upper: Series, unit: str) -> Iterator[SafeString]:
    yield from plot.frame(unit)
    half = min(plot.slot * 0.3, 6)
    for index, (low, high) in enumerate(zip(lower.values, upper.values, strict=True)):
        if low is not None and high is not None:
            x = plot.x(index)
            yield line(x, plot.y(low), x, plot.y(high), "line")
            yield line(x - half, plot.y(high), x + half, plot.y(high), "line")
            yield dot(x, plot.y(low), "dot full")
    ends = (lower.name, last_of(lower.values), "name"), (upper.name, last_of(upper.values), "other")
    yield from plot.names(ends)


def bars(caption: Caption, rows: Sequence[Bar], *, whole: float | None = None) -> SafeString:
    """A bar for each, with its name and what is said of it; `whole` is drawn as a hairline."""
    is_stacked = any(len(row.name) > LONG for row in rows)
    begins = 0.0 if is_stacked else max(len(row.name) for row in rows) * LETTER + 10
    room = WIDTH - begins - max(len(row.said) for row in rows) * LETTER - 10
    top = whole or max(row.value for row in rows) or 1
    apart = 44 if is_stacked else 28
    return svg(
        caption, apart * len(rows) + 6, _bars(rows, begins, room / top, apart, whole, is_stacked)
    )


def _bars(
    rows: Sequence[Bar],
    begins: float,
    scale: float,
    apart: float,
    whole: float | None,
    is_stacked: bool,
) -> Iterator[SafeString]:
    for index, row in enumerate(rows):
        y = apart * index + (23 if is_stacked else 7)
        length = scale * min(row.value, whole or row.value)
        if is_stacked:
            yield text(0, y - 7, row.name, "label")
        else:
            yield text(begins - 10, y + 12, row.name, "label", "end")
        if whole:
            yield line(begins, y + 8, begins + scale * whole, y + 8, "grid")
        if length:
            yield box(begins, y + 2, length, 12, "bar")
        yield line(begins + 0.5, y - 2, begins + 0.5, y + 18, "base")
        end = scale * whole if whole else length
        yield text(begins + end + 8, y + 12, row.said, "said")
