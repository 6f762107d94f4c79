"""Links that open something by themselves: a patient's own page, a practitioner's calendar feed.

Nothing that opens one is stored, and a new version ends the old one.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from booking.models.requests import AppointmentRequest
from clinic.models import Practitioner

OPEN_AFTER_VISIT = timedelta(days=30)
PRACTITIONER_BYTES = 8
SIGNATURE_BYTES = 16  # 128 bits


def _signature(purpose: bytes, subject: bytes, version: int) -> bytes:
    """The purpose keeps a link of one kind from being read as one of the other."""
    key = settings.LINK_KEY.encode()
    message = purpose + subject + version.to_bytes(4)
    return hmac.new(key, message, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _request_signature(request_id: UUID, version: int) -> bytes:
    return _signature(b"patient link:", request_id.bytes, version)


def _feed_signature(practitioner_id: int, version: int) -> bytes:
    return _signature(b"calendar feed:", practitioner_id.to_bytes(PRACTITIONER_BYTES), version)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(token: str) -> bytes:
    """Raises ValueError for what cannot be a token."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def token_for(request: AppointmentRequest) -> str:
    return _written(request.id.bytes + _request_signature(request.id, request.link_version))


def path_for(request: AppointmentRequest) -> str:
    with translation.override(request.language):
        return reverse("appointment", args=[token_for(request)])


def address_for(request: AppointmentRequest) -> str:
    return f"{settings.SITE_URL}{path_for(request)}"


def request_for(token: str, *, now: datetime) -> AppointmentRequest | None:
    """The request that a token opens, or None, for every kind of wrong token alike."""
    try:
        raw = _read(token)
        request_id = UUID(bytes=raw[:16])
    except ValueError:
        return None
    request = (
        AppointmentRequest.objects.filter(id=request_id, sent_at__isnull=False)
        .select_related("service", "patient")
        .first()
    )
    version = request.link_version if request else 0
    is_right = hmac.compare_digest(raw[16:], _request_signature(request_id, version))
    if not request or not is_right:
        return None
    last = request.appointments.order_by("-ends_at").first()
    if last is None or last.ends_at + OPEN_AFTER_VISIT < now:
        return None
    return request


def feed_token_for(practitioner: Practitioner) -> str:
    subject = practitioner.pk.to_bytes(PRACTITIONER_BYTES)
    return _written(subject + _feed_signature(practitioner.pk, practitioner.feed_version))


def feed_address_for(practitioner: Practitioner) -> str:
    path = reverse("calendar-feed", args=[feed_token_for(practitioner)])
    return f"{settings.SITE_URL}{path}"


def practitioner_for(token: str) -> Practitioner | None:
    """Whose feed a token opens, or None, for every kind of wrong token alike."""
    try:
        raw = _read(token)
    except ValueError:
        return None
    practitioner_id = int.from_bytes(raw[:PRACTITIONER_BYTES])
    practitioner = Practitioner.objects.active().filter(id=practitioner_id).first()
    version = practitioner.feed_version if practitioner else 0
    expected = _feed_signature(practitioner_id, version)
    return practitioner if hmac.compare_digest(raw[PRACTITIONER_BYTES:], expected) else None
