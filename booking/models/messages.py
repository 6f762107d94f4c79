"""The outbox: what is to be said to whom. The text is rendered when it is sent."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from booking.models.appointments import Appointment, AppointmentEvent, Reason
from booking.models.requests import AppointmentRequest
from clinic.fields import EncryptedText

MOST_ATTEMPTS = 12
FOR_STAFF = "staff_"  # how the kinds of messages to staff begin


class MessageQuerySet(models.QuerySet["Message"]):
    def unsent(self) -> Self:
        return self.filter(state=Message.State.WAITING)

    def due(self, *, now: datetime) -> Self:
        """Waiting, its time has come, and nobody else is sending it."""
        return (
            self.unsent()
            .filter(channel=Message.Channel.EMAIL, next_attempt_at__lte=now)
            .filter(models.Q(claimed_until=None) | models.Q(claimed_until__lte=now))
            .order_by("next_attempt_at")
        )

    def took_out_of_calendar(self, replaced: Appointment) -> Self:
        """What was sent since other times were offered in place of a confirmed one."""
        offers = AppointmentEvent.objects.filter(
            appointment=replaced.pk, reason_code=Reason.OTHER_TIMES_OFFERED
        )
        sent = self.filter(request=replaced.request_id, state=Message.State.SENT)
        return sent.filter(
            channel=Message.Channel.EMAIL,
            kind__in=Message.TAKES_OUT,
            created_at__gte=offers.order_by("-at").values("at")[:1],
        ).exclude(appointment=replaced)

    def failed(self) -> Self:
        return self.filter(state=Message.State.FAILED).order_by("created_at")

    def for_the_desk(self) -> Self:
        """What needs a person: calls to make, and what could not be delivered."""
        return self.calls_to_make() | self.failed()

    def to_be_called(self) -> Self:
        """Patients who get a call, be it instead of an e-mail that could not be delivered."""
        return self.for_the_desk().exclude(kind__startswith=FOR_STAFF)

    def calls_to_make(self) -> Self:
        return self.unsent().filter(channel=Message.Channel.CALL).order_by("created_at")


class Message(models.Model):
    class Kind(models.TextChoices):
        REQUESTED = "requested", "Request received"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Request expired"
        CANCELLED = "cancelled", "Cancelled"
        MOVED = "moved", "Moved to another time"
        OFFERED = "offered", "Other times offered"
        OFFER_ENDED = "offer_ended", "Offer ended"
        REMINDER_DAYS = "reminder_days", "Reminder, two days before"
        REMINDER_HOURS = "reminder_hours", "Reminder, hours before"
        LINK_AGAIN = "link_again", "The link, sent again"
        STAFF_NEW_REQUEST = "staff_new_request", "To staff: new request"
        STAFF_CANCELLED = "staff_cancelled", "To staff: cancelled by patient"
        STAFF_EXPIRED = "staff_expired", "To staff: request expired"
        STAFF_ANSWER_SOON = "staff_answer_soon", "To staff: request to be answered soon"
        STAFF_MOVED = "staff_moved", "To staff: moved by patient"
        STAFF_OFFER_TAKEN = "staff_offer_taken", "To staff: offered time taken"
        STAFF_OFFER_ENDED = "staff_offer_ended", "To staff: offer ended"
        STAFF_OFFER_DECLINED = "staff_offer_declined", "To staff: offered times declined"

    # Whichever of them comes first takes a time out of the patient's calendar that is kept no more.
    TAKES_OUT = (Kind.OFFERED, Kind.OFFER_ENDED, Kind.CONFIRMED, Kind.MOVED, Kind.CANCELLED)

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        CALL = "call", "Telephone call"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent or called"
        FAILED = "failed", "Failed"
        OBSOLETE = "obsolete", "No longer needed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    language = models.CharField(max_length=2, default="en")
    request = models.ForeignKey(
        AppointmentRequest, on_delete=models.CASCADE, related_name="messages"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    # What makes a message one of its kind: the same reason never makes a second one.
    unique_key = models.CharField(max_length=128, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    useless_after = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Not sent later than this."
    )
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=200, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        permissions = (("handle_message", "Can record calls and send messages again"),)
        indexes = (models.Index(fields=("state", "next_attempt_at"), name="message_due"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_to_be_called(self) -> bool:
        """As `to_be_called` finds them."""
        is_call = self.state == self.State.WAITING and self.channel == self.Channel.CALL
        return (is_call or self.state == self.State.FAILED) and not self.is_for_staff

    @property
    def is_for_staff(self) -> bool:
        return self.kind.startswith(FOR_STAFF)


class LostLink(models.Model):
    """Somebody asked for their links again; the worker looks whether there are any.

    One row is written whether the address is known or not, so that nobody can tell from outside.
    """

    email = EncryptedText()
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Asked for at {self.asked_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When the worker last came round."""

    name = models.CharField(primary_key=True, max_length=32)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
