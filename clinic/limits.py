"""The limits on public forms: one small table, insert, then count."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from typing import NamedTuple

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


class Limit(NamedTuple):
    """So many uses of something by one value (an address, a number)."""

    scope: str
    value: str
    limit: int

    @property
    def key(self) -> str:
        secret = settings.SECRET_KEY.encode()
        return hmac.new(secret, f"{self.scope}:{self.value}".encode(), hashlib.sha256).hexdigest()


def within_limits(*limits: Limit, period: timedelta, now: datetime) -> bool:
    """Count one use of each and say whether all are still within their limits for the period.

    It inserts first and counts afterwards, so that concurrent uses can only be counted too
    strictly, never too loosely.
    """
    Hit.objects.bulk_create(Hit(key=limit.key, at=now) for limit in limits)
    uses = Hit.objects.filter(key__in=[limit.key for limit in limits], at__gt=now - period)
    counted = dict(uses.values_list("key").annotate(models.Count("id")))
    return all(counted[limit.key] <= limit.limit for limit in limits)


def within_limit(scope: str, value: str, *, limit: int, period: timedelta, now: datetime) -> bool:
    """The same for one limit."""
    return within_limits(Limit(scope, value, limit), period=period, now=now)


def forget_old_hits(*, now: datetime) -> None:
    Hit.objects.filter(at__lt=now - timedelta(days=2)).delete()
