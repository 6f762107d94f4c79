"""The tables of the admin's forms."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def without_nameless_heads(table: SafeString) -> SafeString:
    """Django's table has heads without a word: above the rows' own names, and above the boxes that
    delete a row where there are none. A cell without a word is none.
    """
    for attributes in (' class="original"', ""):
        nameless = f"<th{attributes}></th>"
        table = mark_safe(table.replace(nameless, f"<td{attributes}></td>"))
    return table
