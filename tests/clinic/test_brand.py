"""Another clinic's colours and logo: everywhere at once, and never too faint to read."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from clinic import memory
from clinic.brand import brand
from clinic.brand_colours import GROUNDS, OF_EDGES, OF_TEXT, house, mistakes, tokens
from clinic.colours import contrast, least_contrast, luminance, mixed, nearest_passing
from clinic.models import Clinic
from clinic.roles import EDITOR, FRONT_DESK, OWNER, PRACTITIONER, REVIEWER
from tests.clinic.pictures import an_upload
from tests.clinic.staff import a_client
from tests.public import get, text

CLINIC = "/admin/clinic/clinic/1/change/"
BLUE = "#1f4e8c"


def choose(**fields: str) -> None:
    Clinic.objects.update(**fields)
    memory.publish()


class TestContrast:
    @pytest.mark.parametrize(
        ("one", "other", "ratio"),
        [
            # As the WCAG's own examples and the common checkers give them.
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#767676", "#ffffff", 4.54),
            ("#ff0000", "#ffffff", 4.0),
            ("#0000ff", "#ffffff", 8.59),
            ("#008000", "#ffffff", 5.14),
        ],
    )
    def test_is_that_of_the_standard(self, one: str, other: str, ratio: float) -> None:
        assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
        assert contrast(other, one) == contrast(one, other)

    def test_luminance_of_the_three_lights(self) -> None:
        assert luminance("#ff0000") == pytest.approx(0.2126)
        assert luminance("#00ff00") == pytest.approx(0.7152)
        assert luminance("#0000ff") == pytest.approx(0.0722)

    @pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#1234567", "#12345\n"])
    def test_of_what_is_no_colour_is_a_mistake(self, text: str) -> None:
        with pytest.raises(ValueError, match="Not a colour"):
            contrast(text, "#ffffff")

    def test_the_nearest_that_passes_passes_only_just(self) -> None:
        found = nearest_passing("#88aadd", ["#ffffff"], OF_TEXT)
        assert found is not None
        assert OF_TEXT <= contrast(found, "#ffffff") < OF_TEXT + 0.2
        assert nearest_passing("#000000", ["#ffffff"], OF_TEXT) == "#000000"
        assert nearest_passing("#888888", ["#000000", "#ffffff"], 5) is None

    def test_mixing(self) -> None:
        assert mixed("#000000", "#ffffff", 0.5) == "#808080"
        assert mixed("#102030", "#ffffff", 0) == "#102030"


class TestColours:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_the_house_keeps_its_own_rule(self, scheme: str) -> None:
        all_of_it = house(scheme)
        on = [all_of_it[ground] for ground in GROUNDS]
        for name in ("ink", "soft", "clay", "clay-deep", "alarm"):
            assert least_contrast(all_of_it[name], on) >= OF_TEXT
        assert contrast(all_of_it["on-clay"], all_of_it["clay"]) >= OF_TEXT
        assert least_contrast(all_of_it["edge"], [all_of_it["paper"], all_of_it["sheet"]]) >= 3

    @pytest.mark.parametrize(
        "chosen",
        [
            {"accent_light": BLUE},
            {"accent_light": "#0b5d3b", "accent_dark": "#8fd6b3"},
            {"paper_light": "#ffffff", "ink_light": "#111111"},
            {"paper_dark": "#000000", "ink_dark": "#ffffff", "accent_light": BLUE},
        ],
    )
    def test_what_passes_can_be_read_everywhere(self, chosen: dict[str, str]) -> None:
        assert mistakes(chosen) == {}
        for scheme in ("light", "dark"):
            all_of_it = {**house(scheme), **tokens(chosen, scheme)}
            on = [all_of_it[ground] for ground in GROUNDS]
            for name in ("ink", "soft", "clay", "clay-deep", "alarm"):
                assert least_contrast(all_of_it[name], on) >= OF_TEXT
            for ground in ("clay", "clay-deep"):
                assert contrast(all_of_it["on-clay"], all_of_it[ground]) >= OF_TEXT
            assert least_contrast(all_of_it["edge"], on) >= OF_EDGES - 0.2

    @pytest.mark.parametrize(
        ("chosen", "field"),
        [
            ({"accent_light": "#f0a030"}, "accent_light"),
            ({"accent_dark": "#402010"}, "accent_dark"),
            ({"paper_light": "#ffffff", "ink_light": "#aaaaaa"}, "ink_light"),
            ({"ink_dark": "#333333"}, "ink_dark"),
        ],
    )
    def test_a_faint_one_is_refused_by_how_much_and_with_one_that_passes(
        self, chosen: dict[str, str], field: str
    ) -> None:
        (said,) = mistakes(chosen).values()
        assert list(mistakes(chosen)) == [field]
        lack = re.search(r"contrast of ([\d.]+) to 1 .* at least 4.5 to 1: ([\d.]+) more", said)
        assert lack
        assert float(lack[1]) + float(lack[2]) == pytest.approx(OF_TEXT, abs=0.011)
        offered = re.search(r"passes is (#[0-9a-f]{6})\.", said)
        assert offered
        assert mistakes({**chosen, field: offered[1]}) == {}

    def test_a_paper_on_which_a_warning_drowns_is_refused(self) -> None:
        (field,) = mistakes({"paper_light": "#202020", "ink_light": "#ffffff"})
        assert field == "paper_light"

    def test_the_dark_accent_is_made_of_the_light_one(self) -> None:
        dark = tokens({"accent_light": BLUE}, "dark")
        assert dark["clay"] != BLUE
        assert least_contrast(dark["clay"], [house("dark")[g] for g in GROUNDS]) >= OF_TEXT


@pytest.mark.usefixtures("starter")
class TestTheSite:
    def test_the_house_needs_no_sheet_of_its_own(self) -> None:
        page = text("/")
        assert "brand-" not in page
        assert "favicon" in page
        assert get("/brand-000000000000.css").status_code == 404
        assert get("/brand-000000000000.svg").status_code == 404

    def test_a_colour_shows_on_every_page_and_in_the_admin(self) -> None:
        choose(accent_light=BLUE)
        address = f"/brand-{brand().version}.css"
        for path in ("/", "/es/visit/", "/book/"):
            assert f'<link rel="stylesheet" href="{address}">' in text(path)
        assert address in a_client(OWNER).get("/admin/").content.decode()
        sheet = get(address)
        assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
        assert "immutable" in sheet.headers["Cache-Control"]
        assert not sheet.cookies
        assert f"--clay:{BLUE};" in sheet.content.decode()
        assert BLUE in text(address.replace(".css", ".svg"))

    def test_an_older_page_gets_the_colours_that_hold_now(self) -> None:
        choose(accent_light=BLUE)
        old = brand().version
        choose(accent_light="#0b5d3b")
        assert brand().version != old
        sheet = get(f"/brand-{old}.css")
        assert "#0b5d3b" in sheet.content.decode()
        assert "immutable" not in sheet.headers["Cache-Control"]

    def test_what_is_no_colour_is_never_written_into_the_sheet(self) -> None:
        choose(accent_light="red;}", ink_light="#zzzzzz")
        assert brand().sheet == ""
        assert get("/").status_code == 200


def sent(**fields: Any) -> dict[str, Any]:
    row = Clinic.objects.get()
    fields_of_it = [field for field in row._meta.concrete_fields if field.editable]
    values = {field.name: getattr(row, field.attname) for field in fields_of_it}
    data = {name: str(value) for name, value in values.items() if value not in (None, False)}
    return {**data, "logo-kept": data.pop("logo", ""), **fields}


@pytest.mark.usefixtures("starter")
class TestTheForm:
    def test_an_owner_changes_name_colours_and_logo(self) -> None:
        response = a_client(OWNER).post(
            CLINIC, sent(name="Río & Sons", accent_light=BLUE, logo=an_upload())
        )
        assert response.status_code == 302
        page = text("/")
        assert "Río &amp; Sons" in page
        mark = re.search(r'<a class="brand"[^>]*>\s*<img src="(/media/[^"]+)"', page)
        assert mark
        assert f'<link rel="icon" href="{mark[1]}">' in page
        assert f'"logo": "http://127.0.0.1:8000{mark[1]}"' in page
        picture = Client().get(mark[1])
        assert picture.headers["Content-Type"] == "image/jpeg"
        picture.close()

    def test_a_faint_colour_is_refused_and_nothing_typed_is_lost(self) -> None:
        response = a_client(OWNER).post(CLINIC, sent(name="Typed", accent_light="#f0a030"))
        page = response.content.decode()
        assert response.status_code == 200
        assert "The nearest color that passes is #" in page
        assert 'value="Typed"' in page
        assert Clinic.objects.get().accent_light == ""

    @pytest.mark.parametrize("colour", ["red", "#fff", "#12345\u202e", "}<script>", "\0"])
    def test_what_is_no_colour_is_refused(self, colour: str) -> None:
        response = a_client(OWNER).post(CLINIC, sent(accent_light=colour))
        assert response.status_code == 200
        assert Clinic.objects.get().accent_light == ""

    @pytest.mark.parametrize("role", [FRONT_DESK, PRACTITIONER, EDITOR, REVIEWER])
    def test_nobody_else_changes_it(self, role: str) -> None:
        assert a_client(role).post(CLINIC, sent(accent_light=BLUE)).status_code == 403
        assert Clinic.objects.get().accent_light == ""

    def test_the_model_refuses_it_too(self) -> None:
        clinic = Clinic.objects.get()
        clinic.accent_light = "#f0a030"
        with pytest.raises(ValidationError, match="nearest color"):
            clinic.full_clean()
