"""The patient's side: the steps of the booking."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, limits, screening
from booking.actions import Details
from booking.actors import Actor
from booking.errors import NotFree
from booking.flow import Draft, draft_of, remember_draft
from booking.forms import DetailsForm, SafetyForm
from booking.links import path_for
from booking.models.appointments import Status
from booking.pages import booking_page, draft_page
from booking.week import Week
from booking.wishes import Wish, parse_instant
from clinic.memory import the_clinic
from clinic.models import Practitioner, Service
from content.library import cautions_asked
from content.models import RedFlag

PATIENT = Actor.patient()


@require_safe
@booking_page
def book(request: HttpRequest) -> HttpResponse:
    """Choose the service; a wish that names one goes straight to the gate."""
    wish = Wish.read(request.GET)
    if wish.service:
        return redirect(f"safety/{wish.query()}")
    services = Service.objects.bookable()
    if wish.practitioner:
        services = services.filter(practitioners=wish.practitioner)
    query = wish.query().removeprefix("?")
    return render(request, "booking/service.html", {"services": services, "query": query})


@require_http_methods(["GET", "HEAD", "POST"])
@booking_page
def safety(request: HttpRequest) -> HttpResponse:
    """The gate: stop with the right advice and store nothing, or begin a draft."""
    wish = Wish.read(request.GET)
    if wish.service is None:
        return redirect("book")
    form = SafetyForm(request.POST or None, flags=RedFlag.objects.all())
    if request.method != "POST" or not form.is_valid():
        return render(request, "booking/safety.html", {"form": form, "wish": wish})
    seen_by_doctor = form.cleaned_data["seen_by_doctor"]
    flags = form.named_flags()
    outcome = screening.outcome_of(flags, seen_by_doctor=seen_by_doctor)
    if outcome is not screening.Outcome.GO_ON:
        return render(request, "booking/stop.html", {"outcome": outcome.value, "wish": wish})
    return _begin(request, wish, wish.service, form, seen_by_doctor=bool(flags) and seen_by_doctor)


def _begin(
    request: HttpRequest, wish: Wish, service: Service, form: SafetyForm, *, seen_by_doctor: bool
) -> HttpResponse:
    now = timezone.now()
    limits.check_draft(request, now=now)
    before = draft_of(request)
    draft = actions.start_draft(
        service=service,
        language=get_language() or "en",
        gate_wording=screening.wording_of(form.all_flags),
        seen_by_doctor=seen_by_doctor,
        practitioner=wish.practitioner,
        article=wish.article,
        instead_of=before.request.id if before else None,
        by=PATIENT,
        now=now,
    )
    remember_draft(request, draft)
    only_time = Wish(at=wish.at, practitioner=wish.practitioner)
    return redirect(f"../time/{only_time.query()}")


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def time(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Choose a real free time; choosing (POST) holds it."""
    if not draft.request.is_draft:
        return redirect("book-done")
    now = timezone.now()
    if request.method == "POST":
        return _hold(request, draft, now)
    week = _week(request.GET, draft, now)
    return render(request, "booking/time.html", {"week": week, "draft": draft})


def _week(query: QueryDict, draft: Draft, now: datetime) -> Week:
    return Week.read(query, service=draft.request.service, request_id=draft.request.id, now=now)


def _hold(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    chosen = Wish.read(request.POST)
    starts_at = parse_instant(request.POST.get("slot", ""))
    limits.check_hold(request, now=now)
    try:
        if starts_at is None:
            raise NotFree(_("Choose a time."))
        actions.hold(
            request_id=draft.request.id,
            starts_at=starts_at,
            practitioner=chosen.practitioner,
            by=PATIENT,
            now=now,
        )
    except NotFree as error:
        return _other_times(request, draft, error, starts_at, chosen.practitioner, now)
    return redirect("book-check" if draft.request.kept_answers else "book-details")


def _other_times(
    request: HttpRequest,
    draft: Draft,
    error: NotFree,
    wanted: datetime | None,
    practitioner: Practitioner | None,
    now: datetime,
) -> HttpResponse:
    """Say that the time cannot be had, and show the nearest ones that can."""
    query = QueryDict(Wish(at=wanted, practitioner=practitioner).query().removeprefix("?"))
    week = _week(query, draft, now)
    context = {"week": week, "draft": draft, "error": error}
    return render(request, "booking/time.html", context, status=409)


def _gone(request: HttpRequest, draft: Draft, error: NotFree, now: datetime) -> HttpResponse:
    """The chosen time could not be kept."""
    wanted = draft.chosen.starts_at if draft.chosen else None
    return _other_times(request, draft, error, wanted, draft.request.practitioner_wish, now)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def details(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Who comes, and how to reach them. What was typed is kept even if the time is gone."""
    if draft.chosen is None or not draft.request.is_draft:
        return redirect(draft.next_url)
    now = timezone.now()
    form = _details_form(draft, request.POST if request.method == "POST" else None, now)
    if request.method != "POST" or not form.is_valid():
        return render(request, "booking/details.html", {"form": form, "draft": draft})
    actions.save_answers(request_id=draft.request.id, answers=form.typed(), now=now)
    try:
        actions.keep_hold(request_id=draft.request.id, by=PATIENT, now=now)
    except NotFree as error:
        return _gone(request, draft, error, now)
    return redirect("book-check")


def _details_form(draft: Draft, data: QueryDict | None, now: datetime) -> DetailsForm:
    """The form, filled with what was posted, with the answers kept so far, or for a new start."""
    today = now.astimezone(the_clinic().zone).date()
    initial = {
        "today": today,
        "who": "self",
        "language": draft.request.language,
        "wants_reminders": True,
    }
    cautions = cautions_asked()
    if data is not None or not draft.request.kept_answers:
        return DetailsForm(data, initial=initial, cautions=cautions)
    kept = QueryDict(mutable=True)
    for name, value in draft.request.kept_answers.items():
        kept.setlist(name, value if isinstance(value, list) else [value])
    return DetailsForm(kept, initial=initial, cautions=cautions)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Everything once more, each with a way to change it; then the request is sent."""
    if not draft.request.is_draft or not draft.request.kept_answers:
        return redirect(draft.next_url)
    now = timezone.now()
    form = _details_form(draft, None, now)
    if not form.is_valid():
        return redirect("book-details")
    if request.method == "POST":
        return _send(request, draft, form.details(), now)
    if draft.chosen is None:
        return redirect(draft.next_url)
    return render(request, "booking/check.html", {"rows": form.rows, "draft": draft})


def _send(request: HttpRequest, draft: Draft, answers: Details, now: datetime) -> HttpResponse:
    if request.POST.get("token") != str(draft.request.submission_token):
        return redirect("book-check")  # the form of another draft: show this one
    limits.check_request(request, email=answers.email, telephone=answers.telephone, now=now)
    try:
        actions.send(
            request_id=draft.request.id,
            submission_token=draft.request.submission_token,
            details=answers,
            sent_from=limits.sender_of(request),
            by=PATIENT,
            now=now,
        )
    except NotFree as error:
        return _gone(request, draft, error, now)
    return redirect("book-done")


@require_safe
@draft_page
def done(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Requested, not yet confirmed: what happens next, and by when."""
    if draft.request.is_draft:
        return redirect(draft.next_url)
    if draft.chosen is None or draft.chosen.status != Status.PENDING:
        return redirect(path_for(draft.request))  # answered meanwhile: its own page says how
    context = {"draft": draft, "link": path_for(draft.request)}
    return render(request, "booking/done.html", context)
