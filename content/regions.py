"""The regions of the body that points lie in, as pages of their own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from content.models import PressurePoint
from content.pieces import Point


def slug_of(value: str) -> str:
    return value.replace("_", "-")


def region_path(value: str) -> str:
    return reverse("point-region", args=[slug_of(value)])


@dataclass(frozen=True)
class BodyRegion:
    """A region with its points; there is always at least one."""

    value: str
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        return str(PressurePoint.Region(self.value).label)

    @property
    def slug(self) -> str:
        return slug_of(self.value)

    def get_absolute_url(self) -> str:
        return region_path(self.value)


def regions(points: Iterable[Point]) -> list[BodyRegion]:
    """From head to hand, those that have a point."""
    points = list(points)
    found = (
        BodyRegion(value, tuple(point for point in points if point.row.region == value))
        for value in PressurePoint.Region.values
    )
    return [region for region in found if region.points]
