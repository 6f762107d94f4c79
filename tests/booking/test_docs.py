"""docs/booking.md names a test for every case: the tests are there."""

import re

from django.conf import settings

NAMED = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)*)`")


def test_every_test_that_the_documentation_names_exists() -> None:
    text = (settings.BASE_DIR / "docs/booking.md").read_text()
    named = NAMED.findall(text)
    assert len(named) == text.count("`tests/") > 40
    missing = [
        file + names
        for file, names in named
        for name in names.split("::")
        if not re.search(rf"(def|class) {name}\b", (settings.BASE_DIR / file).read_text()) and name
    ]
    assert not missing
