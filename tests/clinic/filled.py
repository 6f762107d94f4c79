"""A clinic with something in every corner, in the database that DATABASE_URL names."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.utils import timezone

from booking import actions
from booking.actors import Actor
from booking.models import Status
from booking.models.messages import Message
from clinic import memory
from clinic.limits import within_limit
from clinic.models import AccessLog, Closure, User
from clinic.roles import OWNER
from content import starter_loader
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_draft,
    a_patient,
    a_practitioner,
    a_request,
    a_room,
    an_appointment,
)

REASON = "My back hurts.\n“Worse” at night, año tras año – 痛い, \u202eesrever, 100 %."


def main() -> None:
    now = timezone.now()
    memory.forget_everything()
    starter_loader.load(now=now)
    owner = User.objects.create_superuser("owner@clinic.test", "a long enough password")
    owner.groups.add(Group.objects.get(name=OWNER))
    LogEntry.objects.create(user=owner, object_repr="Ana", action_flag=1, change_message="[]")
    AccessLog.objects.create(user=owner.pk, action="list", address="2001:db8::7")
    Session.objects.create(session_key="x" * 32, session_data="x", expire_date=now)
    within_limit("test", "x", limit=1, period=timedelta(days=1), now=now)
    Closure.objects.create(first_day=now.date(), last_day=now.date(), starts="09:30:15.000001")

    request = a_request(patient=a_patient(full_name="Ada ‘<b>’ Example", telephone="not a number"))
    request.reason = REASON
    request.save()
    person, room = a_practitioner(), a_room()
    pending = an_appointment(Status.PENDING, request=request, practitioner=person, room=room)
    for _ in range(2):  # where another one stands: allowed, since they do not block
        an_appointment(Status.CANCELLED, practitioner=person, room=room)
    an_appointment(Status.HELD, TEN_O_CLOCK + timedelta(hours=1), request=a_draft())
    actions.confirm(appointment_id=pending.pk, by=Actor.staff(owner), now=now)
    assert Message.objects.exists()
