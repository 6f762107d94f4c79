"""Many processes at one thing: one wins, the others hear it, and nothing else is in the database.

The last line of each defence is tested alone, and with none left the same test must fail.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from booking.models.appointments import BLOCKING, CHANGES, Status
from tests.booking.racing import Result, Rules, Track, track

MANY = 32
SOME = 8
A_MOMENT = 0.02

pytestmark = [pytest.mark.race, pytest.mark.slow, pytest.mark.xdist_group("race")]


@pytest.fixture(scope="module")
def races(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with track(tmp_path_factory.mktemp("race")) as found:
        yield found


def assert_one_winner(result: Result) -> None:
    """One booking, complete; of the others not a trace."""
    assert result.overlaps == 0
    losers = len(result.outcomes) - 1
    assert Counter(result.outcomes) == {"won": 1, "JustTaken": losers}
    assert result.appointments == ["pending"]
    assert Counter(map(tuple, result.changes)) == {("", "held"): 1, ("held", "pending"): 1}
    assert result.messages == ["requested", "staff_new_request"]
    assert result.sent_requests == 1


def test_one_slot(races: Track) -> None:
    assert_one_winner(races.race(Rules("one_slot", MANY)))


def test_the_lock_alone(races: Track) -> None:
    assert_one_winner(races.race(Rules("one_slot", SOME, constraint=False, pause=A_MOMENT)))


def test_the_constraint_alone(races: Track) -> None:
    """Everybody has found the time free before anybody writes it.

    Without the lock PostgreSQL may end one or another by a deadlock, which is why there is a lock.
    """
    result = races.race(Rules("one_slot", SOME, lock=False))
    told = ["JustTaken" if "deadlock" in outcome else outcome for outcome in result.outcomes]
    assert_one_winner(result._replace(outcomes=told))


def test_with_neither_the_same_test_fails(races: Track) -> None:
    """The negative control: what the tests above look for is found once nothing prevents it."""
    result = races.race(Rules("one_slot", MANY, lock=False, constraint=False))
    assert result.overlaps > 0
    assert result.outcomes.count("won") > 1
    with pytest.raises(AssertionError):
        assert_one_winner(result)


def test_different_lengths_buffers_and_one_room(races: Track) -> None:
    result = races.race(Rules("overlapping", MANY // 2))
    assert result.overlaps == 0
    counts = Counter(result.outcomes)
    assert set(counts) == {"won", "JustTaken"}
    blocking = [status for status in result.appointments if status in BLOCKING]
    assert len(blocking) == counts["won"] == result.sent_requests


def test_the_same_form_sent_at_once(races: Track) -> None:
    """Every sender gets the same answer, and there is one request."""
    result = races.race(Rules("one_form", SOME))
    assert result.outcomes == ["won"] * SOME
    assert result.appointments == ["pending"]
    assert result.messages == ["requested", "staff_new_request"]
    assert result.sent_requests == 1


def test_confirm_decline_cancel_and_expire_at_once(races: Track) -> None:
    """One legal story, each step of which somebody was told of."""
    result = races.race(Rules("decisions", 2 * SOME))
    assert set(result.outcomes) <= {"won", "NotPossible"}
    assert result.outcomes.count("won") == len(result.changes)
    story = dict(result.changes)
    assert len(story) == len(result.changes)
    status = Status.PENDING
    while status in story:
        assert story[status] in CHANGES[status]
        status = Status(story.pop(status))
    assert not story
    assert result.appointments == [status]


def test_two_workers_never_claim_one_message(races: Track) -> None:
    result = races.race(Rules("claims", 4))
    assert sum(map(int, result.outcomes)) == len(result.messages) > 0
