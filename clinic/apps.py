from typing import Any

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django_otp.plugins.otp_static.apps import DefaultConfig as StaticConfig
from django_otp.plugins.otp_totp.apps import DefaultConfig as TotpConfig


def apply_roles_after_migrate(apps: Any = installed, **kwargs: object) -> None:
    """Groups follow the table in clinic/roles.py whenever the database is brought up to date.

    `migrate` hands its state of the apps over, `flush` does not.
    """
    # Imported here: models are not loaded yet when Django reads this module.
    from clinic.roles import apply_roles

    try:
        apps.get_model("auth", "Group")
    except LookupError:  # migrated back to before there were groups
        return
    apply_roles()


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        post_migrate.connect(apply_roles_after_migrate, sender=self)


class AdminSiteConfig(AdminConfig):
    default_site = "clinic.admin_site.ClinicAdminSite"


class SignInConfig(AxesConfig):
    """django-axes under a name that means something to a clinic's owner."""

    verbose_name = "Sign-in"


class AuthenticatorConfig(TotpConfig):
    verbose_name = "Authenticator apps"


class RecoveryCodesConfig(StaticConfig):
    verbose_name = "Recovery codes"
