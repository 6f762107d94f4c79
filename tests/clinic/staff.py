"""Members of staff for the tests: one role each, or none, signed in or not."""

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from clinic.models import User

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


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def a_client(role: str = "", **fields: Any) -> Client:
    return signed_in(a_member(role, **fields))
