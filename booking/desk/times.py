"""The free times of a service as staff see them, and what they do with one: offer, book, move."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from booking import actions, openings
from booking.actions import Proposal
from booking.availability import Opening
from booking.desk.forms import OfferForm, TelephoneBookingForm, parse_slot, write_slot
from booking.desk.history import last_change
from booking.desk.views import back, reach_appointment, signed_in, staff_of
from booking.errors import BookingError, NotFree, NotPossible
from booking.models import Appointment, Status
from booking.pages import submission_of
from clinic.admin_site import clinic_zone
from clinic.audit import record_access
from clinic.models import Practitioner, Service

DAYS_SHOWN = timedelta(days=14)
KEPT = ("from_appointment", "service")
GET_AND_POST = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Slot:
    """A free time with its practitioner, as a value that a form sends back."""

    opening: Opening
    practitioner: Practitioner

    @property
    def value(self) -> str:
        return write_slot(self.opening.starts_at, self.opening.practitioner_id)


@dataclass(frozen=True)
class Slots:
    """Two weeks of free times, from a day and of a practitioner that can be chosen."""

    service: Service
    practitioner: Practitioner | None
    first_day: date
    days: list[tuple[date, list[Slot]]]

    @classmethod
    def read(
        cls, request: HttpRequest, service: Service, now: datetime, besides: UUID | None = None
    ) -> "Slots":
        """What `from` and `practitioner` of the query ask for; nonsense is passed over."""
        today = now.astimezone(clinic_zone()).date()
        first = min(
            max(_day(request.GET.get("from", "")) or today, today), today.replace(year=2199)
        )
        slug = request.GET.get("practitioner", "").replace("\x00", "")[:64]
        who = service.practitioners.active().filter(slug=slug).first() if slug else None
        last = first + DAYS_SHOWN - timedelta(days=1)
        free = openings.free_times(
            service,
            first_day=first,
            last_day=last,
            now=now,
            practitioner=who,
            besides=besides,
            for_staff=True,
        )
        by_day: dict[date, list[Slot]] = {}
        for opening in free.openings:
            slot = Slot(opening, free.practitioners[opening.practitioner_id])
            by_day.setdefault(opening.local_start.date(), []).append(slot)
        return cls(service, who, first, list(by_day.items()))

    @property
    def choices(self) -> list[Practitioner]:
        return list(self.service.practitioners.active())

    @property
    def next_query(self) -> str:
        who = {"practitioner": self.practitioner.slug} if self.practitioner else {}
        return urlencode({"from": (self.first_day + DAYS_SHOWN).isoformat(), **who})


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def page(
    request: HttpRequest, template: str, title: str, *, status: int = 200, **context: object
) -> HttpResponse:
    whole = {
        **admin.site.each_context(request),
        "title": title,
        "from_appointment": "from_appointment" in {**request.GET, **request.POST},
        # What the form that chooses other times has to say again.
        "keep": {name: request.GET[name] for name in KEPT if name in request.GET},
        **context,
    }
    return TemplateResponse(request, f"booking/desk/{template}.html", whole, status=status)


def refuse(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Too late: say what it has become, and who was first."""
    messages.warning(request, f"{NotPossible(appointment)} {last_change(appointment)}")
    return back(request, appointment)


@require_http_methods(GET_AND_POST)
def offer(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Up to three other times for a request that waits."""
    appointment, now = reach_appointment(request, appointment_id), timezone.now()
    form = OfferForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        wanted, note = form.cleaned_data["slots"], form.cleaned_data["note"]
        try:
            actions.offer(
                appointment_id=appointment.pk,
                times=wanted,
                note=note,
                by=staff_of(request),
                now=now,
            )
        except NotPossible as error:
            return refuse(request, error.appointment)
        except BookingError as error:
            form.add_error("slots", str(error))
            status = 409
        else:
            messages.success(request, "Offered. The patient is asked to choose.")
            return back(request, appointment)
    elif appointment.status != Status.PENDING:
        return refuse(request, appointment)
    return page(
        request,
        "offer",
        "Offer other times",
        status=status,
        appointment=appointment,
        form=form,
        slots=Slots.read(request, appointment.request.service, now),
        ticked=request.POST.getlist("slots"),
    )


@require_http_methods(GET_AND_POST)
def move(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Another time for a request or a confirmed appointment."""
    appointment, now = reach_appointment(request, appointment_id), timezone.now()
    error = ""
    if request.method == "POST":
        wanted = parse_slot(request.POST.get("slot", ""))
        try:
            if wanted is None:
                raise NotFree("Choose one of the times.")
            _move(appointment, wanted, request, now)
        except NotPossible as refusal:
            return refuse(request, refusal.appointment)
        except BookingError as refusal:
            error = str(refusal)
        else:
            messages.success(request, "Moved. The patient is told.")
            return back(request, appointment)
    elif appointment.status not in {Status.PENDING, Status.BOOKED}:
        return refuse(request, appointment)
    return page(
        request,
        "move",
        "Move to another time",
        status=409 if error else 200,
        appointment=appointment,
        error=error,
        slots=Slots.read(request, appointment.request.service, now, appointment.request_id),
    )


def _move(appointment: Appointment, to: Proposal, request: HttpRequest, now: datetime) -> None:
    actions.move(
        appointment_id=appointment.pk,
        starts_at=to.starts_at,
        practitioner=to.practitioner,
        by=staff_of(request),
        now=now,
    )


@require_http_methods(GET_AND_POST)
def book(request: HttpRequest) -> HttpResponse:
    """For somebody on the telephone: the service, then a time, then who it is for."""
    user = signed_in(request)
    if not user.has_perms(("booking.decide_request", "booking.reach_everyone")):
        raise PermissionDenied
    now = timezone.now()
    slug = request.GET.get("service", "").replace("\x00", "")[:64]
    service = Service.objects.bookable().filter(slug=slug).first()
    title = "Book for a patient"
    if service is None:
        return page(request, "book_service", title, services=Service.objects.bookable())
    wanted = parse_slot(request.GET.get("slot", ""))
    if wanted is None:
        return page(request, "book_time", title, slots=Slots.read(request, service, now))
    form = _details_form(request, now)
    if request.method == "POST" and submission_of(request) and form.is_valid():
        try:
            booked = _book(service, wanted, form, request, now)
        except NotFree as error:
            near = openings.around(service, wanted.starts_at, now=now, for_staff=True)
            context = {"error": error, "near": _near(near, wanted), "service": service}
            return page(request, "book", title, status=409, form=form, wanted=wanted, **context)
        messages.success(request, "Booked and confirmed.")
        return redirect("admin:booking_appointment_change", booked.pk)
    return page(request, "book", title, form=form, wanted=wanted, service=service)


def _details_form(request: HttpRequest, now: datetime) -> TelephoneBookingForm:
    today = now.astimezone(clinic_zone()).date()
    initial = {"today": today, "who": "self", "language": "en", "wants_reminders": True}
    return TelephoneBookingForm(request.POST if request.method == "POST" else None, initial=initial)


def _book(
    service: Service,
    wanted: Proposal,
    form: TelephoneBookingForm,
    request: HttpRequest,
    now: datetime,
) -> Appointment:
    booked = actions.book(
        service=service,
        starts_at=wanted.starts_at,
        practitioner=wanted.practitioner,
        details=form.details(),
        by=staff_of(request),
        now=now,
    )
    record_access(request, action="add", subject_type="appointment", subject=booked.pk)
    return booked


def _near(free: openings.FreeTimes, wanted: Proposal) -> list[Slot]:
    """The nearest free times of anybody who does this."""
    return [
        Slot(opening, free.practitioners[opening.practitioner_id])
        for opening in free.nearest(wanted.starts_at)
    ]
