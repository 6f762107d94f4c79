"""The picture that stands beside a shared link, drawn in the site's own look.

1200 × 630, the size that Open Graph's readers agree on. It is drawn once a process for the same
words, whoever asks and however often; at its address stands a hash of what is on it.
"""

import hashlib
import io
import threading
from dataclasses import astuple, dataclass
from functools import cache, lru_cache
from importlib import resources

from PIL import Image, ImageColor, ImageDraw, ImageFont

from clinic.brand_colours import house
from clinic.drawings import Line, drawing

WIDTH, HEIGHT = 1200, 630
DESIGN = 2  # another number for another look, so that the addresses change with it
FINER = 3  # drawn so many times larger, then made small: that smooths the lines
MARGIN, TEXT_TOP, TEXT_BOTTOM = 72, 168, 508
WITH_PLATE, WITHOUT_PLATE = 636, 760  # how wide the text is
TITLE_SIZES = (76, 68, 60, 54, 48, 42, 36)
USED = ("ink", "clay", "soft")
_one_at_a_time = threading.Lock()

Colours = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Card:
    """What stands on a picture."""

    clinic: str
    telephone: str
    title: str
    kicker: str = ""
    plate: str = ""  # a drawing of static/img/body.svg
    dots: tuple[tuple[int, int], ...] = ()  # on it
    colours: Colours = ()  # those of the clinic, where it has others than the house

    @property
    def version(self) -> str:
        return hashlib.sha256(repr((DESIGN, astuple(self))).encode()).hexdigest()[:12]


class Inks:
    """The paper and what is drawn on it: the colours of the light theme."""

    def __init__(self, own: Colours) -> None:
        self._known = {**house("light"), **dict(own)}

    def __getitem__(self, name: str) -> tuple[int, ...]:
        return ImageColor.getrgb(self._known[name])

    def mixed(self, ink: str, share: float) -> tuple[int, ...]:
        """What shows where a part of the ink lies on the paper."""
        pairs = zip(self["paper"], self[ink], strict=True)
        return tuple(round(paper + (deep - paper) * share) for paper, deep in pairs)

    def palette(self) -> Image.Image:
        """The paper, the three inks, and what lies between: a quarter of all colours' bytes."""
        steps = 32
        shades = (self.mixed(ink, n / steps) for ink in USED for n in range(steps + 1))
        image = Image.new("P", (1, 1))
        image.putpalette([part for shade in shades for part in shade])
        return image


@cache
def font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    path = resources.files("font_source_serif_pro") / f"files/SourceSerifPro-{weight}.ttf"
    engine = ImageFont.Layout.BASIC
    return ImageFont.truetype(io.BytesIO(path.read_bytes()), size * FINER, layout_engine=engine)


def wrapped(text: str, width: int, size: int) -> list[str]:
    """The text in lines that fit; a word that is too long for one is broken."""
    face, lines = font(size, "Semibold"), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width * FINER:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if face.getlength(lines[-1] + letter) > width * FINER:
                lines.append("")
            lines[-1] += letter
    return lines


def fitted(text: str, width: int, height: int) -> tuple[int, list[str]]:
    """The largest size in which the text fits, and its lines; at worst its beginning."""
    for size in TITLE_SIZES:
        lines = wrapped(text, width, size)
        if len(lines) * line_height(size) <= height:
            return size, lines
    size = TITLE_SIZES[-1]
    most = int(height / line_height(size))
    return size, [*wrapped(text, width, size)[: most - 1], "…"]


def line_height(size: int) -> float:
    return size * 1.16


class Sheet:
    """The paper; everything on it is given in the units of the finished picture."""

    def __init__(self, colours: Colours) -> None:
        self.inks = Inks(colours)
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), self.inks["paper"])
        self.pen = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, ink: str) -> None:
        corners = [side * FINER for side in (left, top, right, bottom)]
        self.pen.rectangle(corners, fill=self.inks[ink])

    def text(self, x: float, y: float, text: str, size: int, ink: str, weight: str) -> None:
        at = (x * FINER, y * FINER)
        self.pen.text(at, text, font=font(size, weight), fill=self.inks[ink], anchor="ls")

    def dot(self, x: float, y: float, radius: float, ink: str) -> None:
        box = [side * FINER for side in (x - radius, y - radius, x + radius, y + radius)]
        self.pen.ellipse(box, fill=self.inks[ink])

    def figure(self, name: str, left: float, top: float, scale: float, ink: str) -> None:
        drawn = drawing(name)
        for stroke in drawn.strokes:
            line = [((left + x * scale) * FINER, (top + y * scale) * FINER) for x, y in stroke.line]
            fill = self.inks.mixed(ink, stroke.opacity)
            self._stroke(line, stroke.width * scale * FINER, stroke.is_filled, fill)
        for x, y, radius in drawn.dots:
            self.dot(left + x * scale, top + y * scale, radius * scale, ink)

    def _stroke(self, line: Line, width: float, is_filled: bool, fill: tuple[int, ...]) -> None:
        if is_filled:
            self.pen.polygon(line, fill=fill)
            return
        thick = max(round(width), 1)
        self.pen.line(line, fill=fill, width=thick)
        half = (thick - 1) / 2
        for x, y in line if thick > 2 else ():  # round ends and bends
            self.pen.ellipse([x - half, y - half, x + half, y + half], fill=fill)

    def png(self) -> bytes:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        small.quantize(palette=self.inks.palette(), dither=Image.Dither.NONE).save(
            file, "PNG", optimize=True
        )
        return file.getvalue()


def readable(text: str) -> str:
    """Without the signs that a font has no letter for."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def draw_plate(sheet: Sheet, card: Card) -> None:
    left, top, scale = 718, 48, 1.63  # down to the waist
    sheet.figure(card.plate, left, top, scale, "ink")
    for x, y in card.dots:
        sheet.dot(left + x * scale, top + y * scale, 12, "paper")
        sheet.dot(left + x * scale, top + y * scale, 9, "clay")


@lru_cache(maxsize=512)
def _drawn(card: Card) -> bytes:
    sheet = Sheet(card.colours)
    if card.plate:
        draw_plate(sheet, card)
    else:
        sheet.figure("mark", 846, 176, 6.2, "clay")
    sheet.box(0, 0, WIDTH, 14, "ink")
    sheet.figure("mark", MARGIN - 6, 54, 1.25, "clay")
    sheet.text(MARGIN + 66, 98, readable(card.clinic)[:36], 36, "ink", "Regular")
    top = TEXT_TOP
    if card.kicker:
        sheet.text(MARGIN, top + 30, readable(card.kicker)[:48], 30, "clay", "Regular")
        top += 56
    width = WITH_PLATE if card.plate else WITHOUT_PLATE
    size, lines = fitted(readable(card.title), width, TEXT_BOTTOM - top)
    for n, line in enumerate(lines):
        sheet.text(MARGIN, top + size * 0.86 + n * line_height(size), line, size, "ink", "Semibold")
    sheet.box(MARGIN, 548, MARGIN + 96, 552, "clay")
    sheet.text(MARGIN, 592, card.telephone, 30, "soft", "Regular")
    return sheet.png()


def drawn(card: Card) -> bytes:
    """The picture as a PNG; however many ask at once, one is drawn at a time."""
    with _one_at_a_time:
        return _drawn(card)
