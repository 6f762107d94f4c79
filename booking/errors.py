"""What can stand in the way of an action, each with what its page needs to say."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.models.appointments import Appointment, Reason, Status


class BookingError(Exception):
    """Nothing was changed; the message is for people."""


class NotFree(BookingError):
    """The time cannot be had; the page shows the nearest that can."""


class JustTaken(NotFree):
    def __str__(self) -> str:
        return _("Sorry, this time was just taken.")


class DayIsFull(NotFree):
    """Nobody has the time: only the caps on what a day may hold stand in the way of it."""

    def __init__(self, *, for_staff: bool) -> None:
        super().__init__()
        self.for_staff = for_staff

    def __str__(self) -> str:
        if self.for_staff:
            return (
                "This time is free, but the day is full: the practitioner has as many "
                "appointments on it as their page in the admin allows."
            )
        return _(
            "This day is full: we cannot take any more requests for it online. "
            "Choose another day, or call us."
        )


class NotOffered(NotFree):
    def __str__(self) -> str:
        return _("This time is not offered.")


class ElsewhereThen(NotOffered):
    """Another part of the same visit, with somebody else, is at this time."""

    def __str__(self) -> str:
        return _("Another part of this visit is at that time. Choose another time.")


class OffersOverlap(NotFree):
    """Two of the times to be offered could not both be kept free."""

    def __str__(self) -> str:
        return _("Two of these times overlap. Choose times that leave room for each other.")


class NoTimeChosen(BookingError):
    def __str__(self) -> str:
        return _("Choose a time first.")


class AlreadySent(BookingError):
    """The draft is no draft any more: it was sent in another window, or given up."""

    def __str__(self) -> str:
        return _("This request was sent already.")


class TooMany(BookingError):
    def __str__(self) -> str:
        return _("There are too many open requests already. Please call us instead.")


class NotForPatients(BookingError):
    """Staff decide this; no page of a patient's leads here."""

    def __str__(self) -> str:
        return _("Only the clinic can do this. Please call us.")


# What only staff are told, in English like their pages.


class NotToday(BookingError):
    def __str__(self) -> str:
        return "This can be noted, and taken back, only on the day of the appointment."


class NotYet(BookingError):
    def __str__(self) -> str:
        return "The time of this appointment has not come yet."


class TakenMeanwhile(BookingError):
    """The time that was given back is not free any more, so it cannot be taken back."""

    def __str__(self) -> str:
        return (
            "This cannot be taken back: somebody else has the time by now. "
            "Move one of the two first, or book another time for this patient."
        )


class OfferedInstead(BookingError):
    """The patient counts on the time that was confirmed, and nobody has told them otherwise."""

    def __str__(self) -> str:
        return (
            "This offer stands in the place of an appointment that was confirmed, and the patient "
            "has to hear of it. Withdraw the offer instead: then they are told."
        )


class TooLate(BookingError):
    def __str__(self) -> str:
        return _("It is too late to change this online. Please call us.")


STATE_SENTENCES = {
    Status.HELD: gettext_lazy("This time is still being chosen."),
    Status.PROPOSED: gettext_lazy("This time is being offered."),
    Status.PENDING: gettext_lazy("This request is waiting for an answer."),
    Status.BOOKED: gettext_lazy("This appointment is already confirmed."),
    Status.ARRIVED: gettext_lazy("The patient has already arrived."),
    Status.FULFILLED: gettext_lazy("This appointment is already over."),
    Status.NOSHOW: gettext_lazy("This appointment is already over."),
    Status.CANCELLED: gettext_lazy("This appointment is already cancelled."),
    Status.ENTERED_IN_ERROR: gettext_lazy("This appointment was removed."),
}


class Lapsed(Exception):
    """An action came to an appointment whose time had run out; booking.transactions ends it."""

    def __init__(self, appointment: Appointment, now: datetime) -> None:
        super().__init__(appointment)
        self.appointment, self.now = appointment, now


class NotPossible(BookingError):
    """The appointment is in a state that does not allow this, most often a moment ago."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(appointment)
        self.appointment = appointment

    def __str__(self) -> str:
        if self.appointment.reason_code == Reason.NOT_ANSWERED:
            return _("This request has expired, and its time is free again.")
        if self.appointment.reason_code == Reason.OFFER_ENDED:
            return _("This offer has ended, and its times are free again.")
        return str(STATE_SENTENCES[Status(self.appointment.status)])


class ChangedMeanwhile(NotPossible):
    """The page that somebody acts from shows another state, time or person than there is."""

    def __str__(self) -> str:
        return _("This has changed in the meantime. Here is how it is now.")


class PatientError(BookingError):
    """Only staff come to these, and their pages are in English."""

    says = ""

    def __str__(self) -> str:
        return self.says


class PatientChanged(PatientError):
    """The page that somebody acts from shows another state of the record than there is."""

    says = "This record has changed in the meantime. Nothing was done."


class PatientErased(PatientError):
    says = "This record is erased."


class AlreadyOnePerson(PatientError):
    says = "These records are one person’s already."


class NotMerged(PatientError):
    says = "This record is not merged with another one."


class UnderLegalHold(PatientError):
    says = "This record is under legal hold, and nothing of it may be erased."


class VisitToCome(PatientError):
    says = "A visit or an answer is still to come. Cancel it first, and then erase."


class NotDueYet(PatientError):
    says = "This record has to be kept for longer."
