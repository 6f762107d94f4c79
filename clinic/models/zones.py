"""Time zones, by the names of the IANA database."""

import zoneinfo

from django.core.exceptions import ValidationError


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("This is not a time zone of the IANA database.")
