"""When the site takes no bookings, and what it says instead."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from booking.flow import bookings_open
from booking.models import AppointmentRequest
from clinic import memory
from clinic.models import Practitioner
from tests.booking.builders import a_clinic, a_practitioner, a_service
from tests.booking.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def _public_address(settings: Settings) -> None:
    settings.IS_LOOPBACK = False


def test_on_this_machine_the_examples_may_be_tried() -> None:
    a_clinic()
    a_practitioner(a_service(), is_example=True)
    assert bookings_open()


@pytest.mark.usefixtures("_public_address")
def test_on_a_public_address_examples_keep_bookings_closed() -> None:
    a_clinic()
    service = a_service()
    example = a_practitioner(service, is_example=True)
    visitor = Visitor()
    page = visitor.get("book")
    assert "Book by telephone" in page.content.decode()
    assert "732-555-0123" in page.content.decode()
    visitor.passes_gate(service)
    assert not AppointmentRequest.objects.exists()
    Practitioner.objects.filter(pk=example.pk).update(is_active=False)
    memory.publish()
    assert bookings_open()


def test_staff_can_close_it_and_readers_see_no_openings() -> None:
    service = a_service()
    a_practitioner(service)
    a_clinic(consultation=service, accepts_bookings=False)
    assert "Book by telephone" in Visitor("en").get("book").content.decode()
    assert "Reserve por teléfono" in Visitor("es").get("book").content.decode()
    assert "book/?service" not in Visitor().get("home").content.decode()


def test_asking_costs_nothing_once_it_is_known(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    a_clinic()
    bookings_open()
    with django_assert_num_queries(0):
        assert bookings_open()
