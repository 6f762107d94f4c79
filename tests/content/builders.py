"""Articles for the tests, and those who sign them."""

from datetime import date
from itertools import count
from typing import Any

from clinic.models import Practitioner, User
from clinic.roles import REVIEWER
from content.models import Article, TextBlock
from tests.clinic.staff import a_member

_number = count(1)


def a_draft_article(**fields: Any) -> Article:
    """Whole enough to be published: with one block of text."""
    defaults = {
        "slug": f"article-{next(_number)}",
        "language": "en",
        "title": "Neck pain",
        "lead": "What may help.",
        "description": "On necks.",
        "author": "Edith Editor",
        "written_on": date(2026, 6, 1),
    }
    article = Article.objects.create(**(defaults | fields))
    TextBlock.objects.create(
        parent=article, region="main", ordering=10, heading="First", body="<p>Keep moving.</p>"
    )
    return article


def a_reviewer(**fields: Any) -> User:
    """A clinical reviewer, with a license to sign with."""
    user = a_member(REVIEWER, full_name="Rita Reviewer")
    defaults = {
        "name": "Rita Reviewer",
        "slug": f"reviewer-{next(_number)}",
        "credentials": "PT, DPT",
        "licence": "NJ 40QA01234500",
        "role_en": "Physical therapist",
    }
    Practitioner.objects.create(user=user, **(defaults | fields))
    return user
