"""How many questions something asks the database."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic import memory


def count_queries(act: Callable[[], object]) -> int:
    """Always from a cold memory: what it rereads depends on the clock."""
    memory.forget_everything()
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)
