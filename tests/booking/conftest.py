"""What the tests of booking have besides: a process that remembers nothing of the last one."""

from collections.abc import Iterator

import pytest

from clinic import memory


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    memory.forget_everything()
    yield
    memory.forget_everything()
