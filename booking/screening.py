"""The safety gate: red flags come before the times, and what they mean for a booking.

Age, a history of cancer, osteoporosis and where it hurts never stop a booking: those are this
clinic's patients. They are asked once a time is chosen, and flagged to staff.
"""

from collections.abc import Iterable
from enum import Enum

from content.models import RedFlag

Level = RedFlag.Level


class Outcome(Enum):
    """What follows from the flags somebody names; the value names the page's template part."""

    GO_ON = "go_on"
    CALL_911 = "911"
    CALL_988 = "988"
    EMERGENCY = "emergency"
    DOCTOR_TODAY = "same_day"


# The most urgent first: it decides.
OUTCOMES = (
    (Level.CALL_911, Outcome.CALL_911),
    (Level.CALL_988, Outcome.CALL_988),
    (Level.EMERGENCY, Outcome.EMERGENCY),
    (Level.SAME_DAY, Outcome.DOCTOR_TODAY),
)


def outcome_of(flags: Iterable[RedFlag], *, seen_by_doctor: bool) -> Outcome:
    """Stop with the right advice, or go on; a doctor's look lifts only the same-day signs."""
    levels = {flag.level for flag in flags}
    for level, outcome in OUTCOMES:
        if level in levels:
            lifted = outcome is Outcome.DOCTOR_TODAY and seen_by_doctor
            return Outcome.GO_ON if lifted else outcome
    return Outcome.GO_ON


def wording_of(flags: Iterable[RedFlag]) -> str:
    """The gate as it was shown, to be kept with the request that it let pass."""
    return "\n".join(f"[{flag.get_level_display()}] {flag.text}" for flag in flags)
