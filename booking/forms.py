"""The patient's forms; their error texts are the copy that patients read."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import PhoneNumber

from booking.actions import Details
from booking.form_fields import (
    BirthDateField,
    BirthDateWidget,
    ChoicesAmongMany,
    PersonNameField,
    TelephoneField,
)
from booking.models.patients import Patient
from booking.models.requests import AppointmentRequest
from clinic import times
from clinic.templatetags.telephone import telephone
from content.models import Caution, RedFlag


class BookingForm(forms.Form):
    """A form without browser validation and without a form tag of its own, with a honeypot."""

    use_required_attribute = False
    # People never see this field and leave it empty; programs that fill in forms do not.
    website = forms.CharField(required=False, max_length=200)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True  # the page writes the token, once
        helper.summary = False  # the page shows it, above its heading
        return helper

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            self.add_error(None, _("Please leave the hidden field empty, or call us."))
        return ""


GATE_LEGENDS = {
    RedFlag.Level.CALL_911: gettext_lazy("Signs to call 911 for"),
    RedFlag.Level.CALL_988: gettext_lazy("Signs to call or text 988 for"),
    RedFlag.Level.EMERGENCY: gettext_lazy("Signs to go to an emergency department for"),
    RedFlag.Level.SAME_DAY: gettext_lazy("Signs to see a doctor for today"),
}


class SafetyForm(BookingForm):
    """The red flags, by what each calls for. Nothing of it is stored when it stops somebody."""

    none = forms.BooleanField(required=False, label=gettext_lazy("None of these"))
    seen_by_doctor = forms.BooleanField(
        required=False,
        label=gettext_lazy("A doctor has already looked at this"),
        help_text=gettext_lazy("For the signs to see a doctor for today."),
    )

    def __init__(self, *args: Any, flags: Iterable[RedFlag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.all_flags = list(flags)
        for level in RedFlag.Level:
            of_level = [flag for flag in self.all_flags if flag.level == level]
            self.fields[f"flags_{level.value}"] = ChoicesAmongMany(
                label=GATE_LEGENDS[level],
                choices=[(flag.slug, flag.text) for flag in of_level],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                error_messages={"invalid_choice": _("Choose from the list.")},
            )

    @property
    def groups(self) -> list[forms.BoundField]:
        """The groups of flags that have any, the most urgent first."""
        of_level = {level: f"flags_{level.value}" for level in RedFlag.Level}
        used = {flag.level for flag in self.all_flags}
        return [self[name] for level, name in of_level.items() if level in used]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = any(data.get(f"flags_{level.value}") for level in RedFlag.Level)
        if not named and not data.get("none"):
            self.add_error("none", _("Choose what applies to you, or “None of these”."))
        if named and data.get("none"):
            self.add_error("none", _("Choose either a sign or “None of these”, not both."))
        return data

    def named_flags(self) -> list[RedFlag]:
        named = {
            slug
            for level in RedFlag.Level
            for slug in self.cleaned_data.get(f"flags_{level.value}", [])
        }
        return [flag for flag in self.all_flags if flag.slug in named]


class LostLinkForm(BookingForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The address that you gave when you asked for the appointment."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Enter the e-mail address."),
            "invalid": gettext_lazy("Enter an e-mail address like name@example.com."),
        },
    )


SECTIONS = (
    (gettext_lazy("The patient"), ("who", "full_name", "booked_by", "birth_date")),
    (
        gettext_lazy("How we reach you"),
        (
            *("email", "telephone", "prefers", "may_leave_voicemail"),
            *("wants_reminders", "language", "needs"),
        ),
    ),
    (gettext_lazy("The visit"), ("reason", "screening")),
    (gettext_lazy("Payment"), ("payment",)),
)


class DetailsForm(BookingForm):
    who = forms.ChoiceField(
        label=gettext_lazy("Who is the appointment for?"),
        choices=[
            ("self", gettext_lazy("For me")),
            ("other", gettext_lazy("For somebody else")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who the appointment is for.")},
    )
    full_name = PersonNameField(
        label=gettext_lazy("Full name of the patient"),
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter the full name of the patient.")},
    )
    booked_by = PersonNameField(
        label=gettext_lazy("Your own name"),
        help_text=gettext_lazy("Only if the appointment is for somebody else."),
        max_length=128,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    birth_date = BirthDateField(
        label=gettext_lazy("Birth date of the patient"),
        help_text=gettext_lazy("It helps us not to mix up people. For example 3 14 1968."),
        required=False,
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy(
            "For the answer and the link to your appointment. Nothing about your health is "
            "written in it. Give an e-mail address or a telephone number, or both."
        ),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": gettext_lazy("Enter an e-mail address like name@example.com.")},
    )
    telephone = TelephoneField(
        label=gettext_lazy("Telephone"),
        max_length=32,
        required=False,
        region="US",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        error_messages={"invalid": gettext_lazy("Enter a telephone number like 732-555-0123.")},
    )
    prefers = forms.ChoiceField(
        label=gettext_lazy("How shall we answer?"),
        choices=Patient.Contact.choices,
        widget=forms.RadioSelect,
        initial=Patient.Contact.EMAIL,
        error_messages={"required": gettext_lazy("Say how we shall answer.")},
    )
    may_leave_voicemail = forms.BooleanField(
        label=gettext_lazy("You may leave a voicemail at this number"), required=False
    )
    wants_reminders = forms.BooleanField(
        label=gettext_lazy("Remind me before the visit"), required=False
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Which language do you prefer?"),
        choices=Patient.Language.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say which language you prefer.")},
    )
    needs = forms.CharField(
        label=gettext_lazy("Access or interpreter needs"),
        help_text=gettext_lazy("For example step-free access, or an interpreter for ASL."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    screening = forms.MultipleChoiceField(
        label=gettext_lazy("Does any of these apply to the patient?"),
        help_text=gettext_lazy("None of them stops the booking. It helps us to prepare the visit."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose from the list.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("What is the visit about?"),
        help_text=gettext_lazy("A few words are enough. Stored encrypted; never sent by e-mail."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    payment = forms.ChoiceField(
        label=gettext_lazy("How will it be paid?"),
        choices=AppointmentRequest.Payment.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, cautions: Iterable[Caution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(caution.slug, caution.name) for caution in cautions]
        screening = self.fields["screening"]
        assert isinstance(screening, forms.MultipleChoiceField)
        screening.choices = names

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "email" in data and "telephone" in data and not data["email"] and not data["telephone"]:
            self.add_error("email", _("Enter an e-mail address or a telephone number."))
        if data.get("who") == "other" and not data.get("booked_by"):
            self.add_error("booked_by", _("Enter your own name."))
        wants_call = data.get("prefers") == Patient.Contact.TELEPHONE
        if wants_call and "telephone" in data and not data["telephone"]:
            self.add_error("telephone", _("Enter the telephone number that we shall call."))
        return data

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        today = self.initial["today"]
        if born and not (born <= today and born.year > today.year - 130):
            raise ValidationError(_("The birth date lies in the past, and not too far."))
        return born

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings, in the order in which people are asked."""
        return [(str(title), [self[name] for name in names]) for title, names in SECTIONS]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The answers as the check page lists them; the form has been validated."""
        hidden = {"website"} if self.cleaned_data["who"] == "other" else {"website", "booked_by"}
        fields = [field for field in self if field.name not in hidden]
        return [
            {
                "label": str(field.label),
                "value": self._shown(field.name),
                "anchor": field.id_for_label,
            }
            for field in fields
        ]

    def _shown(self, name: str) -> str:
        value = self.cleaned_data[name]
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            chosen = value if isinstance(value, list) else [value]
            labels = dict(cast("list[tuple[str, str]]", field.choices))
            return ", ".join(str(labels[key]) for key in chosen if key in labels)
        if isinstance(field, forms.BooleanField):
            return _("Yes") if value else _("No")
        if isinstance(value, date):
            return times.day(value)
        if isinstance(value, PhoneNumber):
            return telephone(value)
        return str(value or "")

    def typed(self) -> dict[str, str | list[str]]:
        """What was typed, as it was typed: kept with the draft and put into the form again."""
        boxes = [f"birth_date_{box}" for box in BirthDateWidget.BOXES]
        names = [name for name in (*self.fields, *boxes) if name in self.data]
        data = self.data
        assert isinstance(data, QueryDict)  # as it was posted
        return {
            name: data.getlist(name) if name == "screening" else str(data[name]) for name in names
        }

    def details(self) -> Details:
        """The cleaned answers, for the action that sends the request."""
        data = self.cleaned_data
        return Details(
            full_name=data["full_name"],
            email=data["email"].lower(),
            telephone=data["telephone"].as_e164 if data["telephone"] else "",
            birth_date=data["birth_date"],
            booked_by=data["booked_by"] if data["who"] == "other" else "",
            prefers=data["prefers"] if data["email"] else Patient.Contact.TELEPHONE,
            may_leave_voicemail=data["may_leave_voicemail"],
            wants_reminders=data["wants_reminders"],
            language=data["language"],
            needs=data["needs"],
            screening=json.dumps(data["screening"]) if data.get("screening") else "",
            reason=data["reason"],
            payment=data["payment"],
        )
