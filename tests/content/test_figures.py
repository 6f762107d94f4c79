"""Pictures in articles: on the page, and in the form."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic.images import Picture, keep
from clinic.models import Clinic
from clinic.roles import EDITOR
from content.models import Article, FigureBlock
from tests.clinic.pictures import an_upload, bytes_of
from tests.clinic.staff import a_client
from tests.content.forms import form
from tests.public import ARTICLE, get, publish_again, text

ADD = reverse("admin:content_article_add")


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def a_figure(**fields: Any) -> Picture:
    picture = keep(io.BytesIO(bytes_of((1600, 1000))))
    FigureBlock.objects.create(
        parent=Article.objects.get(language="en"),
        region="main",
        ordering=15,
        **{"picture": str(picture), "alternative_text": "A hand on a neck."} | fields,
    )
    publish_again(language="en")
    return picture


def figure() -> str:
    found = re.search(r'<figure class="figure">.*?</figure>', text(ARTICLE), re.DOTALL)
    return found[0] if found else ""


@pytest.mark.usefixtures("starter")
class TestOnThePage:
    def test_each_browser_takes_the_file_that_fits(self) -> None:
        picture = a_figure()
        shown = figure()
        assert f"/media/{picture.key}-480.webp 480w, /media/{picture.key}-960.webp 960w" in shown
        assert f'<img src="/media/{picture.key}.jpg" width="1440" height="900"' in shown
        assert 'loading="lazy" decoding="async"' in shown
        assert 'alt="A hand on a neck."' in shown
        assert "<figcaption" not in shown

    def test_its_caption_cites_sources(self) -> None:
        a_figure(caption="After a study [@carr-2015].")
        assert re.search(r'<figcaption>After a study<sup class="ref"><a href="#ref-\d+"', figure())

    def test_nothing_of_it_can_act(self) -> None:
        hostile = '"><script>alert(1)</script>\u202e\n'
        a_figure(alternative_text=hostile, caption=hostile)
        assert "<script>alert" not in text(ARTICLE)
        assert "&lt;script&gt;" in figure()

    def test_a_line_that_is_none_shows_nothing(self) -> None:
        for line in ("", "nonsense", "../../etc/passwd", "x" * 100):
            a_figure(picture=line)
        assert figure() == ""

    def test_pictures_come_from_this_site_alone(self) -> None:
        policy = get(ARTICLE).headers["Content-Security-Policy"]
        assert "img-src 'self';" in f"{policy};"


def a_block(**fields: Any) -> dict[str, Any]:
    """One picture in the article's form."""
    prefix = "content_figureblock_set"
    block = {"alternative_text": "A hand on a neck.", "region": "main", "ordering": "10"} | fields
    return {f"{prefix}-TOTAL_FORMS": "1"} | {
        f"{prefix}-0-{name}": value for name, value in block.items()
    }


def send(client: Client, **fields: Any) -> HttpResponse:
    response = client.post(ADD, form(slug="new", **fields))
    assert isinstance(response, HttpResponse)
    return response


class TestInTheForm:
    @pytest.fixture(autouse=True)
    def _clinic(self, db: None) -> None:
        Clinic.objects.create(id=1, name="Example Clinic", telephone="+17325550123")

    def test_an_editor_uploads_one(self) -> None:
        assert send(a_client(EDITOR), **a_block(picture=an_upload())).status_code == 302
        block = FigureBlock.objects.get()
        assert block.shown
        assert block.shown.is_kept

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            (
                {"picture": an_upload(b"<svg></svg>", "a.svg")},
                "A drawing in SVG may carry a script",
            ),
            ({"picture": an_upload(b"text", "a.jpg")}, "no picture that we can read"),
            ({}, "Choose a picture."),
            ({"picture-kept": "made up"}, "Choose it once more"),
            ({"picture": an_upload(), "alternative_text": ""}, "This field is required."),
            ({"picture": an_upload(), "alternative_text": "IMG_2034.JPG"}, "what is to be seen"),
            ({"picture": an_upload(), "alternative_text": "Screenshot 2026-11-03"}, "to be seen"),
            ({"picture": an_upload(), "alternative_text": "Photo."}, "what is to be seen"),
            (
                {"picture": an_upload(), "alternative_text": "A neck.", "caption": "A  neck."},
                "This is the caption again",
            ),
            ({"picture": an_upload(), "alternative_text": "x" * 5000}, "at most 250 characters"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_saved(
        self, fields: dict[str, Any], says: str
    ) -> None:
        response = send(a_client(EDITOR), **a_block(**fields))
        assert response.status_code == 200
        assert says in response.content.decode()
        assert not FigureBlock.objects.exists()

    def test_a_mistake_elsewhere_does_not_lose_it(self) -> None:
        client = a_client(EDITOR)
        page = send(client, **a_block(picture=an_upload()) | {"title": ""}).content.decode()
        name = "content_figureblock_set-0-picture"
        (line,) = re.findall(rf'name="{name}-kept" value="([^"]+)"', page)
        assert send(client, **a_block(**{"picture-kept": line})).status_code == 302
        assert FigureBlock.objects.get().picture == line
