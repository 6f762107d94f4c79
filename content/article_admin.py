"""What an article's page in the admin does besides keeping its text: publish, preview, sign."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone, translation

from clinic.admin_base import PublishingAdmin
from clinic.models import User
from content import acts, publishing, version_views
from content.article_form import PRESSED, ArticleForm, seen_by_now
from content.library import library
from content.models import Article

FIXED = ("slug", "language")  # the address of a page that readers may have kept


class WorkflowAdmin(PublishingAdmin):
    form = ArticleForm

    def pressed(self, request: HttpRequest) -> acts.Act | None:
        """The button that sent this form, for whoever may press it."""
        act = acts.ACTS.get(request.POST.get(PRESSED, ""))
        if act and not request.user.has_perm(act.permission):
            raise PermissionDenied
        return act

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        self.pressed(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        article = context.get("original")
        if article:
            context |= self.publishing_context(request, article)
        return super().render_change_form(request, context, *args, **kwargs)

    def publishing_context(self, request: HttpRequest, article: Article) -> dict[str, Any]:
        now, user = timezone.now(), cast("User", request.user)
        # The row as it is saved: a form that was refused has put what was typed into this one.
        saved = Article.objects.select_related("reviewed_by").get(pk=article.pk)
        shown = publishing.timeline_of(saved)
        numbers = dict(saved.versions.values_list("pk", "number"))
        return {
            "saved": saved,
            "acts": acts.offered(saved, shown, user, now=now),
            "readers": acts.said_of_readers(shown, numbers, now=now),
            "versions": len(numbers),
            "events": saved.events.order_by("-pk")[:8],
            "sent_back": saved.events.sent_back().last(),
            "seen": seen_by_now(saved.pk),
            "signer": publishing.signer(user),
            "may_review": user.has_perm(acts.REVIEW),
            "next_review": timezone.localdate(now) + publishing.NEXT_REVIEW_IN,
        }

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        """Blocks are part of the article: whatever is saved with it makes it newer."""
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        by = cast("User", request.user)
        publishing.settle(form.instance, by=by, now=timezone.now())

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """What was written is saved by now; the button does the rest, or says why it cannot."""
        act = self.pressed(request)
        if act is None:
            return super().response_change(request, obj)
        form = self.get_form(request, obj, change=True)(request.POST, instance=obj)
        form.is_valid()  # it was, or it would not have been saved
        by = cast("User", request.user)
        try:
            act.run(obj.pk, by, timezone.now(), form.cleaned_data)
        except publishing.Refused as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            messages.info(request, "What you wrote is saved.")
        else:
            self.log_change(request, cast("Any", obj), act.done)
            messages.success(request, act.done)
        return redirect("admin:content_article_change", obj.pk)

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> Any:
        fixed = FIXED if obj and obj.versions.exists() else ()
        return (*self.readonly_fields, *fixed)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Article | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What readers saw is kept: it is withdrawn instead."""
        if obj and obj.versions.exists():
            return False
        return super().has_delete_permission(request, obj)

    @admin.display(description="readers see")
    def readers_see(self, article: Article) -> str:
        showing = library().showing(article.pk, now=timezone.now())
        if showing is None:
            return "nothing"
        return f"it since {publishing.said(showing.starts)}"

    def get_view_on_site_url(self, obj: Article | None = None) -> str | None:
        if obj is None or library().showing(obj.pk, now=timezone.now()) is None:
            return None
        with translation.override(obj.language):
            return reverse("article", args=[obj.slug])

    def get_urls(self) -> list[URLPattern]:
        return [*version_views.urls(self), *super().get_urls()]
