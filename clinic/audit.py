"""Who read what: an append-only record of every look at patients' data."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from clinic.constraints import AppendOnly
from clinic.limits import client_address

if TYPE_CHECKING:
    from clinic.models import User


class AccessLog(models.Model):
    """Names people by UUID, without a foreign key: erasing a patient leaves it untouched."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.UUIDField(null=True)
    action = models.CharField(max_length=32)
    subject_type = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=64, blank=True, db_index=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = "reading of patients’ data"
        verbose_name_plural = "readings of patients’ data"
        constraints = (AppendOnly(name="access_log_append_only"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_type}"


def record_access(
    request: HttpRequest, *, action: str, subject_type: str = "", subject: object = ""
) -> None:
    """Write down that the signed-in person did `action` with `subject` (its key, no name)."""
    user: User | None = request.user if request.user.is_authenticated else None
    AccessLog.objects.create(
        user=user.pk if user else None,
        action=action,
        subject_type=subject_type,
        subject=str(subject),
        address=client_address(request) or None,
    )
