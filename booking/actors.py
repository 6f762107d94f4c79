"""Who does something to an appointment."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from booking.models.appointments import AppointmentEvent
from clinic.models import User

Kind = AppointmentEvent.ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Kind
    id: UUID | None = None

    @classmethod
    def staff(cls, user: User) -> Self:
        return cls(Kind.STAFF, user.pk)

    @classmethod
    def patient(cls) -> Self:
        """Whoever holds the draft or the link; who that is the request says."""
        return cls(Kind.PATIENT)

    @classmethod
    def system(cls) -> Self:
        return cls(Kind.SYSTEM)

    @property
    def is_staff(self) -> bool:
        return self.kind == Kind.STAFF
