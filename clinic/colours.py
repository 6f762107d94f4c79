"""Colours, and how well one stands out from another as WCAG 2.2 counts it. Pure."""

import re
from collections.abc import Callable, Iterable

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
STEPS = 200  # how finely a colour that passes is looked for, between this one and black or white


def channels(colour: str) -> tuple[int, int, int]:
    if not COLOUR.fullmatch(colour):
        raise ValueError(f"Not a colour: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (number / 255 for number in channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio: from 1 to 21, whichever is the lighter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, grounds: Iterable[str]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with so much of the other one in it: 0 none, 1 nothing else."""
    parts = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def nearest(colour: str, passes: Callable[[str], bool]) -> str | None:
    """This colour, or the least darkened or lightened one that passes; None where there is none."""
    for step in range(STEPS + 1):
        for end in ("#000000", "#ffffff"):
            candidate = mixed(colour, end, step / STEPS)
            if passes(candidate):
                return candidate
    return None


def nearest_passing(colour: str, grounds: Iterable[str], ratio: float) -> str | None:
    """The nearest that can be read on all the grounds: none stands out from light and dark ones."""
    on = list(grounds)
    return nearest(colour, lambda candidate: least_contrast(candidate, on) >= ratio)
