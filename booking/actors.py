"""Who does something to an appointment."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from booking.models.appointments import AppointmentEvent
from clinic.models import User

Kind = AppointmentEvent.ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and with which form.

    `submission` is the token of the form that was sent, and `shown` what stood on its page of the
    appointment, its state, its time and with whom: an action that finds another refuses.
    """

    kind: Kind
    id: UUID | None = None
    submission: UUID | None = None
    shown: str | None = None

    @classmethod
    def staff(cls, user: User, submission: UUID | None = None, shown: str | None = None) -> Self:
        return cls(Kind.STAFF, user.pk, submission, shown)

    @classmethod
    def patient(cls, submission: UUID | None = None, shown: str | None = None) -> Self:
        """Whoever holds the draft or the link; who that is the request says."""
        return cls(Kind.PATIENT, None, submission, shown)

    @classmethod
    def system(cls) -> Self:
        return cls(Kind.SYSTEM)

    @property
    def is_staff(self) -> bool:
        return self.kind == Kind.STAFF
