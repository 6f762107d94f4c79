"""What the admin pages of all rooms have in common."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import DataError, models
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from clinic.admin_site import OutOfReach
from clinic.audit import record_access
from clinic.memory import publish

TIME_WITH_EXAMPLES = {
    "error_messages": {"invalid": "Enter a time such as 10:30, 2 pm or 2:30 pm."},
}


class ClinicModelAdmin(admin.ModelAdmin):
    """A list with a plain heading, and whose filter by date copes with the end of the calendar;
    several are chosen in boxes to tick, which the keyboard and a screen reader know, too.
    """

    formfield_overrides = {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
        models.TimeField: TIME_WITH_EXAMPLES,
    }

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        try:
            rows = super().get_changelist_instance(request)
        except (DataError, OverflowError, ValueError) as error:
            # ?first_day__year=9999 makes Django reach for the year 10000, and PostgreSQL takes
            # no NUL.
            raise IncorrectLookupParameters from error
        if not rows.is_popup:
            rows.title = capfirst(str(rows.opts.verbose_name_plural))
        return rows


class RowsFormSet(BaseInlineFormSet):
    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = "Delete"


class RowsInline(admin.TabularInline):
    """A table to fill in, whose cells have names of their own: those of the columns name none."""

    template = "admin/clinic/rows.html"
    formset = RowsFormSet
    extra = 0
    formfield_overrides = {models.TimeField: TIME_WITH_EXAMPLES}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(str(field.label))
        return field


class ReadOnlyAdmin(ClinicModelAdmin):
    """Shows rows; only the actions of the rooms, or nobody, change them."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AuditedAdmin(ClinicModelAdmin):
    """Patients' data: every list, search and look is written down, and so is every refusal.

    What was searched for is not: it would be a patient's name in a table that is kept for good.
    """

    found_by = ""  # the lookup by which the log finds a row: the reference of its request

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Lists and the suggestions of other forms come through here, searched or not."""
        action = "search" if search_term else "list"
        record_access(request, action=action, subject_type=str(self.opts.model_name))
        return super().get_search_results(request, queryset, search_term)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Every page of one row comes through here."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise OutOfReach
        action = "open" if request.method in {"GET", "HEAD"} else "change"
        record_access(
            request, action=action, subject_type=str(self.opts.model_name), subject=found.pk
        )
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the way to who looked at it, for those who may know."""
        shown = context.get("original")
        if shown and request.user.has_perm("clinic.view_accesslog"):
            log = reverse("admin:clinic_accesslog_changelist")
            context["who_looked"] = f"{log}?subject={shown.pk}"
        return super().render_change_form(request, context, *args, **kwargs)


class PublishingAdmin(ClinicModelAdmin):
    """The public site shows what is written here: whatever the log takes in, it shows anew.

    Forms, lists, deletions and actions all end in one of these.
    """

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """The action logs before it deletes: publish once more when the rows are gone."""
        super().delete_queryset(request, queryset)
        publish()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        publish()
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        publish()
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        publish()
        return super().log_deletions(request, queryset)
