from django import forms

from booking.models.appointments import DECLINE_REASONS

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
