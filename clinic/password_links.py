"""The link by which a member of staff sets a password: signed, for a time, good for once.

Nothing that opens it is stored. It holds a digest of what it is to change, so the first use ends
it, and so does another password, another address, or a reset of the second factor.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.audit import record_access
from clinic.models import User
from clinic.staff_mail import StaffMail

Kind = StaffMail.Kind
GOOD_FOR = {Kind.INVITATION: timedelta(days=7), Kind.PASSWORD: timedelta(hours=1)}
SALT = "clinic.password_links"


class LinkEnded(Exception):
    """Used, too old, overtaken, or never one of ours: it makes no difference."""


def state_of(user: User) -> str:
    value = f"{user.password} {user.email} {user.session_version}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:32]


def address_for(user: User, kind: Kind) -> str:
    token = signing.dumps([kind.value, user.pk.hex, state_of(user)], salt=SALT)
    return f"{settings.SITE_URL}{reverse('admin:set_password', args=[token])}"


def read(token: str) -> tuple[Kind, UUID, str]:
    """What the token says, unless it is too old or not ours."""
    longest = max(GOOD_FOR.values())
    try:
        kind, user, state = signing.loads(token, salt=SALT, max_age=longest)
        signing.loads(token, salt=SALT, max_age=GOOD_FOR[Kind(kind)])
        return Kind(kind), UUID(user), state
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkEnded from error


def open_link(token: str, *, lock: bool = False) -> tuple[Kind, User]:
    """Whose password the link sets. Raises LinkEnded."""
    kind, key, state = read(token)
    staff = User.objects.filter(is_active=True, is_staff=True)
    if lock:
        staff = staff.select_for_update()
    user = staff.filter(pk=key).first()
    if user is None or not constant_time_compare(state_of(user), state):
        raise LinkEnded
    return kind, user


@transaction.atomic
def use(request: HttpRequest, token: str, *, password: str) -> None:
    """Set the password, once: two who send the same link at once wait for each other."""
    _kind, user = open_link(token, lock=True)
    user.set_password(password)
    user.save(update_fields=["password"])
    record_access(request, action="password set by link", subject_type="user", subject=user.pk)
