"""The blocks of an article as its page in the admin shows them, in the order of their buttons."""

from typing import Any

from content_editor.admin import ContentEditorInline
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest

from content.models import (
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

PLACE = ("region", "ordering")  # hidden: the scripts of the editor fill them in


class BlockInline(ContentEditorInline):
    """A block: what it is for, then its fields, each with a word of help."""

    purpose = ""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = [name for name in self.get_fields(request, obj) if name not in PLACE]
        return [(None, {"description": self.purpose, "fields": [*fields, *PLACE]})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "body":
            kwargs["label"] = "Text"
        elif db_field.name == "heading":
            kwargs["help_text"] = "Stands in the contents of the article, too."
        elif db_field.name == "points":
            kwargs["help_text"] = "Type a code or a name, such as GB 21 or Shoulder Well."
        elif db_field.name == "alternative_text":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        elif db_field.name == "red_flags":
            kwargs["help_text"] = "Type a word of the symptom."
        return super().formfield_for_dbfield(db_field, request, **kwargs)


def block(
    model: type[HeadedBlock], icon: str, purpose: str, **options: Any
) -> type[ContentEditorInline]:
    made: type[ContentEditorInline] = BlockInline.create(
        model, icon=icon, purpose=purpose, **options
    )
    return made


BLOCK_INLINES = [
    block(
        TextBlock,
        "notes",
        "A part of the article. What is pasted from Word or Google Docs loses its looks by itself.",
    ),
    block(FigureBlock, "image", "A picture, with what it shows for whoever cannot see it."),
    block(
        PointsBlock,
        "my_location",
        "A part on pressure points. Each shows by itself where it is, who should leave it alone, "
        "how to press it and what is known.",
        autocomplete_fields=("points",),
    ),
    block(
        CautionBlock,
        "front_hand",
        "What to take care of. It stands before the part of the text that it limits.",
    ),
    block(
        RedFlagsBlock,
        "emergency",
        "Symptoms that need other help than this article. Those at its top are chosen above, "
        "under “Belongs to”.",
        autocomplete_fields=("red_flags",),
    ),
    block(QuotationBlock, "format_quote", "Somebody’s own words, and whose they are."),
    block(
        QuestionsBlock,
        "help",
        "Questions people ask. Make each question a heading, in the first menu above the text, "
        "and write the answer below it.",
    ),
    block(
        AskBlock,
        "checklist",
        "What readers can ask at their visit, to take along. Write the questions as a list.",
    ),
    block(
        BookingBlock,
        "event",
        "The next openings, the button to book and the telephone number. An article without this "
        "block has one at its end all the same.",
    ),
]
