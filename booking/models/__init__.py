from booking.models.appointments import Appointment, AppointmentEvent, Status
from booking.models.calls import CallNote
from booking.models.messages import Heartbeat, LostLink, Message
from booking.models.patients import Patient, PatientEvent, PatientNote, PatientTrigram
from booking.models.requests import AppointmentRequest
from booking.models.wordings import Wording

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentRequest",
    "CallNote",
    "Heartbeat",
    "LostLink",
    "Message",
    "Patient",
    "PatientEvent",
    "PatientNote",
    "PatientTrigram",
    "Status",
    "Wording",
]
