"""Messages: what was said to whom, what waits, what failed and why."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from booking import emails, links, together
from booking.admin.cells import link_to, user_of
from booking.desk.calls import offers_in, what_to_say
from booking.desk.words import when
from booking.models import Appointment, Message
from booking.models.appointments import Status
from clinic.admin_base import AuditedAdmin, ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin, AuditedAdmin):
    """What is said to whom; the text is made when it is sent, and shown here as it would be."""

    change_form_template = "admin/booking/message/change_form.html"
    list_display = ("created_at", "kind", "channel", "reference", "state", "attempts", "to_whom")
    list_filter = ("state", "channel", "kind", "language")
    list_select_related = ("request__patient", "appointment__location")
    search_fields = ("request__reference",)
    found_by = "request__reference"
    date_hierarchy = "created_at"
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("kind", "channel", "language", "to_whom", "request_page", "time")}),
        (
            "Sending",
            {
                "fields": (
                    "state",
                    "created_at",
                    "next_attempt_at",
                    "useless_after",
                    "attempts",
                    "finished_at",
                    "last_error",
                )
            },
        ),
    )

    @admin.display(description="request", ordering="request__reference")
    def reference(self, message: Message) -> str:
        return message.request.reference

    @admin.display(description="request")
    def request_page(self, message: Message) -> SafeString | str:
        return link_to(message.request)

    @admin.display(description="appointment")
    def time(self, message: Message) -> SafeString | str:
        appointment = message.appointment
        return link_to(appointment, when(appointment) if appointment else "")

    @admin.display(description="to")
    def to_whom(self, message: Message) -> str:
        if message.is_for_staff:
            return "staff"
        patient = message.request.patient
        if patient is None:
            return "–"
        by_call = message.channel == Message.Channel.CALL
        return str(patient.telephone) if by_call else patient.email

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        message: Message = context["original"]
        context["is_call"] = message.channel == Message.Channel.CALL
        context["is_failed"] = message.state == Message.State.FAILED
        context["handles"] = user_of(request).has_perm("booking.handle_message")
        context |= preview_of(message, now=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)


def is_offer_that_ended(message: Message) -> bool:
    """The words of an offer are its times and until when they are kept."""
    appointment = message.appointment
    is_open = appointment is not None and appointment.status == Status.PROPOSED
    return message.kind == Message.Kind.OFFERED and not is_open


def preview_of(message: Message, *, now: datetime) -> dict[str, str]:
    """The words of the message, without the link that would open the patient's page."""
    if is_offer_that_ended(message):
        return {"preview": "The times that it names are no longer on offer."}
    if message.channel == Message.Channel.CALL:
        spoken = together.spoken_in(message, now=now)
        return {"preview": what_to_say(message, offers_in([message]), spoken)}
    mail = emails.render(message, now=now)
    body = str(mail.body)
    # A message about a visit has the link of the first part that still stands.
    for appointment in Appointment.objects.of_the_visit(message.request):
        link = links.address_for(appointment.request)
        body = body.replace(link, "[the patient’s own link]")
    return {"subject": str(mail.subject), "preview": body}
