"""Measurements become rows of one table, printed at the end; they are looked at, not asserted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.browser.site import Site, running_site


@dataclass(frozen=True)
class Row:
    what: str
    value: float
    unit: str
    at_most: float | None
    at_least: float | None

    @property
    def bound(self) -> str:
        if self.at_most is not None:
            return f"at most {self.at_most:g}" + ("  OVER" if self.value > self.at_most else "")
        if self.at_least is not None:
            return f"at least {self.at_least:g}" + ("  UNDER" if self.value < self.at_least else "")
        return ""

    def __str__(self) -> str:
        return f"{self.what:<58} {self.value:>9.4g} {self.unit:<9} {self.bound}".rstrip()


Measured = Callable[..., None]
rows = pytest.StashKey[list[Row]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[rows] = []


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """measured("Style sheet, compressed", 7.2, "KB", at_most=8)"""

    def add(
        what: str,
        value: float,
        unit: str = "",
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        request.config.stash[rows].append(Row(what, value, unit, at_most, at_least))

    return add


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash[rows]:
        terminalreporter.section("measured")
        for row in config.stash[rows]:
            terminalreporter.line(str(row))
