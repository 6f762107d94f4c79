"""The patient's own link: nothing that opens it is stored, and a new version ends the old one."""

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

OPEN_AFTER_VISIT = timedelta(days=30)
SIGNATURE_BYTES = 16  # 128 bits


def _signature(request_id: UUID, version: int) -> bytes:
    message = b"patient link:" + request_id.bytes + version.to_bytes(4)
    key = settings.LINK_KEY.encode()
    return hmac.new(key, message, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def token_for(request: AppointmentRequest) -> str:
    raw = request.id.bytes + _signature(request.id, request.link_version)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def path_for(request: AppointmentRequest, page: str = "appointment") -> str:
    with translation.override(request.language):
        return reverse(page, args=[token_for(request)])


def address_for(request: AppointmentRequest, page: str = "appointment") -> str:
    return f"{settings.SITE_URL}{path_for(request, page)}"


def request_for(token: str, *, now: datetime) -> AppointmentRequest | None:
    """The request that a token opens, or None, for every kind of wrong token alike."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        request_id = UUID(bytes=raw[:16])
    except (ValueError, binascii.Error):
        return None
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
