from booking.models.appointments import Appointment, AppointmentEvent, Status
from booking.models.messages import Heartbeat, LostLink, Message
from booking.models.patients import Patient, PatientEvent, PatientNote, PatientTrigram
from booking.models.requests import AppointmentRequest

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentRequest",
    "Heartbeat",
    "LostLink",
    "Message",
    "Patient",
    "PatientEvent",
    "PatientNote",
    "PatientTrigram",
    "Status",
]
