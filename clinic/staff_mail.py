"""What is to be mailed to members of staff: invitations, and links for a new password.

Whoever asks for a new password leaves one row, whether the address is known or not; the worker
looks whether anybody signs in with it. A row is gone once it is sent. Sending is at least once, by
a lease, as with the messages to patients.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, models
from django.template.loader import render_to_string

from clinic.fields import EncryptedText, Unreadable
from clinic.mail import one_line, sender

if TYPE_CHECKING:
    from clinic.models import User

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
A_ROUND = 20


class StaffMailQuerySet(models.QuerySet["StaffMail"]):
    def due(self, *, now: datetime) -> Self:
        """Its time has come, and nobody else is sending it."""
        is_free = models.Q(claimed_until=None) | models.Q(claimed_until__lte=now)
        return self.filter(is_free, next_attempt_at__lte=now).order_by("next_attempt_at")


class StaffMail(models.Model):
    class Kind(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        PASSWORD = "password", "Link for a new password"

    kind = models.CharField(max_length=12, choices=Kind)
    # Who it is for; or, where a stranger asked, the address that was typed.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="mail"
    )
    email = EncryptedText(blank=True)
    asked_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = StaffMailQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, asked for at {self.asked_at:%Y-%m-%d %H:%M}"

    def recipient(self) -> "User | None":
        """Whoever works here and signs in with this address, at the moment of sending."""
        from clinic.models import User  # which has this model among its own

        staff = User.objects.filter(is_active=True, is_staff=True)
        if self.user_id:
            return staff.filter(pk=self.user_id).first()
        if isinstance(self.email, Unreadable):  # nobody can answer it any more
            return None
        return staff.filter(email__iexact=self.email).first()


def ask(*, kind: StaffMail.Kind, to: "User", now: datetime) -> bool:
    """Put a mail to somebody into the outbox; False if the same one waits there already.

    That one is then tried at once, and as long as one that is new.
    """
    if StaffMail.objects.filter(kind=kind, user=to).update(asked_at=now, next_attempt_at=now):
        return False
    StaffMail.objects.create(kind=kind, user=to, asked_at=now, next_attempt_at=now)
    return True


def ask_for_password(*, email: str, now: datetime) -> None:
    """By somebody who has not signed in: one row, whoever that is."""
    StaffMail.objects.create(
        kind=StaffMail.Kind.PASSWORD, email=email, asked_at=now, next_attempt_at=now
    )


def send_due(*, now: datetime) -> None:
    for key in StaffMail.objects.due(now=now).values_list("pk", flat=True)[:A_ROUND]:
        due = StaffMail.objects.due(now=now).order_by().filter(pk=key)
        if due.update(claimed_until=now + LEASE, attempts=models.F("attempts") + 1):
            _send(StaffMail.objects.defer("email").get(pk=key), now=now)


def _send(row: StaffMail, *, now: datetime) -> None:
    """Send it and forget it, or plan the next attempt; too late is of no use to anybody."""
    from clinic import password_links  # which needs the models, and they this module

    kind, to = StaffMail.Kind(row.kind), row.recipient()
    if to is None or now >= row.asked_at + password_links.GOOD_FOR[kind]:
        row.delete()
        return
    try:
        compose(kind, to).send()
    except DatabaseError:
        raise
    except Exception as error:  # one mail that cannot be sent stops no other
        pause = min(FIRST_PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)
        StaffMail.objects.filter(pk=row.pk).update(claimed_until=None, next_attempt_at=now + pause)
        log.warning("Staff mail %s (%s): %s", row.pk, kind, type(error).__name__)
    else:
        row.delete()
        log.info("Staff mail (%s) is sent", kind)


def compose(kind: StaffMail.Kind, to: "User") -> EmailMultiAlternatives:
    from clinic import password_links  # as above
    from clinic.models import Clinic

    clinic = Clinic.objects.get()
    values = {
        "clinic": clinic,
        "user": to,
        "language": "en",
        "link": password_links.address_for(to, kind),
        "good_for": password_links.GOOD_FOR[kind],
    }
    folder = f"emails/staff_{kind}"
    mail = EmailMultiAlternatives(
        subject=one_line(render_to_string(f"{folder}/subject.txt", values)),
        body=render_to_string(f"{folder}/body.txt", values),
        from_email=sender(clinic),
        to=[to.email],
    )
    mail.attach_alternative(render_to_string(f"{folder}/body.html", values), "text/html")
    return mail
