"""The pictures beside shared links: drawn for what is out, and for nothing else."""

import io
import re

import pytest
from django.conf import settings
from PIL import Image

from clinic import memory, pictures
from clinic.drawings import drawing
from clinic.models import Clinic
from content.models import Article
from tests.public import ARTICLE, get, publish_again, text, withdraw

pytestmark = pytest.mark.usefixtures("starter")
SITE = settings.SITE_URL


def meta(path: str, name: str) -> str:
    found = re.search(rf'<meta (?:property|name)="{name}" content="([^"]*)">', text(path))
    assert found, name
    return found[1]


def address(path: str) -> str:
    """Of the picture of a page, without the host."""
    return meta(path, "og:image").removeprefix(SITE)


def test_an_article_has_a_picture_of_its_own_in_each_language() -> None:
    addresses = set()
    for path in (ARTICLE, "/es" + ARTICLE, "/", "/es/"):
        at = address(path)
        response = get(at)
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert not response.cookies
        image = Image.open(io.BytesIO(response.content))
        assert image.size == (1200, 630)
        assert (meta(path, "og:image:width"), meta(path, "og:image:height")) == ("1200", "630")
        assert len(response.content) < 100_000
        addresses.add(at)
    assert len(addresses) == 4


def test_the_page_says_what_the_picture_shows_and_in_which_language_it_is() -> None:
    alt = "Puntos de presión para el dolor de espalda alta. Gramercy Pain Center"
    assert meta("/es" + ARTICLE, "og:image:alt") == alt
    assert meta("/es" + ARTICLE, "og:locale") == "es_US"
    assert meta("/es" + ARTICLE, "og:locale:alternate") == "en_US"
    assert meta(ARTICLE, "og:locale") == "en_US"
    for path in (ARTICLE, "/", "/points/gb-21/"):
        assert meta(path, "twitter:card") == "summary_large_image"
    assert address("/points/gb-21/") == address("/")


def test_a_page_in_one_language_names_no_other() -> None:
    withdraw(Article.objects.get(language="es"))
    assert "og:locale:alternate" not in text(ARTICLE)


def test_the_address_changes_with_what_is_on_the_picture_and_only_then() -> None:
    before = address(ARTICLE)
    Article.objects.update(lead="Another")
    publish_again()
    assert address(ARTICLE) == before
    Article.objects.filter(language="en").update(title="Another title")
    publish_again(language="en")
    assert address(ARTICLE) != before
    moved = get(before)  # as somebody shared it before
    assert moved.status_code == 302
    assert moved.headers["Location"] == address(ARTICLE)


def test_it_is_drawn_once_however_often_and_wrongly_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = []

    def png(sheet: pictures.Sheet) -> bytes:
        drawn.append(sheet)
        return b"png"

    monkeypatch.setattr(pictures.Sheet, "png", png)
    pictures._drawn.cache_clear()
    at = address(ARTICLE)
    assert get(at).content == get(at + "?x=1").content == b"png"
    for n in range(5):
        wrong = re.sub(r"\.[0-9a-f]+\.png", f".{n}.png", at)
        assert get(wrong).headers["Location"] == at
    assert len(drawn) == 1
    pictures._drawn.cache_clear()


def test_what_is_not_out_has_no_picture() -> None:
    at = address(ARTICLE)
    for article in Article.objects.all():
        withdraw(article)
    for path in (at, "/pictures/en/nope.1.png", "/pictures/fr.1.png", "/pictures/fr/nope.1.png"):
        assert get(path).status_code == 404


def test_any_title_fits() -> None:
    """No letters, one that no font has, one long word, many words, signs that nobody sees."""
    for title in ("", "痛 😀", "x" * 128, "Schmerz " * 16, "\u202edrow\0\x0b"):
        size, lines = pictures.fitted(pictures.readable(title), pictures.WITH_PLATE, 284)
        assert len(lines) * pictures.line_height(size) <= 284
        face = pictures.font(size, "Semibold")
        widest = max(face.getlength(line) for line in lines)
        assert widest <= pictures.WITH_PLATE * pictures.FINER
    card = pictures.Card("Clinic" * 20, "", "\0痛😀" * 40, "Topic" * 30, "hand", ((9, 9), (999, 0)))
    assert Image.open(io.BytesIO(pictures.drawn(card))).size == (1200, 630)


def test_the_halves_of_the_body_are_drawn_whole() -> None:
    for name in ("front", "back"):
        across = [x for stroke in drawing(name).strokes for x, _y in stroke.line]
        assert min(across) == pytest.approx(320 - max(across))
        assert max(across) <= 320


def test_every_drawing_of_the_body_has_lines_and_the_fonts_have_spanish_letters() -> None:
    for name in ("front", "back", "hand", "head", "mark"):
        assert drawing(name).strokes
    assert drawing("mark").dots
    face = pictures.font(40)
    nothing = bytes(face.getmask("\uffff"))
    assert all(bytes(face.getmask(letter)) != nothing for letter in "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”–")


def test_a_clinic_without_a_line_of_its_own_has_a_picture() -> None:
    Clinic.objects.update(tagline_en="", tagline_es="", about_en="", about_es="")
    memory.publish()
    assert meta("/", "og:image:alt").startswith("Gramercy Pain Center.")
    assert get(address("/")).status_code == 200


def test_a_clinic_with_colours_of_its_own_has_them_on_its_pictures() -> None:
    before = address("/")
    Clinic.objects.update(paper_light="#eef4ff", accent_light="#1f3d96")
    memory.publish()
    assert address("/") != before
    image = Image.open(io.BytesIO(get(address("/")).content)).convert("RGB")
    assert image.getpixel((5, 300)) == (0xEE, 0xF4, 0xFF)
    assert image.getpixel((100, 550)) == (0x1F, 0x3D, 0x96)
