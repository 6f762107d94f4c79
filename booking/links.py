"""Links that open something by themselves: a patient's own page, a practitioner's calendar feed.

Nothing that opens one is stored, and a new version ends the old one.
"""

import base64
import binascii
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
SIGNATURE_BYTES = 16  # 128 bits


def _signed(purpose: bytes, key: bytes, version: int) -> bytes:
    """128 bits that only who has the key can make, for one purpose and one version of a link."""
    message = purpose + key + version.to_bytes(4)
    secret = settings.LINK_KEY.encode()
    return hmac.new(secret, message, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _signature(request_id: UUID, version: int) -> bytes:
    return _signed(b"patient link:", request_id.bytes, version)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(token: str) -> bytes:
    """What a token says; nothing for what is none."""
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return b""


def token_for(request: AppointmentRequest) -> str:
    return _written(request.id.bytes + _signature(request.id, request.link_version))


def path_for(request: AppointmentRequest, page: str = "appointment") -> str:
    with translation.override(request.language):
        return reverse(page, args=[token_for(request)])


def address_for(request: AppointmentRequest, page: str = "appointment") -> str:
    return f"{settings.SITE_URL}{path_for(request, page)}"


def request_for(token: str, *, now: datetime) -> AppointmentRequest | None:
    """The request that a token opens, or None, for every kind of wrong token alike."""
    raw = _read(token)
    if len(raw) < SIGNATURE_BYTES:
        return None
    request_id = UUID(bytes=raw[:16])
    request = (
        AppointmentRequest.objects.filter(id=request_id, sent_at__isnull=False)
        .select_related("service", "patient")
        .first()
    )
    version = request.link_version if request else 0
    is_right = hmac.compare_digest(raw[16:], _signature(request_id, version))
    if not request or not is_right:
        return None
    last = request.appointments.order_by("-ends_at").first()
    if last is None or last.ends_at + OPEN_AFTER_VISIT < now:
        return None
    return request


def feed_token_for(practitioner: Practitioner) -> str:
    key = practitioner.pk.to_bytes(8)
    return _written(key + _signed(b"calendar feed:", key, practitioner.feed_version))


def feed_address_for(practitioner: Practitioner) -> str:
    path = reverse("calendar-feed", args=[feed_token_for(practitioner)])
    return f"{settings.SITE_URL}{path}"


def practitioner_for(token: str) -> Practitioner | None:
    """Whose calendar feed a token opens, or None, for every kind of wrong token alike."""
    raw = _read(token)
    key, signature = raw[:8], raw[8:]
    found = Practitioner.objects.active().filter(pk=int.from_bytes(key) % 2**63).first()
    version = found.feed_version if found else 0
    is_right = hmac.compare_digest(signature, _signed(b"calendar feed:", key, version))
    return found if found and is_right else None
