"""What staff answer, where a walk is about the patient: said to the site without a browser."""

from tests.browser.site import Site
from tests.browser.steps import Person

ASKED = """
from django.utils import timezone
from booking import actions, openings
from booking.actors import Actor
from booking.models import Appointment
from clinic.models import User
now, by = timezone.now(), Actor.staff(User.objects.get(email={owner!r}))
asked = Appointment.objects.get(request__patient__email={email!r}, status="pending")
"""
CONFIRM = """
actions.confirm(appointment_id=asked.id, by=by, now=now)
"""
OFFER = """
free = openings.around(asked.request.service, asked.starts_at, now=now)
times = [actions.Proposal(each.starts_at) for each in free.spread(3)]
actions.offer(appointment_id=asked.id, times=times, by=by, now=now)
"""


def confirm(site: Site, person: Person) -> None:
    site.python(ASKED.format(owner=site.owner_email, email=person.email) + CONFIRM)


def offer(site: Site, person: Person) -> None:
    """Three other times, in place of the one that was asked for."""
    site.python(ASKED.format(owner=site.owner_email, email=person.email) + OFFER)
