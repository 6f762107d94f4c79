"""Patients, requests, appointments and messages in the admin: to read, search and act upon.

Only booking/actions/ changes them; the buttons on these pages lead to booking/desk/.
"""

from booking.admin import appointments, messages, patients, requests, wordings
from booking.desk import touched

__all__ = ("appointments", "messages", "patients", "requests", "wordings")

touched.take_over()
