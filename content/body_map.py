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

from content.library import Point
from content.models import PressurePoint

WIDTH, HEIGHT = PressurePoint.WIDTH, PressurePoint.HEIGHT
CLOSE_UP = 200, 150  # the part of a drawing that one point's own figure shows
MARGIN = 44  # beside the drawing, for the labels
VIEW_BOX = f"{-MARGIN} 0 {WIDTH + 2 * MARGIN} {HEIGHT}"
RIGHT_LABEL, LEFT_LABEL = WIDTH - 6, 6
LABEL_HEIGHT = 28  # so that a finger finds each: more than 24 pixels on a telephone
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
        return (self.x,) if self.twin_x is None else (self.twin_x, self.x)

    @property
    def label_x(self) -> int:
        return RIGHT_LABEL if self.on_right else LEFT_LABEL

    @property
    def target_x(self) -> int:
        """The left edge of the label's own target, which is as wide as the margin."""
        return RIGHT_LABEL - 4 if self.on_right else LEFT_LABEL + 4 - MARGIN

    @property
    def leader(self) -> str:
        """The line to the label from the marker nearest to it."""
        start = max(self.places) if self.on_right else min(self.places)
        end = RIGHT_LABEL - 4 if self.on_right else LEFT_LABEL + 4
        return f"M{start} {self.y}L{end} {self.label_y}"

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


def markers(points: Iterable[Point]) -> list[Marker]:
    """From top to bottom; a label stands on the nearer side, or wherever there is still room."""
    placed: list[Marker] = []
    lowest = {True: -LABEL_HEIGHT, False: -LABEL_HEIGHT}
    points = sorted(points, key=lambda point: (point.row.y, -point.row.x))
    for point in points:
        nearer = point.row.x >= WIDTH // 2
        room = {side: point.row.y - lowest[side] for side in (nearer, not nearer)}
        on_right = next((side for side in room if room[side] >= LABEL_HEIGHT), None)
        if on_right is None:
            on_right = max(room, key=lambda side: room[side])
        lowest[on_right] = max(point.row.y, lowest[on_right] + LABEL_HEIGHT)
        others = (other for other in points if other is not point)
        placed.append(
            Marker(point, twin(point), on_right, lowest[on_right], reach(point, others))
        )
    return placed


def plates(points: Iterable[Point]) -> list[Plate]:
    """The drawings that these points stand on."""
    points = list(points)
    drawn = [(view, [p for p in points if p.row.view == view]) for view in TITLES]
    return [Plate(view, markers(on_it)) for view, on_it in drawn if on_it]
