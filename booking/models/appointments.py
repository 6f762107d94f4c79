"""A time on the calendar, what may become of it, and what became of it."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.constraints import NoOverlap
from booking.models.requests import AppointmentRequest
from clinic.constraints import AppendOnly
from clinic.models import Location, Practitioner, Room, User

LONGEST_HOURS = 13  # greatest service and both buffers: the bound of every blocked interval


class Status(models.TextChoices):
    """FHIR R4's words; the labels are what staff see."""

    HELD = "held", "Held"
    PROPOSED = "proposed", "Offered"
    PENDING = "pending", "Requested"
    BOOKED = "booked", "Confirmed"
    ARRIVED = "arrived", "Arrived"
    FULFILLED = "fulfilled", "Completed"
    NOSHOW = "noshow", "Did not come"
    CANCELLED = "cancelled", "Cancelled"
    ENTERED_IN_ERROR = "entered-in-error", "Removed"


BLOCKING = (
    Status.HELD,
    Status.PROPOSED,
    Status.PENDING,
    Status.BOOKED,
    Status.ARRIVED,
    Status.FULFILLED,
)
# What a day's list shows: everything confirmed, and what became of it.
VISITS = (Status.BOOKED, Status.ARRIVED, Status.FULFILLED, Status.NOSHOW)
NOT_BLOCKING = tuple(status for status in Status if status not in BLOCKING)
# A visit that was completed early has given the rest of its time back.
MAY_END_EARLY = (Status.FULFILLED, Status.ENTERED_IN_ERROR)
WITH_DEADLINE = (Status.HELD, Status.PROPOSED, Status.PENDING)

# The one table of allowed changes; a new appointment begins at None. A status that may change to
# itself is that of an appointment whose time may move.
CHANGES: dict[Status | None, frozenset[Status]] = {
    None: frozenset({Status.HELD, Status.PROPOSED, Status.PENDING, Status.BOOKED}),
    Status.HELD: frozenset({Status.PENDING, Status.CANCELLED}),
    Status.PROPOSED: frozenset({Status.BOOKED, Status.CANCELLED, Status.ENTERED_IN_ERROR}),
    Status.PENDING: frozenset(
        {Status.PENDING, Status.BOOKED, Status.CANCELLED, Status.ENTERED_IN_ERROR}
    ),
    Status.BOOKED: frozenset(
        {
            Status.BOOKED,
            Status.ARRIVED,
            Status.NOSHOW,
            Status.CANCELLED,
            Status.ENTERED_IN_ERROR,
        }
    ),
    Status.ARRIVED: frozenset({Status.FULFILLED, Status.BOOKED, Status.ENTERED_IN_ERROR}),
    Status.FULFILLED: frozenset({Status.ARRIVED, Status.ENTERED_IN_ERROR}),
    Status.NOSHOW: frozenset({Status.BOOKED, Status.ENTERED_IN_ERROR}),
    Status.CANCELLED: frozenset(),
    Status.ENTERED_IN_ERROR: frozenset(),
}


class Reason(models.TextChoices):
    """Why an appointment ended; the texts are for patients and say nothing of health."""

    HOLD_ENDED = "hold_ended", _("The time was held for 20 minutes and then given free.")
    OTHER_TIME_CHOSEN = "other_time_chosen", _("Another time was chosen.")
    BY_PATIENT = "by_patient", _("Cancelled by you.")
    BY_CLINIC = "by_clinic", _("Cancelled by the clinic.")
    COMING = "coming", _("You told us that you are coming.")
    NOT_ANSWERED = "not_answered", _("We could not answer within the time we had promised.")
    OTHER_TIMES_OFFERED = "other_times_offered", _("We offered you other times instead.")
    OTHER_OFFER_TAKEN = "other_offer_taken", _("You took another of the times we had offered.")
    OFFER_DECLINED = "offer_declined", _("You declined the times we had offered.")
    OFFER_ENDED = "offer_ended", _("The times we had offered were not taken in time.")
    OTHER_TIME_NEEDED = "other_time_needed", _("Another time has to be found.")
    TIME_KEPT = "time_kept", _("The time stays as it was.")
    OFFER_WITHDRAWN = "offer_withdrawn", _("We had to withdraw the times we had offered.")
    NOT_POSSIBLE = "not_possible", _("We cannot offer this time after all.")
    OTHER_SERVICE = "other_service", _("Another kind of appointment would suit you better.")
    NOT_OUR_FIELD = "not_our_field", _("Another clinic can help you better than we can.")
    PLEASE_CALL = "please_call", _("Please call us, so that we can talk it over.")


DECLINE_REASONS = (
    Reason.NOT_POSSIBLE,
    Reason.OTHER_SERVICE,
    Reason.NOT_OUR_FIELD,
    Reason.PLEASE_CALL,
)
# After these another request online would not help.
NOT_ONLINE = (Reason.NOT_OUR_FIELD, Reason.PLEASE_CALL)


# However long ago it was: nobody is forgotten.
WITHOUT_A_TIME = models.Q(
    needs_other_time=True, status=Status.CANCELLED, request__patient__erased_at=None
)
EXPIRED = (Reason.NOT_ANSWERED, Reason.OFFER_ENDED)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def blocking(self) -> Self:
        """Said by what it is not: by its few statuses SQLite would read years of history."""
        return self.exclude(status__in=NOT_BLOCKING)

    def touching(self, start: datetime, end: datetime) -> Self:
        """Whose blocked interval meets [start, end); the lower bound lets the index serve."""
        return self.filter(
            blocks_from__lt=end,
            blocks_until__gt=start,
            blocks_from__gte=start - timedelta(hours=LONGEST_HOURS),
        )

    def lapsed(self, *, now: datetime) -> Self:
        """Held, offered or requested, and past the deadline."""
        return self.filter(status__in=WITH_DEADLINE, expires_at__lte=now)

    def blocking_at(self, *, now: datetime) -> Self:
        """Blocking, and not merely because nobody has cleared what lapsed."""
        return self.blocking().exclude(status__in=WITH_DEADLINE, expires_at__lte=now)

    def within_reach_of(self, user: User) -> Self:
        """Of requests that were sent: every one, or those of the practitioner who signed in."""
        sent = self.filter(request__sent_at__isnull=False)
        if user.has_perm("booking.reach_everyone"):
            return sent
        return sent.filter(practitioner__user=user)

    def waiting_for_staff(self) -> Self:
        """Requests to confirm or decline, the longest overdue first."""
        return self.filter(status=Status.PENDING).order_by("expires_at", "request__sent_at")

    def offered_to(self, request: AppointmentRequest) -> Self:
        """The times that a patient can choose from, the earliest first."""
        return self.filter(request=request, status=Status.PROPOSED).order_by("starts_at")

    def replaced_by_offers(self) -> Self:
        """What had been confirmed, and for which other times were offered since."""
        freed = self.filter(reason_code=Reason.OTHER_TIMES_OFFERED)
        booked = AppointmentEvent.objects.filter(
            appointment=models.OuterRef("pk"), to_status=Status.BOOKED
        )
        return freed.filter(models.Exists(booked))

    def replaced_by_offers_to(self, request: AppointmentRequest) -> "Appointment | None":
        """The confirmed appointment in whose place the times are that a request is offered."""
        freed = self.filter(request=request).replaced_by_offers().with_people()
        return freed.order_by("created_at").last()  # others may have been offered before

    def standing(self) -> Self:
        """What is asked for, offered or agreed: the request has not come to nothing."""
        return self.filter(status__in=(Status.PENDING, Status.PROPOSED, Status.BOOKED))

    def undecided_of(self, requests: models.QuerySet[AppointmentRequest]) -> Self:
        """What these requests ask for or are offered, and nobody has confirmed."""
        undecided = (Status.PENDING, Status.PROPOSED)
        rows = self.filter(request__in=requests, status__in=undecided)
        confirmed = Appointment.objects.filter(request__in=requests).replaced_by_offers()
        rows = rows.exclude(request__in=confirmed.values("request"))
        return rows.order_by("starts_at").with_people()

    def to_come(self, *, now: datetime) -> Self:
        """What stands, its deadline not over, and has not begun: the nearest first."""
        coming = self.standing().filter(starts_at__gt=now).order_by("starts_at")
        return coming.exclude(status__in=WITH_DEADLINE, expires_at__lte=now)

    def on_the_desk(self, start: datetime, end: datetime, *, now: datetime) -> Self:
        """What waits for staff or patients, the day's visits from `start` to `end`, what nobody
        answered though its time is still to come, and what needs another time. One question:
        the desk asks it all day.
        """
        waiting = models.Q(status__in=(Status.PENDING, Status.PROPOSED))
        of_the_day = models.Q(status__in=VISITS, starts_at__gte=start, starts_at__lt=end)
        expired = models.Q(
            status=Status.CANCELLED,
            reason_code__in=EXPIRED,
            starts_at__gte=now,
            request__patient__erased_at=None,
        )
        displaced = models.Q(status=Status.BOOKED, needs_other_time=True, starts_at__gte=now)
        return self.filter(waiting | of_the_day | expired | displaced | WITHOUT_A_TIME)

    def without_a_time(self) -> Self:
        """Offers that staff withdrew to find another time: until that is booked, or not wanted."""
        return self.filter(WITHOUT_A_TIME)

    def on_the_calendar(self, start: datetime, end: datetime, *, now: datetime) -> Self:
        """What a calendar shows: all that blocks, what nobody answered in time, who did not come.

        Only a time that was held, and whose 20 minutes are over, is nobody's any more.
        """
        rows = self.touching(start, end).exclude(
            status__in=(Status.CANCELLED, Status.ENTERED_IN_ERROR)
        )
        return rows.exclude(status=Status.HELD, expires_at__lte=now).order_by("starts_at", "id")

    def agreed(self) -> Self:
        """Everything confirmed, and what became of it."""
        return self.filter(status__in=VISITS)

    def on_the_books(self, start: datetime, end: datetime) -> Self:
        """What was agreed for these days."""
        return self.agreed().filter(starts_at__gte=start, starts_at__lt=end)

    def current_of(self, request: AppointmentRequest) -> "Appointment":
        """What a request that was sent has come to: what stands, else what was last.

        Of times that were offered together that is the one that was taken.
        """
        rows = self.filter(request=request).exclude(status=Status.HELD).with_people()
        rows = rows.exclude(reason_code=Reason.OTHER_OFFER_TAKEN)
        newest = rows.order_by("-created_at", "starts_at")
        found = newest.exclude(status=Status.CANCELLED).first() or newest.first()
        assert found is not None  # a request is sent with a time
        return found

    def of_the_visit(self, request: AppointmentRequest) -> Self:
        """Those of the request, and of all that were booked together with it, in order."""
        rows = self.filter(request__visit=request.visit) if request.visit else self.none()
        return (rows | self.filter(request=request)).order_by("starts_at").with_people()

    def other_parts_of(self, request: AppointmentRequest) -> list["Appointment"]:
        """Where its patient is during the other parts of the visit, or may be; no query for what
        is no visit of several.
        """
        if not request.visit:
            return []
        rows = self.blocking().filter(request__visit=request.visit)
        return list(rows.exclude(request=request))

    def chosen_for(self, request_id: uuid.UUID) -> "Appointment | None":
        """The time that a draft holds, or the last one that it held or became."""
        rows = self.filter(request=request_id).select_related("request")
        return rows.order_by("-created_at").first()

    def with_people(self) -> Self:
        return self.select_related(
            "request__patient", "request__service", "practitioner", "location", "room"
        )


class Appointment(models.Model):
    """Half-open intervals in UTC; `blocks_*` include the buffers of the service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        AppointmentRequest, on_delete=models.PROTECT, related_name="appointments"
    )
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="appointments"
    )
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocks_from = models.DateTimeField()
    blocks_until = models.DateTimeField()
    status = models.CharField(max_length=16, choices=Status)
    reason_code = models.CharField(max_length=24, choices=Reason, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    calendar_uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    attendance_confirmed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the patient said: I am coming."
    )
    needs_other_time = models.BooleanField(
        default=False,
        editable=False,
        help_text="It lies outside the hours now, and staff said that they will find another.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at",)
        permissions = (
            ("decide_request", "Can confirm, decline and cancel"),
            ("reach_everyone", "Can reach the patients of every practitioner"),
        )
        indexes = (
            models.Index(fields=("blocks_from",), name="appointment_calendar"),
            models.Index(fields=("practitioner", "blocks_from"), name="appointment_practitioner"),
            models.Index(fields=("room", "blocks_from"), name="appointment_room"),
            models.Index(fields=("status", "expires_at"), name="appointment_deadline"),
            models.Index(fields=("status", "starts_at"), name="appointment_day"),
            models.Index(
                fields=("status", "starts_at"),
                condition=models.Q(needs_other_time=True),
                name="appointment_other_time",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    ends_at__gt=models.F("starts_at"),
                    blocks_from__lte=models.F("starts_at"),
                    blocks_until__gt=models.F("starts_at"),
                )
                & (
                    models.Q(blocks_until__gte=models.F("ends_at"))
                    | models.Q(status__in=MAY_END_EARLY)
                ),
                name="appointment_interval_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    blocks_until__lte=models.F("blocks_from") + timedelta(hours=LONGEST_HOURS)
                ),
                name="appointment_has_a_greatest_length",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=WITH_DEADLINE, expires_at__isnull=False)
                | (~models.Q(status__in=WITH_DEADLINE) & models.Q(expires_at=None)),
                name="appointment_deadline_while_undecided",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="appointment_status_known"
            ),
            models.UniqueConstraint(
                fields=("request",),
                condition=models.Q(status="held"),
                name="draft_holds_one_time",
            ),
            NoOverlap(
                name="practitioner_never_double_booked",
                owner="practitioner",
                start="blocks_from",
                end="blocks_until",
                statuses=tuple(status.value for status in BLOCKING),
                longest_hours=LONGEST_HOURS,
                violation_error_message="The practitioner is already taken at this time.",
            ),
            NoOverlap(
                name="room_never_double_booked",
                owner="room",
                start="blocks_from",
                end="blocks_until",
                statuses=tuple(status.value for status in BLOCKING),
                longest_hours=LONGEST_HOURS,
                violation_error_message="The room is already taken at this time.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC, {Status(self.status).label.lower()}"

    @property
    def shown(self) -> str:
        """Its state, its time and with whom, for forms to say what their page showed.

        Offers stand and fall together: of them it is the time until which they stand.
        """
        if self.status == Status.PROPOSED:
            assert self.expires_at is not None  # the database says so of every offer
            return f"{self.status}-{self.expires_at.timestamp():.0f}"
        return f"{self.status}-{self.starts_at.timestamp():.0f}-{self.practitioner_id}"

    @property
    def is_without_a_time(self) -> bool:
        return self.needs_other_time and self.status == Status.CANCELLED

    @property
    def is_displaced(self) -> bool:
        """Agreed or asked for at a time that cannot stay: another one has to be found."""
        return self.needs_other_time and self.status in (Status.PENDING, Status.BOOKED)

    @property
    def local_start(self) -> datetime:
        """Wall time at the location, where the patient will stand."""
        return self.starts_at.astimezone(self.location.zone)

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(self.location.zone)

    def is_on_the_day_of(self, moment: datetime) -> bool:
        """By the calendar on the location's wall."""
        return moment.astimezone(self.location.zone).date() == self.local_start.date()


class AppointmentEvent(models.Model):
    """One change of one appointment: who, when, from, to. The database refuses to rewrite it.

    `number` is the appointment's calendar sequence after the change, `starts_at` the time it has
    since, and `submission` the form that asked for it: sent again, it changes nothing more.
    """

    class ActorKind(models.TextChoices):
        PATIENT = "patient", "Patient"
        STAFF = "staff", "Staff"
        SYSTEM = "system", "System"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    appointment = models.UUIDField(db_index=True)
    request = models.UUIDField(db_index=True)
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor = models.UUIDField(null=True)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    reason_code = models.CharField(max_length=24, blank=True)
    number = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField(null=True)
    submission = models.UUIDField(null=True, db_index=True)

    class Meta:
        ordering = ("at", "number", "starts_at", "id")
        verbose_name = "change of an appointment"
        verbose_name_plural = "changes of appointments"
        constraints = (AppendOnly(name="appointment_event_append_only"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.from_status or 'new'} → {self.to_status}"
