"""Members of staff for the tests: one role each, or none, signed in or not."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from clinic.models import User
from clinic.staff_session import SEEN, VERIFIED

PASSWORD = "a long enough password"
_made = iter(range(1, 100_000))


def a_member(role: str = "", **fields: Any) -> User:
    """Somebody who may sign in; the groups are those that `migrate` made from the table."""
    number = next(_made)
    defaults = {"email": f"member{number}@staff.test", "full_name": f"Member {number}"}
    user = User.objects.create_user(**(defaults | fields), password=PASSWORD)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(user: User, **options: Any) -> Client:
    """Past the password and the second factor, and never idle."""
    client = Client(**options)
    client.force_login(user, backend="clinic.backends.StaffBackend")
    session = client.session
    session[SEEN] = session[VERIFIED] = (timezone.now() + timedelta(days=3650)).timestamp()
    session.save()
    return client


def a_client(role: str = "", **fields: Any) -> Client:
    return signed_in(a_member(role, **fields))
