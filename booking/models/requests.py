"""What somebody asks for; a draft until it is sent."""

import json
import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models.patients import Patient
from clinic.fields import EncryptedText, readable
from clinic.models import Practitioner, Service, User
from content.models import Article


class AppointmentRequestQuerySet(models.QuerySet["AppointmentRequest"]):
    def drafts(self) -> Self:
        return self.filter(sent_at=None)

    def within_reach_of(self, user: User) -> Self:
        """Of those that were sent: every one, or those for the practitioner who signed in."""
        sent = self.filter(sent_at__isnull=False)
        if user.has_perm("booking.reach_everyone"):
            return sent
        return sent.filter(appointments__practitioner__user=user).distinct()

    def from_the_sender_of(self, request: "AppointmentRequest") -> Self:
        """What was sent from the same network address within a week, that request included."""
        if not request.sent_from:
            return self.filter(pk=request.pk)
        return self.filter(sent_from=request.sent_from)

    def sent_between(self, start: datetime, end: datetime) -> Self:
        return self.filter(sent_at__gte=start, sent_at__lt=end)

    def abandoned(self, *, before: datetime) -> Self:
        """Drafts that nobody touched since, and that hold no time."""
        return self.drafts().filter(updated_at__lt=before).exclude(appointments__status="held")


class AppointmentRequest(models.Model):
    class Source(models.TextChoices):
        WEB = "web", "Web"
        TELEPHONE = "telephone", "Telephone"

    class Payment(models.TextChoices):
        INSURANCE = "insurance", _("Health insurance")
        AUTO = "auto", _("Automobile accident (no-fault)")
        WORKERS_COMPENSATION = "workers_compensation", _("Workers’ compensation")
        SELF_PAY = "self_pay", _("I pay myself")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="requests")
    practitioner_wish = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests"
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    source = models.CharField(max_length=16, choices=Source, default=Source.WEB)
    language = models.CharField(max_length=2, default="en")
    gate_accepted_at = models.DateTimeField(null=True, blank=True)
    gate_wording = models.TextField(blank=True, help_text="As it was shown and accepted.")
    seen_by_doctor = models.BooleanField(
        default=False, help_text="A same-day sign was named, and a doctor had looked at it."
    )
    answers = EncryptedText(blank=True, help_text="What a draft's forms hold so far, as JSON.")
    screening = EncryptedText(blank=True, help_text="Cautions named by the patient.")
    reason = EncryptedText(blank=True)
    payment = models.CharField(max_length=24, choices=Payment, blank=True)
    submission_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_version = models.PositiveIntegerField(default=1, editable=False)
    answer_by = models.DateTimeField(null=True, blank=True)
    note_to_patient = EncryptedText(blank=True, help_text="Shown on the patient's page only.")
    sent_from = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        editable=False,
        help_text="A keyed hash of the network address, for a week: none is stored.",
    )
    visit = models.UUIDField(
        null=True,
        blank=True,
        db_index=True,
        editable=False,
        help_text="The same for the services that were booked together, one after the other.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AppointmentRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_at=None)
                | models.Q(patient__isnull=False, answer_by__isnull=False),
                name="sent_request_has_patient_and_deadline",
            ),
        )

    def __str__(self) -> str:
        return f"Request {self.reference}"

    @property
    def kept_answers(self) -> dict[str, Any]:
        """What was typed so far; nothing, where it cannot be read."""
        kept: dict[str, Any] = json.loads(readable(self.answers) or "{}")
        return kept

    @property
    def is_draft(self) -> bool:
        return self.sent_at is None
