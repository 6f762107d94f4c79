"""The limits on public forms: one small table, insert, then count."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.http import HttpRequest


class Hit(models.Model):
    """One use of something limited. The key is a keyed hash: no address is stored."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("key", "at"), name="hit_key_at"),)

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at:%Y-%m-%d %H:%M}"


def client_address(request: HttpRequest) -> str:
    """Whose request this is. X-Forwarded-For counts only as far as our own proxies wrote it."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return remote
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = [hop for hop in hops if hop][-settings.TRUSTED_PROXIES :]
    try:
        return str(ipaddress.ip_address(trusted[0]))
    except (IndexError, ValueError):
        return remote


def signing_in_as(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Whose account a sign-in tries, in one spelling, so that tries are counted together."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    return name.strip().lower()


def within_limit(scope: str, value: str, *, limit: int, period: timedelta, now: datetime) -> bool:
    """Count one use and say whether it is still within `limit` uses per `period`.

    It inserts first and counts afterwards, so that concurrent uses can only be counted too
    strictly, never too loosely.
    """
    secret = settings.SECRET_KEY.encode()
    key = hmac.new(secret, f"{scope}:{value}".encode(), hashlib.sha256).hexdigest()
    Hit.objects.create(key=key, at=now)
    return Hit.objects.filter(key=key, at__gt=now - period).count() <= limit


def forget_old_hits(*, now: datetime) -> None:
    Hit.objects.filter(at__lt=now - timedelta(days=2)).delete()
