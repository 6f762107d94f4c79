"""What a test finds on the desk: rows of its own, written inside the site without a browser.

An entry is with somebody of its own, who works nowhere, so that it takes no time from anybody; or
with the example practitioner whose calendar is that of the account `STAFF[PRACTITIONER]`.
"""

from dataclasses import dataclass
from itertools import count
from random import Random

from tests.browser.signing_in import OWN_CALENDAR, OWN_NAME
from tests.browser.site import Site

NUMBERS = count(1)
DAYS_AHEAD = 9
LONG_AGO = -9 * 365  # longer than a record is kept
PUT = """
from datetime import datetime, time, timedelta
from django.utils import timezone
from booking.finding import put_into_index
from booking.models import Status
from booking.openings import free_times
from clinic.models import Clinic, Location, Practitioner, Service
from tests.booking import builders
now, zone = timezone.now(), Clinic.objects.get().zone
here = now.astimezone(zone)
begun = max(datetime.combine(here.date(), time.min, zone), now - timedelta(minutes=10))
# Several with one practitioner stand beside each other, and all of them are today.
step = timedelta(minutes=5 if here.hour < 12 else -5)
starts_at = begun if {is_visit} else now + timedelta(days={days})
written_at = min(now, starts_at)
patient = builders.a_patient(
    full_name={name!r}, email={email!r}, telephone="+17325550123", created_at=written_at
)
put_into_index(patient)
asked = builders.a_request(
    Service.objects.get(slug="follow-up"), patient=patient, reason="Asked", sent_at=written_at
)
with_whom = Practitioner.objects.filter(slug={slug!r}).first()
if with_whom is None:
    with_whom = builders.a_practitioner(
        hours=(), is_active=False, order=999, name={with_whom!r}, slug=f"for-{{patient.pk}}"
    )
elif {is_visit}:
    starts_at += step * {number}
elif {in_hours}:
    service, day = Service.objects.get(slug="follow-up"), starts_at.date() + timedelta(days=37)
    free = free_times(service, first_day=day, last_day=day + timedelta(days=9), now=now)
    theirs = (each for each in free.first(999) if each.practitioner_id == with_whom.pk)
    starts_at = next(theirs).starts_at
else:
    starts_at += timedelta(days=30, hours={number})
ends_at = starts_at + timedelta(minutes=4)
row = builders.an_appointment(
    Status.{status},
    starts_at,
    ends_at=ends_at,
    blocks_from=starts_at,
    blocks_until=ends_at,
    request=asked,
    practitioner=with_whom,
    location=Location.objects.first(),
)
print(row.pk, patient.pk, row.local_start.date())
"""


@dataclass(frozen=True)
class Entry:
    """An appointment; the patient's name is nobody else's."""

    name: str
    email: str
    with_whom: str
    appointment: str
    patient: str
    day: str

    @property
    def page(self) -> str:
        return f"/admin/booking/appointment/{self.appointment}/change/"

    @property
    def patient_page(self) -> str:
        return f"/admin/desk/patients/{self.patient}/"


def a_request(site: Site, *, own: bool = False, email: str | None = None) -> Entry:
    """It waits for an answer; `own` is with the practitioner of the staff."""
    return put(site, "PENDING", own=own, email=email)


def a_request_within_hours(site: Site) -> Entry:
    """With the practitioner of the staff, while they work: those of `a_request` are at any time."""
    return put(site, "PENDING", own=True, in_hours=True)


def an_offer_within_hours(site: Site) -> Entry:
    return put(site, "PROPOSED", own=True, in_hours=True)


def a_visit(site: Site, *, own: bool = False) -> Entry:
    """Of today: confirmed, and it has begun."""
    return put(site, "BOOKED", own=own)


def a_double_of(site: Site, entry: Entry, *, own: bool = False) -> Entry:
    """The same person once more, as it looks: of that address, and of almost that name."""
    return put(site, "PENDING", own=own, email=entry.email, name=f"{entry.name}a")


def a_visit_of_long_ago(site: Site) -> Entry:
    """The last entry of a record whose time is over."""
    return put(site, "FULFILLED", own=False, days=LONG_AGO)


def put(
    site: Site,
    status: str,
    *,
    own: bool,
    name: str = "",
    email: str | None = None,
    in_hours: bool = False,
    days: int = DAYS_AHEAD,
) -> Entry:
    number = next(NUMBERS)
    name = name or f"{invented(number)} {invented(1000 + number)}"
    email = f"entry.{number}@patient.example" if email is None else email
    with_whom = OWN_NAME if own else f"Only for {number}"
    code = PUT.format(
        name=name,
        email=email,
        with_whom=with_whom,
        slug=OWN_CALENDAR if own else "",
        is_visit=status == "BOOKED",
        status=status,
        number=number,
        in_hours=in_hours,
        days=days,
    )
    appointment, patient, day = site.python(code).split()
    return Entry(name, email, with_whom, appointment, patient, day)


def invented(number: int) -> str:
    """A word that is like no other, since a search forgives typing errors."""
    choice = Random(number).choice
    return "".join(choice("bdfgklmnprstvz") + choice("aeiou") for _ in range(4)).capitalize()
