import pytest

from tests.public import open_clinic


@pytest.fixture
def starter(db: None) -> None:
    """The clinic as it is on the first day, with all its articles."""
    open_clinic(whole=True)
