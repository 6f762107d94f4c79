"""How many questions something asks the database."""

from collections.abc import Callable
from time import monotonic

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic import memory


def count_queries_of_a_warm_process(act: Callable[[], object]) -> int:
    """As most pages are served: what the site shows is in memory, and its version just reread."""
    act()
    memory.publish()
    act()
    with CaptureQueriesContext(connection) as captured:
        memory._known.read_at = monotonic() + 60  # however long a page takes on a busy machine
        act()
    memory.forget_everything()
    return len(captured)


def count_queries(act: Callable[[], object]) -> int:
    """Always from a cold memory: what it rereads depends on the clock."""
    memory.forget_everything()
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)
