"""Hours and closures as staff enter them: exceptions, single days, what comes again."""

from datetime import date, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from clinic import memory
from clinic.models import Clinic, Closure, Practitioner, WorkingHours
from clinic.roles import FRONT_DESK, OWNER, PRACTITIONER
from tests.booking.builders import a_clinic, a_location, a_practitioner
from tests.clinic.staff import a_client

pytestmark = pytest.mark.django_db

WEDNESDAY, THURSDAY = date(2026, 6, 17), date(2026, 6, 18)


@pytest.fixture(autouse=True)
def _clinic() -> Clinic:
    memory.forget_everything()
    return a_clinic()


@pytest.fixture
def person() -> Practitioner:
    return a_practitioner(hours=())


def entered(person: Practitioner, **hours: Any) -> dict[str, Any]:
    """What the form of a practitioner sends with one new row of hours."""
    row = {
        "location": a_location().pk,
        "weekday": WEDNESDAY.weekday(),
        "starts": "10:00",
        "ends": "12:00",
    } | hours
    formset = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0}
    return (
        {"name": person.name, "slug": person.slug, "role_en": "Physician", "is_active": "on"}
        | {"order": 0}
        | {f"hours-{key}": value for key, value in formset.items()}
        | {f"hours-0-{key}": value for key, value in row.items()}
    )


def address(person: Practitioner) -> str:
    return reverse("admin:clinic_practitioner_change", args=[person.pk])


def test_the_page_says_how_to_enter_a_single_day(person: Practitioner) -> None:
    page = a_client(OWNER).get(address(person)).content.decode()
    assert "For a single day: the same date in “valid from” and “valid until”" in page
    assert 'name="hours-__prefix__-despite_closures"' in page


def test_a_single_day_in_spite_of_closures(person: Practitioner) -> None:
    data = entered(person, valid_from=WEDNESDAY, valid_until=WEDNESDAY, despite_closures="on")
    assert a_client(OWNER).post(address(person), data).status_code == 302
    [hours] = person.hours.all()
    assert (hours.valid_from, hours.valid_until) == (WEDNESDAY, WEDNESDAY)
    assert hours.despite_closures


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid_from": WEDNESDAY, "valid_until": WEDNESDAY, "weekday": 3}, "This day is a Wed"),
        (
            {"valid_from": THURSDAY, "valid_until": WEDNESDAY},
            "The last day is the first or a later one.",
        ),
        ({"starts": "12:00", "ends": "10:00"}, "Hours end after they start."),
    ],
)
def test_hours_that_never_hold_are_refused_with_a_reason(
    person: Practitioner, changes: dict[str, Any], message: str
) -> None:
    response = a_client(OWNER).post(address(person), entered(person, **changes))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not person.hours.exists()


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "field", "message"),
    [
        (THURSDAY, WEDNESDAY, "valid_until", "The last day is the first or a later one."),
        (THURSDAY, THURSDAY, "weekday", "This day is a Thursday."),
    ],
)
def test_the_reason_stands_at_its_field(
    valid_from: date, valid_until: date, field: str, message: str
) -> None:
    hours = WorkingHours(
        weekday=2, starts=time(9), ends=time(10), valid_from=valid_from, valid_until=valid_until
    )
    with pytest.raises(ValidationError) as refused:
        hours.clean()
    assert refused.value.message_dict == {field: [message]}


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [(None, None), (THURSDAY, None), (None, THURSDAY), (THURSDAY, date(2026, 6, 24))],
)
def test_hours_of_more_than_one_day_begin_and_end_on_any(
    valid_from: date | None, valid_until: date | None
) -> None:
    WorkingHours(
        weekday=2, starts=time(9), ends=time(10), valid_from=valid_from, valid_until=valid_until
    ).clean()


def test_a_closure_that_comes_again_is_entered_and_listed_as_such() -> None:
    desk = a_client(FRONT_DESK)
    data = {"first_day": "2026-12-24", "last_day": "2026-12-26", "repeats": "yearly"}
    assert desk.post(reverse("admin:clinic_closure_add"), data).status_code == 302
    assert Closure.objects.get().repeats == Closure.Repeats.YEARLY
    page = desk.get(reverse("admin:clinic_closure_changelist")).content.decode()
    assert '<td class="field-repeats">Every year</td>' in page


def test_the_owner_sets_the_ceilings_of_the_calendar() -> None:
    page = a_client(OWNER).get(reverse("admin:clinic_clinic_change", args=[1])).content.decode()
    assert 'name="unconfirmed_share"' in page
    assert 'name="open_requests_a_patient"' in page


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("10am", time(10)),
        ("10 am", time(10)),
        ("10:30 pm", time(22, 30)),
        ("10:30PM", time(22, 30)),
        ("10.30", time(10, 30)),
        ("2.30 pm", time(14, 30)),
        ("14:30", time(14, 30)),
        ("14:30:00", time(14, 30)),
        ("12 am", time(0)),
        ("12pm", time(12)),
    ],
)
def test_times_are_typed_as_people_say_them(person: Practitioner, typed: str, meant: time) -> None:
    data = entered(person, starts=typed, ends="23:00")
    assert a_client(OWNER).post(address(person), data).status_code == 302
    assert person.hours.get().starts == meant


@pytest.mark.parametrize("typed", ["ten", "25:00", "13 pm", "10:30 \u202epm", "9" * 5000])
def test_what_is_no_time_is_answered_with_examples(person: Practitioner, typed: str) -> None:
    example = "Enter a time such as 10:30, 2 pm or 2:30 pm."
    page = a_client(OWNER).post(address(person), entered(person, starts=typed))
    assert example in page.content.decode()
    assert not WorkingHours.objects.exists()
    closure = {"first_day": WEDNESDAY, "last_day": WEDNESDAY, "starts": typed}
    page = a_client(OWNER).post(reverse("admin:clinic_closure_add"), closure)
    assert example in page.content.decode()
    assert not Closure.objects.exists()


def test_time_off_is_called_time_off(person: Practitioner) -> None:
    client = a_client(FRONT_DESK)
    page = client.get(reverse("admin:clinic_closure_add")).content.decode()
    assert "<h1>Add time off or a closure</h1>" in page
    assert "Days and times are those of the clinic’s place" in page
    assert "Add closure" not in page
    row = Closure.objects.create(first_day=WEDNESDAY, last_day=THURSDAY)
    page = client.get(reverse("admin:clinic_closure_change", args=[row.pk])).content.decode()
    assert "<h1>Change time off or a closure</h1>" in page
    reader = a_client(PRACTITIONER)
    page = reader.get(reverse("admin:clinic_closure_change", args=[row.pk])).content.decode()
    assert "<h1>View time off or a closure</h1>" in page
