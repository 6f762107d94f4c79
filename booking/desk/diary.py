"""What stands on the calendar of some days, read at once, and which columns show it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from booking.availability import Calendar
from booking.desk.columns import Column, Sketch, in_sight
from booking.desk.free import Place, free_places
from booking.desk.grid import hours_shown, whole_day
from booking.models import Appointment, Status
from booking.team import Team, team_of
from booking.walltime import DAY
from clinic import times
from clinic.models import Closure, Location, Practitioner, Room, Service, User

# What the page does not show is not read.
SHOWN = (
    *(
        "status",
        "needs_other_time",
        "starts_at",
        "ends_at",
        "blocks_from",
        "blocks_until",
        "expires_at",
    ),
    *(f"practitioner__{name}" for name in ("name", "slug", "order", "is_active")),
    *("location__name_en", "location__time_zone", "room__name"),
    *("request__patient__full_name", "request__service__name_en", "request__screening"),
)
# How far the days of the earth are from those of UTC.
EASTERNMOST, WESTERNMOST = timedelta(hours=14), timedelta(hours=12)


@dataclass(frozen=True)
class Section:
    """The columns of one zone, with the hours that they share."""

    zone: ZoneInfo
    places: list[str]
    columns: list[Column]

    @property
    def usual(self) -> Column:
        """Whose hours stand at the side; a day among others that changes its clock has its own."""
        return next((each for each in self.columns if not each.axis.changes_clock), self.longest)

    @property
    def longest(self) -> Column:
        return max(self.columns, key=lambda column: column.axis.rows)

    @property
    def zone_name(self) -> str:
        """“Eastern Time (EST)”, and both names where the clock changes within the hours shown."""
        ends = [end for column in self.columns for end in column.axis.shown]
        names = dict.fromkeys(str(end.astimezone(self.zone).tzname()) for end in ends)
        return f"{times.zone_name(self.zone)} ({', '.join(names)})"


@dataclass(frozen=True)
class Diary:
    """Everything on some days of whom a member of staff reaches."""

    people: dict[int, Practitioner]
    calendars: dict[int, list[Calendar]]
    closures: list[Closure]
    appointments: list[Appointment]
    free: list[Place]
    names: dict[int, str]
    now: datetime

    @classmethod
    def read(
        cls,
        user: User,
        people: Sequence[Practitioner],
        days: tuple[date, date],
        *,
        services: Sequence[Service],
        practitioner: Practitioner | None,
        now: datetime,
    ) -> Self:
        """Of all `people`, or of one of them; free places for any of the services."""
        team = team_of(None, *days, practitioner=practitioner)
        rows = appointments_for(user, people, days, practitioner=practitioner, now=now)
        theirs: dict[int, list[Calendar]] = defaultdict(list)
        for calendar in team.calendars:
            theirs[calendar.practitioner_id].append(calendar)
        known = {row.practitioner_id: row.practitioner for row in rows}
        free: list[Place] = []
        if services:
            team = team.with_taken(*days, now=now, besides=None)
            free = free_places(team, services, people, days, now=now)
        return cls(
            people=known | {person.pk: person for person in people},
            calendars=theirs,
            closures=team.closures,
            appointments=rows,
            free=free,
            names=names_of_places(team, rows),
            now=now,
        )

    def day(self, day: date) -> list[Section]:
        """A column for everybody who works on a day, or has somebody there."""
        people = sorted(self.people.values(), key=lambda person: (person.order, person.name))
        return self._sections(
            each
            for zone in self._zones()
            for person in people
            if not (each := self._of_person(person, person.name, day, zone)).is_empty
        )

    def week(self, person: Practitioner, days: Sequence[date], zone: ZoneInfo) -> list[Section]:
        """A column a day; `zone` is that of the clinic, for who works nowhere."""
        return self._sections(
            self._of_person(person, times.weekday_name(day), day, each)
            for each in self._zones() or [zone]
            for day in days
        )

    def rooms(self, day: date, rooms: Iterable[Room]) -> list[Section]:
        """A column a room, and one at each place for what takes no room."""
        known: dict[tuple[int, int], tuple[Location, Room | None]] = {
            (room.location_id, room.pk): (room.location, room) for room in rooms
        }
        for row in self.appointments:
            known.setdefault((row.location_id, row.room_id or 0), (row.location, row.room))
        of_all = [self._of_room(room, place, day) for place, room in known.values()]
        return self._sections(sketch for sketch in of_all if not sketch.is_empty)

    def _zones(self) -> list[ZoneInfo]:
        """Those of the places, in the order of these."""
        of_places = {each.location_id: each.zone for of in self.calendars.values() for each in of}
        of_places |= {row.location_id: row.location.zone for row in self.appointments}
        return list(dict.fromkeys(zone for _place, zone in sorted(of_places.items(), key=_first)))

    def _of_person(self, person: Practitioner, title: str, day: date, zone: ZoneInfo) -> Sketch:
        mine = [row for row in self.appointments if row.practitioner_id == person.pk]
        return Sketch(
            title=title,
            day=day,
            zone=zone,
            calendars=[each for each in self.calendars.get(person.pk, ()) if each.zone == zone],
            closures=[row for row in self.closures if row.practitioner_id in {None, person.pk}],
            appointments=in_sight(
                (row for row in mine if row.location.zone == zone), whole_day(day, zone)
            ),
            free=[place for place in self.free if _is_of(place, person, day, zone)],
            practitioner=person,
        )

    def _of_room(self, room: Room | None, place: Location, day: date) -> Sketch:
        here = (row for row in self.appointments if row.location_id == place.pk)
        mine = [row for row in here if row.room_id == (room and room.pk)]
        return Sketch(
            title=room.name if room else "No room",
            day=day,
            zone=place.zone,
            calendars=[
                each
                for of_person in self.calendars.values()
                for each in of_person
                if each.location_id == place.pk
            ],
            closures=[row for row in self.closures if row.practitioner_id is None],
            appointments=in_sight(mine, whole_day(day, place.zone)),
        )

    def _sections(self, sketches: Iterable[Sketch]) -> list[Section]:
        """The columns of each zone, by place."""
        by_zone: dict[ZoneInfo, list[Sketch]] = defaultdict(list)
        for sketch in sketches:
            by_zone[sketch.zone].append(sketch)
        return [self._section(zone, of_zone) for zone, of_zone in by_zone.items()]

    def _section(self, zone: ZoneInfo, sketches: Sequence[Sketch]) -> Section:
        hours = hours_shown([sketch.extent for sketch in sketches], zone)
        columns = [sketch.drawn(hours, self.names, now=self.now) for sketch in sketches]
        places = dict.fromkeys(name for column in columns for name in column.places)
        return Section(zone, list(places), columns)


def _first[T](item: tuple[int, T]) -> int:
    return item[0]


def _is_of(place: Place, person: Practitioner, day: date, zone: ZoneInfo) -> bool:
    opening = place.opening
    return (
        opening.practitioner_id == person.pk
        and opening.zone == zone
        and opening.local_start.date() == day
    )


def appointments_for(
    user: User,
    people: Sequence[Practitioner],
    days: tuple[date, date],
    *,
    practitioner: Practitioner | None,
    now: datetime,
) -> list[Appointment]:
    """What is within reach, and what visitors hold of the time of `people`; of one, or of all."""
    start = datetime.combine(days[0], time(), UTC) - EASTERNMOST
    end = datetime.combine(days[1] + DAY, time(), UTC) + WESTERNMOST
    rows = Appointment.objects.on_the_calendar(start, end, now=now)
    if practitioner:
        rows = rows.filter(practitioner=practitioner)
    held = rows.filter(status=Status.HELD, practitioner__in=[person.pk for person in people])
    return list((rows.within_reach_of(user) | held).with_people().only(*SHOWN))


def names_of_places(team: Team, rows: Iterable[Appointment]) -> dict[int, str]:
    """The names by which several places are told apart; none where there is only one."""
    names = {row.location_id: row.location.name_en for row in rows} | team.places
    return names if len(names) > 1 else {}
