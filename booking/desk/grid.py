"""Where things stand on the page of a calendar: rows of five minutes, lanes, hours. Pure.

A style sheet has a class for each hour and for each five minutes, so that no page needs styles of
its own. Rows are instants, not wall time: the hour that autumn has twice has twice its rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.walltime import DAY, Interval, end_instant, instant
from clinic import times

ROW = timedelta(minutes=5)
ROWS_AN_HOUR = 12
MIDNIGHT = 24
DEFAULT_HOURS = 9, 17
MOST_LANES = 4


def whole_day(day: date, zone: ZoneInfo) -> Interval:
    return Interval(instant(day, time(), zone), instant(day + DAY, time(), zone))


def hours_shown(days: Iterable[tuple[date, Sequence[Interval]]], zone: ZoneInfo) -> tuple[int, int]:
    """From which whole hour of the wall to which, so that everything on these days is in sight."""
    first, last = MIDNIGHT, 0
    for day, intervals in days:
        whole = whole_day(day, zone)
        for piece in intervals:
            if piece.meets(whole):
                first = min(first, max(piece.start, whole.start).astimezone(zone).hour)
                last = max(last, _hour_after(min(piece.end, whole.end), whole, zone))
    return (first, last) if first < last else DEFAULT_HOURS


def _hour_after(end: datetime, whole: Interval, zone: ZoneInfo) -> int:
    if end >= whole.end:
        return MIDNIGHT
    local = end.astimezone(zone)
    return local.hour + bool(local.minute or local.second)


@dataclass(frozen=True)
class Mark:
    """A full hour beside the rows."""

    place: str
    words: str


@dataclass(frozen=True)
class Axis:
    """The part of a day that a column shows."""

    shown: Interval
    zone: ZoneInfo
    changes_clock: bool

    @classmethod
    def of(cls, day: date, hours: tuple[int, int], zone: ZoneInfo) -> "Axis":
        whole = whole_day(day, zone)
        first, last = hours
        begin = instant(day, time(first), zone)
        end = whole.end if last == MIDNIGHT else end_instant(day, time(last), zone)
        changes = begin.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset()
        return cls(Interval(begin, end), zone, changes)

    @property
    def rows(self) -> int:
        return (self.shown.end - self.shown.start) // ROW

    @property
    def length(self) -> str:
        return _length(self.rows)

    @property
    def marks(self) -> list[Mark]:
        """The full hours; where the clock is put back, one of them twice, with the zone's name."""
        found = []
        for row in range(self.rows):
            local = (self.shown.start + row * ROW).astimezone(self.zone)
            if local.minute == 0:
                words = f"{times.clock(local)} {local.tzname()}" if self.changes_clock else ""
                found.append(Mark(_start(row), words or times.clock(local)))
        return found

    def place(self, piece: Interval) -> str:
        """The classes of where something begins and how long it is; nothing is less than a row."""
        first = self._row(piece.start)
        return f"{_start(first)} {_length(max(self._row(piece.end) - first, 1))}"

    def _row(self, moment: datetime) -> int:
        return (min(max(moment, self.shown.start), self.shown.end) - self.shown.start) // ROW


def _start(row: int) -> str:
    return f"at-h{row // ROWS_AN_HOUR} at-m{row % ROWS_AN_HOUR}"


def _length(rows: int) -> str:
    return f"for-h{rows // ROWS_AN_HOUR} for-m{rows % ROWS_AN_HOUR}"


def lanes(pieces: Sequence[Interval]) -> list[str]:
    """The class of each piece's lane, in order of their beginning: side by side what overlaps.

    What is alone at its time has the whole width, and no class.
    """
    found: list[str] = []
    for together in _overlapping(pieces):
        ends: list[datetime] = []
        taken = []
        for piece in together:
            free = next((n for n, end in enumerate(ends) if end <= piece.start), len(ends))
            ends[free : free + 1] = [piece.end]
            taken.append(min(free + 1, MOST_LANES))
        many = min(len(ends), MOST_LANES)
        found += [f"lane-{lane}-of-{many}" if many > 1 else "" for lane in taken]
    return found


def _overlapping(pieces: Sequence[Interval]) -> Iterator[list[Interval]]:
    """Runs of pieces of which each overlaps one before it."""
    run: list[Interval] = []
    for piece in pieces:
        if run and piece.start >= max(each.end for each in run):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run
