"""Against a flood: what one network address has asked for is removed with one press."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from booking import actions, worker
from booking.actors import Actor
from booking.errors import NotForPatients
from booking.models import Appointment, AppointmentRequest, Message, Status
from clinic.models import Service
from clinic.roles import EDITOR, FRONT_DESK, PRACTITIONER
from tests.booking.builders import TEN_O_CLOCK, a_clinic, a_practitioner, a_service, an_appointment
from tests.booking.desk import address, form, nothing_is_done, page_of, said, text_of
from tests.booking.ledger import nothing_changes
from tests.booking.visitor import Visitor
from tests.clinic.staff import a_client, a_member

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clinic() -> None:
    a_clinic()


@pytest.fixture
def service() -> Service:
    service = a_service()
    a_practitioner(service)
    return service


def asks(service: Service, hours: int, ip: str = "10.0.0.1") -> Appointment:
    """Somebody asks for a time through the pages, from a network address."""
    visitor = Visitor()
    visitor.client.defaults["REMOTE_ADDR"] = ip
    visitor.books(service, TEN_O_CLOCK + hours * HOUR)
    return Appointment.objects.get(request=visitor.draft)


def statuses(*appointments: Appointment) -> list[str]:
    return [Appointment.objects.get(pk=row.pk).status for row in appointments]


def test_what_one_address_asked_for_is_removed_and_nobody_is_told(service: Service) -> None:
    first, second, other = (
        asks(service, 0),
        asks(service, 1),
        asks(service, 2, ip="10.0.0.2"),
    )
    client = a_client(FRONT_DESK)
    assert address("remove-sender", first.pk) in client.get(page_of(first.pk)).content.decode()
    page = client.get(address("remove-sender", first.pk))
    assert "Wed Jun 17, 11:00 am EDT" in text_of(page)
    assert "Wed Jun 17, 12:00 pm EDT" not in text_of(page)
    response = client.post(address("remove-sender", first.pk), form())
    assert said(response) == "2 requests are removed. Nobody is told."
    assert statuses(first, second, other) == ["entered-in-error"] * 2 + ["pending"]
    removed = Message.objects.exclude(request=other.request)
    assert set(removed.values_list("state", flat=True)) == {Message.State.OBSOLETE}


def test_what_was_confirmed_stays(service: Service, now: datetime) -> None:
    first, second = asks(service, 0), asks(service, 1)
    by = Actor.staff(a_member(FRONT_DESK))
    actions.confirm(appointment_id=second.pk, by=by, now=now)
    assert actions.remove_all_of_sender(appointment_id=first.pk, by=by, now=now) == 1
    assert statuses(first, second) == ["entered-in-error", "booked"]


def test_without_a_known_sender_only_the_request_itself(now: datetime) -> None:
    first, second = an_appointment(Status.PENDING), an_appointment(Status.PENDING)
    by = Actor.staff(a_member(FRONT_DESK))
    assert actions.remove_all_of_sender(appointment_id=first.pk, by=by, now=now) == 1
    assert statuses(first, second) == ["entered-in-error", "pending"]
    page = a_client(FRONT_DESK).get(page_of(second.pk)).content.decode()
    assert address("remove-sender", second.pk) not in page


def test_no_address_is_stored_and_after_a_week_nothing_of_it(
    service: Service, now: datetime
) -> None:
    asks(service, 0)
    [kept] = AppointmentRequest.objects.values_list("sent_from", flat=True)
    assert len(kept) == 64
    assert "10.0.0.1" not in kept
    worker.look_ahead(now=now + timedelta(days=8))
    assert AppointmentRequest.objects.get().sent_from == ""


def test_a_second_press_finds_nothing_more(service: Service) -> None:
    first, client = asks(service, 0), a_client(FRONT_DESK)
    client.post(address("remove-sender", first.pk), form())
    with nothing_is_done():
        again = client.post(address("remove-sender", first.pk), form())
    assert said(again) == "0 requests are removed. Nobody is told."


@pytest.mark.parametrize(("role", "status"), [(PRACTITIONER, 404), (EDITOR, 403), ("", 302)])
def test_who_may_not(service: Service, role: str, status: int) -> None:
    first, client = asks(service, 0), a_client(role)
    if not role:
        client.logout()
    with nothing_is_done():
        assert client.post(address("remove-sender", first.pk), form()).status_code == status


def test_no_patient_can(service: Service, now: datetime) -> None:
    first = asks(service, 0)
    with nothing_changes(), pytest.raises(NotForPatients):
        actions.remove_all_of_sender(appointment_id=first.pk, by=Actor.patient(uuid4()), now=now)


def test_the_same_form_twice_gets_the_same_reply(service: Service) -> None:
    first, client, sent = asks(service, 0), a_client(FRONT_DESK), form()
    pressed = [client.post(address("remove-sender", first.pk), sent) for _ in range(2)]
    assert {said(each) for each in pressed} == {"1 request is removed. Nobody is told."}
