"""No page of the desk asks the database more than fifteen times, whatever there is to show.

The owner looks, who sees the most, at a clinic with something in every corner.
"""

import json
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse

from booking import actions, finding
from booking.actors import Actor
from booking.desk.slots import write_slot
from booking.models import Appointment, CallNote, Message, Patient, Status
from clinic.models import User
from clinic.roles import OWNER
from content.models import Caution
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_patient,
    a_practitioner,
    a_request,
    a_room,
    a_service,
    an_appointment,
)
from tests.booking.test_desk_index import an_article
from tests.clinic.routes import STAFF
from tests.clinic.staff import a_member, signed_in
from tests.queries import count_queries_of_a_warm_process

pytestmark = pytest.mark.django_db

# Fifteen, with the site version, which is reread once a second.
MOST = 14
ON_THE_ADMIN = ("booking_patient", "booking_appointment", "booking_appointmentrequest")
BORN, TELEPHONE = "1980-02-29", "+17325550199"


@pytest.fixture
def owner(db: None) -> User:
    return a_member(OWNER)


def somebody(owner: User, now: datetime) -> Patient:
    """With visits, requests, messages, notes and calls."""
    patient = a_patient(full_name="Ada Lovelace", telephone=TELEPHONE, birth_date=BORN)
    finding.put_into_index(patient)
    Caution.objects.get_or_create(slug="pregnancy", defaults={"name_en": "Pregnancy"})
    for status in (Status.PENDING, Status.BOOKED, Status.FULFILLED, Status.NOSHOW):
        service = a_service()
        person = a_practitioner(service)
        article = an_article(f"Of {person}", now.date())
        request = a_request(
            service, patient=patient, screening=json.dumps(["pregnancy"]), article=article
        )
        visit = an_appointment(
            status, TEN_O_CLOCK, request=request, practitioner=person, room=a_room()
        )
        Message.objects.create(
            kind=Message.Kind.CONFIRMED,
            request=request,
            appointment=visit,
            unique_key=str(visit.pk),
        )
        CallNote.objects.create(request=request, author=a_member(), at=now, text="Said.")
    wrong = actions.add_note(patient_id=patient.pk, text="1", by=staff(owner), now=now)
    actions.add_note(
        patient_id=patient.pk, text="2", corrects=wrong.pk, by=staff(a_member(OWNER)), now=now
    )
    return patient


def staff(user: User) -> Actor:
    return Actor.staff(user, uuid4())


def a_whole_clinic(owner: User, now: datetime) -> tuple[Patient, Patient]:
    """A person of two records, and somebody who may be the same one."""
    a_practitioner(user=owner)
    first, merged, other, another = (somebody(owner, now) for _ in range(4))
    actions.tell_apart(patient_id=first.pk, other=other.pk, by=staff(owner), now=now)
    actions.tell_apart(patient_id=another.pk, other=first.pk, by=staff(owner), now=now)
    actions.merge_patients(patient_id=merged.pk, into=first.pk, by=staff(a_member()), now=now)
    return first, somebody(owner, now)


def pages(first: Patient, double: Patient) -> dict[str, str]:
    """What stands in the table of routes, and what of it has another face."""
    appointment = Appointment.objects.filter(request__patient=first, status=Status.PENDING)[0]
    booked = Appointment.objects.filter(request__patient=first, status=Status.BOOKED)[0]
    keys: dict[str, Any] = {
        "appointment": appointment.pk,
        "patient": first.pk,
        "another_patient": double.pk,
        "practitioner": appointment.practitioner_id,
        "report": "requests",
    }
    found = {
        name: reverse(name, args=[keys[key] for key in route.keys])
        for name, route in STAFF.items()
        if name.startswith("desk:") and route.get and OWNER in route.get
    }
    service, person = appointment.request.service, appointment.practitioner
    slot = write_slot(booked.starts_at.replace(hour=19), person.pk)
    booking = {"service": service.slug, "patient": str(first.pk)}
    merged = first.merged.get()
    found |= {
        "the first page": reverse("admin:index"),
        "a search": f"{found['desk:patients']}?q=lovelace",
        "a search while booking": f"{found['desk:patients']}?q=lovelace&book=1",
        "a record that was merged": reverse("desk:patient", args=[merged.pk]),
        "undoing a merge": reverse("desk:undo-merge", args=[merged.pk]),
        "the calendar by room": f"{found['desk:calendar']}?by=room&date=2026-06-17",
        "the calendar of the day": f"{found['desk:calendar']}?date=2026-06-17",
        "the calendar of the week": f"{found['desk:calendar-week']}?practitioner={person.slug}",
        "the times": f"{found['desk:book']}?{urlencode(booking)}",
        "the form": f"{found['desk:book']}?{urlencode(booking | {'slot': slot})}",
        "moving what is booked": reverse("desk:move", args=[booked.pk]),
        "cancelling what is booked": reverse("desk:cancel", args=[booked.pk]),
        "offering instead of it": reverse("desk:offer", args=[booked.pk]),
        **{f"list of {name}": reverse(f"admin:{name}_changelist") for name in ON_THE_ADMIN},
        "who read what": reverse("admin:clinic_accesslog_changelist"),
        "an appointment": reverse("admin:booking_appointment_change", args=[booked.pk]),
    }
    return found


def test_every_page_asks_fifteen_times_at_most(owner: User, now: datetime) -> None:
    client = signed_in(owner)
    asked = {}
    for name, address in pages(*a_whole_clinic(owner, now)).items():
        look = partial(client.get, address)
        assert look(follow=True).status_code == 200, name
        asked[name] = count_queries_of_a_warm_process(look)
    assert {name: many for name, many in asked.items() if many > MOST} == {}


def test_a_patients_page_has_room_to_grow(owner: User, now: datetime) -> None:
    first, _double = a_whole_clinic(owner, now)
    client, page = signed_in(owner), reverse("desk:patient", args=[first.pk])
    assert count_queries_of_a_warm_process(lambda: client.get(page)) <= 12
