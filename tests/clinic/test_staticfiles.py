"""The public site's style sheets become one hashed, compressed file."""

import gzip
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from clinic.staticfiles import BundledStaticFilesStorage, without_comments


@pytest.fixture
def collected(tmp_path: Path, settings: Settings) -> Path:
    source = tmp_path / "source"
    (source / "css").mkdir(parents=True)
    (source / "css/base.css").write_text("/* base */\nbody {\n  margin: 0;\n}\n")
    (source / "css/tokens.css").write_text(":root { --ink: black; } /* a\nb */\n" + "/* */" * 200)
    (source / "css/content.css").write_text('.map { background: url("../img/dot.svg"); }\n')
    (source / "img").mkdir()
    (source / "img/dot.svg").write_text("<svg/>")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "clinic.staticfiles.BundledStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path / "static"


def test_the_parts_are_joined_in_order(collected: Path) -> None:
    url = BundledStaticFilesStorage(location=collected).stored_name("css/site.css")
    sheet = (collected / url).read_text()
    assert url.startswith("css/site.")
    assert url != "css/site.css"
    assert sheet.startswith(":root { --ink: black; }\nbody {\nmargin: 0;\n}\n.map")
    assert "/*" not in sheet


def test_a_picture_in_the_sheet_is_hashed_too(collected: Path) -> None:
    storage = BundledStaticFilesStorage(location=collected)
    sheet = (collected / storage.stored_name("css/site.css")).read_text()
    assert storage.stored_name("img/dot.svg").removeprefix("img/") in sheet


def test_collecting_again_changes_nothing_and_follows_the_source(collected: Path) -> None:
    storage = BundledStaticFilesStorage(location=collected)
    first = storage.stored_name("css/site.css")
    call_command("collectstatic", interactive=False, verbosity=0)
    assert BundledStaticFilesStorage(location=collected).stored_name("css/site.css") == first
    (collected.parent / "source/css/base.css").write_text("p { margin: 1em; }")
    call_command("collectstatic", interactive=False, verbosity=0)
    assert BundledStaticFilesStorage(location=collected).stored_name("css/site.css") != first


def test_a_large_sheet_is_precompressed(tmp_path: Path, settings: Settings) -> None:
    source = tmp_path / "source/css"
    source.mkdir(parents=True)
    (source / "base.css").write_text("p { margin: 1em; }\n" * 100)
    settings.STATICFILES_DIRS = [source.parent]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "clinic.staticfiles.BundledStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    [compressed] = (tmp_path / "static/css").glob("site.*.css.gz")
    assert gzip.decompress(compressed.read_bytes()).startswith(b"p { margin")


def test_comments_and_empty_lines_go() -> None:
    assert without_comments("/* a\n b */\n\n  p { color: red; } /* c */\n") == "p { color: red; }"
