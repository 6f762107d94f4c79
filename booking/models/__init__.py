from booking.models.appointments import Appointment, AppointmentEvent, Status
from booking.models.messages import Heartbeat, Message
from booking.models.patients import Patient
from booking.models.requests import AppointmentRequest

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentRequest",
    "Heartbeat",
    "Message",
    "Patient",
    "Status",
]
