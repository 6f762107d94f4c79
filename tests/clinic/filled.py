"""A clinic with something in every corner, in the database that DATABASE_URL names."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.utils import timezone

from booking import actions, finding
from booking.actors import Actor
from booking.models import Appointment, AppointmentRequest, PatientEvent, Status, Wording
from booking.models.messages import Message
from clinic import legal, memory, second_factor, staff_mail
from clinic.limits import within_limit
from clinic.models import AccessLog, Closure, LegalPage, StaffMail, User
from clinic.roles import OWNER
from content import publishing, starter_loader
from content.models import Article, FigureBlock, QuotationBlock
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_draft,
    a_patient,
    a_practitioner,
    a_request,
    a_room,
    an_appointment,
)
from tests.public import with_one_article

REASON = "My back hurts.\n“Worse” at night, año tras año – 痛い, \u202eesrever, 100 %."


def main() -> None:
    now = timezone.now()
    memory.forget_everything()
    starter_loader.load(now=now, folder=with_one_article())
    owner = User.objects.create_superuser(
        "owner@clinic.test", "a long enough password", full_name="Ana"
    )
    owner.groups.add(Group.objects.get(name=OWNER))
    of_the_articles()
    of_the_house(owner, now)
    of_the_staff(owner, now)
    request = of_the_calendar(owner, now)
    of_a_patient(request, owner, now)
    of_one_who_is_erased(owner, now)
    of_an_article(owner, now)


def of_the_articles() -> None:
    """The kinds of blocks that the starter articles do not have."""
    place = {"parent": Article.objects.all()[0], "region": "main", "ordering": 900}
    FigureBlock.objects.create(
        **place,
        picture=f"{'a' * 32}.jpg 1440x900 480,960,1440",
        alternative_text="Una mano en el cuello – 痛い",
        caption=REASON,
    )
    QuotationBlock.objects.create(**place, body="<p>Año</p>", source="‘A’")


def of_the_house(owner: User, now: datetime) -> None:
    LogEntry.objects.create(user=owner, object_repr="Ana", action_flag=1, change_message="[]")
    AccessLog.objects.create(user=owner.pk, action="list", address="2001:db8::7")
    Session.objects.create(session_key="x" * 32, session_data="x", expire_date=now)
    within_limit("test", "x", limit=1, period=timedelta(days=1), now=now)
    Closure.objects.create(first_day=now.date(), last_day=now.date(), starts="09:30:15.000001")
    Wording.objects.create(kind="confirmed", language="es", subject="{clinic}", text="{link} ñ")
    page = LegalPage.objects.get(key=LegalPage.Key.TERMS)
    page.body_es = "<p>Año ‘A’ {clinic}</p>"
    legal.word(page=page, by=owner, is_checked=True, is_translated=False, now=now)


def of_the_staff(owner: User, now: datetime) -> None:
    staff_mail.ask_for_password(email="a@example.test", now=now)
    staff_mail.ask(kind=StaffMail.Kind.INVITATION, to=owner, now=now)
    new = second_factor.NewFactor.made()
    second_factor.set_up(user=owner, new=new, step=1, instead_of=None)


def of_the_calendar(owner: User, now: datetime) -> AppointmentRequest:
    """Times in several states, and the request of the one that was confirmed."""
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
    visit = an_appointment(Status.ARRIVED, now - timedelta(minutes=10))
    appointment = Appointment.objects.get(pk=visit.pk)
    appointment.status, appointment.blocks_until = Status.FULFILLED, now
    appointment.save()
    return request


def of_a_patient(request: AppointmentRequest, owner: User, now: datetime) -> None:
    """Notes, one corrected, a call, and a merge."""
    patient, other = request.patient, a_patient()
    assert patient
    by = Actor.staff(owner, uuid4())
    wrong = actions.add_note(patient_id=patient.pk, text=REASON, by=by, now=now)
    actions.add_note(
        patient_id=patient.pk, text="No.", corrects=wrong.pk, by=Actor.staff(owner), now=now
    )
    finding.put_into_index(patient)
    actions.merge_patients(patient_id=patient.pk, into=other.pk, by=by, now=now)
    actions.note_call(request_id=request.pk, author=owner, text=REASON, by=by, now=now)


def of_one_who_is_erased(owner: User, now: datetime) -> None:
    erased = an_appointment(Status.FULFILLED, now - timedelta(days=9)).request.patient
    assert erased
    actions.add_note(patient_id=erased.pk, text="Gone", by=Actor.staff(owner), now=now)
    actions.erase_patient(
        patient_id=erased.pk,
        reason=PatientEvent.ErasedBecause.ASKED,
        by=Actor.staff(owner),
        now=now,
    )


def of_an_article(owner: User, now: datetime) -> None:
    """A second version, on its way back from readers, and a draft that was sent back."""
    article = Article.objects.get(slug="pressure-points-upper-back-pain", language="es")
    publishing.sign_translation(article_id=article.pk, by=owner, now=now)
    publishing.publish(article_id=article.pk, by=owner, now=now)
    later = now + timedelta(days=1)
    publishing.withdraw(article_id=article.pk, by=owner, now=now, at=later, note=REASON)
    publishing.send_to_review(article_id=article.pk, by=owner, now=now)
    publishing.send_back(article_id=article.pk, note=REASON, by=owner, now=now)
