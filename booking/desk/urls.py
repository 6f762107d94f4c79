"""The desk's own addresses, below the admin's; every one behind the admin's sign-in."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from booking.desk import doubles, feeds, patients, records, times, views

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
    staff("patients/", patients.search, "patients"),
    staff("patients/doubles/", doubles.doubles, "doubles"),
    staff("patients/<uuid:patient_id>/", patients.patient, "patient"),
    staff("patients/<uuid:patient_id>/correct/", patients.correct, "correct-patient"),
    staff("patients/<uuid:patient_id>/note/", patients.note, "note"),
    staff("patients/<uuid:patient_id>/with/<uuid:other_id>/", doubles.compare, "compare"),
    staff("patients/<uuid:patient_id>/undo-merge/", doubles.separate, "undo-merge"),
    staff("patients/<uuid:patient_id>/record/", records.read, "patient-record"),
    staff("patients/<uuid:patient_id>/record.json", records.export, "patient-export"),
    staff("patients/<uuid:patient_id>/hold/", records.hold, "hold-patient"),
    staff("patients/<uuid:patient_id>/erase/", records.erase, "erase-patient"),
]
