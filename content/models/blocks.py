"""The blocks that an article is made of, in the order in which staff put them."""

import re
from typing import ClassVar

from content_editor.models import create_plugin_base
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from clinic.image_fields import PictureField
from clinic.images import Picture
from content.clean import clean
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
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "NoSpellCheck": False,  # the browser marks slips of the pen
}
sanitize = create_sanitizer(PROSE_EXTENSIONS)
# What a camera, a telephone or nobody called it, and words that say nothing.
NO_DESCRIPTION = re.compile(
    r"\S+\.(jpe?g|png|gif|webp|avif|heic)|(img|dsc|dscn|pxl)[_-]?\d+.*|screen ?shot.*"
    r"|an? (image|photo|picture|figure)|(image|photo|picture|figure|imagen|foto|figura) ?\d*",
    re.IGNORECASE,
)


ArticleBlock = create_plugin_base(Article)


def tidied(html: str) -> str:
    """What a form sends, without the looks of the program that it was copied from, and safe."""
    return str(sanitize(clean(html)))


class HeadedBlock(ArticleBlock):  # type: ignore[misc, valid-type]
    """What every block has: a heading that the contents list links to, and prose."""

    kind: ClassVar[str]  # names its template in templates/content/blocks/

    heading = models.CharField(max_length=128, blank=True)
    body = ProseEditorField(extensions=PROSE_EXTENSIONS, sanitize=tidied, blank=True)

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


class FigureBlock(HeadedBlock):
    """A picture, what it shows for whoever cannot see it, and a line below it."""

    kind = "figure"

    heading = ""
    body = ""
    picture = PictureField(
        help_text="JPEG, PNG, WebP, AVIF or GIF, up to 10 MB. 1,500 pixels wide is enough. "
        "Where and when it was taken is removed. Use only pictures that the clinic may use, and "
        "nobody who could be recognized without their consent in writing."
    )
    alternative_text = models.CharField(
        max_length=250,
        help_text="What somebody would miss who cannot see it, in a sentence or two: “A woman lies "
        "on her back, both knees bent, feet flat on the floor.” Screen readers read it aloud; so "
        "does the telephone when the picture does not load. No “picture of”, and not the caption "
        "again.",
    )
    caption = models.CharField(
        max_length=300,
        blank=True,
        help_text="Shown below the picture. A source can be cited here too, as [@key].",
    )

    class Meta(HeadedBlock.Meta):
        verbose_name = "picture"

    def __str__(self) -> str:
        return self.alternative_text or "Picture"

    @property
    def shown(self) -> Picture | None:
        return Picture.parse(self.picture)

    def clean(self) -> None:
        text = " ".join(self.alternative_text.split())
        if NO_DESCRIPTION.fullmatch(text.rstrip(".")):
            raise ValidationError(
                {"alternative_text": "Say what is to be seen, in a sentence or two."}
            )
        if text and text.casefold() == " ".join(self.caption.split()).casefold():
            raise ValidationError(
                {"alternative_text": "This is the caption again. Say what is to be seen."}
            )


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
    FigureBlock,
    QuotationBlock,
    QuestionsBlock,
    AskBlock,
    BookingBlock,
)
