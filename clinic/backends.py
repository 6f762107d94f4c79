"""What staff may do, asked once for every page."""

from itertools import chain
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db import models

from clinic.models import User
from clinic.roles import ROLES, permission_names


class StaffBackend(ModelBackend):
    """Django's own, with one short question in place of two long ones.

    Which roles somebody has is asked anew with every request, so that a change of them holds from
    the next page on. What a role allows is said by the table that its group is brought to.
    """

    def get_all_permissions(self, user_obj: Any, obj: models.Model | None = None) -> set[str]:
        if user_obj.is_superuser or hasattr(user_obj, "_perm_cache"):
            return super().get_all_permissions(user_obj, obj)
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        user_obj._perm_cache = permissions_of(user_obj)
        return user_obj._perm_cache  # type: ignore[no-any-return]


def permissions_of(user: User) -> set[str]:
    """Those of the person's roles, and what was given to them alone."""
    roles = user.groups.order_by().values_list(models.Value(""), "name")
    own = user.user_permissions.order_by().values_list("content_type__app_label", "codename")
    rows = list(roles.union(own, all=True).order_by())
    named = {name for app, name in rows if not app}
    given = (f"{app}.{name}" for app, name in rows if app)
    allowed = (permission_names(role) for role in named & ROLES.keys())
    return set(chain(given, *allowed, _of_groups(named - ROLES.keys())))


def _of_groups(names: set[str]) -> set[str]:
    """Of groups that are no role: the site makes none, somebody at the shell may."""
    if not names:
        return set()
    known = Permission.objects.filter(group__name__in=names).order_by()
    return {
        f"{app}.{name}" for app, name in known.values_list("content_type__app_label", "codename")
    }
