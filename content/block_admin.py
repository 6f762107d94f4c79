"""The blocks of an article as its page in the admin shows them, in the order of their buttons."""

from content_editor.admin import ContentEditorInline

from content.models import (
    AskBlock,
    BookingBlock,
    CautionBlock,
    FigureBlock,
    PointsBlock,
    QuestionsBlock,
    QuotationBlock,
    RedFlagsBlock,
    TextBlock,
)

BLOCK_INLINES = [
    ContentEditorInline.create(TextBlock, icon="notes"),
    ContentEditorInline.create(FigureBlock, icon="image"),
    ContentEditorInline.create(PointsBlock, icon="my_location", autocomplete_fields=("points",)),
    ContentEditorInline.create(CautionBlock, icon="front_hand"),
    ContentEditorInline.create(RedFlagsBlock, icon="emergency", autocomplete_fields=("red_flags",)),
    ContentEditorInline.create(QuotationBlock, icon="format_quote"),
    ContentEditorInline.create(QuestionsBlock, icon="help"),
    ContentEditorInline.create(AskBlock, icon="checklist"),
    ContentEditorInline.create(BookingBlock, icon="event"),
]
