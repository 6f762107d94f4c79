"""What stands in the fields and rows of these pages: links to others, and what was not said."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking.models import Patient
from clinic.models import User


def link_to(target: models.Model | None, text: str = "") -> SafeString | str:
    """The target's own page in the admin, where its looking at is written down."""
    if target is None:
        return "–"
    meta = target._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', address, text or str(target))


def link_to_patient(patient: Patient | None) -> SafeString | str:
    """The page of the desk, with everything about them on it."""
    if patient is None:
        return "–"
    address = reverse("desk:patient", args=[patient.pk])
    return format_html('<a href="{}"><bdi>{}</bdi></a>', address, patient.full_name)


def lines(parts: Iterable[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((part,) for part in parts))


def said(value: object) -> str:
    """What stands on a page where nothing was said."""
    return str(value) if value else "–"


def shown(field: str) -> Callable[[Any, models.Model], str]:
    """What a row names, without Django's link: not everybody who reads here may open the other."""

    @admin.display(description=field.replace("_", " "))
    def show(_admin: object, row: models.Model) -> str:
        return said(getattr(row, field))

    return show


def user_of(request: HttpRequest) -> User:
    return cast("User", request.user)
