"""Pictures: what comes in is checked and made anew, what goes out is ours alone."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils.datastructures import MultiValueDict
from PIL import Image
from pytest_django import Settings

from clinic import uploads
from clinic.image_fields import PictureFormField, PictureInput
from clinic.images import MOST_BYTES, Picture, keep, path_of
from tests.clinic.pictures import an_upload, bytes_of

# None of these tests may ask the database: pictures are shown while it is away.


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    return folder


def kept(content: bytes, **options: tuple[int, ...]) -> Picture:
    return keep(io.BytesIO(content), **options)


def opened(name: str) -> Image.Image:
    return Image.open(io.BytesIO(path_of(name).read_bytes()))


def refusal(content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        kept(content)
    return str(refused.value.messages[0])


class TestWhatIsMade:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
    def test_every_kind_becomes_webp_and_jpeg(self, kind: str) -> None:
        picture = kept(bytes_of(kind=kind))
        assert [opened(name).format for name in picture.names] == ["WEBP", "WEBP", "JPEG"]
        assert (picture.width, picture.height) == (640, 400)

    def test_the_widths_a_page_needs_and_never_a_wider_one(self) -> None:
        wide = kept(bytes_of((3000, 1500)))
        assert (wide.widths, wide.width, wide.height) == ((480, 960, 1440), 1440, 720)
        assert [opened(name).size for name in wide.names] == [
            (480, 240),
            (960, 480),
            (1440, 720),
            (1440, 720),
        ]
        assert kept(bytes_of((1000, 500))).widths == (480, 1000)
        assert kept(bytes_of((300, 200))).widths == (300,)
        assert kept(bytes_of((800, 800)), widths=(96, 192)).widths == (96, 192)

    def test_what_shows_through_stays_so(self) -> None:
        image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
        content = io.BytesIO()
        image.save(content, "PNG")
        picture = kept(content.getvalue())
        assert picture.extension == "png"
        assert opened(picture.fallback).mode == "RGBA"

    def test_greys_of_sixteen_bits_stay_grey(self) -> None:
        image = Image.new("I;16", (100, 100), 32768)
        content = io.BytesIO()
        image.save(content, "PNG")
        shown = opened(kept(content.getvalue()).fallback).getpixel((50, 50))
        assert shown == (128, 128, 128)

    def test_only_the_first_frame_of_an_animation(self) -> None:
        frames = [Image.new("RGB", (100, 100), colour) for colour in ("white", "black")]
        content = io.BytesIO()
        frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
        shown = opened(kept(content.getvalue()).names[0])
        assert not getattr(shown, "is_animated", False)
        assert shown.convert("L").getpixel((50, 50)) == 255

    def test_nothing_of_where_when_and_how_it_was_taken(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "Secret Camera"
        exif[0x8825] = {1: "N", 2: (40.0, 44.0, 21.0), 3: "W", 4: (73.0, 59.0, 11.0)}
        picture = kept(bytes_of(exif=exif, comment=b"Secret comment", icc_profile=b"Secret"))
        for name in picture.names:
            assert b"Secret" not in path_of(name).read_bytes()
            assert not opened(name).getexif()
            assert not opened(name).info.keys() & {"exif", "icc_profile", "xmp", "comment"}

    def test_a_picture_taken_sideways_stands_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # turn to the right
        picture = kept(bytes_of((640, 400), exif=exif))
        assert (picture.width, picture.height) == (400, 640)
        shown = opened(picture.fallback).convert("L")
        edges = shown.crop((0, 0, 400, 20)), shown.crop((0, 620, 400, 640))
        darkest, lightest = (edge.getextrema() for edge in edges)
        assert darkest != lightest, "what was left and right is above and below"

    def test_the_same_picture_has_the_same_name_and_is_written_once(self, media: Path) -> None:
        first = kept(bytes_of())
        before = {path: path.stat().st_mtime_ns for path in media.iterdir()}
        assert kept(bytes_of()) == first
        assert {path: path.stat().st_mtime_ns for path in media.iterdir()} == before
        assert kept(bytes_of(), widths=(96,)).key != first.key

    def test_its_line_says_all_of_it(self) -> None:
        picture = kept(bytes_of((1000, 500)))
        assert Picture.parse(str(picture)) == picture
        for line in ("", "x", "../../etc/passwd", str(picture) + "\n", str(picture) + "\0"):
            assert Picture.parse(line) is None


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + end

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data


class TestWhatIsRefused:
    def test_a_file_that_is_too_heavy(self) -> None:
        assert "more than 10 MB" in refusal(b"\xff" * (MOST_BYTES + 1))

    @pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (40_000, 100)])
    def test_a_small_file_that_unfolds_into_a_huge_picture(self, size: tuple[int, int]) -> None:
        assert "too large" in refusal(png_that_claims(*size))

    def test_a_picture_on_which_nothing_is_seen(self) -> None:
        assert "only 8 × 8 pixels" in refusal(bytes_of((8, 8)))

    @pytest.mark.parametrize(
        ("content", "advice"),
        [
            (b'<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>', "SVG"),
            (b'<?xml version="1.0"?><svg/>', "SVG"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
            (b"%PDF-1.7", "PDF"),
            (b"<html><script>alert(1)</script></html>", "no picture that we can read"),
            (b"", "no picture that we can read"),
            (b"II*\0" + b"\0" * 100, "no picture that we can read"),  # a TIFF
            (b"%!PS-Adobe-3.0 EPSF-3.0\n", "no picture that we can read"),
        ],
    )
    def test_what_is_no_picture_with_a_word_of_advice(self, content: bytes, advice: str) -> None:
        assert advice in refusal(content)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
    def test_a_damaged_file_is_no_error_of_ours(self, kind: str, media: Path) -> None:
        whole = bytes_of((900, 700), kind)
        assert refusal(whole[: len(whole) // 2])
        assert not media.exists()


class TestServing:
    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        response = Client().get(path)
        content = b"".join(cast("Any", response))
        return response.status_code, content, dict(response.headers)

    def test_a_picture_is_kept_by_browsers_for_good(self) -> None:
        picture = kept(bytes_of())
        status, content, headers = self.get(picture.src)
        assert (status, content) == (200, path_of(picture.fallback).read_bytes())
        assert headers["Content-Type"] == "image/jpeg"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in headers["Cache-Control"]
        assert "Set-Cookie" not in headers
        assert "Vary" not in headers
        status, _content, headers = self.get(f"/media/{picture.names[0]}")
        assert (status, headers["Content-Type"]) == (200, "image/webp")

    def test_nothing_else_of_the_disk_is_served(self, media: Path) -> None:
        kept(bytes_of())
        (media / "private.txt").write_text("private")
        (media / f"{'a' * 32}.html").write_text("<script>")
        (media / f"{'b' * 32}.jpg").mkdir()
        (media.parent / "clinic.sqlite3").write_text("rows")
        for name in (
            "private.txt",
            f"{'a' * 32}.html",
            f"{'b' * 32}.jpg",
            f"{'c' * 32}.jpg",
            "../clinic.sqlite3",
            "%2e%2e/clinic.sqlite3",
            "..%2fclinic.sqlite3",
            f"{'c' * 32}.jpg%00",
            "x" * 5000,
        ):
            status, content, headers = self.get(f"/media/{name}")
            assert status == 404, name
            assert b"rows" not in content
            assert "immutable" not in headers.get("Cache-Control", "")

    def test_nothing_is_sent_there(self) -> None:
        assert Client().post(kept(bytes_of()).src).status_code == 405


class TestTheField:
    def test_an_upload_becomes_a_line(self) -> None:
        line = PictureFormField().clean(an_upload())
        picture = Picture.parse(line)
        assert picture
        assert picture.is_kept

    def test_it_survives_a_mistake_elsewhere_in_the_form(self) -> None:
        field, upload = PictureFormField(), an_upload()
        line = field.clean(upload)
        again = PictureInput().render("picture", upload)
        assert f'value="{line}"' in again
        sent = PictureInput().value_from_datadict(
            {"picture-kept": line}, MultiValueDict(), "picture"
        )
        assert field.clean(sent) == line

    @pytest.mark.parametrize(
        "line", ["nonsense", "x" * 5000, "\0", f"{'a' * 32}.jpg 640x400 480,640", "../x.jpg"]
    )
    def test_a_line_that_somebody_made_up_is_refused(self, line: str) -> None:
        with pytest.raises(ValidationError, match="Choose it once more"):
            PictureFormField().clean(line)

    def test_it_says_when_there_is_none(self) -> None:
        with pytest.raises(ValidationError, match="Choose a picture"):
            PictureFormField().clean("")
        assert PictureFormField(required=False).clean("") == ""
        taken_away = {"picture-kept": "x", "picture-none": "on"}
        assert PictureInput().value_from_datadict(taken_away, MultiValueDict(), "picture") == ""


def test_a_form_takes_no_more_than_a_few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends it, and before anybody knows who that is."""
    monkeypatch.setattr(uploads, "MOST_BYTES", 150_000)
    files = {name: an_upload(b"x" * 100_000) for name in ("one", "two")}
    request = RequestFactory().post("/", {"three": an_upload(b"x" * 10), **files})
    assert set(request.FILES) == {"three", "one"}
