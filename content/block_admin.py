"""The blocks of an article as its page in the admin shows them, in the order of their buttons."""

from typing import Any

from content_editor.admin import ContentEditorInline
from django import forms
from django.forms.models import BaseInlineFormSet

from content import proofreading
from content.models import (
    Article,
    AskBlock,
    BookingBlock,
    CautionBlock,
    FigureBlock,
    HeadedBlock,
    PointsBlock,
    QuestionsBlock,
    QuotationBlock,
    RedFlagsBlock,
    TextBlock,
)


class BlockFormSet(BaseInlineFormSet):
    """Refuses to publish what leads readers nowhere; a draft may be saved as it is."""

    def clean(self) -> None:
        super().clean()
        if self.data.get("status") != Article.Status.PUBLISHED:
            return
        kept = [form for form in self.forms if form.is_valid() and not self.is_gone(form)]
        found = proofreading.of_rows(self.instance, [form.instance for form in kept])
        for form, findings in zip(kept, found, strict=True):
            for finding in findings:
                if finding.stops:
                    field = "body" if "body" in form.fields else "caption"
                    form.add_error(field, f"It cannot be published like this. {finding.message}")

    def is_gone(self, form: forms.ModelForm) -> bool:
        return bool(form.cleaned_data.get("DELETE"))


def block(model: type[HeadedBlock], icon: str, **options: Any) -> type[ContentEditorInline]:
    made: type[ContentEditorInline] = ContentEditorInline.create(
        model, icon=icon, formset=BlockFormSet, **options
    )
    return made


BLOCK_INLINES = [
    block(TextBlock, "notes"),
    block(FigureBlock, "image"),
    block(PointsBlock, "my_location", autocomplete_fields=("points",)),
    block(CautionBlock, "front_hand"),
    block(RedFlagsBlock, "emergency", autocomplete_fields=("red_flags",)),
    block(QuotationBlock, "format_quote"),
    block(QuestionsBlock, "help"),
    block(AskBlock, "checklist"),
    block(BookingBlock, "event"),
]
