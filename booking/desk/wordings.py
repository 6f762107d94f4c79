"""A preview of a message in the clinic's own words, before they are saved."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

from booking.desk.views import page
from booking.models import Wording
from booking.wording import sample, sample_text

FIELDS = ("kind", "language", "subject", "text")


class PreviewForm(ModelForm):
    """The form of the page, but for the rule that there is one wording of each message."""

    class Meta:
        model = Wording
        fields = FIELDS

    def validate_unique(self) -> None:
        pass

    def validate_constraints(self) -> None:
        pass


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The message as it would be sent, in a window of its own; nothing is saved."""
    if not request.user.has_perm("booking.change_wording"):
        raise PermissionDenied
    form = PreviewForm(request.POST, instance=Wording())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        wording: Wording = form.instance
        with translation.override(wording.language):
            known = sample(wording, now=timezone.now())
            context |= {"subject": known["subject"], "preview": sample_text(known)}
    return page(request, "wording_preview", "Preview", **context)
