"""What staff wrote down of a call."""

import uuid
from typing import Self

from django.db import models

from booking.models.requests import AppointmentRequest
from clinic.fields import EncryptedText
from clinic.models import User


class CallNoteQuerySet(models.QuerySet["CallNote"]):
    def with_authors(self) -> Self:
        return self.select_related("author").order_by("at", "id")


class CallNote(models.Model):
    """Signed and dated, and never overwritten: no action, form or permission changes one.

    The table is not append-only in the database: what stands here is about a patient, and goes
    with the patient's record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        AppointmentRequest, on_delete=models.CASCADE, related_name="call_notes"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = EncryptedText()
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = CallNoteQuerySet.as_manager()

    class Meta:
        ordering = ("at", "id")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Call, {self.at:%Y-%m-%d %H:%M}"
