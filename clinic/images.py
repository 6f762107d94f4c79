"""Pictures that staff upload: checked, stripped, made small, and kept under hashed names.

What comes in is decoded and written anew, so nothing of the file itself is ever served: no place
where a photograph was taken, no script, no trick in a header. What stands in a row is one line of
text that names everything a page needs (`Picture`), so that a copy of the row is whole.

No file is ever deleted: a kept version of an article, a page in somebody's cache or a backup may
still name it, and a picture takes about as much room as a long article.
"""

import hashlib
import io
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/gif"
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a telephone's photograph has 12 to 50 million
LONGEST_SIDE = 16_000  # WebP's own limit is 16,383
SHORTEST_SIDE = 32
ARTICLE_WIDTHS = (480, 960, 1440)  # a telephone, the column of text, the same on a fine screen
TOO_NEAR = 0.85  # a width this close to the largest one is not worth a file
RECIPE = b"1"  # changes with what is made of a picture, so that no name ever means other bytes

NAME = re.compile(r"[0-9a-f]{32}(?:-\d{2,4})?\.(webp|jpg|png)")
LINE = re.compile(r"([0-9a-f]{32})\.(jpg|png) (\d{2,5})x(\d{2,5}) (\d{2,4}(?:,\d{2,4}){0,4})")
TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}

_one_at_a_time = threading.Lock()  # making one of 49 million pixels takes 560 MB


@dataclass(frozen=True)
class Picture:
    """A kept picture, as a page shows it. As text it is the line that stands in a row."""

    key: str
    extension: str  # of the one file for browsers that know no WebP
    width: int  # of that file, the largest one
    height: int
    widths: tuple[int, ...]  # of the WebP files

    def __str__(self) -> str:
        widths = ",".join(map(str, self.widths))
        return f"{self.key}.{self.extension} {self.width}x{self.height} {widths}"

    @classmethod
    def parse(cls, line: str) -> "Picture | None":
        """None where the line is empty, or none of ours."""
        found = LINE.fullmatch(line)
        if found is None:
            return None
        key, extension, width, height, widths = found.groups()
        return cls(key, extension, int(width), int(height), tuple(map(int, widths.split(","))))

    @property
    def names(self) -> list[str]:
        """Of all its files; those that pages try first come first."""
        return [*(f"{self.key}-{width}.webp" for width in self.widths), self.fallback]

    @property
    def fallback(self) -> str:
        return f"{self.key}.{self.extension}"

    @property
    def src(self) -> str:
        return address(self.fallback)

    @property
    def srcset(self) -> str:
        return ", ".join(f"{address(f'{self.key}-{width}.webp')} {width}w" for width in self.widths)

    @property
    def is_kept(self) -> bool:
        """Its files are there: none was lost, and nobody made the line up."""
        return all(path_of(name).is_file() for name in self.names)


class NoPicture(ValueError):
    """Not a name that we give."""


def type_of(name: str) -> str:
    known = NAME.fullmatch(name)
    if known is None:
        raise NoPicture(name)
    return TYPES[known[1]]


def address(name: str) -> str:
    return reverse("picture", args=[name])


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def keep(file: BinaryIO, *, widths: tuple[int, ...] = ARTICLE_WIDTHS) -> Picture:
    """Check an uploaded picture and write its files, or say in plain words what is wrong."""
    uploaded = file.read(MOST_BYTES + 1)
    if len(uploaded) > MOST_BYTES:
        raise ValidationError("The picture has more than 10 MB. Save it smaller, and try again.")
    with _one_at_a_time:
        image, was_drawn = _opened(uploaded)
        try:
            files = dict(_files(image, was_drawn=was_drawn, widths=widths))
        finally:
            image.close()
    key = hashlib.sha256(b" ".join((RECIPE, repr(widths).encode(), uploaded))).hexdigest()[:32]
    extension = "png" if "png" in files else "jpg"
    picture = Picture(
        key=key,
        extension=extension,
        width=files[extension][0],
        height=files[extension][1],
        widths=tuple(size for size in files if isinstance(size, int)),
    )
    for kind, (_width, _height, content) in files.items():
        name = f"{key}-{kind}.webp" if isinstance(kind, int) else f"{key}.{kind}"
        _write(path_of(name), content)
    return picture


def _opened(uploaded: bytes) -> tuple[Image.Image, bool]:
    """The first frame, upright, in sRGB; and whether its format is one for drawings."""
    try:
        image = Image.open(io.BytesIO(uploaded), formats=FORMATS)
        _check_size(*image.size)
        image.draft("RGB", (2 * max(ARTICLE_WIDTHS),) * 2)  # a huge JPEG is read smaller at once
        image.load()
        was_drawn = image.format in {"PNG", "GIF"}
        return _in_plain_colours(ImageOps.exif_transpose(image)), was_drawn
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except UnidentifiedImageError:
        raise ValidationError(_what_it_is(uploaded)) from None
    except Exception:  # decoders raise whatever they come upon in a damaged file
        raise ValidationError(
            "The picture is damaged and cannot be read to its end. Save it anew, and try again."
        ) from None


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise _too_large()
    if min(width, height) < SHORTEST_SIDE:
        raise ValidationError(
            f"The picture is only {width} × {height} pixels: too small to see anything on it."
        )


def _too_large() -> ValidationError:
    return ValidationError(
        "The picture is too large: at most 50 million pixels, and 16,000 on a side. "
        "Make it smaller, 2,000 pixels wide at most, and try again."
    )


def _what_it_is(uploaded: bytes) -> str:
    """A word of help on what people upload most often besides pictures we read."""
    beginning = uploaded[:1024].lower()
    if b"<svg" in beginning or beginning.lstrip().startswith(b"<?xml"):
        return "A drawing in SVG may carry a script and is not taken. Export it as PNG."
    if uploaded[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"}:
        return "Photographs in HEIC (as of an iPhone) are not taken. Export it as JPEG."
    if beginning.startswith(b"%pdf"):
        return "This is a PDF, not a picture. Export the page as PNG or JPEG."
    return "This is no picture that we can read. Save it as JPEG, PNG or WebP, and try again."


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """RGB, or RGBA where something shows through, in sRGB: the profile is not kept."""
    see_through = image.has_transparency_data
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
            image = converted or image
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a profile that is none: the numbers are taken as they are
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.convert("I").point(lambda grey: grey / 256).convert("L")
    image = image.convert("RGBA" if see_through else "RGB")
    if see_through and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    image.info.clear()  # whatever else was said about it: where, when and with what it was made
    return image


def _sizes(width: int, widths: Iterable[int]) -> list[int]:
    """The widths to make, never more than there is; the last is the largest."""
    wanted = sorted(widths)
    largest = min(width, wanted[-1])
    return [*(size for size in wanted if size < largest * TOO_NEAR), largest]


def _files(
    image: Image.Image, *, was_drawn: bool, widths: tuple[int, ...]
) -> Iterator[tuple[int | str, tuple[int, int, bytes]]]:
    """Width and height and bytes of each: WebP by its width, the fallback by its ending."""
    ways = [{"quality": 80, "method": 4}]
    if was_drawn:  # lines and flat colours are sharper, and often smaller, without loss
        ways.append({"lossless": True, "quality": 60})
    made = image
    for width in _sizes(image.width, widths):
        height = max(1, round(image.height * width / image.width))
        made = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)
        yield width, (*made.size, min((_encoded(made, "WEBP", **way) for way in ways), key=len))
    if image.mode == "RGBA":
        yield "png", (*made.size, _encoded(made, "PNG", optimize=True))
    else:
        progressive = _encoded(made, "JPEG", quality=82, optimize=True, progressive=True)
        yield "jpg", (*made.size, progressive)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def _write(path: Path, content: bytes) -> None:
    """All or nothing, and on the disk before a row names it; the name tells what is inside."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
