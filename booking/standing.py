"""What a request has come to, as its patient sees it and may change it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from booking import actions, links, together
from booking.history import Line, history_of
from booking.links import OPEN_AFTER_VISIT
from booking.models.appointments import (
    DECLINE_REASONS,
    NOT_ONLINE,
    Appointment,
    AppointmentQuerySet,
    Reason,
    Status,
)
from booking.models.requests import AppointmentRequest

HEADINGS = {
    Status.PENDING: _("Requested, not yet confirmed"),
    Status.PROPOSED: _("Other times for you"),
    Status.BOOKED: _("Confirmed"),
    Status.ARRIVED: _("You are here"),
    Status.FULFILLED: _("Over"),
    Status.NOSHOW: _("Over"),
    Status.CANCELLED: _("Cancelled"),
    Status.ENTERED_IN_ERROR: _("Removed"),
}
# How it ended, where “Cancelled” would not be the word for it.
ENDINGS = {
    Reason.NOT_ANSWERED: _("We did not answer in time, and we are sorry"),
    Reason.OFFER_ENDED: _("The times we kept for you are free again"),
    Reason.OFFER_DECLINED: _("None of these times suited you"),
    Reason.OFFER_WITHDRAWN: _("The times we kept for you are free again"),
    **dict.fromkeys(DECLINE_REASONS, _("We cannot confirm this time")),
}
# What ends by itself, whether the worker has come round to it or not.
WHEN_LAPSED = {Status.PENDING: Reason.NOT_ANSWERED, Status.PROPOSED: Reason.OFFER_ENDED}
# Ended without a word of the clinic: what it wrote before was about something else.
NOT_BY_CLINIC = {Reason.BY_PATIENT, Reason.OFFER_DECLINED, Reason.OFFER_ENDED}
OFFERS_OVER = {Reason.OFFER_ENDED, Reason.OFFER_DECLINED, Reason.OFFER_WITHDRAWN}


def note_about(request: AppointmentRequest, reason: Reason | None) -> str:
    """What the clinic wrote about what stands, or about why it ended."""
    return "" if reason in NOT_BY_CLINIC else request.note_to_patient


@dataclass(frozen=True)
class Standing:
    """The appointment that a request has come to, at one moment."""

    appointment: Appointment
    now: datetime

    @classmethod
    def of(cls, request: AppointmentRequest, *, now: datetime) -> "Standing":
        return cls(Appointment.objects.current_of(request), now)

    @property
    def request(self) -> AppointmentRequest:
        return self.appointment.request

    @property
    def token(self) -> str:
        return links.token_for(self.request)

    # What it is

    @property
    def status(self) -> Status:
        return Status(self.appointment.status)

    @property
    def is_lapsed(self) -> bool:
        expires_at = self.appointment.expires_at
        return expires_at is not None and expires_at <= self.now

    @property
    def has_ended(self) -> bool:
        return self.status == Status.CANCELLED or self.is_lapsed

    @property
    def is_pending(self) -> bool:
        return self.status == Status.PENDING and not self.is_lapsed

    @property
    def is_offered(self) -> bool:
        return self.status == Status.PROPOSED and not self.is_lapsed

    @property
    def is_booked(self) -> bool:
        return self.status == Status.BOOKED and self.now < self.appointment.ends_at

    @property
    def is_removed(self) -> bool:
        return self.status == Status.ENTERED_IN_ERROR

    @property
    def is_past(self) -> bool:
        """Nothing stands any more: the way on is another request."""
        is_here = self.status == Status.ARRIVED
        return not (self.is_pending or self.is_offered or self.is_booked or is_here)

    @property
    def has_one_time(self) -> bool:
        """Offers are several times, and stand in a list of their own."""
        return self.status != Status.PROPOSED and self.reason not in OFFERS_OVER

    @property
    def reason(self) -> Reason | None:
        if self.is_lapsed:
            return WHEN_LAPSED[self.status]
        code = self.appointment.reason_code
        return Reason(code) if code else None

    @property
    def heading(self) -> str:
        if self.has_ended and self.reason in ENDINGS:
            return str(ENDINGS[self.reason])
        is_over = self.status == Status.BOOKED and not self.is_booked
        return str(HEADINGS[Status.FULFILLED if is_over else self.status])

    @property
    def note(self) -> str:
        """What the clinic wrote to the patient about what stands, or about why it does not."""
        return "" if self.is_removed else note_about(self.request, self.reason)

    @cached_property
    def offers(self) -> AppointmentQuerySet:
        return Appointment.objects.offered_to(self.request).with_people()

    @cached_property
    def replaced(self) -> Appointment | None:
        """What had been confirmed, and cannot be kept."""
        return Appointment.objects.replaced_by_offers_to(self.request)

    @cached_property
    def history(self) -> list[Line]:
        return history_of(self.request, self.appointment.location.zone)

    # The visit that it is part of

    @cached_property
    def others(self) -> list["Standing"]:
        """What was booked together with it, as long as its own page is open; nothing else, be the
        patient's name the same.
        """
        others = together.others_of(self.appointment)
        still_open = (each for each in others if each.ends_at + OPEN_AFTER_VISIT >= self.now)
        return [Standing(part, self.now) for part in still_open]

    @property
    def staying(self) -> list["Standing"]:
        """What stays of the visit, whatever becomes of this part."""
        stay = together.staying((each.appointment for each in self.others), now=self.now)
        return [each for each in self.others if each.appointment in stay]

    @cached_property
    def coming(self) -> list["Standing"]:
        """What whoever says "I am coming" says it of: all of the visit that is to come that day."""
        others = [each.appointment for each in self.others]
        parts = together.coming_with(self.appointment, others, now=self.now)
        return [Standing(part, self.now) for part in parts]

    @property
    def shown_coming(self) -> str:
        return together.shown_together(each.appointment for each in self.coming)

    # What the patient may do

    @property
    def change_until(self) -> datetime:
        until = actions.change_until(self.appointment)
        return until.astimezone(self.appointment.location.zone)

    @property
    def can_change(self) -> bool:
        return (self.is_pending or self.is_booked) and self.now <= self.change_until

    @property
    def may_ask_again(self) -> bool:
        return self.reason not in NOT_ONLINE

    @property
    def can_attend(self) -> bool:
        return self.status == Status.BOOKED and self.now < self.appointment.starts_at

    @property
    def is_coming(self) -> bool:
        return self.can_attend and self.appointment.attendance_confirmed_at is not None

    @property
    def are_coming(self) -> bool:
        return all(each.is_coming for each in self.coming)
