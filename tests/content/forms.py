"""An article's page in the admin, as a browser sends it."""

from typing import Any

from django.forms import ModelForm
from django.test import Client
from django.urls import reverse

from content.models import BLOCKS, Article
from tests.clinic.staff import a_client


def change(article: Article) -> str:
    return reverse("admin:content_article_change", args=[article.pk])


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


def sent(client: Client, address: str, **typed: str) -> dict[str, Any]:
    """The page as it stands, with what somebody typed into it."""
    context = client.get(address).context
    data = fields_of(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        data |= fields_of(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= fields_of(form)
    return data | typed


def press(client: Client, article: Article, act: str, **typed: str) -> Any:
    """Press a button of the page, with what was typed; whoever may not even see it as well."""
    owner = a_client("Owner") if client.get(change(article)).status_code != 200 else client
    return client.post(change(article), sent(owner, change(article), **typed) | {"_act": act})


def empty_blocks() -> dict[str, str]:
    return {
        f"content_{block._meta.model_name}_set-{name}_FORMS": "0"
        for block in BLOCKS
        for name in ("TOTAL", "INITIAL")
    }
