"""How times and days are said, in the active language: pages and messages say them alike."""

from datetime import date, datetime, time, tzinfo

from babel.dates import get_timezone_name
from django.utils.formats import date_format
from django.utils.translation import get_language


def clock(at: time | datetime) -> str:
    """“9:30 am”, in Spanish “9:30 a. m.”; a moment is taken as it is, in its own zone.

    Its spaces do not break: a time stands in one line.
    """
    half = "p" if at.hour >= 12 else "a"
    marker = f"{half}.\u00a0m." if (get_language() or "en").startswith("es") else f"{half}m"
    return f"{(at.hour - 1) % 12 + 1}:{at.minute:02}\u00a0{marker}"


def day(on: date) -> str:
    """“November 24, 2026”"""
    return date_format(on, "SHORT_DATE_FORMAT")


def weekday(on: date) -> str:
    """“Tuesday, November 24, 2026”"""
    return date_format(on, "WEEKDAY_FORMAT")


def moment(at: datetime, zone: tzinfo) -> str:
    """“Tuesday, November 24, 2026, 9:30 am”, as the clock on the wall of `zone` shows it."""
    local = at.astimezone(zone)
    return f"{weekday(local.date())}, {clock(local)}"


def zone_name(zone: tzinfo) -> str:
    """“Eastern Time”, “hora oriental”: said beside every appointment's time."""
    return get_timezone_name(zone, locale=get_language() or "en")


def month_day(on: date) -> str:
    """“November 24”"""
    return date_format(on, "MONTH_DAY_FORMAT")


def weekday_name(on: date) -> str:
    """“Tuesday”"""
    return date_format(on, "l")
