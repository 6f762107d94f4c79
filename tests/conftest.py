"""What every test has: frozen time and a closed network (see pyproject.toml)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from clinic import memory
from tests.append_only import let_flush_pass

# A Monday, nine in the morning in New York.
START = datetime(2026, 6, 15, 13, 0, tzinfo=UTC)
IN_REAL_TIME = ("browser", "race", "audit")


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_can_be_emptied() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        let_flush_pass(monkeypatch)
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """A process that remembers nothing of the last test."""
    memory.forget_everything()
    yield
    memory.forget_everything()


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """Time stands still at START; `clock.shift(...)` and `clock.move_to(...)` turn it."""
    if any(request.node.get_closest_marker(name) for name in IN_REAL_TIME):
        yield None
        return
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def now(clock: time_machine.Traveller | None) -> datetime:
    """The moment at which the test begins."""
    return datetime.now(UTC)
