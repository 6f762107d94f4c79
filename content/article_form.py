"""The form of an article's page in the admin, with what its buttons need."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.utils import timezone

from clinic.admin_base import TIME_WITH_EXAMPLES
from content import snapshots
from content.models import Article

PRESSED = "_act"
LATEST = timedelta(days=3_650)  # the last day of the calendar is in no other time zone
MOMENTS = {"schedule": "publish_at", "schedule_withdrawal": "withdraw_at"}
OUT_OF_DATE = (
    "Somebody changed this article, or a text that it shows, after you opened this page. What you "
    "typed is still here: compare it with the saved text before you press again, for it would "
    "take its place."
)


def a_moment(label: str) -> forms.SplitDateTimeField:
    return forms.SplitDateTimeField(
        label=label,
        required=False,
        widget=AdminSplitDateTime,
        error_messages={"invalid_time": TIME_WITH_EXAMPLES["error_messages"]["invalid"]},
    )


class ArticleForm(forms.ModelForm):
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Why",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )
    publish_at = a_moment("Publish on")
    withdraw_at = a_moment("Withdraw on")
    next_review = forms.DateField(label="Next review due", required=False, widget=AdminDateWidget)

    class Meta:
        model = Article
        fields = ()  # those of the page: ModelAdmin names them

    @property
    def changed_data(self) -> list[str]:
        """What belongs to the article: the fields of the buttons change nothing by themselves."""
        own = set(self.fields) - set(ArticleForm.base_fields)
        return [name for name in super().changed_data if name in own]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        act = self.data.get(PRESSED, "")
        if name := MOMENTS.get(act):
            self.clean_moment(name)
        if act == "send_back" and not (data.get("note") or "").strip():
            self.add_error("note", "Say why: whoever wrote it has to know what to change.")
        due = data.get("next_review")
        if act == "sign" and due and due <= timezone.localdate():
            self.add_error("next_review", "The next review is due on a later day than today.")
        self.clean_seen()
        return data

    def clean_moment(self, name: str) -> None:
        moment = self.cleaned_data.get(name)
        if name in self.errors:
            return
        if moment is None:
            self.add_error(name, "Say on which day and at what time.")
        elif moment <= timezone.now():
            self.add_error(name, "This time has passed.")
        elif moment > timezone.now() + LATEST:
            self.add_error(name, "This is more than ten years from now.")

    def clean_seen(self) -> None:
        """Against the page that was open in two windows, and the reviewer who signs what another
        has just changed.
        """
        seen = self.cleaned_data.get("seen")
        if seen and self.instance.pk and seen != seen_by_now(self.instance.pk):
            self.add_error(None, OUT_OF_DATE)


def seen_by_now(article_id: int) -> str:
    """Stands for the words as they are saved now; empty if there is no such article."""
    saved = Article.objects.filter(pk=article_id)
    found = snapshots.take_all(list(saved))
    return snapshots.digest_of(found[article_id]) if found else ""
