"""The drawings and what stands on them: in its place, named, mirrored, and listed in words."""

import gzip
import re
from itertools import combinations

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from content.body_map import HEIGHT, LABEL_HEIGHT, MARGIN, WIDTH, Marker, markers, plates
from content.library import library
from content.models import PressurePoint
from content.pieces import Point
from tests.public import ARTICLE, text

DRAWING = settings.BASE_DIR / "static" / "img" / "body.svg"
MOST_BYTES = 6 * 1024
ON_PLATES = {
    "back": {"GB 21", "BL 10", "SI 15"},
    "front": {"KI 27", "LU 5", "CV 6"},
    "hand": {"LI 4", "TE 3"},
    "head": {"GB 10"},
}
starter = pytest.mark.usefixtures("starter")


def at(x: int, y: int, *, view: str = "back", paired: bool = True) -> Point:
    return Point(PressurePoint(code=f"P{x}.{y}", x=x, y=y, view=view, paired=paired), (), ())


def all_markers() -> dict[str, Marker]:
    return {m.point.row.code: m for plate in plates(library().points) for m in plate.markers}


def test_the_drawing_is_light_has_every_view_and_takes_the_colour_of_the_page() -> None:
    drawing = DRAWING.read_text()
    assert len(gzip.compress(DRAWING.read_bytes(), 9)) <= MOST_BYTES
    assert set(re.findall(r'<g id="(\w+)"', drawing)) == set(PressurePoint.View)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) == {"none", "currentColor"}
    assert "style" not in drawing
    assert "url(" not in drawing


@starter
def test_every_point_stands_on_its_plate_and_inside_the_drawing() -> None:
    found = {
        plate.view: {marker.point.row.code for marker in plate.markers}
        for plate in plates(library().points)
    }
    assert found == ON_PLATES
    for marker in all_markers().values():
        assert all(5 <= x <= WIDTH - 5 for x in marker.places)
        assert 5 <= marker.y <= HEIGHT - 5


@starter
def test_paired_points_have_a_twin_at_the_mirrored_place() -> None:
    found = all_markers()
    assert found["GB 21"].places == (WIDTH - found["GB 21"].x, found["GB 21"].x)
    assert found["CV 6"].places == (WIDTH // 2,)
    assert found["LI 4"].twin_x is None, "one hand is drawn"


@starter
def test_the_points_stand_where_the_standard_says_beside_what_is_drawn() -> None:
    """Seen on the drawing: C7 at 126, the tip of the shoulder at (252, 143), the navel at 288."""
    found = all_markers()
    halfway = ((WIDTH / 2 + 252) / 2, (126 + 143) / 2)
    assert found["GB 21"].x == pytest.approx(halfway[0], abs=4)
    assert found["GB 21"].y == pytest.approx(halfway[1], abs=4)
    assert found["SI 15"].x < found["GB 21"].x, "nearer to the spine"
    assert found["BL 10"].y < found["SI 15"].y, "at the base of the skull"
    assert 288 < found["CV 6"].y < 374, "between the navel and the pubic bone"
    assert found["LU 5"].x > WIDTH / 2 + 112, "on the thumb's side of the tendon"
    assert found["LI 4"].x > 186, "beside the second bone, towards the thumb"


@pytest.mark.parametrize("x", [WIDTH + 1, 5_000])
def test_a_place_beside_the_figure_is_refused(x: int) -> None:
    with pytest.raises(ValidationError) as refused:
        PressurePoint(code="X 1", x=x, y=HEIGHT + 1).clean_fields()
    assert {"x", "y"} <= set(refused.value.error_dict)


CROWDED = [
    [at(206, 132), at(183, 129), at(171, 97)],
    [at(200, 100), at(202, 100), at(204, 100), at(206, 100)],
    [at(x, 60, view="hand") for x in range(40, 300, 20)],
    [at(160, 0, paired=False), at(160, 420, paired=False), at(0, 0), at(320, 420)],
]


@pytest.mark.parametrize("points", CROWDED)
def test_labels_do_not_touch_however_close_the_points_are(points: list[Point]) -> None:
    placed = markers(points)
    assert len(placed) == len(points)
    for one, other in combinations(placed, 2):
        assert one.on_right != other.on_right or abs(one.label_y - other.label_y) >= LABEL_HEIGHT


def test_no_line_to_a_label_passes_through_another_marker() -> None:
    """SI 15 is nearer to the spine than GB 21, at the same height: its line goes around it."""
    _highest, inner, outer = markers([at(206, 132), at(183, 129), at(171, 97)])
    assert outer.label_y == outer.y
    assert inner.label_y != inner.y
    assert inner.on_right != outer.on_right


def test_rings_to_touch_do_not_overlap() -> None:
    one, other = markers([at(206, 132), at(183, 129)])
    assert one.reach + other.reach <= 24
    [alone] = markers([at(206, 132)])
    assert alone.reach == 14


@starter
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_map_is_links_with_names_and_has_the_same_points_in_words(prefix: str) -> None:
    page = text(f"{prefix}/points/")
    drawn, listed = page.split('<ol class="entries">')
    for point in PressurePoint.objects.all():
        link = re.search(
            rf'<a class="spot [\w ]+" href="{prefix}/points/{point.slug}/">(.*?)</a>',
            drawn,
            re.DOTALL,
        )
        assert link
        assert f'>{point.code}<tspan class="unseen">, ' in link[1]
        assert (
            f'<a href="{prefix}/points/{point.slug}/"><b class="point-code">{point.code}</b>'
            in (listed)
        )


@starter
def test_the_list_says_at_once_who_should_not_press() -> None:
    page = text("/points/").split('<ol class="entries">')[1]
    entries = dict(zip(ON_ORDER, page.split('<li class="entry')[1:], strict=True))
    assert "Ask first:</strong> Pregnancy;" in entries["LI 4"]
    assert "Ask first:</strong> Pregnancy" not in entries["TE 3"]
    assert "Only a practitioner should press this point." in entries["SI 15"]
    assert "Only a practitioner" not in entries["GB 21"]
    for entry in entries.values():
        assert entry.index("Do not press:") < entry.index('class="how"'), "before how to press"
        assert "Evidence:" in entry


ON_ORDER = ["GB 21", "BL 10", "GB 10", "KI 27", "LU 5", "SI 15", "CV 6", "LI 4", "TE 3"]


@starter
def test_the_half_that_is_drawn_is_mirrored_on_the_page() -> None:
    page = text("/")
    assert page.count("#back") == 2
    assert page.count('transform="translate(320 0) scale(-1 1)"') == 1
    assert f'viewBox="-{MARGIN} 0' in page
    assert "scale(-1 1)" not in text("/points/gb-10/"), "the head is drawn whole"


@starter
def test_in_an_article_the_map_leads_to_the_sections_of_its_points() -> None:
    page = text(ARTICLE)
    assert '<a href="#gb-21">' in page
    assert 'class="cross"' not in page, "nothing is chosen there"
