"""Addresses that programs ask for, not people: no language in the path."""

from django.urls import path

from booking.health import healthz

urlpatterns = [path("healthz", healthz, name="healthz")]
