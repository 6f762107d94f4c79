"""A clinic's own words for a message, with the placeholders that may stand in them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from booking.desk.wordings import FIELDS
from booking.models import Wording
from booking.models.wordings import NAMES, NAMES_OF, braced
from clinic.admin_base import ClinicModelAdmin


@admin.register(Wording)
class WordingAdmin(ClinicModelAdmin):
    """Each message that has no wording here is sent in the words that come with the project."""

    change_form_template = "admin/booking/wording/change_form.html"
    fields = FIELDS
    list_display = ("kind", "language", "subject", "changed_at")
    list_filter = ("language",)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["names"] = [(braced(name), meaning) for name, meaning in NAMES.items()]
        context["messages_and_names"] = [
            (kind.label, ", ".join(map(braced, names))) for kind, names in NAMES_OF.items()
        ]
        return super().render_change_form(request, context, *args, **kwargs)
