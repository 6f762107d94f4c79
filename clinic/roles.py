"""Who may do what: one table, and what brings the groups of the database to it."""

import functools

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction

from clinic.models import User

OWNER, FRONT_DESK, PRACTITIONER, EDITOR = "Owner", "Front desk", "Practitioner", "Editor"
REVIEWER = "Clinical reviewer"

VIEW = ("view",)
CORRECT = ("view", "change")
KEEP = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")

CONTENT: dict[str, tuple[str, ...]] = {
    f"content.{model}": ALL
    for model in (
        "article",
        "textblock",
        "pointsblock",
        "cautionblock",
        "redflagsblock",
        "figureblock",
        "quotationblock",
        "questionsblock",
        "askblock",
        "bookingblock",
        "topic",
        "pressurepoint",
        "redflag",
        "caution",
        "reference",
    )
}
FRONT_DESKS: dict[str, tuple[str, ...]] = {
    "booking.appointment": (*VIEW, "decide_request", "reach_everyone"),
    "booking.appointmentrequest": VIEW,
    "booking.callnote": VIEW,
    "booking.patient": (*CORRECT, "merge_patient", "export_patient"),
    "booking.patientnote": ("view", "add"),
    "booking.message": (*VIEW, "handle_message"),
    "clinic.closure": ALL,
    "clinic.location": VIEW,
    "clinic.practitioner": VIEW,
    "clinic.room": VIEW,
    "clinic.service": VIEW,
    "clinic.workinghours": VIEW,
}

# Role → model → what it may do there: view, add, change, delete, or a permission of its own.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    OWNER: {
        **CONTENT,
        "content.article": (*ALL, "publish_article", "review_article"),
        **FRONT_DESKS,
        "axes.accessattempt": ("view", "delete"),  # deleting one lets its account try again
        "booking.appointmentevent": VIEW,
        "booking.wording": ALL,
        "booking.patient": (*FRONT_DESKS["booking.patient"], "hold_patient", "erase_patient"),
        "clinic.accesslog": VIEW,
        "clinic.clinic": CORRECT,
        "clinic.languagenotice": ALL,
        "clinic.legalpage": CORRECT,
        "clinic.legalpageversion": VIEW,
        "clinic.location": KEEP,
        "clinic.practitioner": KEEP,
        "clinic.room": KEEP,
        "clinic.service": KEEP,
        "clinic.user": KEEP,
        "clinic.workinghours": ALL,
    },
    FRONT_DESK: FRONT_DESKS,
    # Without reach_everyone a practitioner reaches their own patients only.
    PRACTITIONER: {
        "booking.appointment": (*VIEW, "decide_request"),
        "booking.appointmentrequest": VIEW,
        "booking.callnote": VIEW,
        "booking.patient": VIEW,
        "booking.patientnote": ("view", "add"),
        "clinic.closure": VIEW,
    },
    EDITOR: {**CONTENT, "content.article": (*ALL, "publish_article")},
    # Reads what an article rests on, corrects its own words, signs it or sends it back.
    REVIEWER: {**dict.fromkeys(CONTENT, VIEW), "content.article": (*CORRECT, "review_article")},
}


@functools.cache
def permission_names(role: str) -> frozenset[str]:
    """The role's permissions as Django writes them: `booking.view_appointment`."""
    names: set[str] = set()
    for label, codes in ROLES[role].items():
        app, model = label.split(".")
        names |= {f"{app}.{code}" if "_" in code else f"{app}.{code}_{model}" for code in codes}
    return frozenset(names)


@transaction.atomic
def apply_roles() -> None:
    """Give every role's group what the table says, and nothing else."""
    for app in sorted({label.split(".")[0] for table in ROLES.values() for label in table}):
        create_permissions(apps.get_app_config(app), verbosity=0)
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set([known[name] for name in permission_names(role)])


def owners() -> models.QuerySet[User]:
    """Who can sign in and manage the staff; whoever has not accepted the invitation cannot yet."""
    is_owner = models.Q(groups__name=OWNER) | models.Q(is_superuser=True)
    rows = User.objects.filter(is_owner, is_active=True, is_staff=True)
    return rows.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).distinct()
