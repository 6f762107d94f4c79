import re

import pytest

from clinic import memory
from content.models import PressurePoint
from tests.public import text

pytestmark = pytest.mark.usefixtures("starter")


@pytest.mark.parametrize("slug", ["gb-21", "si-15", "gb-10", "li-4"])
def test_a_point_says_its_cautions_first(slug: str) -> None:
    page = text(f"/points/{slug}/")
    caution, safety = page.index('<aside class="caution"'), page.index('id="safety"')
    technique = re.search("How to press|How it is pressed", page)
    assert technique
    assert caution < safety < technique.start()
    assert "Not yet reviewed by a clinician." in page
    assert "Evidence: traditional use only" in page


def test_a_point_is_shown_close_up() -> None:
    assert '<svg viewBox="60 57 200 150" role="img" aria-label="GB 21: on the back">' in text(
        "/points/gb-21/"
    )


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
