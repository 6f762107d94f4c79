"""What a clinic's own colours make of the tokens of the style sheet, and which of them to refuse.

The house's own colours are read from static/css/tokens.css, where they stand once. Of an accent
and, if the clinic likes, of paper and ink, all the others are made: bands, hairlines, edges.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError

from clinic.colours import (
    COLOUR,
    contrast,
    least_contrast,
    luminance,
    mixed,
    nearest,
    nearest_passing,
)

TOKENS = Path(__file__).resolve().parent.parent / "static" / "css" / "tokens.css"
SCHEMES = ("light", "dark")
COLOUR_FIELDS = tuple(
    f"{part}_{scheme}" for scheme in SCHEMES for part in ("accent", "paper", "ink")
)
OF_TEXT, OF_EDGES = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
GROUNDS = ("paper", "sheet", "tint")

Tokens = dict[str, str]


def is_a_colour(text: str) -> None:
    if not COLOUR.fullmatch(text):
        raise ValidationError("Write a color as # and six digits, such as #96431f.")


@cache
def house(scheme: str) -> Tokens:
    """The colours of tokens.css; in the dark those that it repeats are others."""
    light, dark = TOKENS.read_text(encoding="utf-8").split("prefers-color-scheme: dark", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return found


def around_the_text(paper: str, ink: str) -> Tokens:
    """All that lies under and around the text, of the two that the clinic chose."""
    is_light = luminance(paper) > luminance(ink)
    lifted = mixed(paper, "#ffffff", 0.6) if is_light else mixed(paper, ink, 0.04)
    grounds = {"paper": paper, "sheet": lifted, "tint": mixed(paper, ink, 0.055)}
    on = list(grounds.values())
    return {
        **grounds,
        "ink": ink,
        "soft": nearest_passing(mixed(ink, paper, 0.25), on, OF_TEXT) or ink,
        "line": mixed(paper, ink, 0.17),
        "edge": nearest_passing(mixed(ink, paper, 0.45), on, OF_EDGES) or ink,
    }


def accents_of(accent: str, around: Tokens) -> Tokens:
    """The accent, the same while it is pointed at, and the text upon it."""
    upon = max((around["sheet"], around["paper"]), key=lambda ground: contrast(ground, accent))
    return {"clay": accent, "clay-deep": mixed(accent, around["ink"], 0.3), "on-clay": upon}


def tokens(chosen: Mapping[str, str], scheme: str) -> Tokens:
    """The tokens that differ from the house's own."""
    own: Tokens = {}
    around = house(scheme)
    paper, ink = chosen.get(f"paper_{scheme}"), chosen.get(f"ink_{scheme}")
    if paper or ink:
        own = around_the_text(paper or around["paper"], ink or around["ink"])
        around = {**around, **own}
    accent = chosen.get(f"accent_{scheme}")
    if not accent and scheme == "dark" and chosen.get("accent_light"):
        on = [around[ground] for ground in GROUNDS]
        accent = nearest_passing(chosen["accent_light"], on, OF_TEXT)
    if accent:
        own |= accents_of(accent, around)
    return own


def mistakes(chosen: Mapping[str, str]) -> dict[str, str]:
    """By field: what could not be read, by how much, and the nearest colour that could."""
    usable = {name: text.lower() for name, text in chosen.items() if COLOUR.fullmatch(text)}
    found: dict[str, str] = {}
    for scheme in SCHEMES:
        found |= _mistakes_in(usable, scheme)
    return found


def _mistakes_in(chosen: Mapping[str, str], scheme: str) -> dict[str, str]:
    all_of_it = {**house(scheme), **tokens(chosen, scheme)}
    paper, ink, accent = (f"{part}_{scheme}" for part in ("paper", "ink", "accent"))
    if {paper, ink} & set(chosen):
        if lack := _lack(all_of_it["ink"], all_of_it):
            better = nearest(
                all_of_it["ink"],
                lambda colour: not _lack(colour, around_the_text(all_of_it["paper"], colour)),
            )
            return {ink if ink in chosen else paper: f"Text {lack} {_offer(better)}"}
        if lack := _lack(all_of_it["alarm"], all_of_it):
            return {paper if paper in chosen else ink: f"The red of warnings {lack} {_offer(None)}"}
    if lack := _lack(all_of_it["clay"], all_of_it):
        better = nearest(all_of_it["clay"], lambda colour: not _lack(colour, all_of_it))
        # With another paper, the accent there was may not be readable any more.
        field = accent if accent in chosen or paper not in chosen else paper
        return {field: f"The accent {lack} {_offer(better)}"}
    return {}


def _lack(colour: str, around: Tokens) -> str:
    """How far it is from being readable on all of the grounds; nothing where it is."""
    has = least_contrast(colour, [around[ground] for ground in GROUNDS])
    if has >= OF_TEXT:
        return ""
    shown = int(has * 100) / 100  # 4.499 is not shown as the 4.5 that it lacks
    return (
        f"({colour}) has a contrast of {shown:.2f} to 1 with the paper and the bands on it. It "
        f"needs at least {OF_TEXT} to 1: {OF_TEXT - shown:.2f} more."
    )


def _offer(better: str | None) -> str:
    if better:
        return f"The nearest color that passes is {better}."
    return "Choose a lighter or a darker paper."
