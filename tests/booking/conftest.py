"""What the tests of booking have besides."""

import pytest
from django.conf import settings

from clinic.models import Service
from tests.booking.builders import a_service
from tests.booking.visitor import Visitor


@pytest.fixture(autouse=True, scope="session")
def _folder_of_static_files() -> None:
    """Whitenoise warns where there is none."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture(params=["en", "es"])
def visitor(request: pytest.FixtureRequest, db: None) -> Visitor:
    """Somebody who reads English, and then somebody who reads Spanish."""
    return Visitor(request.param)


@pytest.fixture
def english_visitor(db: None) -> Visitor:
    return Visitor("en")


@pytest.fixture
def service(db: None) -> Service:
    return a_service()
