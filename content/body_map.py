"""Where the points stand on the drawings: plates, markers and their labels.

A drawing is 320 wide and 420 high. A paired point is given by its place on the viewer's right;
its twin stands at 320 - x. Hand and head are drawn from one side and have no twin.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.library import Point
from content.models import PressurePoint

WIDTH, HEIGHT = 320, 420
CLOSE_UP = 220, 160  # the part of a drawing that one point's own figure shows
RIGHT_MARGIN, LEFT_MARGIN = 286, 34
LABEL_HEIGHT = 16
View = PressurePoint.View
TITLES: dict[str, str | Promise] = {
    View.BACK: _("On the back"),
    View.FRONT: _("On the front"),
    View.HAND: _("On the back of the hand"),
    View.HEAD: _("On the side of the head"),
}


@dataclass(frozen=True)
class Marker:
    point: Point
    twin_x: int | None
    on_right: bool  # the side of its label

    @property
    def x(self) -> int:
        return self.point.row.x

    @property
    def y(self) -> int:
        return self.point.row.y

    @property
    def label_x(self) -> int:
        return RIGHT_MARGIN if self.on_right else LEFT_MARGIN

    @property
    def label_y(self) -> int:
        return self.y + 4

    @property
    def leader(self) -> str:
        """The line from the marker nearest to the label."""
        if self.on_right:
            return f"M{self.x} {self.y}H{RIGHT_MARGIN - 4}"
        return f"M{self.x if self.twin_x is None else self.twin_x} {self.y}H{LEFT_MARGIN + 4}"


@dataclass(frozen=True)
class Plate:
    view: str
    markers: list[Marker]

    @property
    def title(self) -> str | Promise:
        return TITLES[self.view]

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
    two_sided = point.row.view in {View.FRONT, View.BACK}
    return WIDTH - point.row.x if point.row.paired and two_sided else None


def markers(points: Iterable[Point]) -> list[Marker]:
    """From top to bottom; where two labels would touch, the second goes to the left."""
    placed: list[Marker] = []
    last_right = -LABEL_HEIGHT
    for point in sorted(points, key=lambda point: point.row.y):
        on_right = point.row.y - last_right >= LABEL_HEIGHT
        if on_right:
            last_right = point.row.y
        placed.append(Marker(point, twin(point), on_right))
    return placed


def plates(points: Iterable[Point]) -> list[Plate]:
    """The drawings that these points stand on."""
    points = list(points)
    drawn = [(view, [p for p in points if p.row.view == view]) for view in TITLES]
    return [Plate(view, markers(on_it)) for view, on_it in drawn if on_it]
