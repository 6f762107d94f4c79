"""The desk's own addresses, below the admin's; every one behind the admin's sign-in."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from booking.desk import feeds, setup, times, views

app_name = "desk"


def staff(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    return path(route, admin.site.admin_view(view), name=name)


urlpatterns = [
    staff("appointments/<uuid:appointment_id>/confirm/", views.confirm, "confirm"),
    staff("appointments/<uuid:appointment_id>/decline/", views.decline, "decline"),
    staff("appointments/<uuid:appointment_id>/cancel/", views.cancel, "cancel"),
    staff("appointments/<uuid:appointment_id>/offer/", times.offer, "offer"),
    staff("appointments/<uuid:appointment_id>/move/", times.move, "move"),
    staff("book/", times.book, "book"),
    staff("calendar-feed/", feeds.feed, "feed"),
    staff("calendar-feed/<int:practitioner_id>/renew/", feeds.renew, "renew-feed"),
    staff("messages/<uuid:message_id>/called/", views.called, "called"),
    staff("messages/<uuid:message_id>/send-again/", views.send_again, "send-again"),
    staff("server/", setup.server, "server"),
    staff("setup/put-away/", setup.put_away, "put-setup-away"),
    staff("setup/show/", setup.show_again, "show-setup"),
]
