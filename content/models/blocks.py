"""The blocks that an article is made of, in the order in which staff put them."""

from typing import ClassVar

from content_editor.models import create_plugin_base
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django_prose_editor.fields import ProseEditorField

from content.models.articles import Article
from content.models.points import PressurePoint
from content.models.vocabulary import RedFlag

PROSE_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Heading": {"levels": [3]},
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
}


ArticleBlock = create_plugin_base(Article)


class HeadedBlock(ArticleBlock):  # type: ignore[misc, valid-type]
    """What every block has: a heading that the contents list links to, and prose."""

    kind: ClassVar[str]  # names its template in templates/content/blocks/

    heading = models.CharField(max_length=128, blank=True)
    body = ProseEditorField(extensions=PROSE_EXTENSIONS, sanitize=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.heading or "Block"

    @property
    def anchor(self) -> str:
        return slugify(self.heading)


class TextBlock(HeadedBlock):
    kind = "text"

    class Meta(HeadedBlock.Meta):
        verbose_name = "text"


class PointsBlock(HeadedBlock):
    """A section about points; each brings its place, caution, technique and evidence along."""

    kind = "points"

    points = models.ManyToManyField(PressurePoint, related_name="blocks")

    class Meta(HeadedBlock.Meta):
        verbose_name = "points"


class CautionBlock(HeadedBlock):
    """What to take care of, before the part of the text that it limits."""

    kind = "caution"

    class Meta(HeadedBlock.Meta):
        verbose_name = "caution"


class RedFlagsBlock(HeadedBlock):
    """Symptoms that need other help, within a text; the article’s own stand at its head."""

    kind = "red_flags"

    red_flags = models.ManyToManyField(RedFlag, related_name="blocks")

    class Meta(HeadedBlock.Meta):
        verbose_name = "red flags"


class QuotationBlock(HeadedBlock):
    """Somebody's own words, and whose they are."""

    kind = "quotation"

    source = models.CharField(max_length=200, help_text="Who said or wrote it, and where.")

    class Meta(HeadedBlock.Meta):
        verbose_name = "quotation"


class QuestionsBlock(HeadedBlock):
    """Questions people ask: each a heading in the text, with its answer below."""

    kind = "questions"

    class Meta(HeadedBlock.Meta):
        verbose_name = "questions people ask"

    def clean(self) -> None:
        if not self.body.lstrip().startswith("<h3"):
            raise ValidationError(
                {"body": "Make each question a heading, and write its answer below it."}
            )


class AskBlock(HeadedBlock):
    """What to ask at the visit: a list to take along."""

    kind = "ask"

    class Meta(HeadedBlock.Meta):
        verbose_name = "what to ask at the visit"

    def clean(self) -> None:
        if "<li" not in self.body:
            raise ValidationError({"body": "Write the questions as a list."})


class BookingBlock(HeadedBlock):
    kind = "booking"

    class Meta(HeadedBlock.Meta):
        verbose_name = "call to book"


BLOCKS: tuple[type[HeadedBlock], ...] = (
    TextBlock,
    PointsBlock,
    CautionBlock,
    RedFlagsBlock,
    QuotationBlock,
    QuestionsBlock,
    AskBlock,
    BookingBlock,
)
