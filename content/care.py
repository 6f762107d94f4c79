"""Red flags as cards, the most urgent first: told apart by shape and words, not by colour."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.models import RedFlag

Level = RedFlag.Level


@dataclass(frozen=True)
class Care:
    """What to do, and the symptoms that ask for it."""

    level: str
    red_flags: tuple[RedFlag, ...]

    @property
    def anchor(self) -> str:
        return CARDS[self.level][0]

    @property
    def classes(self) -> str:
        return CARDS[self.level][1]

    @property
    def urgency(self) -> Promise:
        return CARDS[self.level][2]

    @property
    def heading(self) -> Promise:
        return CARDS[self.level][3]


EMERGENCY, URGENT = "care care-emergency", "care care-urgent"
CARDS: dict[str, tuple[str, str, Promise, Promise]] = {
    Level.CALL_911: ("call-911", EMERGENCY, _("Emergency:"), _("Call 911 if you have")),
    Level.CALL_988: ("call-988", EMERGENCY, _("Emergency:"), _("Call or text 988 if you have")),
    Level.EMERGENCY: (
        "go-now",
        URGENT,
        _("Urgent:"),
        _("Go to the emergency department now if you have"),
    ),
    Level.SAME_DAY: ("doctor-today", "care", _("Caution:"), _("See a doctor today if you have")),
}


def cares(red_flags: Iterable[RedFlag]) -> list[Care]:
    flags = list(red_flags)
    of_level = {level: tuple(f for f in flags if f.level == level) for level in CARDS}
    return [Care(level, found) for level, found in of_level.items() if found]
