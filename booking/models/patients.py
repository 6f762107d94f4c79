"""The person an appointment is for."""

import uuid
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from clinic.fields import EncryptedText
from clinic.models import User


class PatientQuerySet(models.QuerySet["Patient"]):
    def within_reach_of(self, user: User) -> Self:
        """Every patient, or those who have or had a time with the practitioner who signed in."""
        if user.has_perm("booking.reach_everyone"):
            return self
        return self.filter(requests__appointments__practitioner__user=user).distinct()

    def reached_by(self, email: str, telephone: str) -> Self:
        """Everybody with this address, stored in lower case, or this number (E.164)."""
        same = [models.Q(email=email.lower())] if email else []
        if telephone:
            same.append(models.Q(telephone=telephone))
        return self.filter(reduce(or_, same)).order_by() if same else self.none()


class Patient(models.Model):
    """One per request sent: an equal e-mail address proves nothing, families share them."""

    class Contact(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TELEPHONE = "telephone", _("Telephone")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        SPANISH = "es", _("Spanish")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    full_name = models.CharField(max_length=128)
    birth_date = models.DateField(null=True, blank=True)
    email = models.EmailField(max_length=254, blank=True, db_index=True)
    telephone = PhoneNumberField(blank=True, db_index=True)
    prefers = models.CharField("reach by", max_length=16, choices=Contact, default=Contact.EMAIL)
    may_leave_voicemail = models.BooleanField(default=False)
    wants_reminders = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    needs = EncryptedText("access or interpreter needs", blank=True)
    booked_by = models.CharField("booked by, for this person", max_length=128, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PatientQuerySet] = PatientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(email="") | ~models.Q(telephone=""),
                name="patient_can_be_reached",
                violation_error_message="An e-mail address or a telephone number is needed.",
            ),
        )

    def __str__(self) -> str:
        return f"Patient {str(self.id)[:8]}"
