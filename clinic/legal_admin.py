"""Where an owner words the legal pages, and pastes the notices in other languages."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic import legal
from clinic.admin_base import PublishingAdmin, ReadOnlyAdmin
from clinic.models import LanguageNotice, LegalPage, LegalPageVersion, User
from clinic.models.own_pages import PLACEHOLDERS, sanitize

PLACEHOLDER_HELP = "You may write " + ", ".join(
    f"{{{name}}} ({meaning})" for name, meaning in PLACEHOLDERS.items()
)


class LegalPageForm(forms.ModelForm):
    is_checked = forms.BooleanField(
        label="We have checked this page",
        required=False,
        help_text="It says what our clinic does and what the law asks of us. The page then names "
        "you and today’s date, and is a template no more.",
    )
    is_translated = forms.BooleanField(
        label="We have checked the Spanish",
        required=False,
        help_text="Somebody who knows both languages has read it.",
    )

    class Meta:
        model = LegalPage
        fields = ("title_en", "body_en", "title_es", "body_es", "effective_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What was confirmed stays so, unless whoever changes it takes it back."""
        super().__init__(*args, **kwargs)
        self.initial["is_checked"] = not self.instance.is_template
        self.initial["is_translated"] = self.instance.translation_reviewed_on is not None


@admin.register(LegalPage)
class LegalPageAdmin(PublishingAdmin):
    form = LegalPageForm
    list_display = ("title_en", "state", "spanish", "updated_at")
    list_display_links = ("title_en",)
    readonly_fields = ("key", "state", "updated_at", "earlier")
    fieldsets = (
        (
            None,
            {
                "description": PLACEHOLDER_HELP + ".",
                "fields": ("key", "state", "updated_at", "earlier"),
            },
        ),
        ("English", {"fields": ("title_en", "body_en")}),
        ("Spanish", {"fields": ("title_es", "body_es")}),
        ("In effect", {"fields": ("effective_on", "is_checked", "is_translated")}),
    )

    class Media:
        css = {"all": ("css/prose-editor.css",)}
        js = ("js/static-styles.js", "js/editor-names.js")

    @admin.display(description="state", ordering="checked_on")
    def state(self, page: LegalPage) -> str:
        if page.checked_on:
            return f"checked by {page.checked_by}, {page.checked_on}"
        return "changed, not checked yet" if page.updated_by_id else "template, not checked yet"

    @admin.display(description="Spanish", ordering="translation_reviewed_on")
    def spanish(self, page: LegalPage) -> str:
        if not page.body_es:
            return "missing"
        if page.translation_reviewed_on:
            return f"checked, {page.translation_reviewed_on}"
        return "not checked yet"

    @admin.display(description="earlier wordings")
    def earlier(self, page: LegalPage) -> str:
        kept = LegalPageVersion.objects.filter(page=page.key).count()
        if not kept:
            return "none; what stands here now is kept when it is changed"
        listed = reverse("admin:clinic_legalpageversion_changelist")
        return format_html('<a href="{}?page__exact={}">{} kept</a>', listed, page.key, kept)

    def save_model(self, request: HttpRequest, obj: LegalPage, form: Any, change: bool) -> None:
        legal.word(
            page=obj,
            by=cast("User", request.user),
            is_checked=form.cleaned_data["is_checked"],
            is_translated=form.cleaned_data["is_translated"],
            now=timezone.now(),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Their number and their addresses are fixed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LegalPageVersion)
class LegalPageVersionAdmin(ReadOnlyAdmin):
    """What the pages said once: read here, changed by nobody."""

    list_display = ("page", "since", "by_name", "effective_on", "is_checked", "is_translated")
    list_display_links = ("page", "since")
    list_filter = ("page",)
    date_hierarchy = "since"
    fields = (
        *("page", "since", "by_name", "effective_on", "is_checked", "is_translated"),
        *("title_en", "english", "title_es", "spanish", "clinic", "telephone", "address"),
    )

    @admin.display(description="text (English)")
    def english(self, version: LegalPageVersion) -> str:
        return SafeString(sanitize(version.body_en))

    @admin.display(description="text (Spanish)")
    def spanish(self, version: LegalPageVersion) -> str:
        return SafeString(sanitize(version.body_es))


@admin.register(LanguageNotice)
class LanguageNoticeAdmin(PublishingAdmin):
    """What has no text here is missing on the page; only this list says so."""

    list_display = ("name_en", "code", "direction", "state", "taken_on", "order")
    fields = (
        ("name_en", "name"),
        ("code", "direction"),
        "text",
        ("source", "taken_on"),
        "order",
    )

    @admin.display(description="text", ordering="text")
    def state(self, notice: LanguageNotice) -> str:
        return "shown" if notice.text else "still missing"
