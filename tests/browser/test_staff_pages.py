"""The pages of the staff, whoever made them: in light and dark, in a window of 1024 pixels.

Which there are is read from the table that tests/clinic/test_every_route.py holds complete. Those
that Django makes alike for every model are looked at once; `make audit` looks at all of them.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import StaffPage
from tests.browser.looks import assert_both_themes, assert_focus_is_seen, assert_in_reach
from tests.browser.signing_in import OWNER, STAFF, take_on
from tests.browser.site import Site, running_site

WIDTH = 1024
# What is no page: files, what scripts ask for, what leads on, and leaving.
NO_PAGES = {
    *("desk:report-sheet", "desk:patient-export"),
    "styleguide-theme",
    *("admin:jsi18n", "admin:autocomplete", "admin:view_on_site", "admin:logout"),
}
# One more than fit on a page of a list; its last page is looked at, too.
ADDRESSES = """
import json
from clinic.models import AccessLog
from tests.clinic.routes import staff_routes
from tests.clinic.test_every_route import address, one_of_everything
from clinic.roles import OWNER
rows = one_of_everything()
AccessLog.objects.bulk_create(AccessLog(action="list", subject_type="patient") for _ in range(101))
print(json.dumps({
    name: address(name, route, rows)
    for name, route in staff_routes().items() if OWNER in (route.get or ())
}))
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One of its own, with one of everything."""
    with running_site() as site:
        take_on(site, STAFF[OWNER])
        yield site


@pytest.fixture(scope="module")
def addresses(site: Site) -> dict[str, str]:
    found: dict[str, str] = json.loads(site.python(ADDRESSES))
    pages = {name: path for name, path in found.items() if name not in NO_PAGES}
    return pages | {f"{LONG_LIST}, last page": f"{pages[LONG_LIST]}?p=2"}


# As the names of the routes begin; the rest is Django's own of the site as a whole.
ROOMS = (
    "desk:",
    "admin:booking_",
    "admin:clinic_",
    "admin:content_",
    "admin:axes_",
    "admin:",
    "styleguide",
)
MADE_ALIKE = ("_history", "_delete")
LOOKED_AT = "admin:clinic_closure"
LONG_LIST = "admin:clinic_accesslog_changelist"


def is_in(room: str, name: str) -> bool:
    return next(each for each in ROOMS if name.startswith(each)) == room


def is_like_another(name: str) -> bool:
    return name.endswith(MADE_ALIKE) and not name.startswith(LOOKED_AT)


@pytest.mark.parametrize("room", ROOMS)
def test_the_pages_are_sound(staff_page: StaffPage, addresses: dict[str, str], room: str) -> None:
    names = [name for name in addresses if is_in(room, name) and not is_like_another(name)]
    assert_all_sound(staff_page(STAFF[OWNER]), [addresses[name] for name in names])


@pytest.mark.audit
def test_those_that_are_made_alike_are_sound(
    staff_page: StaffPage, addresses: dict[str, str]
) -> None:
    paths = [path for name, path in addresses.items() if is_like_another(name)]
    assert_all_sound(staff_page(STAFF[OWNER]), paths)


def assert_all_sound(page: Page, paths: list[str]) -> None:
    """What is wrong with any of them is told at once."""
    wrong = []
    for path in paths:
        answer = page.goto(path)
        assert answer
        assert answer.ok or answer.status == 404, path
        try:
            assert_both_themes(page, WIDTH)
            assert_in_reach(page)
            assert_focus_is_seen(page)
        except AssertionError as error:
            wrong.append(str(error))
    assert paths
    assert not wrong, "\n\n".join(wrong)
