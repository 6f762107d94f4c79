"""docs/booking.md names a test for every case: the tests are there."""

import re

from django.conf import settings

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_documentation_names_exists() -> None:
    text = (settings.BASE_DIR / "docs/booking.md").read_text()
    named = NAMED.findall(text)
    assert len(named) > 40
    missing = [
        f"{file}::{name}"
        for file, name in named
        if f"def {name}(" not in (settings.BASE_DIR / file).read_text()
    ]
    assert not missing
