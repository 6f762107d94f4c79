"""The patient's pages."""

from django.urls import path

from booking import appointment_views, converters, lost_links, views

converters.register()

urlpatterns = [
    path("book/", views.book, name="book"),
    path("book/safety/", views.safety, name="book-safety"),
    path("book/time/", views.time, name="book-time"),
    path("book/details/", views.details, name="book-details"),
    path("book/check/", views.check, name="book-check"),
    path("book/done/", views.done, name="book-done"),
    path("appointment/lost/", lost_links.lost_link, name="lost-link"),
    path("appointment/<token:token>/", appointment_views.appointment, name="appointment"),
    *(
        path(f"appointment/<token:token>/{name}/", view, name=f"appointment-{name}")
        for name, view in (
            ("calendar", appointment_views.appointment_calendar),
            ("cancel", appointment_views.appointment_cancel),
            ("move", appointment_views.appointment_move),
            ("attend", appointment_views.appointment_attend),
            ("accept", appointment_views.appointment_accept),
            ("decline", appointment_views.appointment_decline),
        )
    ),
]
