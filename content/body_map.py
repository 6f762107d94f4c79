"""Where the points stand on the drawings: plates, markers and their labels.

A drawing is 320 wide and 420 high. A paired point is given by its place on the viewer's right;
its twin stands at 320 - x. Front and back are drawn as their right half, which the page mirrors;
hand and head are drawn from one side and have no twin. Labels stand in a margin on either side.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.models import PressurePoint
from content.pieces import Point

WIDTH, HEIGHT = PressurePoint.WIDTH, PressurePoint.HEIGHT
CLOSE_UP = 200, 150  # the part of a drawing that one point's own figure shows
MARGIN = 44  # beside the drawing, for the labels
VIEW_BOX = f"{-MARGIN} 0 {WIDTH + 2 * MARGIN} {HEIGHT}"
RIGHT_LABEL, LEFT_LABEL = WIDTH - 6, 6
LABEL_HEIGHT = 28  # so that a finger finds each: more than 24 pixels on a telephone
CLEARANCE = 7  # between a marker and the line to the label of another
SHIFTS = (0, *(sign * LABEL_HEIGHT * step for step in range(1, 8) for sign in (-1, 1)))
FARTHEST = 14  # a finger's reach around a marker, where no other is near
View = PressurePoint.View
TITLES: dict[str, str | Promise] = {
    View.BACK: _("On the back"),
    View.FRONT: _("On the front"),
    View.HAND: _("On the back of the hand"),
    View.HEAD: _("On the side of the head"),
}
TWO_SIDED = frozenset({View.FRONT, View.BACK})


@dataclass(frozen=True)
class Marker:
    point: Point
    twin_x: int | None
    on_right: bool  # the side of its label
    label_y: int
    reach: int  # of the ring that makes it easy to touch

    @property
    def x(self) -> int:
        return self.point.row.x

    @property
    def y(self) -> int:
        return self.point.row.y

    @property
    def places(self) -> tuple[int, ...]:
        return _places(self.point)

    @property
    def label_x(self) -> int:
        return RIGHT_LABEL if self.on_right else LEFT_LABEL

    @property
    def target_x(self) -> int:
        """The left edge of the label's own target, which is as wide as the margin."""
        return RIGHT_LABEL - 4 if self.on_right else LEFT_LABEL + 4 - MARGIN

    @property
    def near_x(self) -> int:
        """Of the marker nearest to the label: the one with a ring to touch."""
        return max(self.places) if self.on_right else min(self.places)

    @property
    def leader(self) -> str:
        """The line to the label."""
        end = RIGHT_LABEL - 4 if self.on_right else LEFT_LABEL + 4
        across = f"H{end}" if self.label_y == self.y else f"L{end} {self.label_y}"
        return f"M{self.near_x} {self.y}{across}"

    @property
    def crosses(self) -> str:
        """What strikes it out, each of a pair."""
        return "".join(f"M{x - 7} {self.y - 7}l14 14m0-14l-14 14" for x in self.places)


@dataclass(frozen=True)
class Plate:
    view: str
    markers: list[Marker]
    view_box: str = VIEW_BOX

    @property
    def title(self) -> str | Promise:
        return TITLES[self.view]

    @property
    def is_half(self) -> bool:
        return self.view in TWO_SIDED

    @property
    def close_up(self) -> str:
        """The viewBox around the plate's first marker, with its twin if that is near."""
        width, height = CLOSE_UP
        marker = self.markers[0]
        with_twin = marker.twin_x is not None and marker.x - marker.twin_x < width - 40
        middle = WIDTH // 2 if with_twin else marker.x
        left = min(max(middle - width // 2, 0), WIDTH - width)
        top = min(max(marker.y - height // 2, 0), HEIGHT - height)
        return f"{left} {top} {width} {height}"


def twin(point: Point) -> int | None:
    return WIDTH - point.row.x if point.row.paired and point.row.view in TWO_SIDED else None


def reach(point: Point, others: Iterable[Point]) -> int:
    """Halfway to the nearest other marker, so that no two rings overlap."""
    distances = (
        math.dist((point.row.x, point.row.y), (other.row.x, other.row.y)) for other in others
    )
    return max(5, min((FARTHEST, *(math.floor(distance / 2) for distance in distances))))


def _places(point: Point) -> tuple[int, ...]:
    other = twin(point)
    return (point.row.x,) if other is None else (other, point.row.x)


def _is_clear(point: Point, on_right: bool, label_y: int, others: Iterable[Point]) -> bool:
    """Whether the line to this label passes no other marker."""
    x1, y1 = (max if on_right else min)(_places(point)), point.row.y
    x2, y2 = (RIGHT_LABEL if on_right else LEFT_LABEL), label_y
    length = math.dist((x1, y1), (x2, y2)) or 1
    for other in others:
        for x in _places(other):
            along = ((x - x1) * (x2 - x1) + (other.row.y - y1) * (y2 - y1)) / length
            off = abs((x - x1) * (y2 - y1) - (other.row.y - y1) * (x2 - x1)) / length
            if 0 < along < length and off < CLEARANCE:
                return False
    return True


def _label(point: Point, others: list[Point], taken: dict[bool, list[int]]) -> tuple[bool, int]:
    """The side and height of a label: straight across if it can be, else the nearest free place."""
    nearer = point.row.x >= WIDTH // 2
    free = [
        (side, point.row.y + shift)
        for shift in SHIFTS
        for side in (nearer, not nearer)
        if all(abs(point.row.y + shift - y) >= LABEL_HEIGHT for y in taken[side])
    ]
    clear = (place for place in free if _is_clear(point, *place, others))
    return next(clear, free[0] if free else (nearer, point.row.y))


def markers(points: Iterable[Point]) -> list[Marker]:
    """From top to bottom; no two labels touch, and no line to one passes another marker."""
    points = sorted(points, key=lambda point: (point.row.y, -point.row.x))
    taken: dict[bool, list[int]] = {True: [], False: []}
    placed = []
    for point in points:
        others = [other for other in points if other is not point]
        on_right, label_y = _label(point, others, taken)
        taken[on_right].append(label_y)
        placed.append(Marker(point, twin(point), on_right, label_y, reach(point, others)))
    return placed


def plates(points: Iterable[Point]) -> list[Plate]:
    """The drawings that these points stand on."""
    points = list(points)
    drawn = [(view, [p for p in points if p.row.view == view]) for view in TITLES]
    return [Plate(view, markers(on_it)) for view, on_it in drawn if on_it]
