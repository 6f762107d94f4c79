"""The page of the reports, and each of them as a table to download."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking.desk.figures import Figures
from booking.desk.period import PRESETS, Period, PeriodForm
from booking.desk.reports import REPORTS
from booking.desk.sheets import download
from booking.desk.views import page, signed_in
from clinic.audit import record_access


def asked_for(request: HttpRequest) -> PeriodForm:
    """The period that a query names, for who has to do with patients.

    The admin site has made the clinic's zone the current one.
    """
    if not signed_in(request).has_perm("booking.view_appointment"):
        raise PermissionDenied
    return PeriodForm(request.GET, now=timezone.now(), zone=timezone.get_current_timezone())


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    form, now = asked_for(request), timezone.now()
    record_access(request, action="list", subject_type="reports")
    presets = {
        name: Period.last_weeks(weeks, now=now, zone=form.zone) for name, weeks in PRESETS.items()
    }
    context: dict[str, Any] = {"form": form, "presets": presets}
    if form.is_valid():
        period = form.period
        figures = Figures.read(signed_in(request), period, now=now)
        context["period"], context["query"] = period, urlencode(period.query)
        context["reports"] = [make(figures) for make in REPORTS.values()]
    return page(request, "reports", "Reports", **context)


@require_safe
def sheet(request: HttpRequest, key: str) -> HttpResponse:
    form, now = asked_for(request), timezone.now()
    if key not in REPORTS:
        raise Http404
    if not form.is_valid():
        return redirect(f"{reverse('desk:reports')}?{request.GET.urlencode()}")
    record_access(request, action="export", subject_type="reports", subject=key)
    report = REPORTS[key](Figures.read(signed_in(request), form.period, now=now))
    days = "-to-".join(form.period.query.values())
    return download(f"{key}-{days}", report.sheet_head, report.sheet_rows)
