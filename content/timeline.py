"""When readers see which version: reckoned from the events, for nothing of it is written twice.

No worker has to wake up for it: pages compare these times with the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from content.models import ArticleEvent

Kind = ArticleEvent.Kind


@dataclass(frozen=True)
class Showing:
    """One version before the eyes of readers, from a moment and until another, or for good."""

    version: int
    starts: datetime
    ends: datetime | None = None

    def is_on(self, now: datetime) -> bool:
        return self.starts <= now and (self.ends is None or now < self.ends)

    def is_over(self, now: datetime) -> bool:
        return self.ends is not None and self.ends <= now


type Timeline = tuple[Showing, ...]


def timeline(events: Iterable[ArticleEvent]) -> Timeline:
    """What the events of one article, in their order, come to."""
    shown: list[Showing] = []
    for event in events:
        moment = event.takes_effect or event.at
        if event.kind == Kind.CALLED_OFF:
            shown = _until_called_off(shown, event.at)
        elif event.kind == Kind.WITHDRAWN:
            shown = _cut(shown, moment)
        elif event.kind == Kind.PUBLISHED and event.version_id:
            # A withdrawal that is scheduled already holds for the new version, too.
            ends = next((each.ends for each in shown if each.is_on(moment)), None)
            shown = [*_cut(shown, moment), Showing(event.version_id, moment, ends)]
    return tuple(shown)


def _cut(shown: list[Showing], moment: datetime) -> list[Showing]:
    before = [each for each in shown if each.starts < moment]
    return [each if each.is_over(moment) else replace(each, ends=moment) for each in before]


def _until_called_off(shown: list[Showing], at: datetime) -> list[Showing]:
    """Nothing that lies ahead will happen: what is on stays, what is to come does not come."""
    begun = [each for each in shown if each.starts <= at]
    return [each if each.is_over(at) else replace(each, ends=None) for each in begun]


def current(shown: Timeline, now: datetime) -> Showing | None:
    return next((each for each in shown if each.is_on(now)), None)


def worth_knowing(shown: Timeline, now: datetime) -> Timeline:
    """What is on and what is to come, and of what is over the last."""
    over = [each for each in shown if each.is_over(now)]
    return (*over[-1:], *(each for each in shown if not each.is_over(now)))


def coming(shown: Timeline, now: datetime) -> Showing | None:
    """What is scheduled to be published."""
    return next((each for each in shown if each.starts > now), None)


def next_change(timelines: Iterable[Timeline], now: datetime) -> datetime | None:
    """The next moment at which readers see something else than now."""
    moments = (
        moment
        for shown in timelines
        for each in shown
        for moment in (each.starts, each.ends)
        if moment and moment > now
    )
    return min(moments, default=None)
