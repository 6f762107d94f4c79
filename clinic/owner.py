"""The first account of the admin, for an installation that has none."""

import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from clinic.models import User
from clinic.roles import OWNER


@dataclass(frozen=True)
class Credentials:
    email: str
    password: str


def mail_domain(host: str) -> str:
    """The site's own host name, where it is one that could receive mail."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host if "." in host else "clinic.example"
    return "clinic.example"


@transaction.atomic
def create_first_owner() -> Credentials | None:
    """Only where nobody can sign in yet; the password is stored nowhere in clear."""
    if User.objects.exists():
        return None
    credentials = Credentials(
        email=f"owner@{mail_domain(settings.SITE_HOST)}", password=secrets.token_urlsafe(18)
    )
    user = User.objects.create_superuser(credentials.email, credentials.password)
    user.groups.set(Group.objects.filter(name=OWNER))
    return credentials
