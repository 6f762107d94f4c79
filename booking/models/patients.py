"""The person an appointment is for."""

import uuid
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from booking.constraints import NeverRewritten
from clinic.constraints import AppendOnly
from clinic.fields import EncryptedText
from clinic.models import User

ERASED_NAME = "Erased"
# What the patient says of themselves: given with a request, and corrected by the desk.
CONTACT = (
    *("full_name", "birth_date", "booked_by", "email", "telephone", "prefers"),
    *("may_leave_voicemail", "wants_reminders", "language", "needs"),
)


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

    def not_erased(self) -> Self:
        return self.filter(erased_at=None)

    def persons(self) -> Self:
        """One record of each person: the one that the others were merged into."""
        return self.filter(merged_into=None)

    def same_person_as(self, patient: "Patient") -> Self:
        """Every record that staff have brought together with this one, and itself."""
        key = patient.person_id
        return self.filter(models.Q(pk=key) | models.Q(merged_into=key)).order_by("created_at")


class Patient(models.Model):
    """One per request sent: an equal e-mail address proves nothing, families share them.

    Staff may merge records of one person. The records stay as they are, `merged_into` names the
    one that they are read with, and taking that back is as simple. It is never two steps long:
    whatever was merged into a record moves along with it.
    """

    class Contact(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TELEPHONE = "telephone", _("Telephone")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        SPANISH = "es", _("Spanish")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    full_name = models.CharField(max_length=128)
    birth_date = models.DateField(null=True, blank=True, db_index=True)
    email = models.EmailField(max_length=254, blank=True, db_index=True)
    telephone = PhoneNumberField(blank=True, db_index=True)
    prefers = models.CharField("reach by", max_length=16, choices=Contact, default=Contact.EMAIL)
    may_leave_voicemail = models.BooleanField(default=False)
    wants_reminders = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    needs = EncryptedText("access or interpreter needs", blank=True)
    booked_by = models.CharField("booked by, for this person", max_length=128, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        db_index=False,  # see patient_merged
    )
    legal_hold = models.BooleanField(
        default=False, editable=False, help_text="Nothing of this record may be erased."
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Counts the changes of this record, so that a form can say which state its page showed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[PatientQuerySet] = PatientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        permissions = (
            ("merge_patient", "Can merge records of one person, and undo it"),
            ("export_patient", "Can export a whole record"),
            ("hold_patient", "Can set and lift a legal hold"),
            ("erase_patient", "Can erase a record"),
        )
        indexes = (
            # Of the few that are merged. SQLite would not use one that says of nearly all records
            # that they are not, and read them all.
            models.Index(
                fields=("merged_into",),
                condition=models.Q(merged_into__isnull=False),
                name="patient_merged",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(email="")
                | ~models.Q(telephone="")
                | models.Q(erased_at__isnull=False),
                name="patient_can_be_reached",
                violation_error_message="An e-mail address or a telephone number is needed.",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="patient_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(legal_hold=False),
                name="patient_under_legal_hold_not_erased",
            ),
        )

    def __str__(self) -> str:
        return f"Patient {str(self.id)[:8]}"

    @property
    def person_id(self) -> uuid.UUID:
        """The record that stands for the person: its own, or the one it was merged into."""
        return self.merged_into_id or self.id

    @property
    def shown(self) -> str:
        """Which record a page shows, and which state of it, for its forms to say."""
        return f"{self.id.hex[:8]}-{self.revision}"


class PatientTrigram(models.Model):
    """What a search finds a patient by, spelled right or not: of the name and the address.

    Both databases search it alike. The actions that create, correct or erase a patient write it.
    """

    pk = models.CompositePrimaryKey("trigram", "patient")
    trigram = models.CharField(max_length=3)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="trigrams")

    def __str__(self) -> str:
        return f"A trigram of {self.patient_id}"


class PatientNote(models.Model):
    """What staff write down about a patient: signed, dated and encrypted.

    Nobody rewrites one, the database sees to it: what was wrong is corrected by a new note. When
    the patient is erased its text is emptied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = EncryptedText()
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, related_name="corrections"
    )
    submission = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ("-at",)
        default_permissions = ("add", "view")
        constraints = (
            NeverRewritten(
                name="patient_note_append_only",
                text="text",
                others=("id", "patient_id", "author_id", "at", "corrects_id", "submission"),
            ),
        )

    def __str__(self) -> str:
        return f"Note of {self.at:%Y-%m-%d %H:%M}"


class PatientEvent(models.Model):
    """One change of one patient's record: who, when, what. The database refuses to rewrite it.

    It names records by UUID and holds no name, so that erasing a patient leaves it untouched.
    `detail` names the fields that were corrected, or the reason; `before` is the record that this
    one had been merged into until then.
    """

    class Kind(models.TextChoices):
        CORRECTED = "corrected", "Corrected"
        MERGED = "merged", "Merged"
        SEPARATED = "separated", "Merge undone"
        TOLD_APART = "told_apart", "Said to be two people"
        HELD = "held", "Legal hold set"
        RELEASED = "released", "Legal hold lifted"
        ERASED = "erased", "Erased"

    class ErasedBecause(models.TextChoices):
        DUE = "due", "The time to keep it is over"
        ASKED = "asked", "The patient asked for it"
        MISTAKE = "mistake", "It was entered by mistake"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    patient = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=16, choices=Kind, db_index=True)
    other = models.UUIDField(null=True, db_index=True)
    before = models.UUIDField(null=True)
    detail = models.CharField(max_length=200, blank=True)
    actor_kind = models.CharField(max_length=8)
    actor = models.UUIDField(null=True)
    number = models.PositiveIntegerField(default=0)
    submission = models.UUIDField(null=True, db_index=True)

    class Meta:
        ordering = ("at", "number", "id")
        default_permissions = ()
        constraints = (AppendOnly(name="patient_event_append_only"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
