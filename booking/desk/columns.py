"""One column of a calendar: hours, closures, appointments with their buffers, free places."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from booking.availability import Calendar
from booking.desk.free import Place
from booking.desk.grid import ROW, Axis, lanes, whole_day
from booking.desk.words import hours
from booking.models import Appointment, Status
from booking.team import closed_times
from booking.walltime import Interval, merged, without
from clinic import times
from clinic.models import Closure, Practitioner

LONGEST_FREE = timedelta(minutes=30)


@dataclass(frozen=True)
class Entry:
    """Something that stands in a column, where it stands, and how its time is said."""

    kind: str
    time: Interval
    axis: Axis
    appointment: Appointment | None = None
    free: Place | None = None
    words: str = ""
    is_late: bool = False
    lane: str = ""

    @property
    def classes(self) -> str:
        return f"{self.kind} {self.axis.place(self.time)} {self.lane}".rstrip()

    @property
    def may_move(self) -> bool:
        return self.kind in {Status.PENDING, Status.BOOKED}

    @property
    def begins(self) -> str:
        return self._clock(self.time.start)

    @property
    def hours(self) -> str:
        """As the clock on the wall shows it; with the zone's name while the clock changes."""
        if self.axis.changes_clock:
            return f"{self.begins} to {self._clock(self.time.end)}"
        zone = self.axis.zone
        return hours(self.time.start.astimezone(zone), self.time.end.astimezone(zone))

    def _clock(self, moment: datetime) -> str:
        local = moment.astimezone(self.axis.zone)
        said = times.clock(local)
        return f"{said} {local.tzname()}" if self.axis.changes_clock else said


@dataclass(frozen=True)
class Column:
    title: str
    day: date
    axis: Axis
    open: list[str]
    hours: list[str]
    entries: list[Entry]
    places: list[str]
    practitioner: Practitioner | None = None


@dataclass(frozen=True)
class Sketch:
    """What is known of a column before its page knows which hours it shows."""

    title: str
    day: date
    zone: ZoneInfo
    calendars: Sequence[Calendar]
    closures: Sequence[Closure]
    appointments: Sequence[Appointment]
    free: Sequence[Place] = ()
    practitioner: Practitioner | None = None

    @cached_property
    def whole(self) -> Interval:
        return whole_day(self.day, self.zone)

    @cached_property
    def worked(self) -> list[Interval]:
        """The hours of this day, closed or not."""
        return [
            stretch.on(self.day, self.zone)
            for calendar in self.calendars
            for stretch in calendar.hours
            if stretch.hold_on(self.day)
        ]

    @cached_property
    def open(self) -> list[Interval]:
        return merged(piece for each in self.calendars for piece in each.open_on(self.day))

    @cached_property
    def busy(self) -> list[Interval]:
        shown = (row for row in self.appointments if row.status != Status.NOSHOW)
        return merged(Interval(row.blocks_from, row.blocks_until) for row in shown)

    @property
    def extent(self) -> tuple[date, list[Interval]]:
        """What has to be in sight."""
        taken = [Interval(row.blocks_from, row.blocks_until) for row in self.appointments]
        return self.day, [*self.worked, *taken]

    @property
    def is_empty(self) -> bool:
        return not self.worked and not self.appointments

    def places(self, names: dict[int, str]) -> list[str]:
        """Where: of several places those of this column."""
        here = [each.location_id for each in self.calendars if self._works(each)]
        here += [row.location_id for row in self.appointments]
        return [names[key] for key in dict.fromkeys(here) if key in names]

    def _works(self, calendar: Calendar) -> bool:
        return any(stretch.hold_on(self.day) for stretch in calendar.hours)

    def drawn(self, hours: tuple[int, int], names: dict[int, str], *, now: datetime) -> Column:
        """The column, with the names of the places where there are several."""
        axis = Axis.of(self.day, hours, self.zone)
        alone = [*self._closed(axis, names), *self._free(axis)]
        return Column(
            title=self.title,
            day=self.day,
            axis=axis,
            open=[axis.place(piece) for piece in self.open],
            hours=[Entry("open", piece, axis).hours for piece in self.open],
            entries=in_lanes([*self._taken(axis, now), *([entry] for entry in alone)]),
            places=self.places(names),
            practitioner=self.practitioner,
        )

    def _taken(self, axis: Axis, now: datetime) -> Iterator[list[Entry]]:
        """Each appointment, with its buffers while it takes its time."""
        for row in self.appointments:
            time = Interval(row.starts_at, row.ends_at)
            is_late = row.expires_at is not None and row.expires_at <= now
            visit = Entry(row.status, time, axis, appointment=row, is_late=is_late)
            around = (row.blocks_from, row.starts_at), (row.ends_at, row.blocks_until)
            buffers = around if row.status != Status.NOSHOW else ()
            yield [
                visit,
                *(Entry("buffer", Interval(*each), axis) for each in buffers if each[0] < each[1]),
            ]

    def _closed(self, axis: Axis, names: dict[int, str]) -> Iterator[Entry]:
        """Closures where nothing else is: neither hours that hold all the same, nor a visit."""
        for piece, words in told_apart(list(self._closures(names))):
            for rest in without(piece, [*self.open, *self.busy]):
                begin, end = max(rest.start, axis.shown.start), min(rest.end, axis.shown.end)
                if begin < end:
                    yield Entry("closed", Interval(begin, end), axis, words=words)

    def _closures(self, names: dict[int, str]) -> Iterator[tuple[Interval, str]]:
        here = {calendar.location_id for calendar in self.calendars}
        for closure in self.closures:
            place = closure.location_id
            if place is None or place in here:
                asked = self.day, self.day
                for piece in closed_times([closure], place or 0, self.zone, asked):
                    yield piece, reason_of(closure, names.get(place or 0, ""))

    def _free(self, axis: Axis) -> Iterator[Entry]:
        """Each as far as the next one, or as what stands in the way."""
        starts = [place.opening.starts_at for place in self.free]
        ends = [*starts, *(piece.start for piece in self.busy), *(piece.end for piece in self.open)]
        for place in self.free:
            start = place.opening.starts_at
            if not any(Interval(start, start + ROW).meets(piece) for piece in self.busy):
                end = min(end for end in (*ends, start + LONGEST_FREE) if end > start)
                yield Entry("free", Interval(start, end), axis, free=place)


def reason_of(closure: Closure, place: str) -> str:
    what = "Time off" if closure.practitioner_id else "Closed"
    where = f" ({place})" if place else ""
    return f"{what}{where}: {closure.reason_en}" if closure.reason_en else f"{what}{where}"


def told_apart(closed: Sequence[tuple[Interval, str]]) -> Iterator[tuple[Interval, str]]:
    """Closures that overlap, as pieces that do not: each with everything that closes it."""
    edges = sorted({edge for piece, _words in closed for edge in piece})
    last: tuple[Interval, str] | None = None
    for begin, end in pairwise(edges):
        said = [words for piece, words in closed if piece.start <= begin and end <= piece.end]
        words = "; ".join(dict.fromkeys(said))
        if last and (last[0].end, last[1]) == (begin, words):
            last = Interval(last[0].start, end), words
            continue
        if last and last[1]:
            yield last
        last = Interval(begin, end), words
    if last and last[1]:
        yield last


def in_lanes(groups: list[list[Entry]]) -> list[Entry]:
    """By time; what overlaps stands side by side, an appointment together with its buffers."""
    wholes = [
        Interval(min(e.time.start for e in group), max(e.time.end for e in group))
        for group in groups
    ]
    order = sorted(range(len(groups)), key=wholes.__getitem__)
    given = lanes([wholes[number] for number in order])
    placed = [
        replace(entry, lane=lane)
        for number, lane in zip(order, given, strict=True)
        for entry in groups[number]
    ]
    return sorted(placed, key=lambda entry: entry.time)


def in_sight(rows: Iterable[Appointment], whole: Interval) -> list[Appointment]:
    """Those that block any of a day, wherever it begins and ends."""
    return [row for row in rows if whole.meets(Interval(row.blocks_from, row.blocks_until))]
