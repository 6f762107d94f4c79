from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"


class AdminSiteConfig(AdminConfig):
    default_site = "clinic.admin_site.ClinicAdminSite"
