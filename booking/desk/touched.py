"""Hours and closures in the admin: whom a change touches is shown before it is saved, and asked.

What is changed is saved, what lies outside the hours since then is looked up by the same rules
as everywhere, and as long as it has not been said what becomes of each, all is undone again.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from booking import actions
from booking.actors import Actor
from booking.desk.forms import note_field
from booking.desk.views import name_of, page, signed_in
from booking.desk.words import when
from booking.fitting import outside_hours
from booking.models import Appointment, Status
from booking.transactions import lock_calendar
from clinic.admin import ClosureAdmin, LocationAdmin, PractitionerAdmin
from clinic.audit import record_access
from clinic.models import Closure, Location, Practitioner

KEEP, OTHER_TIME, CANCEL = "keep", "other", "cancel"
CHOICES = {
    KEEP: "Keep it",
    OTHER_TIME: "Find another time",
    CANCEL: "Cancel it, and tell the patient",
}
OFFER_CHOICES = {
    KEEP: "Keep the offer",
    OTHER_TIME: "Withdraw it, tell the patient, and find another time",
    CANCEL: "Withdraw it, and tell the patient",
}
FOR_ALL = {
    "": "As chosen for each",
    KEEP: "Keep them",
    OTHER_TIME: "Find other times",
    CANCEL: "Cancel them, and tell the patients",
}
QUESTION = "booking/desk/touched.html"
ASKED = "what_becomes"  # says that the question was on the page
# A form with thousands of answers would be refused as a whole, and a page of them read by nobody.
MOST_ONE_BY_ONE = 300

_outside_before: ContextVar[frozenset[UUID]] = ContextVar("_outside_before")


class WhatBecomesForm(forms.Form):
    """One choice for each appointment that a change touches, or one for all."""

    use_required_attribute = False

    for_all = forms.ChoiceField(
        label="For all of them", choices=FOR_ALL, required=False, widget=forms.RadioSelect
    )
    note = note_field()
    note.label = (
        "Note to those whose appointment is cancelled or whose offer is withdrawn (optional)"
    )

    def __init__(self, data: Any, touched: Sequence[Appointment]) -> None:
        super().__init__(data, initial={"for_all": ""})
        self.touched = {f"becomes_{row.id.hex}": row for row in touched[:MOST_ONE_BY_ONE]}
        self.rest = touched[MOST_ONE_BY_ONE:]
        for name, row in self.touched.items():
            is_offer = row.status == Status.PROPOSED
            self.fields[name] = forms.ChoiceField(
                label=f"{when(row)}, {name_of(row)}, {row.practitioner.name}",
                choices=OFFER_CHOICES if is_offer else CHOICES,
                required=False,
                widget=forms.RadioSelect,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for_all = data.get("for_all", "")
        for name, row in self.touched.items():
            choice = data.get(name) or for_all
            if not choice and name not in self.errors:
                self.add_error(name, f"Choose what becomes of {when(row)}.")
            data[name] = choice
        if self.rest and not for_all and "for_all" not in self.errors:
            first = when(self.rest[0])
            self.add_error("for_all", f"Choose what becomes of all those from {first} on.")
        return data

    @property
    def each(self) -> list[tuple[Appointment, forms.BoundField]]:
        return [(row, self[name]) for name, row in self.touched.items()]

    @property
    def has_offers(self) -> bool:
        return any(row.status == Status.PROPOSED for row in (*self.touched.values(), *self.rest))

    @property
    def notes(self) -> list[forms.BoundField]:
        return [self["note"]]

    def carry_out(self, *, by: Actor, now: datetime) -> None:
        note, for_all = self.cleaned_data["note"], self.cleaned_data["for_all"]
        chosen = [(row, self.cleaned_data[name]) for name, row in self.touched.items()]
        for row, choice in (*chosen, *((row, for_all) for row in self.rest)):
            if choice == CANCEL:
                actions.cancel(appointment_id=row.pk, note=note, by=by, now=now)
            elif choice == OTHER_TIME:
                actions.need_other_time(appointment_id=row.pk, note=note, by=by, now=now)


class AsksFirst(admin.ModelAdmin):
    """What may take hours away."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST":
            _outside_before.set(frozenset(outside_hours(now=timezone.now())))
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if getattr(response, "template_name", "") == QUESTION:
            # Only here: what is written inside is undone together with the change.
            record_access(request, action="list", subject_type="appointment")
        return response

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        asked = ask_first(request, obj)
        return asked or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        return ask_first(request, obj) or super().response_change(request, obj)


def ask_first(request: HttpRequest, changed: models.Model) -> HttpResponse | None:
    """The question, with the change undone; nothing, where it is answered or need not be asked.

    It is called inside the transaction that has saved the change.
    """
    lock_calendar()
    touched = newly_outside(now := timezone.now())
    if not touched:
        return None
    user = signed_in(request)
    if not user.has_perms(("booking.decide_request", "booking.reach_everyone")):
        raise PermissionDenied
    form = WhatBecomesForm(request.POST if ASKED in request.POST else None, touched)
    if form.is_valid():
        form.carry_out(by=Actor.staff(user), now=now)
        if OTHER_TIME in form.cleaned_data.values():
            messages.info(
                request, "For whom another time has to be found stands on the first page."
            )
        return None
    transaction.set_rollback(True)
    return page(
        request,
        "touched",
        f"What becomes of {len(touched)} appointment{'' if len(touched) == 1 else 's'}?",
        form=form,
        changed=changed._meta.verbose_name,
        typed=typed_in(request, form),
    )


def newly_outside(now: datetime) -> list[Appointment]:
    """What fitted before; times that were offered together are one."""
    before = _outside_before.get()
    seen: dict[UUID, Appointment] = {}
    for key, row in outside_hours(now=now).items():
        if key not in before:
            is_offer = row.status == Status.PROPOSED
            seen.setdefault(row.request_id if is_offer else key, row)
    return list(seen.values())


def typed_in(request: HttpRequest, form: WhatBecomesForm) -> list[tuple[str, str]]:
    """What the page of the change sent, to be sent once more with the answer."""
    own = {*form.fields, ASKED, "csrfmiddlewaretoken"}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in own and not name.startswith("becomes_")
        for value in values
    ]


class AskingClosureAdmin(AsksFirst, ClosureAdmin):
    pass


class AskingPractitionerAdmin(AsksFirst, PractitionerAdmin):
    pass


class AskingLocationAdmin(AsksFirst, LocationAdmin):
    pass


def take_over() -> None:
    """These three pages in place of those of the lower room, which knows no appointments."""
    pages = {
        Closure: AskingClosureAdmin,
        Practitioner: AskingPractitionerAdmin,
        Location: AskingLocationAdmin,
    }
    for model, asking in pages.items():
        admin.site.unregister(model)
        admin.site.register(model, asking)
