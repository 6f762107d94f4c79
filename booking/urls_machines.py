"""Addresses that programs ask for, not people: no language in the path."""

from django.urls import path

from booking import converters
from booking.calendar_views import calendar_feed
from booking.health import healthz

converters.register()

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("calendar/<token:token>.ics", calendar_feed, name="calendar-feed"),
]
