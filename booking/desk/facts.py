"""What a record says of its patient, in the words of the pages on which staff read it."""

from booking.models import Patient
from clinic import times
from clinic.templatetags.telephone import telephone

LABELS = {
    "full_name": "Full name",
    "birth_date": "Born",
    "telephone": "Telephone",
    "email": "E-mail",
    "prefers": "Reach by",
    "may_leave_voicemail": "Voicemail",
    "wants_reminders": "Reminders",
    "language": "Language",
    "needs": "Access or interpreter needs",
    "booked_by": "Booked by",
}


def facts_of(patient: Patient) -> list[tuple[str, str]]:
    """Label and value; empty where nothing was said."""
    values = {
        "full_name": patient.full_name,
        "birth_date": times.day(patient.birth_date) if patient.birth_date else "",
        "telephone": telephone(patient.telephone) if patient.telephone else "",
        "email": patient.email,
        "prefers": patient.get_prefers_display(),
        "may_leave_voicemail": "Is fine" if patient.may_leave_voicemail else "Leave none",
        "wants_reminders": "Wanted" if patient.wants_reminders else "Not wanted",
        "language": patient.get_language_display(),
        "needs": patient.needs,
        "booked_by": patient.booked_by,
    }
    return [(label, str(values[name])) for name, label in LABELS.items()]
