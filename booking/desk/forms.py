"""The desk's forms, in English like the whole admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.actions import MOST_OFFERS, Proposal
from booking.forms import DetailsForm
from booking.models.appointments import DECLINE_REASONS
from booking.wishes import parse_instant, write_instant
from clinic.models import Practitioner

NOTE_HELP = "Shown on the patient's own page only, never sent by e-mail. Kept encrypted."


def note_field() -> forms.CharField:
    return forms.CharField(
        label="Note to the patient (optional)",
        help_text=NOTE_HELP,
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
    )


class DeclineForm(forms.Form):
    use_required_attribute = False

    reason = forms.ChoiceField(
        label="Reason, as the patient reads it",
        choices=[(reason.value, reason.label) for reason in DECLINE_REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the patient is told."},
    )
    note = note_field()


class CancelForm(forms.Form):
    use_required_attribute = False

    note = note_field()


def write_slot(starts_at: datetime, practitioner_id: int) -> str:
    """A time of one practitioner, as the desk's forms write it."""
    return f"{write_instant(starts_at)} {practitioner_id}"


def parse_slot(text: str) -> Proposal | None:
    """The time that a form names; None for what no page of ours has written."""
    instant, _, key = text.partition(" ")
    starts_at = parse_instant(instant)
    if starts_at is None or not (key.isascii() and key.isdigit() and len(key) < 10):
        return None
    practitioner = Practitioner.objects.active().filter(id=int(key)).first()
    return Proposal(starts_at, practitioner) if practitioner else None


class SlotsField(forms.Field):
    """Times that were ticked on a page of free times."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[Proposal]:
        slots = [parse_slot(text) for text in value or []]
        if None in slots:
            raise ValidationError("Choose from the times shown.")
        return [slot for slot in slots if slot]

    def validate(self, value: Any) -> None:
        if not value:
            raise ValidationError("Choose the times to offer.")
        if len(value) > MOST_OFFERS:
            raise ValidationError(f"Choose at most {MOST_OFFERS} times.")


class OfferForm(forms.Form):
    use_required_attribute = False

    slots = SlotsField()
    note = note_field()


STAFF_LABELS = {
    "who": "Who is it for?",
    "booked_by": "Name of who calls, if it is for somebody else",
    "prefers": "How does the patient want to be reached?",
    "may_leave_voicemail": "A voicemail may be left at this number",
    "wants_reminders": "Remind the patient before the visit",
    "language": "Language of the messages",
    "reason": "What is the visit about?",
}
FOR_PATIENTS_ALONE = ("website", "screening")


class TelephoneBookingForm(DetailsForm):
    """The patient's own form, asked on the telephone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, cautions=(), **kwargs)
        for name in FOR_PATIENTS_ALONE:
            del self.fields[name]
        for name, label in STAFF_LABELS.items():
            self.fields[name].label = label
        for field in self.fields.values():
            field.help_text = ""
