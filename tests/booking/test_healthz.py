"""What the watcher outside is told: the database, the worker, the oldest unsent message."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from booking import worker
from booking.models import Heartbeat, Message, Status
from clinic import staff_mail
from tests.booking.builders import a_clinic, an_appointment

pytestmark = pytest.mark.django_db


def report() -> tuple[int, dict[str, object]]:
    response = Client().get("/healthz")
    assert "no-store" in response.headers["Cache-Control"]
    return response.status_code, response.json()


def a_message(now: datetime, minutes_old: int) -> Message:
    appointment = an_appointment(Status.PENDING)
    return Message.objects.create(
        kind=Message.Kind.REQUESTED,
        request=appointment.request,
        appointment=appointment,
        unique_key="one",
        created_at=now - timedelta(minutes=minutes_old),
    )


def test_all_is_well_once_the_worker_came_round(now: datetime) -> None:
    a_clinic()
    worker.run_once(now=now)
    assert report() == (
        200,
        {
            "database": "ok",
            "worker_seconds_ago": 0,
            "oldest_unsent_message_seconds": 0,
            "oldest_unsent_staff_mail_seconds": 0,
        },
    )


@pytest.mark.parametrize(("seconds", "status"), [(119, 200), (120, 503)])
def test_a_silent_worker_is_said(now: datetime, seconds: int, status: int) -> None:
    Heartbeat.objects.create(name="worker", at=now - timedelta(seconds=seconds))
    assert report()[0] == status


def test_no_worker_ever_is_said() -> None:
    code, said = report()
    assert (code, said["worker_seconds_ago"]) == (503, None)


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 503)])
def test_a_message_that_waits_too_long_is_said(now: datetime, minutes: int, status: int) -> None:
    Heartbeat.objects.create(name="worker", at=now)
    a_message(now, minutes)
    code, said = report()
    assert (code, said["oldest_unsent_message_seconds"]) == (status, minutes * 60)


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 503)])
def test_a_link_for_staff_that_waits_too_long_is_said(
    now: datetime, minutes: int, status: int
) -> None:
    """An invitation, or a link for a new password: whoever it is for waits before the door."""
    Heartbeat.objects.create(name="worker", at=now)
    for age in (minutes, 1):
        staff_mail.ask_for_password(email=f"{age}@staff.test", now=now - timedelta(minutes=age))
    code, said = report()
    assert (code, said["oldest_unsent_staff_mail_seconds"]) == (status, minutes * 60)


def test_a_database_that_is_away_is_said() -> None:
    with mock.patch.object(Heartbeat.objects, "filter", side_effect=OperationalError):
        assert report() == (503, {"database": "away"})
