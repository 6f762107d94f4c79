"""What staff should know of somebody before they press or prick: the cautions that were named."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.models import AppointmentRequest
from clinic.fields import Unreadable
from content.library import caution_names


def named_cautions(request: AppointmentRequest) -> list[str]:
    """The slugs of what the patient said yes to."""
    if not request.screening or isinstance(request.screening, Unreadable):
        return [request.screening] if request.screening else []
    return [str(slug) for slug in json.loads(request.screening)]


def flags_of(request: AppointmentRequest) -> list[str]:
    """What staff should know before they answer; a caution that is gone keeps its slug."""
    seen = ["A doctor has looked at a same-day sign"] if request.seen_by_doctor else []
    return seen + cautions_in(request)


def cautions_in(request: AppointmentRequest) -> list[str]:
    names = caution_names() if request.screening else {}
    return [names.get(slug, slug) for slug in named_cautions(request)]


@dataclass(frozen=True)
class Caution:
    """One that was named, and when it was named last."""

    name: str
    named_at: datetime


def cautions_of(requests: Iterable[AppointmentRequest]) -> list[Caution]:
    """Of all that a person has asked for, each once; what was named last comes first."""
    found: dict[str, Caution] = {}
    for request in sorted(requests, key=_sent_at, reverse=True):
        for name in cautions_in(request):
            found.setdefault(name, Caution(name, _sent_at(request)))
    return list(found.values())


def _sent_at(request: AppointmentRequest) -> datetime:
    assert request.sent_at is not None  # staff see nothing of what was not sent
    return request.sent_at
