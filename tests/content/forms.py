"""An article's page in the admin, as a browser sends it."""

from typing import Any

from django.forms import ModelForm
from django.test import Client
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


def fields_of(form: ModelForm) -> dict[str, Any]:
    """What stands in the boxes of a form."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        if isinstance(value, (list, tuple)):
            value = [str(getattr(each, "pk", each)) for each in value]
        data[bound.html_name] = value
    return data


def sent(page: Any, **typed: str) -> dict[str, Any]:
    """The page as it stands, with what somebody typed into it."""
    data = fields_of(page.context["adminform"].form)
    for inline in page.context["inline_admin_formsets"]:
        data |= fields_of(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= fields_of(form)
    return data | typed


def press(client: Client, article: Article, act: str, **typed: str) -> Any:
    """Press a button of the page, with what was typed; whoever may not even see it as well."""
    page = client.get(change(article))
    return client.post(change(article), sent(page, **typed) | {"_act": act})
