"""What the forms of patients and staff ask with: names, telephone numbers, birth dates."""

import re
from datetime import date
from typing import Any, ClassVar
from unicodedata import category

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.formfields import PhoneNumberField

# Unicode's controls, and its formats, which steer how others are shown.
UNSEEN = ("Cc", "Cf")
JOINERS = "\u200c\u200d"
REFUSED = "\0"  # by a validator of Django's: whoever sends it is a program
BETWEEN_NUMBERS = re.compile(r"[;,/]|\b(?:or|and|o|y)\b")
WHOLE_NUMBER = 10  # digits


def without_marks(text: str) -> str:
    """Without what nobody sees: characters that only steer, or turn the direction of others.

    What joins letters in Persian or Hindi is kept, where it stands between letters.
    """
    one_line = " ".join(text.split())
    seen = "".join(
        each for each in one_line if category(each) not in UNSEEN or each in JOINERS + REFUSED
    )
    return seen.strip(f"{JOINERS} ")


class PersonNameField(forms.CharField):
    """A name as it is read; one of nothing but blanks and marks is none."""

    def to_python(self, value: Any) -> str:
        return without_marks(str(super().to_python(value) or ""))


def is_number(digits: str) -> bool:
    """A whole one: with fewer digits, a stroke is a way to write it."""
    return len(digits) >= WHOLE_NUMBER


class TelephoneField(PhoneNumberField):
    """One number that can be called; what would be dropped is said instead."""

    default_error_messages: ClassVar = {
        "extension": gettext_lazy(
            "An extension cannot be kept. Enter the number without it, and write the extension "
            "under “Access or interpreter needs”."
        ),
        "several": gettext_lazy("Enter one telephone number."),
    }

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        first, *others = (re.sub(r"\D", "", part) for part in BETWEEN_NUMBERS.split(str(value)))
        has_extension = bool(number and number.extension) and not any(map(is_number, others))
        if has_extension:
            raise ValidationError(self.error_messages["extension"], code="extension")
        if is_number(first) and any(others):
            raise ValidationError(self.error_messages["several"], code="several")
        return number


class ChoicesAmongMany(forms.MultipleChoiceField):
    """One group of several of which one answer is needed: not called optional."""

    says_optional = False


class BirthDateWidget(forms.MultiWidget):
    """Month, day, year, as people here write it; typed, since nobody pages back sixty years."""

    BOXES: ClassVar = {
        "month": (gettext_lazy("Month"), "bday-month"),
        "day": (gettext_lazy("Day"), "bday-day"),
        "year": (gettext_lazy("Year"), "bday-year"),
    }

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(
                attrs={"aria-label": label, "inputmode": "numeric", "autocomplete": complete}
            )
            for name, (label, complete) in self.BOXES.items()
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return [value.month, value.day, value.year] if isinstance(value, date) else [None] * 3


class BirthDateField(forms.MultiValueField):
    widget = BirthDateWidget

    def __init__(self, **kwargs: Any) -> None:
        boxes = [forms.CharField(max_length=4, required=False) for _box in range(3)]
        super().__init__(boxes, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> date | None:
        if not any(data_list):
            return None
        try:
            month, day, year = (int(part) for part in data_list)
            return date(year, month, day)
        except (TypeError, ValueError) as error:
            raise ValidationError(
                _("The birth date needs a real month, day and year, like 3 14 1968.")
            ) from error
