"""A Tuesday at the desk with invented people, for the pictures: run inside a site."""

import json
import random
from datetime import datetime, time, timedelta
from itertools import count, cycle
from typing import Any

from django.db import transaction
from django.utils import timezone

from booking import actions
from booking.actions import Details, Proposal
from booking.actors import Actor
from booking.availability import Opening
from booking.models import Appointment, Message, Status, Wording
from booking.openings import free_times
from clinic.audit import AccessLog
from clinic.memory import publish, the_clinic
from clinic.models import AuthenticatorApp, Practitioner, Service, User, WorkingHours
from clinic.roles import FRONT_DESK
from content import publishing
from content.models import Article, Caution, TextBlock

PATIENT = Actor.patient()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAST_WEEK = 6 * DAY
WEEKS = 12
TEAM = {
    "example-physical-therapist": "Maya Brandt",
    "example-acupuncturist": "Robin Castellan",
    "example-pain-physician": "James Okonjo",
}
# When, what and who; what became of those of the morning stands below.
TODAY = (
    ("08:30", "follow-up", "Walter Finch"),
    ("09:00", "follow-up", "Rosa Delmar"),
    ("09:30", "follow-up", "Helen Marchetti"),
    ("10:30", "follow-up", "Peter Lindgren"),
    ("11:00", "initial-consultation", "Lin Aoki"),
    ("11:30", "follow-up", "Grace Whitlock"),
    ("13:30", "follow-up", "Samuel Ortega"),
    ("14:00", "acupressure-session", "Nadia Karim"),
    ("15:00", "initial-consultation", "Owen Pratt"),
    ("16:00", "follow-up", "Judith Lang"),
)
DID_NOT_COME = "Helen Marchetti"
FIRST = ("Ruth", "Carl", "Irene", "Hugo", "Vera", "Otis", "Mabel", "Ivan", "Clara", "Felix", "Amos")
LAST = ("Winslow", "Barros", "Kessler", "Dunmore", "Haddad", "Petrov", "Ashby", "Lorca", "Quist")
NUMBERS = count(1)
# What an editor has changed in an article since it was first published.
REWRITTEN = "neck-pain"
CHANGES = {
    "The first few days": (
        ("A few times, several times a day. Nothing forced.", "Five times, every hour or two."),
        ("<li>Keep working if you can, with", "<li>Keep working, if you can, with"),
        ("And do not drive until", "Please do not drive until"),
    ),
    "If it stays: get stronger": (
        ("Give it weeks, not days.", "Give it six weeks before you judge it."),
    ),
}


@transaction.atomic
def fill() -> None:
    """All at once: the worker of the running site would let requests of last month expire."""
    now = timezone.now()
    owner = Actor.staff(a_team())
    the_past(now, owner)
    for at, service, name in TODAY:
        hour = time.fromisoformat(at)
        asked = ask(service, now - LAST_WEEK, day=0, after=hour, now=now, full_name=name)
        if asked:
            actions.confirm(appointment_id=asked.id, by=owner, now=now - LAST_WEEK + HOUR)
            so_far(asked, name, now, owner)
    what_waits(now, owner)
    who_read_what(now)
    a_later_version(now)
    sent = Message.objects.filter(channel=Message.Channel.EMAIL)
    sent.update(state=Message.State.SENT, attempts=1, finished_at=now)


def a_team() -> User:
    """The people of the clinic, all there on a Tuesday; the owner is who looks."""
    for slug, name in TEAM.items():
        Practitioner.objects.filter(slug=slug).update(name=name, is_example=False)
    doctor = Practitioner.objects.get(slug="example-pain-physician")
    hours = WorkingHours.objects.filter(practitioner=doctor)[0]
    for starts, ends in (("08:30", "12:30"), ("13:30", "16:00")):
        WorkingHours.objects.create(
            practitioner=doctor, location=hours.location, weekday=1, starts=starts, ends=ends
        )
    owner = User.objects.get()
    owner.full_name = "Elena Marsh"
    owner.setup_put_away_at = timezone.now()
    owner.save()
    for email, name, role in (
        ("nora@clinic.example", "Nora Whitfield", FRONT_DESK),
        ("maya@clinic.example", "Maya Brandt", "Practitioner"),
        ("paul@clinic.example", "Paul Iversen", "Editor"),
    ):
        member = User.objects.create_user(
            email=email,
            full_name=name,
            password=f"never used {name}",
            is_staff=True,
            last_login=timezone.now() - 2 * HOUR,
        )
        AuthenticatorApp.objects.create(
            user=member, name="Authenticator app", key="", secret="ab" * 20
        )
        member.groups.set(member.groups.model.objects.filter(name=role))
    Wording.objects.create(
        kind="confirmed",
        language="en",
        subject="{clinic}: see you on {day}",
        text="We look forward to seeing you.\n\n{when}\n\nIf you cannot come:\n\n{link}",
    )
    publish()
    return owner


def the_past(now: datetime, owner: Actor) -> None:
    """Some requests a week, more with every month, and what became of them."""
    names = (f"{first} {last}" for last in cycle(LAST) for first in FIRST)
    chance = random.Random(7)
    for week in range(WEEKS, 0, -1):
        for number in range(13 + (WEEKS - week) // 2 + week % 3):
            at = now - week * 7 * DAY - (number % 5) * DAY + (number % 4) * HOUR
            service = ("initial-consultation", "follow-up", "acupressure-session")[number % 3]
            article = number % 2 == 0
            day = chance.choice((1, 2, 2, 3, 5, 8))
            asked = ask(service, at, day=day, now=at, article=article, full_name=next(names))
            if not asked or number % 9 == 8:
                continue
            answered = at + timedelta(minutes=chance.randrange(20, 360 - 15 * (WEEKS - week)))
            actions.confirm(appointment_id=asked.id, by=owner, now=answered)
            if asked.ends_at < now:
                over(asked, owner, came=chance.random() > 0.08)
    # Somebody who has been coming for a while.
    for week in (8, 5, 2):
        at = now - week * 7 * DAY
        asked = ask("follow-up", at, day=7, now=at, full_name="Rosa Delmar")
        if asked:
            actions.confirm(appointment_id=asked.id, by=owner, now=at + 3 * HOUR)
            over(asked, owner)
    with_rosa(now, owner)


def with_rosa(now: datetime, owner: Actor) -> None:
    rows = Appointment.objects.filter(request__patient__full_name="Rosa Delmar")
    records = [row.request.patient for row in rows.order_by("starts_at")]
    kept, *others = [each for each in records if each is not None]
    for each in others:
        actions.merge_patients(patient_id=each.pk, into=kept.pk, by=owner, now=now - 9 * DAY)
    text = "Prefers mornings, and a chair with a straight back. Her daughter drives her."
    actions.add_note(patient_id=kept.pk, text=text, by=owner, now=now - 9 * DAY)


def over(row: Appointment, owner: Actor, *, came: bool = True) -> None:
    if came:
        actions.arrive(appointment_id=row.id, by=owner, now=row.starts_at)
        actions.complete(appointment_id=row.id, by=owner, now=row.ends_at)
    else:
        actions.mark_no_show(appointment_id=row.id, by=owner, now=row.ends_at)


def so_far(row: Appointment, name: str, now: datetime, owner: Actor) -> None:
    """What the desk has noted of the day so far."""
    if row.ends_at <= now:
        over(row, owner, came=name != DID_NOT_COME)
    elif row.starts_at <= now + HOUR / 2:
        actions.arrive(appointment_id=row.id, by=owner, now=min(now, row.starts_at))


def what_waits(now: datetime, owner: Actor) -> None:
    pregnancy = json.dumps([Caution.objects.filter(ask_at_booking=True)[0].slug])
    wanted: list[tuple[str, int, int, dict[str, Any]]] = [
        (
            "initial-consultation",
            19,
            2,
            {"full_name": "Ines Calloway", "screening": pregnancy, "payment": "insurance"},
        ),
        ("acupressure-session", 3, 3, {"full_name": "Tom Bellamy"}),
        ("follow-up", 2, 2, {"full_name": "Lucía Herrera"}),
        ("initial-consultation", 4, 6, {"full_name": "Edgar Novak"}),
        ("initial-consultation", 6, 7, {"full_name": "Ada Thornbury", "email": ""}),
    ]
    asked = [
        ask(service, now - hours * HOUR, day=day, now=now, **details)
        for service, hours, day, details in wanted
    ]
    *_, offered, by_call = asked
    if offered:
        times = free_on(offered.request.service, now, 8, now)[::59]
        people = Practitioner.objects.in_bulk([each.practitioner_id for each in times])
        proposals = [Proposal(each.starts_at, people[each.practitioner_id]) for each in times]
        actions.offer(appointment_id=offered.id, times=proposals, by=owner, now=now - HOUR)
    if by_call:
        actions.confirm(appointment_id=by_call.id, by=owner, now=now - HOUR)


def a_later_version(now: datetime) -> None:
    """An article that was changed, so that an editor has two versions to compare."""
    article = Article.objects.get(slug=REWRITTEN, language="en")
    for heading, changes in CHANGES.items():
        block = TextBlock.objects.get(parent=article, heading=heading)
        for before, after in changes:
            assert before in block.body, before
            block.body = block.body.replace(before, after)
        block.save()
    editor = User.objects.get(full_name="Paul Iversen")
    publishing.publish(article_id=article.pk, by=editor, now=now)


def who_read_what(now: datetime) -> None:
    """Some looks of the others, so that the owner has something to read."""
    staff = {user.full_name: user.pk for user in User.objects.all()}
    rows = Appointment.objects.exclude(status=Status.HELD).order_by("-starts_at")[:14]
    who = cycle(("Nora Whitfield", "Nora Whitfield", "Maya Brandt"))
    for number, row in enumerate(rows):
        AccessLog.objects.create(
            at=now - timedelta(minutes=7 * number + 4),
            user=staff[next(who)],
            action="open",
            subject_type="patient" if number % 2 else "appointment",
            subject=str(row.request.patient_id if number % 2 else row.pk),
            address="192.0.2.14",
        )


def free_on(service: Service, at: datetime, day: int, now: datetime) -> list[Opening]:
    """What was free at that moment, so many days after another, or on the next that has some."""
    first = now.astimezone(the_clinic().zone).date() + day * DAY
    return free_times(service, first_day=first, last_day=first + 6 * DAY, now=at).first(60)


def ask(
    slug: str,
    at: datetime,
    *,
    day: int,
    now: datetime,
    after: time = time.min,
    article: bool = True,
    **details: str,
) -> Appointment | None:
    """A request made at another moment, for a time that was free then, so many days after `now`."""
    service = Service.objects.get(slug=slug)
    free = [each for each in free_on(service, at, day, now) if each.local_start.time() >= after]
    if not free:
        return None
    draft = actions.start_draft(
        service=service,
        language="en",
        gate_wording="",
        seen_by_doctor=False,
        article=Article.objects.in_language("en").first() if article else None,
        by=PATIENT,
        now=at,
    )
    actions.hold(request_id=draft.id, starts_at=free[0].starts_at, by=PATIENT, now=at)
    name = details["full_name"].lower().replace(" ", ".").replace("í", "i")
    known = {"email": f"{name}@patient.example", "telephone": f"+1732555{100 + next(NUMBERS):04}"}
    sent = actions.send(
        request_id=draft.id,
        submission_token=draft.submission_token,
        details=Details(**(known | details)),  # type: ignore[arg-type]
        by=PATIENT,
        now=at,
    )
    return sent.appointments.get()
