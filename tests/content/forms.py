"""The page of an article in the admin, as a browser sends it."""

from django.urls import reverse

from content.models import BLOCKS, Article


def change(article: Article) -> str:
    return reverse("admin:content_article_change", args=[article.pk])


def form(**fields: str) -> dict[str, str]:
    """The page as the browser sends it, with no block."""
    values = {
        "title": "Neck pain",
        "slug": "neck-pain",
        "language": "en",
        "lead": "Lead.",
        "description": "About it.",
        "status": "published",
        "published_at_0": "2026-06-15",
        "published_at_1": "08:30:00",
        "author": "Ana Reyes",
        "written_on": "2026-06-01",
    }
    for block in BLOCKS:
        prefix = f"content_{block._meta.model_name}_set"
        values |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return values | fields


def a_text(body: str, **fields: str) -> dict[str, str]:
    prefix = "content_textblock_set"
    block = {"heading": "First", "body": body, "region": "main", "ordering": "10"} | fields
    return {f"{prefix}-TOTAL_FORMS": "1"} | {
        f"{prefix}-0-{name}": value for name, value in block.items()
    }
