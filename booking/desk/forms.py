"""The desk's forms, in English like the whole admin; each is carried out once."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from booking.actions import MOST_OFFERS, Proposal
from booking.desk.slots import parse_slot
from booking.forms import DetailsForm
from booking.models import Appointment
from booking.models.appointments import DECLINE_REASONS
from booking.models.patients import Patient
from booking.trigrams import words_of
from clinic.models import Practitioner
from content.library import cautions_asked

NOTE_HELP = "Shown on the patient's own page only, never sent by e-mail. Kept encrypted."
MOST_AT_ONCE = 50
OUT_OF_DATE = "This page was out of date, and nothing was done. Please try again."


def submission_field() -> forms.UUIDField:
    """The token that {% submission %} writes: a page that is shown again has a new one."""
    return forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": OUT_OF_DATE, "invalid": OUT_OF_DATE}
    )


def note_field() -> forms.CharField:
    return forms.CharField(
        label="Note to the patient (optional)",
        help_text=NOTE_HELP,
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
    )


class DeskForm(forms.Form):
    """By itself the form of a button."""

    use_required_attribute = False

    submission = submission_field()


class AppointmentForm(DeskForm):
    """About an appointment, as its page showed it; by itself the form of a button."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)


class DeclineForm(AppointmentForm):
    reason = forms.ChoiceField(
        label="Reason, as the patient reads it",
        choices=[(reason.value, reason.label) for reason in DECLINE_REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the patient is told."},
    )
    note = note_field()


class CancelForm(AppointmentForm):
    note = note_field()


class NoteForm(DeskForm):
    """What was said in a call. Kept encrypted, signed and dated, and never changed."""

    text = forms.CharField(
        label="What was said in the call",
        help_text="Kept encrypted, with your name and the time; it cannot be changed later.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        error_messages={"required": "Write down what was said."},
    )


def write_choice(appointment: Appointment) -> str:
    """A request among several, with what the page showed of it."""
    return f"{appointment.pk} {appointment.shown}"


class ChoicesField(forms.Field):
    """Requests that were ticked in a list, which draws the boxes itself."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> dict[UUID, str]:
        """Each with what the page showed of it."""
        parts = [str(text)[:128].partition(" ") for text in value or ()]
        try:
            return {UUID(key): shown for key, _space, shown in parts}
        except ValueError:
            raise ValidationError(OUT_OF_DATE) from None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_AT_ONCE:
            raise ValidationError(f"Choose at most {MOST_AT_ONCE} at once.")


class SeveralForm(DeskForm):
    chosen = ChoicesField(error_messages={"required": "Tick the requests to confirm first."})


class SlotsField(forms.Field):
    """Times that were ticked on a page of free times, which draws them itself."""

    widget = forms.MultipleHiddenInput
    people: Sequence[Practitioner] = ()

    def __init__(self, *, at_most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at_most = at_most

    def to_python(self, value: Any) -> list[Proposal]:
        slots = [parse_slot(text, self.people) for text in dict.fromkeys(value or ())]
        if None in slots:
            raise ValidationError("Choose from the times shown.")
        return [slot for slot in slots if slot]

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.at_most:
            many = "one time" if self.at_most == 1 else f"{self.at_most} times"
            raise ValidationError(f"Choose at most {many}.")


class SlotsForm(AppointmentForm):
    """Times are chosen from those of `people`, in the field that `name` names."""

    name: ClassVar[str]

    def __init__(self, *args: Any, people: Sequence[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice.people = people

    @property
    def choice(self) -> SlotsField:
        field = self.fields[self.name]
        assert isinstance(field, SlotsField)
        return field

    @property
    def chosen(self) -> list[Proposal]:
        return list(self.cleaned_data[self.name])


class OfferForm(SlotsForm):
    name = "slots"

    slots = SlotsField(
        at_most=MOST_OFFERS, error_messages={"required": "Choose the times to offer."}
    )
    note = note_field()


class MoveForm(SlotsForm):
    name = "slot"

    slot = SlotsField(at_most=1, error_messages={"required": "Choose one of the times."})


# The patient's questions as staff ask them on the telephone: label and hint.
ASKED = {
    "full_name": ("Full name of the patient", ""),
    "booked_by": (
        "Who is calling (optional)",
        "Only if it is not the patient: we call this person back.",
    ),
    "birth_date": (
        "Birth date of the patient (optional)",
        "So that nobody is mixed up. For example 3 14 1968.",
    ),
    "email": ("E-mail", "For the confirmation and the patient's own link."),
    "telephone": ("Telephone", "A telephone number or an e-mail address is needed."),
    "prefers": ("How do they want to be reached?", ""),
    "may_leave_voicemail": ("A voicemail may be left at this number", ""),
    "wants_reminders": ("Remind the patient before the visit", ""),
    "language": ("Language of the messages and the calls", ""),
    "needs": (
        "Access or interpreter needs (optional)",
        "For example step-free access, or an interpreter for ASL.",
    ),
    "screening": (
        "Does any of these apply to the patient? (optional)",
        "None of them stops the booking. Whoever treats the patient sees it.",
    ),
    "reason": ("What is the visit about? (optional)", "Kept encrypted, never sent by e-mail."),
    "payment": ("How will it be paid? (optional)", ""),
}
SOMEBODY_ELSE = (
    "This looks like somebody else than %(name)s. Take the tick out, or put name and birth date "
    "right."
)
FOR_PATIENTS_ALONE = ("who", "website")


class TelephoneBookingForm(DetailsForm):
    """The patient's own form, asked on the telephone."""

    submission = submission_field()

    def __init__(self, *args: Any, known: Patient | None = None, **kwargs: Any) -> None:
        """`known` was looked up: the request has a record of its own, and staff say if it is one
        person's with that one.
        """
        super().__init__(*args, cautions=cautions_asked(), **kwargs)
        self.known = known
        for name in FOR_PATIENTS_ALONE:
            del self.fields[name]
        if known:
            label = f"This is the same person as {known.full_name}, whose records are kept together"
            same = forms.BooleanField(label=label, required=False, initial=True)
            self.fields["same_person"] = same
            self.order_fields(["same_person"])
        for name, (label, hint) in ASKED.items():
            self.fields[name].label, self.fields[name].help_text = label, hint
        for field in self.fields.values():
            # What a browser knows by heart is the member of staff, not the caller.
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect):
                field.widget.attrs["autocomplete"] = "off"

    @staticmethod
    def _may_be(known: Patient, data: dict[str, Any]) -> bool:
        """Families share addresses: with another birth date, or no name in common, it is another
        of them.
        """
        born = data.get("birth_date")
        names = set(words_of(data.get("full_name", "")))
        is_born_then = not (born and known.birth_date) or born == known.birth_date
        return is_born_then and (not names or bool(names & set(words_of(known.full_name))))

    def clean(self) -> dict[str, Any]:
        """Whoever calls for somebody else has said their own name."""
        data = super().clean()
        data["who"] = "other" if data.get("booked_by") else "self"
        if self.known and data.get("same_person") and not self._may_be(self.known, data):
            self.add_error("same_person", SOMEBODY_ELSE % {"name": self.known.full_name})
        return data
