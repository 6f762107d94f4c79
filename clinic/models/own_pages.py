"""The legal pages, which the clinic words itself, and the notices of language help."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from clinic.constraints import AppendOnly
from clinic.fields import Bilingual

PROSE_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Heading": {"levels": [2, 3]},
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
}
# What a text may name, and nothing else.
PLACEHOLDERS = {
    "clinic": "the clinic’s name",
    "telephone": "its telephone number",
    "address": "the address of its first location",
    "effective_date": "the day given below",
}
sanitize = create_sanitizer(PROSE_EXTENSIONS)
BRACED = re.compile(r"\{([^{}<>]*)\}")


def refuse_unknown_placeholders(text: str) -> None:
    unknown = [f"{{{name}}}" for name in BRACED.findall(text) if name not in PLACEHOLDERS]
    unknown += [brace for brace in "{}" if brace in BRACED.sub("", text)]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        listed = ", ".join(dict.fromkeys(unknown))
        raise ValidationError(f"Not known here: {listed}. You may write {known}.")


class LegalPage(models.Model):
    """One page. Until somebody of the clinic confirms it, it is a template and says so."""

    class Key(models.TextChoices):
        """In this order they stand at the foot of every page; the values are their addresses."""

        PRIVACY_PRACTICES = "privacy-practices", "Notice of privacy practices"
        PRIVACY = "privacy", "Privacy on this site"
        GOOD_FAITH_ESTIMATE = "good-faith-estimate", "Good-faith estimate"
        NONDISCRIMINATION = "nondiscrimination", "Notice of nondiscrimination"
        LANGUAGE_ASSISTANCE = "language-assistance", "Language help and other aids"
        ACCESSIBILITY = "accessibility", "Accessibility"
        TERMS = "terms", "Terms of use"

    key = models.CharField("page", max_length=32, unique=True, choices=Key)
    title_en = models.CharField("title (English)", max_length=128)
    title_es = models.CharField("title (Spanish)", max_length=128, blank=True)
    body_en = ProseEditorField(
        "text (English)",
        extensions=PROSE_EXTENSIONS,
        sanitize=True,
        validators=[refuse_unknown_placeholders],
    )
    body_es = ProseEditorField(
        "text (Spanish)",
        extensions=PROSE_EXTENSIONS,
        sanitize=True,
        blank=True,
        validators=[refuse_unknown_placeholders],
    )
    effective_on = models.DateField(
        "holds from", null=True, blank=True, help_text="Shown where the text says {effective_date}."
    )
    checked_by = models.CharField(max_length=128, blank=True, editable=False)
    checked_on = models.DateField(null=True, editable=False)
    translation_reviewed_on = models.DateField(null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    # Nobody: these are still the words that came with the project.
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    title = Bilingual()
    body = Bilingual()

    class Meta:
        ordering = ("pk",)
        verbose_name = "legal page"
        verbose_name_plural = "legal pages"

    def __str__(self) -> str:
        return self.title_en

    def get_absolute_url(self) -> str:
        return reverse(self.key)

    @property
    def is_template(self) -> bool:
        """Not confirmed by the clinic, whoever changed it."""
        return self.checked_on is None


class LegalPageVersion(models.Model):
    """A legal page as it stood from one moment on, for good: notices of privacy practices are kept
    for six years after they last held (45 CFR 164.530(j)).
    """

    page = models.CharField(max_length=32, choices=LegalPage.Key)
    since = models.DateTimeField()
    by = models.UUIDField("written by", null=True)
    by_name = models.CharField("written by", max_length=254, blank=True)
    title_en = models.CharField("title (English)", max_length=128)
    title_es = models.CharField("title (Spanish)", max_length=128, blank=True)
    body_en = models.TextField("text (English)")
    body_es = models.TextField("text (Spanish)", blank=True)
    effective_on = models.DateField("holds from", null=True)
    # What the placeholders of the text stood for on that day.
    clinic = models.CharField(max_length=128, blank=True)
    telephone = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=500, blank=True)
    is_checked = models.BooleanField("checked by the clinic")
    is_translated = models.BooleanField("Spanish checked")

    class Meta:
        ordering = ("-pk",)
        verbose_name = "earlier wording of a legal page"
        verbose_name_plural = "earlier wordings of legal pages"
        constraints = (AppendOnly(name="legal_page_version_append_only"),)

    def __str__(self) -> str:
        return f"{self.title_en}, {timezone.localtime(self.since):%Y-%m-%d %H:%M}"


class LanguageNotice(models.Model):
    """The notice of language help in one more language: an official text, or none."""

    class Direction(models.TextChoices):
        LEFT_TO_RIGHT = "ltr", "Left to right"
        RIGHT_TO_LEFT = "rtl", "Right to left"

    code = models.CharField(
        max_length=12,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z",
                "A code as web pages write it: “pl”, “zh-Hant”.",
            )
        ],
        help_text="As web pages write it, so that screen readers speak it: “pl”, “zh-Hant”.",
    )
    name = models.CharField("its own name", max_length=64)
    name_en = models.CharField("name (English)", max_length=64)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.LEFT_TO_RIGHT)
    text = models.TextField(
        blank=True,
        max_length=5000,
        help_text="The official translation, pasted as it is. The Office for Civil Rights of the "
        "US Department of Health and Human Services publishes them.",
    )
    source = models.CharField(
        "taken from", max_length=300, blank=True, help_text="The address or the document."
    )
    taken_on = models.DateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "name_en")
        verbose_name = "notice in another language"
        verbose_name_plural = "notices in other languages"

    def __str__(self) -> str:
        return self.name_en

    def clean(self) -> None:
        """A text whose origin nobody knows is as good as made up."""
        self.text = self.text.strip()
        if not self.text:
            return
        errors = {}
        if not self.source.strip():
            errors["source"] = "Say where this text was taken from."
        if not self.taken_on:
            errors["taken_on"] = "Say when it was taken."
        elif self.taken_on > timezone.localdate():
            errors["taken_on"] = "This day has not come yet."
        if errors:
            raise ValidationError(errors)
