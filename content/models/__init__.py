"""What we say: articles and their blocks, pressure points, red flags, cautions, references."""

from content.models.articles import Article, ArticleQuerySet
from content.models.blocks import (
    BLOCKS,
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
from content.models.points import PressurePoint
from content.models.starter import StarterEntry
from content.models.versions import ArticleEvent, ArticleVersion
from content.models.vocabulary import Caution, RedFlag, Reference, Topic

__all__ = [
    "BLOCKS",
    "Article",
    "ArticleEvent",
    "ArticleQuerySet",
    "ArticleVersion",
    "AskBlock",
    "BookingBlock",
    "Caution",
    "CautionBlock",
    "FigureBlock",
    "HeadedBlock",
    "PointsBlock",
    "PressurePoint",
    "QuestionsBlock",
    "QuotationBlock",
    "RedFlag",
    "RedFlagsBlock",
    "Reference",
    "StarterEntry",
    "TextBlock",
    "Topic",
]
