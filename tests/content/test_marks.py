"""Choosing points on their page: no script, nothing sent, and a sheet that data cannot break."""

import re

import pytest
from django.conf import settings
from django.test import Client

from clinic import memory
from content.library import library
from content.marks import marks, marks_for
from content.models import Caution, PressurePoint, Topic
from content.pieces import Point
from tests.public import get, text

starter = pytest.mark.usefixtures("starter")
HOSTILE = "x}body{display:none}</style><script>alert(1)</script>/*\u202e"


def ids(page: str) -> set[str]:
    return set(re.findall(r'<input type="(?:checkbox|radio)"[^>]* id="([\w-]+)"', page))


@starter
def test_every_caution_region_and_complaint_has_a_control_and_its_rule() -> None:
    page, sheet = text("/points/"), marks().sheet
    points = library().points
    cautions = {f"c{c.pk}" for point in points for c in point.cautions if c.is_personal}
    topics = {f"t{topic.pk}" for point in points for topic in point.topics}
    assert len(cautions) > 10
    assert len(marks().regions) == len({point.row.region for point in points})
    wanted = cautions | topics | {choice.key for choice in marks().regions}
    assert ids(page) == wanted | {"t-all", "r-all"}
    assert set(re.findall(r"#(\w+):checked", sheet)) == wanted


@starter
def test_a_rule_about_everybody_is_no_question() -> None:
    asked = {a.caution.slug for a in marks().asked}
    assert "pregnancy" in asked
    assert {"over-bone", "front-of-neck"} & asked == set()
    assert "Bone and spine" in text("/points/"), "it still stands with its points"


@starter
def test_each_kind_of_caution_has_words_of_its_own() -> None:
    page = text("/points/")
    pregnancy = Caution.objects.get(slug="pregnancy").pk
    skin = Caution.objects.get(slug="broken-skin").pk
    assert (
        f'<p class="told c{pregnancy}"><strong>Leave this one out until you have asked:</strong> '
        "Pregnancy</p>" in page
    )
    assert (
        f'<p class="told c{skin}"><strong>Leave this one out, do not press here:</strong> '
        "Broken, sore or infected skin</p>" in page
    )
    status = page[page.index('role="status"') : page.index("What hurts?")]
    told = re.search(rf'class="told c{pregnancy}">(.*?)</div>', status, re.DOTALL)
    assert told
    assert "GB 21, CV 6, LI 4." in " ".join(told[1].split())


@starter
def test_nothing_that_is_ticked_could_be_sent() -> None:
    page = text("/points/")
    form = re.search(r'<form class="sift".*?</form>', page, re.DOTALL)
    assert form
    assert " action=" not in form[0]
    assert 'method="post"' not in form[0]
    assert '<button type="submit" disabled hidden>' in form[0], "so that Enter sends nothing"
    boxes = re.findall(r'<input type="checkbox"[^>]*>', form[0])
    assert boxes
    assert not [box for box in boxes if "name=" in box]


@starter
def test_the_controls_show_only_where_they_are_answered() -> None:
    site = (settings.BASE_DIR / "static" / "css" / "content.css").read_text()
    assert re.search(r"\.sift, [^{]*\{ display: none; \}", site)
    answered = marks().sheet.partition("@supports selector(:has(*)){")[2]
    assert answered.startswith("\n.sift{display:block}\n")


@starter
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_sheet_is_kept_for_ever_under_its_version(prefix: str) -> None:
    [path] = re.findall(r'href="(/points-\w+\.css)"', text(f"{prefix}/points/"))
    response = get(path)
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content.decode() == marks().sheet
    assert not response.cookies


@starter
def test_an_old_page_gets_the_sheet_of_today_for_a_moment() -> None:
    response = get("/points-0123456789ab.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert Client().post("/points-0123456789ab.css").status_code == 405
    assert get("/points-a.b.css").status_code == 404


@starter
def test_what_staff_publish_changes_the_sheet_and_its_address() -> None:
    before = marks().version
    rheumatoid = Caution.objects.get(slug="rheumatoid-neck")
    Caution.objects.filter(pk=rheumatoid.pk).update(is_personal=False)
    memory.publish()
    assert marks().version != before
    assert f"#c{rheumatoid.pk}:" not in marks().sheet


def hostile_point() -> Point:
    row = PressurePoint(pk=1, code=HOSTILE[:8], slug=HOSTILE, region=HOSTILE, view="back", x=9, y=9)
    caution = Caution(pk=7, slug=HOSTILE, name_en=HOSTILE, text_en=HOSTILE)
    return Point(row, (caution,), (Topic(pk=3, slug=HOSTILE, name_en=HOSTILE),))


def test_no_words_of_the_data_reach_the_sheet() -> None:
    sheet = marks_for([hostile_point()]).sheet
    assert "script" not in sheet
    assert "x}body" not in sheet
    assert set(re.findall(r"#(\w+):", sheet)) == {"c7", "t3"}
    assert sheet.count("{") == sheet.count("}")


@starter
def test_hostile_words_are_inert_on_the_page() -> None:
    Caution.objects.filter(slug="pregnancy").update(slug="x", name_en=HOSTILE)
    PressurePoint.objects.filter(slug="gb-21").update(region="x}body{", code='"><b>')
    memory.publish()
    page = text("/points/")
    assert "<script>alert" not in page
    assert "x}body{" not in re.sub(r">[^<]*<", "><", page), "in no attribute"
    assert "x}body{" not in marks().sheet


def test_no_points_no_controls() -> None:
    nothing = marks_for([])
    assert (nothing.regions, nothing.topics, nothing.asked) == ((), (), ())
    assert nothing.sheet.count("{") == nothing.sheet.count("}")


def test_a_part_of_the_body_and_a_complaint_without_a_point_in_common_say_so() -> None:
    head, neck = Topic(pk=1, slug="head"), Topic(pk=2, slug="neck")
    points = [
        Point(PressurePoint(pk=1, region="hand"), (), (head, neck)),
        Point(PressurePoint(pk=2, region="arm"), (), (neck,)),
    ]
    nothing = [rule for rule in marks_for(points).sheet.splitlines() if ".nothing" in rule]
    assert nothing == [".body-map:has(#r5:checked):has(#t1:checked) .nothing{display:block}"]
