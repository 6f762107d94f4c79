"""Who read what, for owners: found by person, action, reference and day, and never changed."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import models
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.admin_base import AuditedAdmin, ReadOnlyAdmin
from clinic.audit import AccessLog
from clinic.fields import EncryptedText
from clinic.models import Practitioner, User

DAY = timedelta(days=1)
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
MOST_WORDS = 8
ABOUT_FEEDS = {"calendar feed", "feed", "renew-feed"}  # their subject is a practitioner's number


def audited() -> Iterator[tuple[type[models.Model], AuditedAdmin]]:
    """The models of patients' data, with the pages on which every look is written down."""
    for model in apps.get_models():
        if admin.site.is_registered(model):
            model_admin = admin.site.get_model_admin(model)
            if isinstance(model_admin, AuditedAdmin):
                yield model, model_admin


def subjects(entries: Collection[AccessLog]) -> dict[str, models.Model]:
    """By its key in the log, what was looked at and is still there; nothing encrypted is read."""
    keys = {key for entry in entries if (key := as_uuid(entry.subject))}
    found: dict[str, models.Model] = {}
    for model, _admin in audited() if keys else ():
        hidden = [field.name for field in model._meta.fields if isinstance(field, EncryptedText)]
        rows = model._default_manager.defer(*hidden).in_bulk(list(keys))
        found |= {str(key): row for key, row in rows.items()}
    feeds = {entry.subject for entry in entries if entry.subject_type in ABOUT_FEEDS}
    numbers = [int(key) for key in feeds if key.isascii() and key.isdigit() and len(key) < 19]
    if any(entry.subject_type.startswith("user") for entry in entries):
        found |= {str(key): user for key, user in User.objects.in_bulk(list(keys)).items()}
    if numbers:
        found |= {str(row.pk): row for row in Practitioner.objects.filter(pk__in=numbers)}
    return found


def is_key(entry: AccessLog) -> bool:
    """Of something that may be gone; the rest are names, such as that of a report."""
    return as_uuid(entry.subject) is not None or entry.subject_type in ABOUT_FEEDS


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def keys_by_reference(word: str) -> list[str]:
    """What belongs to the request with this reference: itself, its patient, times and messages."""
    if not word.isalnum() or len(word) > 12:
        return []
    return [
        str(key)
        for model, model_admin in audited()
        if model_admin.found_by
        for key in model._default_manager.filter(
            **{model_admin.found_by: word.upper()}
        ).values_list("pk", flat=True)
    ]


def matches(word: str) -> models.Q:
    """A person of the staff, an action, a kind of page, a key or its beginning, a reference."""
    person = User.objects.filter(
        models.Q(full_name__icontains=word) | models.Q(email__icontains=word)
    )
    where = (
        models.Q(user__in=person.values("pk"))
        | models.Q(action__icontains=word)
        | models.Q(subject_type__icontains=word)
        | models.Q(subject__istartswith=word)
        | models.Q(subject__in=keys_by_reference(word))
    )
    if key := as_uuid(word):
        where |= models.Q(user=key)
    try:
        validate_ipv46_address(word)
    except ValidationError:
        return where
    return where | models.Q(address=word)


def words_of(subject_type: str) -> str:
    """“appointment request” for a model, “patient (history)” for a page that was refused."""
    name, _underscore, page = subject_type.partition("_")
    for model, _admin in audited():
        if model._meta.model_name == name:
            return f"{model._meta.verbose_name} ({page})" if page else str(model._meta.verbose_name)
    return subject_type.replace("_", " ").replace("-", " ")


class DaysForm(forms.Form):
    """From a day to a day, of the clinic's own calendar; either may be left open."""

    use_required_attribute = False

    since = forms.DateField(label="From", required=False)
    until = forms.DateField(label="To", required=False)

    def __init__(self, data: dict[str, str]) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.error_messages["invalid"] = "Choose a day, or write it as 2026-03-31."
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        for name, day in (("since", since), ("until", until)):
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, f"Choose a day from {EARLIEST} to {LATEST}.")
        if since and until and since > until:
            self.add_error("until", "The last day is the first day or a later one.")
        return data


class DaysFilter(admin.ListFilter):
    """Two boxes for days; what makes no sense is said, and filters nothing."""

    title = "day"
    template = "admin/clinic/accesslog/days_filter.html"
    names = ("since", "until")

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[models.Model],
        model_admin: admin.ModelAdmin,
    ) -> None:
        super().__init__(request, params, model, model_admin)
        asked = {name: params.pop(name)[-1] for name in self.names if name in params}
        self.used_parameters.update(asked)
        self.form = DaysForm(asked)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What the form has to say again so that the other filters stay."""
        ours = (*self.names, PAGE_VAR)
        return iter([pair for pair in changelist.params.items() if pair[0] not in ours])

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[AccessLog]
    ) -> models.QuerySet[AccessLog]:
        if not self.form.is_valid():
            return queryset
        zone = timezone.get_current_timezone()  # the clinic's
        if since := self.form.cleaned_data["since"]:
            queryset = queryset.filter(at__gte=datetime.combine(since, time.min, zone))
        if until := self.form.cleaned_data["until"]:
            queryset = queryset.filter(at__lt=datetime.combine(until + DAY, time.min, zone))
        return queryset


class PersonFilter(admin.SimpleListFilter):
    title = "person"
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(user.pk), str(user)) for user in User.objects.all()]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[AccessLog]
    ) -> models.QuerySet[AccessLog]:
        if self.value() is None:
            return queryset
        key = as_uuid(self.value() or "")
        return queryset.filter(user=key) if key else queryset.none()


class SubjectFilter(admin.SimpleListFilter):
    """Who looked at one thing: the page of that thing leads here."""

    title = "what was looked at"
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        key = self.value() or ""
        found = subjects([AccessLog(subject=key)])
        return [(key, str(found.get(key, key[:64])))] if key else []

    def value(self) -> str | None:
        key = super().value()
        return key and key.replace("\x00", "")

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[AccessLog]
    ) -> models.QuerySet[AccessLog]:
        return queryset.filter(subject=self.value()) if self.value() else queryset


class KindFilter(admin.AllValuesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "kind of page"

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": words_of(str(choice["display"]))}


class AccessLogList(ChangeList):
    """Knows of all entries of a page, in a few reads, what they were about."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        found = subjects(self.result_list)
        for entry in self.result_list:
            entry.found = found.get(entry.subject)


class AccessLogAdmin(ReadOnlyAdmin):
    """Who looked at which patient's data, and who was refused."""

    list_display = ("when", "who", "did", "what", "address")
    list_filter = (
        *(DaysFilter, SubjectFilter, PersonFilter, "action"),
        ("subject_type", KindFilter),
    )
    search_fields = ("subject",)
    show_full_result_count = False
    fields = ("when", "who", "did", "what", "subject", "address")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AccessLog]:
        person = User.objects.filter(pk=models.OuterRef("user"))
        said = NullIf("full_name", models.Value(""))
        name = Coalesce(said, "email", output_field=models.CharField())
        return AccessLog.objects.annotate(name=models.Subquery(person.values(said=name)[:1]))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AccessLogList

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        for word in search_term.split()[:MOST_WORDS]:
            queryset = queryset.filter(matches(word))
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": "Who read what"} | (extra_context or {}))

    @admin.display(description="when", ordering="at")
    def when(self, entry: AccessLog) -> str:
        return date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description="who", empty_value="somebody who is gone", ordering="name")
    def who(self, entry: AccessLog) -> str | None:
        name: str | None = getattr(entry, "name", None)
        return name

    @admin.display(description="did", ordering="action")
    def did(self, entry: AccessLog) -> str | SafeString:
        if entry.action == "refused":
            return format_html('<strong class="late-word">{}</strong>', entry.action)
        return entry.action

    @admin.display(description="what", ordering="subject_type")
    def what(self, entry: AccessLog) -> str | SafeString:
        kind = words_of(entry.subject_type)
        if not entry.subject:
            return kind
        found: models.Model | None = (
            entry.found if hasattr(entry, "found") else subjects([entry]).get(entry.subject)
        )
        if found is None and not is_key(entry):
            return f"{kind}: {entry.subject}"
        if found is None:
            return f"{kind}, no longer there: {entry.subject}"
        meta, name = found._meta, str(found)
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[found.pk])
        said = "" if name.lower().startswith(kind) else f"{kind}: "
        return format_html('{}<a href="{}">{}</a>', said, address, name)
