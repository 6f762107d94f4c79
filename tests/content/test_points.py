import re
from itertools import pairwise

import pytest

from clinic import memory
from content.body_map import plates
from content.library import library
from content.models import PressurePoint
from tests.public import text

pytestmark = pytest.mark.usefixtures("starter")
ON_PLATES = {
    "back": {"GB 21", "BL 10", "SI 15"},
    "front": {"KI 27", "LU 5", "CV 6"},
    "hand": {"LI 4", "TE 3"},
    "head": {"GB 10"},
}


def test_every_point_stands_on_its_plate() -> None:
    found = {
        plate.view: {marker.point.row.code for marker in plate.markers}
        for plate in plates(library().points)
    }
    assert found == ON_PLATES


def test_paired_points_have_a_twin_at_the_mirrored_place() -> None:
    markers = {m.point.row.code: m for plate in plates(library().points) for m in plate.markers}
    assert markers["GB 21"].twin_x == 320 - markers["GB 21"].x
    assert markers["CV 6"].twin_x is None
    assert markers["LI 4"].twin_x is None


def test_labels_do_not_touch() -> None:
    for plate in plates(library().points):
        for side in (True, False):
            heights = [marker.y for marker in plate.markers if marker.on_right is side]
            assert all(low - high >= 16 for high, low in pairwise(heights))


def test_the_map_is_links_and_has_the_same_points_as_a_list() -> None:
    page = text("/points/")
    listed = page[page.index('<ol class="points">') :]
    for point in PressurePoint.objects.all():
        assert f'<a href="/points/{point.slug}/" aria-label="{point.code}, {point.name}">' in page
        assert f'<a href="/points/{point.slug}/"><b>{point.code}</b>' in listed


@pytest.mark.parametrize("slug", ["gb-21", "si-15", "gb-10", "li-4"])
def test_a_point_says_its_cautions_first(slug: str) -> None:
    page = text(f"/points/{slug}/")
    caution, safety = page.index('<aside class="caution"'), page.index('id="safety"')
    technique = re.search("How to press|How it is pressed", page)
    assert technique
    assert caution < safety < technique.start()
    assert "Not yet reviewed by a clinician." in page
    assert "Evidence: traditional use only" in page


def test_a_point_knows_the_articles_that_mention_it() -> None:
    assert "Pressure points for upper back pain" in text("/points/te-3/")
    assert "Articles on this point" not in text("/points/gb-10/")


def test_a_graded_point_shows_as_many_marks() -> None:
    assert 'class="grade grade-1">Evidence: very low' in text("/points/te-3/")


def test_a_corrected_caution_shows_once_it_is_published() -> None:
    assert "Ask twice." not in text("/points/gb-21/")
    PressurePoint.objects.filter(slug="gb-21").update(caution_en="Ask twice.")
    memory.publish()
    assert "Ask twice." in text("/points/gb-21/")
