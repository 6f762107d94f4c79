"""What the frame of every public page needs."""

import json
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from clinic import structured_data
from clinic.brand import Brand, brand
from clinic.directory import Directory, directory
from clinic.legal import LegalPages, legal_pages
from clinic.pages import LOCALES, Page, Picture
from clinic.picture_views import site_picture

register = template.Library()
# Like Django's json_script: no text can end the element it stands in.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def structured(context: dict[str, Any], page: Page) -> SafeString:
    """The page's structured data, with the way to it, as blocks of data that no browser runs."""
    items = list(page.structured_data)
    if page.above:
        path = context["request"].path
        items.append(structured_data.breadcrumbs(page.trail, str(page.title), path))
    return format_html_join(
        "\n",
        '<script type="application/ld+json">{}</script>',
        ((SafeString(json.dumps(item, ensure_ascii=False).translate(ESCAPES)),) for item in items),
    )


@register.simple_tag
def picture_for(page: Page) -> Picture:
    return page.picture or site_picture()


@register.filter
def locale(language: str) -> str:
    return LOCALES[language]


@register.simple_tag
def the_directory() -> Directory:
    return directory()


@register.simple_tag
def the_legal_pages() -> LegalPages:
    return legal_pages()


@register.simple_tag
def the_brand() -> Brand:
    return brand()
