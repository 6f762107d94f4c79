"""The forms about a patient's record; each says which state of the record its page showed."""

from typing import Any

from django import forms

from booking.desk.forms import AppointmentForm, DeskForm, TelephoneBookingForm
from booking.models import PatientEvent

LONGEST_NOTE = 10_000
ABOUT_A_VISIT = ("screening", "reason", "payment")
ErasedBecause = PatientEvent.ErasedBecause


class CorrectForm(TelephoneBookingForm):
    """What the patient says of themselves, asked once more; nothing about a visit."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ABOUT_A_VISIT:
            del self.fields[name]
        self.fields["booked_by"].label = "Who called or wrote for the patient (optional)"
        self.fields["booked_by"].help_text = ""

    def clean(self) -> dict[str, Any]:
        return {**super().clean(), **dict.fromkeys(ABOUT_A_VISIT, "")}


class NoteForm(DeskForm):
    text = forms.CharField(
        label="Note",
        help_text="Signed with your name and kept encrypted. It cannot be changed afterwards; "
        "what was wrong is corrected by a new note.",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
        error_messages={"required": "Write the note first."},
    )


class CompareForm(AppointmentForm):
    """What staff decide about two records: `first` or `second` is the one that is kept."""

    decision = forms.ChoiceField(
        choices=[("first", "first"), ("second", "second"), ("two", "two people")],
        widget=forms.HiddenInput,
        error_messages={
            "required": "Choose one of the buttons.",
            "invalid_choice": "Choose one of the buttons.",
        },
    )


class HoldForm(AppointmentForm):
    """Whether the hold is to stand afterwards: a form sent twice says the same twice."""

    is_held = forms.TypedChoiceField(
        choices=[("1", "set"), ("0", "lift")],
        coerce=lambda value: value == "1",
        widget=forms.HiddenInput,
    )


class EraseForm(AppointmentForm):
    reason = forms.ChoiceField(
        label="Why?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the reason."},
    )

    def __init__(self, *args: Any, is_due: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to_all = [ErasedBecause.ASKED, ErasedBecause.MISTAKE]
        reasons = [ErasedBecause.DUE, *open_to_all] if is_due else open_to_all
        why = self.fields["reason"]
        assert isinstance(why, forms.ChoiceField)
        why.choices = [(each.value, each.label) for each in reasons]
