import pytest

from tests.public import open_clinic


@pytest.fixture
def starter(db: None) -> None:
    """The clinic as it is on the first day, with the first of its articles."""
    open_clinic()
