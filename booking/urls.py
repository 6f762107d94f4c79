"""The patient's pages."""

from django.urls import path, register_converter

from booking import appointment_views, views


class TokenConverter:
    """A link's token, and what mail programs make of one: cut short, it is as wrong as others."""

    regex = "[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "token")

urlpatterns = [
    path("book/", views.book, name="book"),
    path("book/safety/", views.safety, name="book-safety"),
    path("book/time/", views.time, name="book-time"),
    path("book/details/", views.details, name="book-details"),
    path("book/check/", views.check, name="book-check"),
    path("book/done/", views.done, name="book-done"),
    path("appointment/<token:token>/", appointment_views.appointment, name="appointment"),
    path(
        "appointment/<token:token>/calendar/",
        appointment_views.appointment_calendar,
        name="appointment-calendar",
    ),
    path(
        "appointment/<token:token>/cancel/",
        appointment_views.appointment_cancel,
        name="appointment-cancel",
    ),
]
