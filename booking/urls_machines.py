"""Addresses that programs ask for, not people: no language in the path."""

from django.urls import path

from booking.feeds import calendar_feed
from booking.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("calendar/<str:token>.ics", calendar_feed, name="calendar-feed"),
]
