"""The desk's own addresses, below the admin's; every one behind the admin's sign-in."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from booking.desk import (
    calendar,
    day,
    doubles,
    feeds,
    patients,
    records,
    report_views,
    setup,
    several,
    times,
    views,
    visits,
    wordings,
)

app_name = "desk"


def staff(route: str, view: Callable[..., HttpResponse], name: str, **fixed: str) -> URLPattern:
    return path(route, admin.site.admin_view(view), fixed, name=name)


urlpatterns = [
    staff("appointments/<uuid:appointment_id>/confirm/", views.confirm, "confirm"),
    staff("appointments/<uuid:appointment_id>/decline/", views.decline, "decline"),
    staff("appointments/<uuid:appointment_id>/cancel/", views.cancel, "cancel"),
    staff("appointments/<uuid:appointment_id>/cancel-visit/", visits.cancel_visit, "cancel-visit"),
    staff("appointments/<uuid:appointment_id>/offer/", times.offer, "offer"),
    staff("appointments/<uuid:appointment_id>/move/", times.move, "move"),
    staff("appointments/<uuid:appointment_id>/no-other/", times.no_other_time, "no-other-time"),
    staff("appointments/<uuid:appointment_id>/note/", views.note, "note"),
    staff("appointments/<uuid:appointment_id>/remove/", day.remove, "remove"),
    staff("appointments/<uuid:appointment_id>/remove-sender/", day.remove_sender, "remove-sender"),
    *(
        staff(f"appointments/<uuid:appointment_id>/{verb}/", day.mark, verb, verb=verb)
        for verb in day.MARKS
    ),
    staff("requests/confirm/", several.confirm_several, "confirm-several"),
    staff("book/", times.book, "book"),
    staff("book/visit/", visits.book_visit, "book-visit"),
    staff("calendar/", calendar.day, "calendar"),
    staff("calendar/week/", calendar.week, "calendar-week"),
    staff("calendar-feed/", feeds.feed, "feed"),
    staff("calendar-feed/<int:practitioner_id>/renew/", feeds.renew, "renew-feed"),
    staff("wording/preview/", wordings.preview, "wording-preview"),
    staff("reports/", report_views.reports, "reports"),
    staff("reports/<slug:key>.csv", report_views.sheet, "report-sheet"),
    staff("messages/<uuid:message_id>/called/", views.called, "called"),
    staff("messages/<uuid:message_id>/send-again/", views.send_again, "send-again"),
    staff("server/", setup.server, "server"),
    staff("setup/put-away/", setup.put_away, "put-setup-away"),
    staff("setup/show/", setup.show_again, "show-setup"),
    staff("patients/", patients.search, "patients"),
    staff("patients/doubles/", doubles.doubles, "doubles"),
    staff("patients/<uuid:patient_id>/", patients.patient, "patient"),
    staff("patients/<uuid:patient_id>/correct/", patients.correct, "correct-patient"),
    staff("patients/<uuid:patient_id>/note/", patients.note, "patient-note"),
    staff("patients/<uuid:patient_id>/with/<uuid:other_id>/", doubles.compare, "compare"),
    staff("patients/<uuid:patient_id>/undo-merge/", doubles.separate, "undo-merge"),
    staff("patients/<uuid:patient_id>/record/", records.read, "patient-record"),
    staff("patients/<uuid:patient_id>/record.json", records.export, "patient-export"),
    staff("patients/<uuid:patient_id>/hold/", records.hold, "hold-patient"),
    staff("patients/<uuid:patient_id>/erase/", records.erase, "erase-patient"),
]
