"""The calendar of the desk: a day of everybody or of the rooms, a week of one practitioner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from booking.desk.diary import Diary, Section
from booking.desk.today import lacks_calendar
from booking.desk.views import page, signed_in
from booking.models import Status
from booking.walltime import DAY, days
from clinic import times
from clinic.audit import record_access
from clinic.memory import the_clinic
from clinic.models import Practitioner, Room, Service, User

WEEK = timedelta(days=7)
FURTHEST = timedelta(days=3653)
NO_DAY = "That is no day of this calendar, which goes ten years back and ahead. This is today."
NOBODY = "You can see no calendar of that name."
# In the order of the legend; what was cancelled or removed stands on no calendar.
LEGEND = {
    Status.BOOKED: "agreed with the patient",
    Status.PENDING: "waits for your answer",
    Status.PROPOSED: "waits for the patient’s answer",
    Status.HELD: "a visitor is filling in the form",
    Status.ARRIVED: "is here",
    Status.FULFILLED: "was here",
    Status.NOSHOW: "the time is free again",
}


@dataclass(frozen=True)
class Asked:
    """What the query asks for; what makes no sense is passed over, and said."""

    user: User
    now: datetime
    today: date
    day: date
    service: Service | None
    services: Sequence[Service]
    people: Sequence[Practitioner]
    practitioner: Practitioner | None
    sees_everybody: bool
    by_room: bool
    said: list[str]

    @classmethod
    def read(cls, query: QueryDict, user: User, *, now: datetime) -> Self:
        everybody = user.has_perm("booking.reach_everyone")
        known = Practitioner.objects.active().prefetch_related("services")
        people = list(known if everybody else known.filter(user=user))
        services = services_of(people)
        slug, wanted = query.get("practitioner", ""), query.get("service", "")
        chosen = next((person for person in people if person.slug == slug), None)
        today = timezone.localdate(now)  # the admin is in the clinic's zone
        day = _day(query.get("date", ""), today)
        wrong = ((day is None, NO_DAY), (bool(slug) and chosen is None, NOBODY))
        return cls(
            user=user,
            now=now,
            today=today,
            day=day or today,
            service=next((each for each in services if each.slug == wanted), None),
            services=services,
            people=people,
            practitioner=chosen,
            sees_everybody=everybody,
            by_room=everybody and query.get("by") == "room",
            said=[words for is_wrong, words in wrong if is_wrong],
        )

    @property
    def lacks_calendar(self) -> bool:
        return not self.sees_everybody and lacks_calendar(self.user)

    @property
    def person(self) -> Practitioner | None:
        """Whose week is shown; of a practitioner their own."""
        return self.practitioner or next(iter(self.people), None)

    def diary(self, days: tuple[date, date], practitioner: Practitioner | None) -> Diary:
        """Rooms are given when a time is booked: their columns show no free places."""
        services = [self.service] if self.service else self.services
        return Diary.read(
            self.user,
            self.people,
            days,
            services=() if self.by_room else services,
            practitioner=practitioner,
            now=self.now,
        )

    def query(self, **changes: object) -> str:
        """This page again with something else, as the query of a link."""
        known = {
            "date": self.day.isoformat(),
            "practitioner": self.practitioner.slug if self.practitioner else "",
            "by": "room" if self.by_room else "",
            "service": self.service.slug if self.service else "",
        }
        said = {name: value for name, value in (known | changes).items() if value}
        return f"?{urlencode(said)}"


def services_of(people: Iterable[Practitioner]) -> list[Service]:
    """What can be booked with any of them, in the clinic's order."""
    known = {service.pk: service for person in people for service in person.services.all()}
    offered = [service for service in known.values() if service.is_active]
    return sorted(offered, key=lambda service: (service.order, service.slug))


def _day(text: str, today: date) -> date | None:
    """Today where nothing is said, None for what is no day or too far away."""
    try:
        day = parse_date(text) if text else today
    except ValueError:
        return None
    return day if day and abs(day - today) <= FURTHEST else None


def asked_of(request: HttpRequest) -> Asked:
    """For who has to do with patients; the looking is written down."""
    user = signed_in(request)
    if not user.has_perm("booking.view_appointment"):
        raise PermissionDenied
    record_access(request, action="list", subject_type="calendar")
    return Asked.read(request.GET, user, now=timezone.now())


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """A column for each practitioner, or for each room."""
    asked = asked_of(request)
    sections: list[Section] = []
    if asked.sees_everybody or asked.people:
        diary = asked.diary((asked.day, asked.day), None if asked.sees_everybody else asked.person)
        sections = diary.rooms(asked.day, rooms()) if asked.by_room else diary.day(asked.day)
    return show(request, "calendar_day", times.weekday(asked.day), asked, sections, step=DAY)


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Seven days of one practitioner, from Monday on."""
    asked = asked_of(request)
    monday = asked.day - asked.day.weekday() * DAY
    sunday = monday + WEEK - DAY
    title, sections = f"{times.month_day(monday)} to {times.day(sunday)}", []
    if asked.person:
        diary = asked.diary((monday, sunday), asked.person)
        sections = diary.week(asked.person, list(days(monday, sunday)), the_clinic().zone)
        title = f"{asked.person.name}, {title}"
    return show(request, "calendar_week", title, asked, sections, step=WEEK)


def rooms() -> QuerySet[Room]:
    active = Room.objects.filter(is_active=True, location__is_active=True)
    return active.select_related("location")


def show(
    request: HttpRequest,
    template: str,
    title: str,
    asked: Asked,
    sections: list[Section],
    *,
    step: timedelta,
) -> HttpResponse:
    user = asked.user
    return page(
        request,
        template,
        title,
        asked=asked,
        sections=sections,
        is_week=step == WEEK,
        before=asked.query(date=(asked.day - step).isoformat()),
        after=asked.query(date=(asked.day + step).isoformat()),
        to_today=asked.query(date=""),
        of_people=asked.query(by=""),
        of_rooms=asked.query(by="room"),
        legend=[(status, status.label, words) for status, words in LEGEND.items()],
        may_decide=user.has_perm("booking.decide_request"),
        may_book=user.has_perms(("booking.decide_request", "booking.reach_everyone")),
    )
