"""The clinic's own words for a message, in place of those that come with the project."""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models

from booking.models.messages import Message

Kind = Message.Kind

# What a message may name, and nothing else: no word of health, and no name of the patient.
NAMES = {
    "clinic": "the clinic’s name",
    "telephone": "the clinic’s telephone number",
    "when": "the day, the time and its zone; of a visit of several services the first, and all "
    "of them are listed below your text",
    "day": "the day",
    "time": "the time of day",
    "link": "the patient’s own link",
    "answer_by": "until when you answer",
    "reason": "the reason that staff chose",
    "times": "the times that are offered, one a line",
    "choose_by": "until when they are kept",
}
ALWAYS = ("clinic", "telephone", "link")
ONE_TIME = ("when", "day", "time")
NAMES_OF: dict[Kind, tuple[str, ...]] = {
    Kind.REQUESTED: (*ALWAYS, *ONE_TIME, "answer_by"),
    Kind.CONFIRMED: (*ALWAYS, *ONE_TIME),
    Kind.DECLINED: (*ALWAYS, *ONE_TIME, "reason"),
    Kind.EXPIRED: (*ALWAYS, *ONE_TIME),
    Kind.CANCELLED: (*ALWAYS, *ONE_TIME, "reason"),
    Kind.OFFERED: (*ALWAYS, "times", "choose_by"),
    Kind.OFFER_ENDED: (*ALWAYS, "reason"),
    Kind.REMINDER_DAYS: (*ALWAYS, *ONE_TIME),
    Kind.REMINDER_HOURS: (*ALWAYS, *ONE_TIME),
}
# Without these the message would not say what it is sent for.
NEEDED = {
    **dict.fromkeys(NAMES_OF, ("when", "link")),
    Kind.OFFERED: ("times", "choose_by", "link"),
    Kind.OFFER_ENDED: ("link",),
}
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Wording(models.Model):
    """Subject and text of one kind of message in one language, with {placeholders}."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        SPANISH = "es", "Spanish"

    kind = models.CharField(
        "message",
        max_length=24,
        choices=[(kind.value, kind.label) for kind in NAMES_OF],
    )
    language = models.CharField(max_length=2, choices=Language)
    subject = models.CharField(max_length=120)
    text = models.TextField(max_length=4000, help_text="An empty line begins a new paragraph.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("kind", "language")
        verbose_name = "message in your own words"
        verbose_name_plural = "messages in your own words"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "language"),
                name="one_wording_of_a_message",
                violation_error_message="There is a wording of this message in this language.",
            ),
        )

    def __str__(self) -> str:
        return f"{Kind(self.kind).label}, {self.Language(self.language).label}"

    def clean(self) -> None:
        """A placeholder that nobody would fill in is not saved, nor a text without its time."""
        if self.kind not in NAMES_OF:
            return
        kind, errors = Kind(self.kind), {}
        for field in ("subject", "text"):
            if unknown := unknown_in(getattr(self, field), NAMES_OF[kind]):
                errors[field] = f"Not known here: {', '.join(unknown)}. {what_is_known(kind)}"
        if not errors.get("text"):
            missing = [name for name in NEEDED[kind] if f"{{{name}}}" not in self.text]
            if missing:
                errors["text"] = f"The text has to contain {', '.join(map(braced, missing))}."
        if "{link}" in self.subject:
            errors["subject"] = "The link is the patient’s own: it stands in the text only."
        if errors:
            raise ValidationError(errors)


def braced(name: str) -> str:
    return f"{{{name}}}"


def unknown_in(text: str, names: tuple[str, ...]) -> list[str]:
    """What looks like a placeholder and is none: another name, or a brace left over."""
    unknown = [braced(name) for name in PLACEHOLDER.findall(text) if name not in names]
    rest = PLACEHOLDER.sub("", text)
    return [*dict.fromkeys(unknown), *(brace for brace in "{}" if brace in rest)]


def what_is_known(kind: Kind) -> str:
    return f"You may write {', '.join(map(braced, NAMES_OF[kind]))}."


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what its placeholders stand for, in one pass: a value is never read again."""
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)
