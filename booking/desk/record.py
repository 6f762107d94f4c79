"""A person's whole record: one structure, downloaded as a file or read as a page."""

from typing import Any

from booking.desk.flags import flags_of
from booking.desk.history import in_order, names_of
from booking.desk.patient_page import Page
from booking.desk.today import notes_of
from booking.desk.words import what_happened
from booking.models import Appointment, AppointmentEvent, Message, Patient
from booking.models.patients import CONTACT
from clinic.memory import the_clinic

VERSION = 1


def record_of(page: Page) -> dict[str, Any]:
    """Everything that is kept of a person, in words; `version` is that of this structure."""
    return {
        "version": VERSION,
        "clinic": the_clinic().name,
        "exported_at": page.now,
        "records": [_record(record) for record in page.records],
        "requests": _requests(page),
        "notes": [
            {
                "id": note.pk,
                "record": note.patient_id,
                "at": note.at,
                "author": str(note.author),
                "corrects": note.corrects_id,
                "text": note.text,
            }
            for note in page.notes
        ],
        "changes": [
            {
                "record": change.event.patient,
                "at": change.event.at,
                "what": change.what,
                "who": change.who,
                "other_record": change.event.other,
            }
            for change in page.changes
        ],
    }


def _record(patient: Patient) -> dict[str, Any]:
    said = {name: getattr(patient, name) for name in CONTACT}
    return {
        "id": patient.pk,
        **said,
        "telephone": str(patient.telephone.as_e164) if patient.telephone else "",
        "created_at": patient.created_at,
        "merged_into": patient.merged_into_id,
        "legal_hold": patient.legal_hold,
        "erased_at": patient.erased_at,
    }


def _requests(page: Page) -> list[dict[str, Any]]:
    keys = [request.pk for request in page.requests]
    events = list(in_order(AppointmentEvent.objects.filter(request__in=keys)))
    names = names_of(events)
    calls = notes_of(keys)
    return [
        {
            "record": request.patient_id,
            "reference": request.reference,
            "service": request.service.name_en,
            "sent_at": request.sent_at,
            "source": request.get_source_display(),
            "language": request.language,
            "reason": request.reason,
            "cautions": flags_of(request),
            "payment": str(request.get_payment_display()),
            "article": request.article.title if request.article else "",
            "safety_accepted_at": request.gate_accepted_at,
            "safety_wording": request.gate_wording,
            "note_to_patient": request.note_to_patient,
            "appointments": [
                _appointment(each, events, names)
                for each in page.appointments
                if each.request_id == request.pk
            ],
            "calls": [
                {"at": call.at, "author": str(call.author), "text": call.text}
                for call in calls.get(request.pk, ())
            ],
            "messages": [_message(each) for each in page.messages if each.request_id == request.pk],
        }
        for request in page.requests
    ]


def _appointment(
    appointment: Appointment, events: list[AppointmentEvent], names: dict[Any, str]
) -> dict[str, Any]:
    return {
        "starts_at": appointment.starts_at,
        "ends_at": appointment.ends_at,
        "practitioner": appointment.practitioner.name,
        "location": appointment.location.name_en,
        "room": appointment.room.name if appointment.room else "",
        "status": appointment.get_status_display(),
        "reason": str(appointment.get_reason_code_display()),
        "attendance_confirmed_at": appointment.attendance_confirmed_at,
        "events": [
            {"at": event.at, "what": what_happened(event), "who": names[event.pk]}
            for event in events
            if event.appointment == appointment.pk
        ],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "kind": message.get_kind_display(),
        "channel": message.get_channel_display(),
        "state": message.get_state_display(),
        "created_at": message.created_at,
        "finished_at": message.finished_at,
    }
