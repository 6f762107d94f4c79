"""Telephone numbers as people read them, and as a telephone dials them."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from phonenumber_field.phonenumber import PhoneNumber, to_python

# Of this country, as the database has it: a page of many numbers need not take each apart.
AS_STORED = re.compile(r"\+1([2-9]\d{2})(\d{3})(\d{4})", re.ASCII)
register = template.Library()


@register.filter
def telephone(number: PhoneNumber | str | None) -> str:
    """“732-788-0349”; a number of another country keeps its code."""
    if isinstance(number, str) and (ours := AS_STORED.fullmatch(number)):
        return "-".join(ours.groups())
    known = to_python(number)
    if not known:
        return ""
    if known.country_code != 1:
        return str(known.as_international)
    digits = str(known.national_number)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


@register.simple_tag
def telephone_link(number: PhoneNumber | str | None) -> SafeString:
    known = to_python(number)
    if not known:
        return SafeString("")
    return format_html('<a class="tel" href="tel:{}">{}</a>', known.as_e164, telephone(known))
