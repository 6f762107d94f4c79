"""The checker of histories finds every fault that is planted, and none where there is none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.crowd import read_history
from tests.faults.history import (
    Appointment,
    Event,
    Message,
    Outcome,
    Request,
    Stored,
    Told,
    findings,
)

TEN, ELEVEN, NOON = (f"2026-06-17T{hour}:00Z" for hour in (14, 15, 16))
NOW = "2026-06-15T13:00:00+00:00"


def an_event(appointment: str, was: str, to: str, number: int, **more: Any) -> Event:
    usual: dict[str, Any] = {
        "request": f"request of {appointment}",
        "at": NOW,
        "actor": "patient",
        "why": "",
        "starts_at": TEN,
        "token": None,
    }
    return Event(appointment=appointment, was=was, to=to, number=number, **(usual | more))


def an_appointment(key: str, status: str, number: int, **more: Any) -> Appointment:
    usual: dict[str, Any] = {
        "request": f"request of {key}",
        "practitioner": 1,
        "room": None,
        "starts_at": TEN,
        "blocks_from": TEN,
        "blocks_until": ELEVEN,
    }
    return Appointment(id=key, status=status, number=number, **(usual | more))


TOLD = [Told("ask", "form 1", "ok"), Told("confirm", "form 2", "ok")]
# One request: held, sent with form 1, and confirmed with form 2.
STORED = Stored(
    requests=[Request("request of A", "form 1")],
    appointments=[an_appointment("A", "booked", 2)],
    events=[
        an_event("A", "", "held", 0),
        an_event("A", "held", "pending", 1),
        an_event("A", "pending", "booked", 2, actor="staff", token="form 2"),
    ],
    messages=[
        Message("requested", "A", 1),
        Message("staff_new_request", "A", 1),
        Message("confirmed", "A", 2),
    ],
)


def more(**rows: list[Any]) -> Stored:
    """The same and these."""
    return replace(STORED, **{name: [*getattr(STORED, name), *new] for name, new in rows.items()})


def without(name: str, index: int) -> Stored:
    rows = list(getattr(STORED, name))
    del rows[index]
    return replace(STORED, **{name: rows})


def instead(name: str, index: int, **fields: Any) -> Stored:
    rows = list(getattr(STORED, name))
    rows[index] = rows[index]._replace(**fields)
    return replace(STORED, **{name: rows})


def found(stored: Stored, told: list[Told] = TOLD) -> str:
    return "\n".join(findings(told, stored))


def test_nothing_is_found_where_all_is_well() -> None:
    assert findings(TOLD, STORED) == []


class TestWhatClientsWereTold:
    def test_a_lost_acknowledged_booking(self) -> None:
        told = [*TOLD, Told("ask", "form 3", "ok")]
        assert found(STORED, told) == "ask form 3 was acknowledged and is lost"

    def test_a_lost_acknowledged_change(self) -> None:
        told = [*TOLD, Told("cancel", "form 3", "ok")]
        assert found(STORED, told) == "cancel form 3 was acknowledged and is lost"

    @pytest.mark.parametrize("whose", ["A", "request of A"])
    def test_a_move_to_the_time_that_it_has_changes_nothing(self, whose: str) -> None:
        told = [*TOLD, Told("move", "form 3", "ok", whose, TEN)]
        assert findings(told, STORED) == []

    @pytest.mark.parametrize(("whose", "slot"), [("A", NOON), ("B", TEN)])
    def test_a_lost_move(self, whose: str, slot: str) -> None:
        told = [*TOLD, Told("move", "form 3", "ok", whose, slot)]
        assert found(STORED, told) == "move form 3 was acknowledged and is lost"

    def test_one_that_was_refused_and_is_stored(self) -> None:
        told = [TOLD[0], Told("confirm", "form 2", "refused")]
        assert found(STORED, told) == "confirm form 2 was refused and is stored"

    def test_one_that_nobody_sent(self) -> None:
        assert found(STORED, TOLD[:1]) == "form 2 is stored and nobody sent it"

    def test_what_is_unknown_may_be_stored_or_not(self) -> None:
        told = [TOLD[0], Told("confirm", "form 2", "unknown"), Told("ask", "form 3", "unknown")]
        assert findings(told, STORED) == []


class TestTwice:
    def test_two_requests_of_one_form(self) -> None:
        assert "form 1 has 2 requests" in found(more(requests=[Request("B", "form 1")]))

    def test_one_form_that_changed_an_appointment_twice(self) -> None:
        stored = instead("events", 1, token="form 2")
        assert "form 2 changed A 2 times" in found(stored)

    @pytest.mark.parametrize(("practitioner", "room"), [(1, None), (2, 7)])
    def test_an_overlap_of_one_practitioner_or_one_room(
        self, practitioner: int, room: int | None
    ) -> None:
        stored = instead("appointments", 0, room=7)
        other = an_appointment("B", "held", 0, practitioner=practitioner, room=room)
        stored = replace(
            stored,
            appointments=[*stored.appointments, other],
            events=[*stored.events, an_event("B", "", "held", 0)],
        )
        assert "A and B overlap" in found(stored)

    @pytest.mark.parametrize(
        "difference",
        [
            {"practitioner": 2},
            {"blocks_from": ELEVEN, "blocks_until": NOON},
            {"status": "cancelled", "number": 1},
        ],
    )
    def test_no_overlap(self, difference: dict[str, Any]) -> None:
        other = an_appointment("B", "held", 0)._replace(**difference)
        events = [an_event("B", "", "held", 0)]
        if other.status == "cancelled":
            events.append(an_event("B", "held", "cancelled", 1, why="hold_ended"))
        assert findings(TOLD, more(appointments=[other], events=events)) == []


class TestEvents:
    def test_a_change_without_its_event(self) -> None:
        assert "A is booked (2), and its last event says pending" in found(without("events", 2))

    def test_an_event_without_its_change(self) -> None:
        stored = instead("appointments", 0, status="pending", number=1)
        assert "A is pending (1), and its last event says booked" in found(stored)

    def test_a_move_without_its_event(self) -> None:
        stored = instead("appointments", 0, starts_at=NOON)
        assert "A is booked (2), and its last event" in found(stored)

    def test_an_appointment_without_events(self) -> None:
        other = an_appointment("B", "held", 0, practitioner=2)
        assert found(more(appointments=[other])) == "B is held without an event"

    def test_a_gap_in_the_numbers(self) -> None:
        stored = instead("events", 2, number=3)
        assert "A has events with the numbers [0, 1, 3]" in found(stored)

    def test_one_that_does_not_follow(self) -> None:
        stored = instead("events", 2, was="held")
        assert "A has events that do not follow on each other" in found(stored)

    def test_a_change_that_is_not_allowed(self) -> None:
        stored = instead("events", 2, why="hold_ended")
        assert "A went from pending to booked" in found(stored)

    def test_a_booking_that_is_gone(self) -> None:
        assert found(without("appointments", 0)) == "A has events and is gone"

    def test_a_draft_may_give_up_what_it_held(self) -> None:
        held = an_event("B", "", "held", 0)
        given_up = an_event("B", "held", "cancelled", 1, why="other_time_chosen")
        assert findings(TOLD, more(events=[held, given_up])) == []


class TestMessages:
    @pytest.mark.parametrize("index", range(3))
    def test_a_change_without_its_message(self, index: int) -> None:
        kind = STORED.messages[index].kind
        assert found(without("messages", index)).endswith(f"with 0 × {kind}")

    def test_a_message_of_no_change(self) -> None:
        stored = more(messages=[Message("cancelled", "A", 3)])
        assert found(stored) == "cancelled of A (3) tells of no change"

    def test_the_same_twice(self) -> None:
        stored = more(messages=[Message("confirmed", "A", 2)])
        assert found(stored) == "A became booked with 2 × confirmed"

    def test_a_patients_move_is_told_to_staff_too(self) -> None:
        moved: dict[str, list[Any]] = {
            "appointments": [an_appointment("B", "booked", 1, practitioner=2, starts_at=NOON)],
            "messages": [Message("confirmed", "B", 0), Message("moved", "B", 1)],
        }
        booked = an_event("B", "", "booked", 0, actor="staff")
        by = {
            actor: an_event("B", "booked", "booked", 1, actor=actor, starts_at=NOON)
            for actor in ("staff", "patient")
        }
        assert findings(TOLD, more(events=[booked, by["staff"]], **moved)) == []
        said = found(more(events=[booked, by["patient"]], **moved))
        assert said == "B became booked with 0 × staff_moved"

    def test_offers_are_told_of_once(self) -> None:
        request = {"request": "request of B"}
        offers: dict[str, list[Any]] = {
            "appointments": [
                an_appointment("B", "proposed", 0, practitioner=2),
                an_appointment("C", "proposed", 0, practitioner=3, **request),
            ],
            "events": [
                an_event("B", "", "proposed", 0, actor="staff"),
                an_event("C", "", "proposed", 0, actor="staff", **request),
            ],
        }
        one, other = Message("offered", "B", 0), Message("offered", "C", 0)
        assert findings(TOLD, more(messages=[one], **offers)) == []
        assert "became proposed with 0 × offered" in found(more(messages=[], **offers))
        assert "became proposed with 2 × offered" in found(more(messages=[one, other], **offers))

    def test_who_declines_hears_that_what_was_confirmed_is_gone(self) -> None:
        request = {"request": "request of B"}
        declined: dict[str, list[Any]] = {
            "appointments": [
                an_appointment("B", "cancelled", 1, practitioner=2),
                an_appointment("C", "cancelled", 1, practitioner=3, **request),
            ],
            "events": [
                an_event("B", "", "booked", 0, actor="staff"),
                an_event("B", "booked", "cancelled", 1, why="other_times_offered"),
                an_event("C", "", "proposed", 0, actor="staff", **request),
                an_event("C", "proposed", "cancelled", 1, why="offer_declined", **request),
            ],
        }
        said = [
            Message("confirmed", "B", 0),
            Message("offered", "C", 0),
            Message("staff_offer_declined", "C", 1),
            Message("offer_ended", "C", 1),
        ]
        assert findings(TOLD, more(messages=said, **declined)) == []
        silence = found(more(messages=said[:-1], **declined))
        assert silence == "C became cancelled with 0 × offer_ended"

    def test_reminders_tell_of_no_change(self) -> None:
        stored = more(messages=[Message("reminder_days", "A", -1)])
        assert findings(TOLD, stored) == []


class TestTheJournal:
    @pytest.mark.parametrize(
        ("words", "outcome"),
        [
            (["invoked", "ok"], "ok"),
            (["invoked", "refused"], "refused"),
            (["invoked"], "unknown"),
            (["invoked", "unknown"], "unknown"),
            (["invoked", "unknown", "ok"], "ok"),  # sent again, and answered
        ],
    )
    def test_the_last_word_counts(self, tmp_path: Path, words: list[str], outcome: Outcome) -> None:
        form = {"kind": "ask", "token": "form 1", "whose": "", "slot": ""}
        lines = [json.dumps(form | {"word": word}) for word in words]
        journal = tmp_path / "journal"
        journal.write_text("\n".join(lines))
        assert read_history(journal, STORED).told == [Told("ask", "form 1", outcome)]
