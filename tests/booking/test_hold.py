"""Choosing a time holds it for 20 minutes: for this visitor, and against everybody else."""

from datetime import datetime, timedelta

import pytest

from booking import actions, worker
from booking.actions import drafts
from booking.actors import Actor
from booking.errors import AlreadySent, JustTaken, NoTimeChosen, NotOffered
from booking.models import Appointment, AppointmentEvent, AppointmentRequest, Status
from booking.models.appointments import BLOCKING, Reason
from clinic.models import Closure, Practitioner, Service
from tests.booking.builders import (
    TEN_O_CLOCK,
    a_draft,
    a_patient,
    a_practitioner,
    a_room,
    a_service,
    an_appointment,
)
from tests.booking.ledger import changes_of, kinds, nothing_changes

pytestmark = pytest.mark.django_db

PATIENT = Actor.patient()
MINUTE = timedelta(minutes=1)
HELD_FOR = 20 * MINUTE
ELEVEN_O_CLOCK = TEN_O_CLOCK + timedelta(hours=1)


@pytest.fixture(autouse=True)
def practitioner(service: Service) -> Practitioner:
    return a_practitioner(service)


@pytest.fixture
def draft(service: Service) -> AppointmentRequest:
    return a_draft(service)


def hold(
    draft: AppointmentRequest,
    now: datetime,
    starts_at: datetime = TEN_O_CLOCK,
    practitioner: Practitioner | None = None,
) -> Appointment:
    return actions.hold(
        request_id=draft.id, starts_at=starts_at, practitioner=practitioner, by=PATIENT, now=now
    )


def keep(draft: AppointmentRequest, now: datetime) -> Appointment:
    return actions.keep_hold(request_id=draft.id, by=PATIENT, now=now)


def test_a_free_time_is_held_for_twenty_minutes(
    draft: AppointmentRequest, practitioner: Practitioner, now: datetime
) -> None:
    held = hold(draft, now)
    assert held.status == Status.HELD
    assert held.expires_at == now + HELD_FOR
    assert held.practitioner == practitioner
    assert (held.starts_at, held.ends_at) == (TEN_O_CLOCK, TEN_O_CLOCK + 30 * MINUTE)
    assert changes_of(held) == [("patient", "", "held")]
    assert kinds() == []


def test_buffers_and_a_room_are_held_with_it(now: datetime) -> None:
    room = a_room()
    service = a_service(buffer_before=5, buffer_after=10, needs_room=True)
    a_practitioner(service)
    held = hold(a_draft(service), now)
    assert held.room == room
    assert held.blocks_from == held.starts_at - 5 * MINUTE
    assert held.blocks_until == held.ends_at + 10 * MINUTE


def test_another_time_takes_the_place_of_the_first(
    draft: AppointmentRequest, now: datetime
) -> None:
    first = hold(draft, now)
    second = hold(draft, now + MINUTE, ELEVEN_O_CLOCK)
    assert (second.status, draft.appointments.get()) == (Status.HELD, second)
    last = AppointmentEvent.objects.filter(appointment=first.id).last()
    assert last
    assert (last.to_status, last.reason_code) == (Status.CANCELLED, Reason.OTHER_TIME_CHOSEN)


def test_a_time_that_overlaps_ones_own_can_be_chosen_instead(now: datetime) -> None:
    service = a_service(duration=60)
    a_practitioner(service)
    draft = a_draft(service)
    hold(draft, now)
    assert hold(draft, now + MINUTE, TEN_O_CLOCK + 30 * MINUTE).status == Status.HELD


def test_the_same_time_again_renews_it(draft: AppointmentRequest, now: datetime) -> None:
    first = hold(draft, now)
    again = hold(draft, now + 19 * MINUTE)
    assert again == first
    assert again.expires_at == now + 39 * MINUTE
    assert draft.appointments.count() == 1


def test_the_same_time_with_somebody_else_is_another_time(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    first, other = hold(draft, now), a_practitioner(service)
    second = hold(draft, now + MINUTE, practitioner=other)
    assert second != first
    assert second.practitioner == other


@pytest.mark.parametrize("status", BLOCKING)
def test_a_time_that_blocks_is_taken_and_the_draft_keeps_its_own(
    status: Status, draft: AppointmentRequest, practitioner: Practitioner, now: datetime
) -> None:
    own = hold(draft, now, ELEVEN_O_CLOCK)
    an_appointment(status, practitioner=practitioner)
    with nothing_changes(), pytest.raises(JustTaken):
        hold(draft, now + MINUTE)
    own.refresh_from_db()
    assert own.status == Status.HELD


@pytest.mark.parametrize("status", sorted(set(Status) - set(BLOCKING)))
def test_a_time_that_no_longer_blocks_can_be_held(
    status: Status, draft: AppointmentRequest, practitioner: Practitioner, now: datetime
) -> None:
    an_appointment(status, practitioner=practitioner)
    assert hold(draft, now).status == Status.HELD


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (Status.HELD, Reason.HOLD_ENDED, []),
        (Status.PROPOSED, Reason.OFFER_ENDED, ["offer_ended", "staff_offer_ended"]),
        (Status.PENDING, Reason.NOT_ANSWERED, ["expired", "staff_expired"]),
    ],
)
def test_what_has_lapsed_on_a_time_is_ended_on_the_way(
    status: Status,
    reason: Reason,
    told: list[str],
    draft: AppointmentRequest,
    practitioner: Practitioner,
    now: datetime,
) -> None:
    lapsed = an_appointment(status, practitioner=practitioner, expires_at=now)
    assert hold(draft, now).status == Status.HELD
    lapsed.refresh_from_db()
    assert (lapsed.status, lapsed.reason_code) == (Status.CANCELLED, reason)
    assert changes_of(lapsed) == [("system", status, "cancelled")]
    assert kinds() == told


def test_a_hold_blocks_others_until_the_minute_it_ends(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    hold(draft, now)
    other = a_draft(service)
    with pytest.raises(JustTaken):
        hold(other, now + HELD_FOR - timedelta(seconds=1))
    assert hold(other, now + HELD_FOR).request == other


NEVER_OFFERED = {
    "an hour before opening": TEN_O_CLOCK - timedelta(hours=2),
    "at closing": TEN_O_CLOCK + timedelta(hours=7),
    "Sunday at three in the morning": datetime.fromisoformat("2026-06-21T03:00-04:00"),
    "yesterday": TEN_O_CLOCK - timedelta(days=3),
    "within the minimum notice": TEN_O_CLOCK - timedelta(days=1, minutes=90),
    "beyond the horizon": TEN_O_CLOCK + timedelta(days=70),
    "off the grid": TEN_O_CLOCK + MINUTE,
    "a fraction of a second off": TEN_O_CLOCK + timedelta(microseconds=1),
}


@pytest.mark.parametrize("starts_at", NEVER_OFFERED.values(), ids=NEVER_OFFERED)
def test_a_time_that_was_never_offered_is_refused_and_nothing_stored(
    starts_at: datetime, draft: AppointmentRequest, now: datetime
) -> None:
    with nothing_changes(), pytest.raises(NotOffered):
        hold(draft, now, starts_at)


@pytest.mark.parametrize(
    ("minutes", "is_offered"), [(-1, True), (0, True), (1, False)], ids=["before", "edge", "after"]
)
def test_the_minimum_notice_is_asked_when_the_time_is_taken(
    minutes: int, is_offered: bool, draft: AppointmentRequest
) -> None:
    now = TEN_O_CLOCK - timedelta(hours=24) + minutes * MINUTE
    if is_offered:
        assert hold(draft, now).status == Status.HELD
    else:
        with pytest.raises(NotOffered):
            hold(draft, now)


def test_the_length_of_another_service_does_not_fit(now: datetime) -> None:
    """Half past four is a time of the short service; the long one would end after closing."""
    half_past_four = TEN_O_CLOCK + timedelta(hours=6, minutes=30)
    long = a_service(duration=60)
    a_practitioner(long)
    with pytest.raises(NotOffered):
        hold(a_draft(long), now, half_past_four)


def test_whoever_does_not_do_the_service_is_not_to_be_had(
    draft: AppointmentRequest, now: datetime
) -> None:
    stranger = a_practitioner(a_service())
    with nothing_changes(), pytest.raises(NotOffered):
        hold(draft, now, practitioner=stranger)


def test_a_request_that_was_sent_holds_nothing_more(
    draft: AppointmentRequest, now: datetime
) -> None:
    appointment = an_appointment(Status.PENDING)
    with nothing_changes(), pytest.raises(AlreadySent):
        hold(appointment.request, now, ELEVEN_O_CLOCK)


# Keeping it from step to step


def test_each_step_renews_the_hold(draft: AppointmentRequest, now: datetime) -> None:
    held = hold(draft, now)
    kept = keep(draft, now + 10 * MINUTE)
    assert kept == held
    assert kept.expires_at == now + 30 * MINUTE


def test_a_hold_that_lapsed_while_nobody_wanted_it_is_still_ones_own(
    draft: AppointmentRequest, now: datetime
) -> None:
    held = hold(draft, now)
    kept = keep(draft, now + timedelta(hours=1))
    assert kept == held
    assert kept.status == Status.HELD


@pytest.mark.parametrize(
    ("minutes", "is_renewed"), [(-1, True), (0, True), (1, False)], ids=["before", "edge", "after"]
)
def test_a_hold_is_renewed_for_two_hours_and_then_has_to_lapse(
    minutes: int, is_renewed: bool, draft: AppointmentRequest, now: datetime
) -> None:
    held, last = hold(draft, now), now + timedelta(hours=2)
    Appointment.objects.update(expires_at=last + 5 * MINUTE)
    moment = last + minutes * MINUTE
    kept = keep(draft, moment)
    assert kept == held
    assert kept.expires_at == (moment + HELD_FOR if is_renewed else last + 5 * MINUTE)


def test_a_time_that_lapsed_after_two_hours_is_ones_own_again_if_nobody_wants_it(
    draft: AppointmentRequest, now: datetime
) -> None:
    hold(draft, now)
    later = now + timedelta(hours=3)
    assert keep(draft, later).expires_at == later + HELD_FOR


def test_a_hold_that_was_cleared_is_quietly_taken_again(
    draft: AppointmentRequest, practitioner: Practitioner, now: datetime
) -> None:
    held = hold(draft, now)
    later = now + HELD_FOR
    actions.expire_lapsed(now=later)
    again = keep(draft, later)
    assert again != held
    assert (again.starts_at, again.practitioner) == (held.starts_at, practitioner)


def test_a_hold_that_another_took_over_is_gone(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    hold(draft, now)
    hold(a_draft(service), now + HELD_FOR)
    with nothing_changes(), pytest.raises(JustTaken):
        keep(draft, now + HELD_FOR + MINUTE)


def test_a_cleared_hold_on_a_day_that_has_closed_since_is_not_offered(
    draft: AppointmentRequest, now: datetime
) -> None:
    hold(draft, now)
    actions.expire_lapsed(now=now + HELD_FOR)
    Closure.objects.create(first_day=TEN_O_CLOCK.date(), last_day=TEN_O_CLOCK.date())
    with pytest.raises(NotOffered):
        keep(draft, now + HELD_FOR)


def test_a_held_time_that_has_begun_is_gone(draft: AppointmentRequest, now: datetime) -> None:
    hold(draft, now)
    with nothing_changes(), pytest.raises(NotOffered):
        keep(draft, TEN_O_CLOCK)


def test_without_a_chosen_time_there_is_none_to_keep(
    draft: AppointmentRequest, now: datetime
) -> None:
    with nothing_changes(), pytest.raises(NoTimeChosen):
        keep(draft, now)


# Beginning anew


def begin_anew(service: Service, before: AppointmentRequest, now: datetime) -> AppointmentRequest:
    return actions.start_draft(
        service=service,
        language="en",
        gate_wording="",
        seen_by_doctor=False,
        instead_of=before.id,
        by=PATIENT,
        now=now,
    )


def test_beginning_anew_frees_the_time_and_takes_the_answers_along(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    held = hold(draft, now)
    actions.save_answers(request_id=draft.id, answers={"full_name": "Ada"}, now=now)
    new = begin_anew(service, draft, now + MINUTE)
    held.refresh_from_db()
    draft.refresh_from_db()
    assert held.status == Status.CANCELLED
    assert new.answers == '{"full_name": "Ada"}'


def test_beginning_anew_twice_at_once_loses_no_answers(
    service: Service, draft: AppointmentRequest, now: datetime
) -> None:
    """Both forms come from a page that knew the draft before, and the later one is remembered."""
    actions.save_answers(request_id=draft.id, answers={"full_name": "Ada"}, now=now)
    both = [begin_anew(service, draft, now) for _press in range(2)]
    assert [each.answers for each in both] == ['{"full_name": "Ada"}'] * 2
    worker.tidy_up(now=now + worker.ABANDONED_AFTER + MINUTE)
    assert not AppointmentRequest.objects.exists()


def test_beginning_anew_leaves_what_was_sent_alone(service: Service, now: datetime) -> None:
    sent = an_appointment(Status.PENDING)
    new = begin_anew(service, sent.request, now)
    sent.refresh_from_db()
    assert sent.status == Status.PENDING
    assert new.answers == ""


def test_beginning_anew_waits_for_what_another_tab_is_sending(
    service: Service, draft: AppointmentRequest, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the lock sends the draft first; then there is none to give up."""
    hold(draft, now)

    def the_other_tab_is_faster() -> None:
        Appointment.objects.update(status=Status.PENDING)
        AppointmentRequest.objects.filter(id=draft.id).update(
            sent_at=now, answer_by=now, patient=a_patient()
        )

    monkeypatch.setattr(drafts, "lock_calendar", the_other_tab_is_faster)
    begin_anew(service, draft, now)
    assert draft.appointments.get().status == Status.PENDING
