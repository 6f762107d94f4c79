"""The visit that an appointment is part of, as somebody of the staff may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking import together
from booking.desk.words import when
from booking.models import Appointment
from clinic.models import User


@dataclass(frozen=True)
class Visit:
    """`others` are those within reach; whoever does not reach all of it cannot end it as one."""

    appointment: Appointment
    others: list[Appointment]
    ends: list[Appointment]  # all that still stands, each of the times that are offered among it
    reaches_all: bool

    @classmethod
    def of(cls, appointment: Appointment, user: User) -> "Visit":
        request = appointment.request
        others = together.others_of(appointment)
        ends = together.standing_of(request) if request.visit else []
        sees_all = user.has_perm("booking.reach_everyone")

        def reached(rows: list[Appointment]) -> list[Appointment]:
            return [each for each in rows if sees_all or each.practitioner.user_id == user.pk]

        return cls(appointment, reached(others), ends, reached(others + ends) == others + ends)

    @property
    def standing(self) -> list[Appointment]:
        """Of times that are offered together the first stands for all."""
        firsts = {each.request_id: each for each in reversed(self.ends)}
        return [each for each in self.ends if firsts[each.request_id] is each]

    @property
    def shown(self) -> str:
        """For the form that ends all of it."""
        return together.shown_together(self.ends)

    @property
    def can_end_as_one(self) -> bool:
        return self.reaches_all and len(self.standing) > 1

    def said_to_stay(self, *, now: datetime) -> str:
        """Once something has become of the part: what of the visit stays."""
        return what_stays(together.staying(self.others, now=now))


def what_stays(parts: Iterable[Appointment]) -> str:
    said = in_words(parts)
    return f"The rest of the visit stays: {said}." if said else ""


def in_words(parts: Iterable[Appointment]) -> str:
    return "; ".join(
        f"{when(each)}, {each.request.service.name_en}, {each.practitioner.name}" for each in parts
    )
