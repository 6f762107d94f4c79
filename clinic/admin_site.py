"""The one admin site of the clinic; its first page is today's desk."""

from django.contrib import admin


class ClinicAdminSite(admin.AdminSite):
    site_header = "Clinic"
    site_title = "Clinic"
    index_title = "Today"
    enable_nav_sidebar = False
