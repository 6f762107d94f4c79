"""Who we are and who works here: the clinic, its places, people, services and hours."""

from clinic.audit import AccessLog
from clinic.authenticator import AuthenticatorApp
from clinic.limits import Hit
from clinic.models.hours import Closure, Weekday, WorkingHours
from clinic.models.own_pages import LanguageNotice, LegalPage, LegalPageVersion
from clinic.models.people import Practitioner
from clinic.models.places import Location, Room
from clinic.models.services import Service
from clinic.models.staff import User, UserManager
from clinic.models.the_clinic import Clinic
from clinic.models.zones import validate_zone
from clinic.staff_mail import StaffMail

__all__ = [
    "AccessLog",
    "AuthenticatorApp",
    "Clinic",
    "Closure",
    "Hit",
    "LanguageNotice",
    "LegalPage",
    "LegalPageVersion",
    "Location",
    "Practitioner",
    "Room",
    "Service",
    "StaffMail",
    "User",
    "UserManager",
    "Weekday",
    "WorkingHours",
    "validate_zone",
]
